//! What the end of a name tells: whether a public CA may sign it.

use psl::{Psl, Type};

/// [`Name::is_internal`](super::Name::is_internal) for a name that may not be well formed otherwise: only its
/// last labels count.
pub(super) fn is_internal(ascii: &str) -> bool {
    top_label(ascii).is_none_or(is_internal_top) || is_at_home(ascii)
}

/// True for a name of a home network (RFC 8375).
pub(super) fn is_at_home(ascii: &str) -> bool {
    is_within(ascii, "home.arpa")
}

/// [`Name::is_in_reverse_zone`](super::Name::is_in_reverse_zone) for a name that may not be well formed otherwise.
pub(super) fn is_in_reverse_zone(ascii: &str) -> bool {
    is_within(ascii, "in-addr.arpa") || is_within(ascii, "ip6.arpa")
}

/// True for the zone itself and what is below it; a dot at the end does not count.
fn is_within(ascii: &str, zone: &str) -> bool {
    let bare = ascii.strip_suffix('.').unwrap_or(ascii).as_bytes();
    let Some(front) = bare.len().checked_sub(zone.len()) else { return false };
    bare[front..].eq_ignore_ascii_case(zone.as_bytes()) && (front == 0 || bare[front - 1] == b'.')
}

/// The last label, when there is another one before it; a dot at the end does not count.
pub(super) fn top_label(ascii: &str) -> Option<&str> {
    let bare = ascii.strip_suffix('.').unwrap_or(ascii);
    let dot = bare.bytes().rposition(|octet| octet == b'.')?;
    Some(&bare[dot + 1..])
}

/// True when no public CA may sign what ends in this label.
pub(super) fn is_internal_top(top: &str) -> bool {
    if top.eq_ignore_ascii_case("onion") {
        return true;
    }
    // Two labels in front, because some top level domains are listed only as `*.tld`.
    const FRONT: &[u8] = b"a.b.";
    let mut name = [0u8; FRONT.len() + 63];
    name[..FRONT.len()].copy_from_slice(FRONT);
    let Some(name) = name.get_mut(..FRONT.len() + top.len()) else { return true };
    name[FRONT.len()..].copy_from_slice(top.as_bytes());
    name.make_ascii_lowercase();
    // Asked as a whole name, as everywhere: each other way to ask makes the compiler build the list once more.
    psl::List.suffix(name).is_none_or(|suffix| suffix.typ() != Some(Type::Icann))
}
