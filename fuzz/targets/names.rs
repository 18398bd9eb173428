//! Any words as what somebody typed and as the names of a certificate, one a line: what is typed, the common name, DNS names.
#![no_main]
#![allow(clippy::unwrap_used, reason = "what cannot go on is a finding")]

#[path = "../../tests/support/named.rs"]
mod named;

use certfix::clients::{Client, compare};
use certfix::facts::{Name, Target};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut lines = bytes.split(|octet| *octet == b'\n');
    let (typed, common_name) = (lines.next().unwrap_or_default(), lines.next());
    let names: Vec<Vec<u8>> = lines.take(8).map(<[u8]>::to_vec).collect();
    let (target, identity) = (Target::typed(typed), named::identity(&names, common_name));
    named::ask_all(&target, &identity);
    // A name is read back as it is written, in A-labels and in U-labels, and fits a certificate that is made for it.
    let Some(name) = target.name() else { return };
    assert_eq!(Name::parse(name.as_str()).ok().as_ref(), Some(name));
    if let Some(unicode) = name.unicode() {
        assert_eq!(Name::parse(&unicode).ok().as_ref(), Some(name), "{unicode}");
    }
    let made = named::identity(&[name.as_str().as_bytes().to_vec()], None);
    let strictest = Client::find("rfc9525").unwrap();
    assert!(name.is_wildcard() || compare(&strictest.names, &made, &target).matches, "{name}");
});
