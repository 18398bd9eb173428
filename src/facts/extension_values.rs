//! Values of extensions that lax programs read and strict ones do not.

use super::tlv::{self, BIT_STRING, BOOLEAN, CONTEXT_0, CONTEXT_1, INTEGER, OBJECT_ID, OCTET_STRING, SEQUENCE};
use super::{Flaw, Flawed, encoding};

/// The bit of an identifier octet of what is tagged by its place.
const CONTEXT: u8 = 0x80;

/// What is odd about the value of the extension with this identifier, whose content octets are given.
pub(super) fn of_extension(kind: &[u8], value: &[u8]) -> Option<Flawed> {
    let flaw = match kind {
        [0x55, 0x1d, 14] => opened(value, OCTET_STRING).is_none().then_some(Flaw::NoIdentifier),
        [0x55, 0x1d, 15] => key_usage(value),
        [0x55, 0x1d, 18] => issuer_names(value),
        [0x55, 0x1d, 19] => constraints(value),
        [0x55, 0x1d, 30] => limits(value),
        [0x55, 0x1d, 31] => points(value),
        [0x55, 0x1d, 32] => policies(value),
        [0x55, 0x1d, 35] => authority_key(value),
        [0x55, 0x1d, 37] => purposes(value),
        // authorityInfoAccess, nsCertType
        b"\x2b\x06\x01\x05\x05\x07\x01\x01" => access(value),
        b"\x60\x86\x48\x01\x86\xf8\x42\x01\x01" => netscape_type(value),
        _ => None,
    };
    Some(Flawed { place: "the extensions".to_owned(), flaw: flaw? })
}

fn key_usage(value: &[u8]) -> Option<Flaw> {
    let bits = opened(value, BIT_STRING).filter(|value| {
        let Some((unused, bits)) = value.content.split_first() else { return false };
        *unused <= if bits.is_empty() { 0 } else { 7 }
    });
    bits.map_or(Some(Flaw::NoKeyUsage), |value| value.is_followed.then_some(Flaw::FollowedKeyUsage))
}

fn purposes(value: &[u8]) -> Option<Flaw> {
    let purposes = list(value).filter(|list| tlv::elements(list.content).all(|purpose| purpose.tag == OBJECT_ID));
    purposes.map_or(Some(Flaw::NoPurposes), |list| list.is_followed.then_some(Flaw::FollowedPurposes))
}

fn constraints(value: &[u8]) -> Option<Flaw> {
    match list(value) {
        None => Some(Flaw::NoConstraints),
        Some(list) if !holds(list.content, &[BOOLEAN, INTEGER]) => Some(Flaw::OddConstraints),
        // RFC 5280 §4.2.1.9: a CA says so first.
        Some(list) if !list.is_followed && is_length_of_none(list.content) => Some(Flaw::NoAuthoritysLength),
        Some(list) => list.is_followed.then_some(Flaw::FollowedConstraints),
    }
}

fn is_length_of_none(constraints: &[u8]) -> bool {
    let mut parts = tlv::elements(constraints);
    parts.next().is_some_and(|first| first.tag == INTEGER || first.content == [0] && parts.next().is_some())
}

/// RFC 5280 §4.2.1.10
fn limits(value: &[u8]) -> Option<Flaw> {
    match opened(value, SEQUENCE) {
        None => Some(Flaw::NoLimits),
        Some(limits) if limits.content.is_empty() => Some(Flaw::EmptyLimits),
        Some(limits) if !tlv::is_whole(limits.content) || !holds(limits.content, &[CONTEXT_0, CONTEXT_1]) => {
            Some(Flaw::OddLimits)
        }
        Some(limits) => limits.is_followed.then_some(Flaw::FollowedLimits),
    }
}

/// RFC 5280 §4.2.1.7
fn issuer_names(value: &[u8]) -> Option<Flaw> {
    let mut is_name = |entry: tlv::Element<'_>| entry.tag & CONTEXT > 0;
    let names = list(value).filter(|names| !names.is_followed && tlv::elements(names.content).all(&mut is_name));
    names.is_none().then_some(Flaw::NoIssuerNames)
}

fn netscape_type(value: &[u8]) -> Option<Flaw> {
    let bits = opened(value, BIT_STRING);
    bits.map_or(Some(Flaw::NoNetscapeType), |bits| bits.is_followed.then_some(Flaw::FollowedNetscapeType))
}

/// RFC 5280 §4.2.1.1
fn authority_key(value: &[u8]) -> Option<Flaw> {
    match list(value) {
        None => Some(Flaw::NoIdentifier),
        Some(list) => {
            let mut serial = tlv::elements(list.content).filter(|part| part.tag == 0x82);
            let is_odd = !holds(list.content, &[0x80, CONTEXT_1, 0x82])
                || serial.any(|serial| encoding::integer(serial.content).is_some());
            is_odd.then_some(Flaw::OddIdentifier)
        }
    }
}

/// RFC 5280 §4.2.1.13
fn points(value: &[u8]) -> Option<Flaw> {
    let Some(list) = opened(value, SEQUENCE) else { return Some(Flaw::NoPoints) };
    // One of both kinds of name in it, where there is one.
    let is_named =
        |part: tlv::Element<'_>| part.tag != CONTEXT_0 || matches!(part.content, [CONTEXT_0 | CONTEXT_1, ..]);
    let is_point = |point: tlv::Element<'_>| point.tag == SEQUENCE && tlv::elements(point.content).all(is_named);
    if !tlv::is_whole(list.content) || !tlv::elements(list.content).all(is_point) {
        return Some(Flaw::NoPoint);
    }
    let leads = |point: &[u8]| {
        let mut parts = tlv::elements(point);
        tlv::is_whole(point) && holds(point, &[CONTEXT_0, 0x81, 0xa2]) && parts.any(|part| part.tag != 0x81)
    };
    match tlv::elements(list.content).all(|point| leads(point.content)) {
        true => list.is_followed.then_some(Flaw::FollowedPoints),
        false => Some(Flaw::OddPoint),
    }
}

/// RFC 5280 §4.2.1.4
fn policies(value: &[u8]) -> Option<Flaw> {
    let Some(list) = list_of_described(value) else { return Some(Flaw::NoPolicies) };
    let mut policies = tlv::elements(list.content);
    let is_odd = list.content.is_empty() || policies.any(|policy| !holds(policy.content, &[OBJECT_ID, SEQUENCE]));
    (is_odd || list.is_followed).then_some(Flaw::OddPolicies)
}

/// RFC 5280 §4.2.2.1
fn access(value: &[u8]) -> Option<Flaw> {
    list_of_described(value).is_none().then_some(Flaw::NoAccess)
}

/// What an element holds, and whether something follows it.
struct Opened<'a> {
    content: &'a [u8],
    is_followed: bool,
}

/// The element at the beginning, if it is of this kind.
fn opened(value: &[u8], tag: u8) -> Option<Opened<'_>> {
    let (element, rest) = tlv::first(value).filter(|(element, _)| element.tag == tag)?;
    Some(Opened { content: element.content, is_followed: !rest.is_empty() })
}

/// A list of elements.
fn list(value: &[u8]) -> Option<Opened<'_>> {
    opened(value, SEQUENCE).filter(|list| tlv::is_whole(list.content))
}

/// A list of lists that begin with an identifier.
fn list_of_described(value: &[u8]) -> Option<Opened<'_>> {
    let begins = |content: &[u8]| tlv::first(content).is_some_and(|(kind, _)| kind.tag == OBJECT_ID);
    let mut is_described =
        |inner: tlv::Element<'_>| inner.tag == SEQUENCE && tlv::is_whole(inner.content) && begins(inner.content);
    list(value).filter(|list| tlv::elements(list.content).all(&mut is_described))
}

/// True when there are no other elements than these, each of which may be missing, in this order.
fn holds(content: &[u8], tags: &[u8]) -> bool {
    let mut tags = tags.iter();
    tlv::elements(content).all(|element| tags.any(|tag| *tag == element.tag))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY_USAGE: &[u8] = &[0x55, 0x1d, 15];
    const PURPOSES: &[u8] = &[0x55, 0x1d, 37];
    const CONSTRAINTS: &[u8] = &[0x55, 0x1d, 19];
    const AUTHORITY_KEY: &[u8] = &[0x55, 0x1d, 35];
    const POINTS: &[u8] = &[0x55, 0x1d, 31];
    const POLICIES: &[u8] = &[0x55, 0x1d, 32];
    const ACCESS: &[u8] = b"\x2b\x06\x01\x05\x05\x07\x01\x01";

    #[test]
    fn reads_values_as_strict_programs_do() {
        for (kind, value, flaw) in [
            (KEY_USAGE, &[3, 2, 5, 0xa0][..], None),
            (KEY_USAGE, &[3, 1, 0], None),
            (KEY_USAGE, &[3, 2, 9, 0x80], Some(Flaw::NoKeyUsage)),
            (KEY_USAGE, &[3, 1, 7], Some(Flaw::NoKeyUsage)),
            (KEY_USAGE, &[3, 0], Some(Flaw::NoKeyUsage)),
            (KEY_USAGE, &[4, 2, 5, 0], Some(Flaw::NoKeyUsage)),
            (KEY_USAGE, &[3, 2, 5, 0xa0, 0], Some(Flaw::FollowedKeyUsage)),
            (PURPOSES, &[0x30, 5, 6, 3, 0x55, 4, 3], None),
            (PURPOSES, &[0x30, 5, 4, 3, 0x55, 4, 3], Some(Flaw::NoPurposes)),
            (PURPOSES, &[0x30, 5, 6, 4, 0x55, 4, 3], Some(Flaw::NoPurposes)),
            (PURPOSES, &[0x30, 0, 5, 0], Some(Flaw::FollowedPurposes)),
            (CONSTRAINTS, &[0x30, 0], None),
            (CONSTRAINTS, &[0x30, 6, 1, 1, 0xff, 2, 1, 0], None),
            (CONSTRAINTS, &[0x30, 3, 2, 1, 0], Some(Flaw::NoAuthoritysLength)),
            (CONSTRAINTS, &[0x30, 6, 1, 1, 0, 2, 1, 0], Some(Flaw::NoAuthoritysLength)),
            (CONSTRAINTS, &[0x30, 3, 1, 1, 0], None),
            (CONSTRAINTS, &[], Some(Flaw::NoConstraints)),
            (CONSTRAINTS, &[0x30, 3, 4, 1, 0], Some(Flaw::OddConstraints)),
            (CONSTRAINTS, &[0x30, 0, 0], Some(Flaw::FollowedConstraints)),
            (&[0x55, 0x1d, 17], &[], None),
            (&[0x55, 0x1d, 14], &[4, 0], None),
            (&[0x55, 0x1d, 14], &[12, 0], Some(Flaw::NoIdentifier)),
            (&[0x55, 0x1d, 18], &[0x30, 0], None),
            (&[0x55, 0x1d, 18], &[], Some(Flaw::NoIssuerNames)),
            (&[0x55, 0x1d, 18], &[0x30, 2, 5, 0], Some(Flaw::NoIssuerNames)),
            (&[0x55, 0x1d, 18], &[0x30, 0, 5, 0], Some(Flaw::NoIssuerNames)),
            (&[0x55, 0x1d, 30], &[4, 0], Some(Flaw::NoLimits)),
            (&[0x55, 0x1d, 30], &[0x30, 0], Some(Flaw::EmptyLimits)),
            (&[0x55, 0x1d, 30], &[0x30, 2, 0xa0, 0], None),
            (&[0x55, 0x1d, 30], &[0x30, 2, 5, 0], Some(Flaw::OddLimits)),
            (&[0x55, 0x1d, 30], &[0x30, 2, 0xa0, 0, 5, 0], Some(Flaw::FollowedLimits)),
            (AUTHORITY_KEY, &[0x30, 6, 0x80, 1, 7, 0x82, 1, 7], None),
            (AUTHORITY_KEY, &[0x30, 6, 0x82, 1, 7, 0x80, 1, 7], Some(Flaw::OddIdentifier)),
            (AUTHORITY_KEY, &[0x30, 2, 0x82, 0], Some(Flaw::OddIdentifier)),
            (AUTHORITY_KEY, &[0x30, 3, 0x80, 2, 7], Some(Flaw::NoIdentifier)),
            (POINTS, &[0x30, 6, 0x30, 4, 0xa0, 2, 0xa0, 0], None),
            (POINTS, &[0x30, 6, 0x30, 4, 0xa0, 2, 0xa0, 0, 5, 0], Some(Flaw::FollowedPoints)),
            (POINTS, &[0x30, 4, 0x30, 2, 0xa0, 0], Some(Flaw::NoPoint)),
            (POINTS, &[0x30, 5, 0x30, 3, 0x81, 1, 0], Some(Flaw::OddPoint)),
            (POINTS, &[0x30, 2, 5, 0], Some(Flaw::NoPoint)),
            (POINTS, &[5, 0], Some(Flaw::NoPoints)),
            (POLICIES, &[0x30, 5, 0x30, 3, 6, 1, 0x2a], None),
            (POLICIES, &[0x30, 0], Some(Flaw::OddPolicies)),
            (POLICIES, &[0x30, 7, 0x30, 5, 6, 1, 0x2a, 5, 0], Some(Flaw::OddPolicies)),
            (POLICIES, &[0x30, 4, 0x30, 2, 5, 0], Some(Flaw::NoPolicies)),
            (ACCESS, &[0x30, 0], None),
            (ACCESS, &[0x30, 2, 0x30, 0], Some(Flaw::NoAccess)),
            (b"\x60\x86\x48\x01\x86\xf8\x42\x01\x01", &[4, 0], Some(Flaw::NoNetscapeType)),
            (b"\x60\x86\x48\x01\x86\xf8\x42\x01\x01", &[3, 2, 6, 0x40, 5, 0], Some(Flaw::FollowedNetscapeType)),
        ] {
            assert_eq!(of_extension(kind, value).map(|flawed| flawed.flaw), flaw, "{kind:x?} {value:x?}");
        }
        assert_eq!(
            of_extension(PURPOSES, &[5, 0]).unwrap().to_string(),
            "the extensions: an extKeyUsage that cannot be read"
        );
    }
}
