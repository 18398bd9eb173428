//! Whether one name of a certificate covers a host name, wildcards included.

use super::{NamePolicy, PresentedDot, Wildcard};
use crate::facts::mapped_of_2003;

/// A target made ready for comparing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'t> {
    /// The name.
    pub(super) name: &'t [u8],
    /// A dot follows it that counts.
    pub(super) dotted: bool,
    /// Another form that fits when it is equal.
    pub(super) also: Option<&'t [u8]>,
}

/// False when no policy lets `presented` cover what was asked, which [`is_international`] says nothing of: it is another name, or
/// ends otherwise behind its last star.
pub(super) fn may_cover(presented: &[u8], asked: &[u8]) -> bool {
    let bare = |name: &[u8]| name.len() - name.iter().rev().take_while(|byte| is_dot(byte)).count();
    let (bare_presented, bare_asked) = (&presented[..bare(presented)], &asked[..bare(asked)]);
    // What begins with a dot stands for all below it in OpenSSL; U-labels are those of A-labels to JSSE.
    if bare_presented.eq_ignore_ascii_case(bare_asked) || asked.starts_with(b".") || !presented.is_ascii() {
        return true;
    }
    let Some(star) = memchr::memrchr(b'*', bare_presented) else { return false };
    let end = &bare_presented[star + 1..];
    // Android 4 lets a star and its dot stand for nothing.
    let end = end.strip_prefix(b".").unwrap_or(end);
    bare_asked.len().checked_sub(end.len()).is_some_and(|at| bare_asked[at..].eq_ignore_ascii_case(end))
}

/// True when `presented` covers what was asked, by the wildcard rules of `policy`.
pub(super) fn covers(policy: &NamePolicy, presented: &[u8], asked: &Asked<'_>) -> bool {
    if policy.wildcard == Wildcard::WholeLabelIfValid {
        return if_valid(presented, asked.also.unwrap_or(asked.name));
    }
    if asked.also.is_some_and(|also| presented.eq_ignore_ascii_case(also)) {
        return true;
    }
    let presented = match policy.presented_dot {
        PresentedDot::Dropped => presented.strip_suffix(b".").unwrap_or(presented),
        PresentedDot::Kept => presented,
    };
    if asked.dotted {
        // No library takes a wildcard that ends in a dot.
        return presented.strip_suffix(b".").is_some_and(|bare| bare.eq_ignore_ascii_case(asked.name));
    }
    let name = asked.name;
    if presented.is_empty() {
        return false;
    }
    let open_ssl = matches!(policy.wildcard, Wildcard::InFirstLabel | Wildcard::WholeLabelOpenSsl);
    if open_ssl && name.len() > 1 && name.starts_with(b".") {
        return is_subdomain(presented, name);
    }
    // GnuTLS reads printable names of up to 255 octets, and judges one with a star by its rules for stars only.
    if policy.wildcard == Wildcard::LeadingStar {
        if presented.len() > 255 || !is_printable(presented) {
            return false;
        }
        if presented.starts_with(b"*") {
            return leading_star(presented, name);
        }
    }
    if presented.eq_ignore_ascii_case(name) {
        return true;
    }
    if policy.wildcard == Wildcard::InAnyLabel && (is_international(presented) || is_international(name)) {
        return in_u_labels(presented, name);
    }
    // Nearly every name ends here: a wildcard is rare.
    if !presented.contains(&b'*') {
        return false;
    }
    match policy.wildcard {
        Wildcard::Never | Wildcard::LeadingStar | Wildcard::WholeLabelIfValid => false,
        Wildcard::WholeLabel => whole_label(policy, presented, name) && name.split(is_dot).all(is_host_label),
        Wildcard::WholeLabelUnchecked => whole_label(policy, presented, name),
        Wildcard::WholeLabelOpenSsl => presented.starts_with(b"*.") && open_ssl_star(presented, name),
        Wildcard::InFirstLabel => open_ssl_star(presented, name),
        Wildcard::AnywhereInFirstLabel => first_label(presented, name),
        Wildcard::FirstLabelOrNone => {
            first_label(presented, name)
                || presented.strip_prefix(b"*.").is_some_and(|parent| parent.eq_ignore_ascii_case(name))
        }
        Wildcard::InAnyLabel => any_label(presented, name),
    }
}

/// Go: stars and the dot at the end of the host count only where host and name are valid to it.
fn if_valid(presented: &[u8], typed: &[u8]) -> bool {
    let valid = |label: &[u8]| {
        !label.starts_with(b"-")
            && !label.is_empty()
            && label.iter().all(|byte| is_letter_digit_hyphen(*byte) || *byte == b'_')
    };
    let host = typed.strip_suffix(b".").unwrap_or(typed);
    // A star alone is none.
    let pattern = presented.strip_prefix(b"*.").unwrap_or(presented);
    if !host.split(is_dot).all(valid) || !pattern.split(is_dot).all(valid) {
        return presented != b"." && presented.eq_ignore_ascii_case(typed);
    }
    let rest = if pattern.len() < presented.len() { split_first_label(host).map(|(_, rest)| rest) } else { Some(host) };
    rest.is_some_and(|rest| pattern.eq_ignore_ascii_case(rest))
}

fn whole_label(policy: &NamePolicy, presented: &[u8], name: &[u8]) -> bool {
    let Some(parent) = presented.strip_prefix(b"*.") else { return false };
    let labels = parent.split(is_dot).filter(|label| !label.is_empty()).count();
    let Some((label, rest)) = split_first_label(name) else { return false };
    labels >= usize::from(policy.labels_after_star)
        && !label.is_empty()
        && !parent.is_empty()
        && !parent.contains(&b'*')
        && parent.eq_ignore_ascii_case(rest)
}

fn first_label(presented: &[u8], name: &[u8]) -> bool {
    let Some((pattern, parent)) = split_first_label(presented) else { return false };
    let Some((label, rest)) = split_first_label(name) else { return false };
    if !parent.eq_ignore_ascii_case(rest) || parent.is_empty() {
        return false;
    }
    let once = pattern.iter().filter(|byte| **byte == b'*').count() == 1;
    // RFC 6125 §6.4.3: a part of an A-label means nothing.
    let part_of_a_label = pattern != b"*" && is_a_label(label);
    once && !label.is_empty() && !part_of_a_label && glob(pattern, label)
}

/// `X509_check_host` for a name such as `.contoso.com`: anything below it, at any depth.
fn is_subdomain(presented: &[u8], name: &[u8]) -> bool {
    let Some(at) = presented.len().checked_sub(name.len()) else { return false };
    let (prefix, end) = presented.split_at(at);
    !prefix.contains(&0) && end.eq_ignore_ascii_case(name)
}

/// OpenSSL: one star at the start or the end of the first label, not in an A-label, with two dots after it.
fn open_ssl_star(presented: &[u8], name: &[u8]) -> bool {
    let Some((pattern, parent)) = split_first_label(presented) else { return false };
    let star = match pattern {
        [b'*', ..] => 0,
        [.., b'*'] => pattern.len() - 1,
        _ => return false,
    };
    let (before, after) = (&pattern[..star], &pattern[star + 1..]);
    let clean = |bytes: &[u8]| bytes.iter().all(|byte| is_letter_digit_hyphen(*byte));
    let hyphens = before.starts_with(b"-") || before.ends_with(b"-") || after.ends_with(b"-");
    if !clean(before) || !clean(after) || hyphens || is_a_label(before) {
        return false;
    }
    let well_formed =
        |label: &[u8]| !label.is_empty() && clean(label) && !label.starts_with(b"-") && !label.ends_with(b"-");
    if !parent.contains(&b'.') || !parent.split(is_dot).all(well_formed) {
        return false;
    }
    let tail = &presented[star + 1..];
    let Some(stood_for) = name.len().checked_sub(before.len() + tail.len()) else { return false };
    let (start, rest) = name.split_at(before.len());
    let (stood_for, end) = rest.split_at(stood_for);
    if !start.eq_ignore_ascii_case(before) || !end.eq_ignore_ascii_case(tail) {
        return false;
    }
    let whole = pattern.len() == 1;
    if whole && stood_for.is_empty() || !whole && is_a_label(name) {
        return false;
    }
    stood_for == b"*" || clean(stood_for)
}

/// GnuTLS: the star comes first; what follows it must be the end of the host name, reached within its first label.
fn leading_star(presented: &[u8], name: &[u8]) -> bool {
    let Some(tail) = presented.strip_prefix(b"*") else { return false };
    let dots = tail.iter().filter(|byte| **byte == b'.').count();
    if dots < 2 || tail.ends_with(b".") {
        return false;
    }
    let Some(at) = name.len().checked_sub(tail.len()) else { return false };
    let (stood_for, end) = name.split_at(at);
    !stood_for.contains(&b'.') && end.eq_ignore_ascii_case(tail)
}

/// JSSE compares U-labels, so that a star may stand for a part of one.
fn in_u_labels(presented: &[u8], name: &[u8]) -> bool {
    let (Some(presented), Some(name)) = (u_labels(presented), u_labels(name)) else { return false };
    presented == name || presented.contains('*') && any_label(presented.as_bytes(), name.as_bytes())
}

/// By IDNA 2003 and in lower case; a label that is none stays as it is.
fn u_labels(name: &[u8]) -> Option<String> {
    let unicode = |label: &str| match idna::domain_to_unicode(&mapped_of_2003(label)) {
        (label, Ok(())) => label,
        _ => label.to_lowercase(),
    };
    let name = std::str::from_utf8(name).ok()?;
    Some(name.split('.').map(unicode).collect::<Vec<String>>().join("."))
}

/// True for a name with U-labels or A-labels.
pub(super) fn is_international(name: &[u8]) -> bool {
    !name.is_ascii() || name.split(is_dot).any(is_a_label)
}

/// JSSE, HTTPS mode: label by label, but some dot must follow the last star.
fn any_label(presented: &[u8], name: &[u8]) -> bool {
    let after_star = presented.rsplit(|byte| *byte == b'*').next().unwrap_or_default();
    if !after_star.contains(&b'.') || presented == b"*." {
        return false;
    }
    let mut patterns = presented.split(is_dot);
    let mut labels = name.split(is_dot);
    loop {
        match (patterns.next(), labels.next()) {
            (Some(pattern), Some(label)) if !pattern.is_empty() && glob(pattern, label) => {}
            (None, None) => return true,
            _ => return false,
        }
    }
}

/// Matches a label, case ignored, where each star stands for any number of characters.
fn glob(pattern: &[u8], label: &[u8]) -> bool {
    let (mut at, mut position) = (0, 0);
    let mut retry = None;
    while position < label.len() {
        match pattern.get(at) {
            Some(b'*') => {
                at += 1;
                retry = Some((at, position));
            }
            Some(byte) if byte.eq_ignore_ascii_case(&label[position]) => {
                at += 1;
                position += 1;
            }
            _ => {
                let Some((star, from)) = retry else { return false };
                retry = Some((star, from + 1));
                (at, position) = (star, from + 1);
            }
        }
    }
    pattern[at..].iter().all(|byte| *byte == b'*')
}

fn split_first_label(name: &[u8]) -> Option<(&[u8], &[u8])> {
    let dot = name.iter().position(is_dot)?;
    Some((&name[..dot], &name[dot + 1..]))
}

fn is_dot(byte: &u8) -> bool {
    *byte == b'.'
}

fn is_host_label(label: &[u8]) -> bool {
    !label.is_empty() && label.iter().all(|byte| is_letter_digit_hyphen(*byte) || *byte == b'_')
}

fn is_printable(presented: &[u8]) -> bool {
    presented.iter().all(|byte| matches!(byte, b' '..=b'~'))
}

fn is_letter_digit_hyphen(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-'
}

fn is_a_label(name: &[u8]) -> bool {
    name.get(..4).is_some_and(|start| start.eq_ignore_ascii_case(b"xn--"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clients::ALL;

    #[test]
    fn never_rules_out_what_some_client_accepts() {
        let names = [
            "mail.contoso.com",
            "MAIL.contoso.com.",
            "mail.contoso.com..",
            ".contoso.com",
            "contoso.com",
            "*.contoso.com",
            "m*.contoso.com",
            "*",
            "*.*.com.",
            "b\u{fc}cher.example",
            "xn--bcher-kva.example",
            "b*er.example",
            "*.b\u{fc}cher.example",
            "www.xn--bcher-kva.example",
            "mail",
            "",
            ".",
        ];
        let mut covered = 0;
        for (presented, typed) in names.iter().flat_map(|one| names.map(|other| (one.as_bytes(), other.as_bytes()))) {
            let bare = typed.strip_suffix(b".").unwrap_or(typed);
            for (policy, name) in ALL.iter().flat_map(|client| [typed, bare].map(|name| (&client.names, name))) {
                for (dotted, also) in [(false, None), (true, None), (false, Some(typed))] {
                    let fits = covers(policy, presented, &Asked { name, dotted, also });
                    covered += usize::from(fits);
                    let may_fit = is_international(typed) || may_cover(presented, typed);
                    assert!(!fits || may_fit, "{policy:?} {presented:?} {typed:?}");
                }
            }
        }
        assert!(covered > 100);
    }
}
