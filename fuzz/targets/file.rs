//! Any octets as a certificate file, with a password and without: read, judged for all clients, reported and planned.
#![no_main]
#![allow(clippy::unwrap_used, reason = "what cannot go on is a finding")]

#[path = "../../tests/support/whole_way.rs"]
mod whole_way;

use certfix::input::Password;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    whole_way::go(bytes, None);
    whole_way::go(bytes, Some(&Password::new("changeit".to_owned())));
});
