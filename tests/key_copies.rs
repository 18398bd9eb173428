//! A key that is deleted for good is not said to be gone where a commit kept a copy of it.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

#[path = "support/authority.rs"]
#[expect(dead_code, reason = "other tests use more of it")]
mod authority;
#[path = "support/key_store.rs"]
#[expect(dead_code, reason = "other tests use more of it")]
mod key_store;

use std::fs;

use authority::{Authority, Leaf};
use key_store::{KeyStore, NAME, said};

#[test]
fn removing_a_key_names_the_copies_that_an_undo_may_need() {
    let authority = Authority::new();
    let (old, new) = (authority.issue(&Leaf::new(&[NAME])), authority.issue(&Leaf::new(&[NAME])));
    let store = KeyStore::with(&old);
    let combined = store.beside("combined.pem");
    let value = format!("combined_file={}", combined.display());
    store.run(&["bind", NAME, "--to", "files", "--set", &value, "--reload", "true"]);
    store.run(&["commit"]);
    store.renew(&new);
    store.run(&["commit"]);
    store.run(&["bind", NAME, "--to", "files", "--remove"]);
    let output = store.command(&["keys", "remove", NAME, "--yes", "--no-backup"]).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    let complaint = String::from_utf8(output.stderr).unwrap();
    let named: Vec<&str> = complaint
        .lines()
        .filter_map(|line| line.strip_prefix("certfix: a copy of the private key stays in '"))
        .collect();
    assert_eq!(named.len(), 1, "{complaint}");
    let copy = fs::read_to_string(named[0].trim_end_matches('\'')).unwrap();
    assert_eq!(copy, format!("{}{}{}", old.key, old.certificate, old.issuers));
    assert!(complaint.contains("delete their folders when no undo is to need them"), "{complaint}");
    assert!(fs::read_to_string(&combined).unwrap().starts_with(&new.key), "what is in service stays");
}

#[test]
fn removing_a_key_without_copies_says_nothing_of_them() {
    let store = KeyStore::with(&Authority::new().issue(&Leaf::new(&[NAME])));
    let output = store.command(&["keys", "remove", NAME, "--yes", "--no-backup"]).output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{}", said(&output));
}
