//! Lists of names that some clients do not take.

use super::made::{Case, GOOD};

/// Entries beside `localhost`: tag and content.
const ENTRIES: &[(u8, &[u8])] = &[
    (0x82, "b\u{fc}cher.example".as_bytes()),
    (0x82, b"b\xfccher.example"),
    (0x82, b"mail contoso.com"),
    (0x82, b".contoso.com"),
    (0x82, b""),
    (0x81, "\u{fc}@contoso.com".as_bytes()),
    (0x81, b"no mail address"),
    (0x81, b""),
    (0x86, b"https://mail contoso/"),
    (0x86, b"https://contoso.com/a b"),
    (0x86, b"https://b\xfccher.example/"),
    (0x86, b"mail.contoso.com"),
    (0x86, b"https://a..b/"),
    (0x86, b"https://a.b./"),
    (0x86, b"https://a.b/%zz"),
    (0x86, b"https://a_b.c/"),
    (0x86, b"https://a\x01b.c/"),
    (0x86, b"sip:kim@contoso.com"),
    (0x86, b""),
    (0x87, &[1, 2, 3, 4, 5]),
    (0x87, &[1, 2, 3, 4, 255, 255, 255, 0]),
    (0x87, b""),
    // A tag that no kind has, an x400Address.
    (0x89, b"a"),
    (0xa3, &[0x30, 0]),
];

/// Each in a certificate whose common name is another and in one whose common name fits; then lists that are spoilt as a whole.
pub(crate) fn cases() -> Vec<Case> {
    let local: &[u8] = b"\x82\x09localhost";
    let lists = ENTRIES.iter().map(|(tag, content)| sequence(&[local, &element(*tag, content)].concat()));
    let followed = [sequence(local), vec![5, 0]].concat();
    let both = |der: Vec<u8>| {
        let names: &'static str = der.iter().map(|octet| format!("{octet:02x}")).collect::<Vec<_>>().join(":").leak();
        [Case { names, name: "other.example", ..GOOD }, Case { names, ..GOOD }]
    };
    lists.chain([followed, vec![0x30, 0x20, 0x82, 1, b'a'], vec![4, 0]]).flat_map(both).collect()
}

fn sequence(content: &[u8]) -> Vec<u8> {
    element(0x30, content)
}

fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    [&[tag, u8::try_from(content.len()).unwrap()], content].concat()
}
