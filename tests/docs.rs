//! The pages that are made from the code are current. `CERTFIX_WRITE_DOCS=1` writes them.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::Path;

use certfix::report::reference;

#[test]
fn rules_page_is_current() {
    is_current("docs/rules.md", &reference::rules_markdown());
}

#[test]
fn clients_page_is_current() {
    is_current("docs/clients.md", &reference::clients_markdown());
}

fn is_current(page: &str, made: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(page);
    if std::env::var_os("CERTFIX_WRITE_DOCS").is_some() {
        fs::write(&path, made).unwrap();
    }
    let there = fs::read_to_string(&path).unwrap_or_default();
    assert!(there == made, "{page} is stale: run CERTFIX_WRITE_DOCS=1 cargo test --test docs");
}
