//! Any octets as a file that tells a mail program its servers.
#![no_main]

use certfix::accounts;
use certfix::facts::Source;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(found) = accounts::read(bytes, Source::Stdin) else { return };
    for account in found {
        let shown = format!("{account:?}");
        assert!(!shown.chars().any(|character| character.is_control()), "{shown}");
    }
});
