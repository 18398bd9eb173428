//! What `certfix new` says of an answer at once, before anything is agreed to.
#![cfg(target_os = "linux")]

#[path = "support/pages.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod pages;
#[path = "support/terminal.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod terminal;

use pages::{CTRL_C, desk, first_pages};
use terminal::Session;

#[test]
fn a_unit_that_public_cas_do_not_sign_is_spoken_of_where_it_is_typed() {
    let desk = desk();
    let mut session = Session::start(desk.path(), 100, &["new"]);
    first_pages(&mut session);
    session.answers("Organization:", "Contoso, Ltd");
    session.answers("Organizational unit:", "Mail");
    let said = session.sees("Domain (behind the @):");
    assert!(said.contains("public CAs sign no organizational unit (OU)"), "{said}");
    session.types(CTRL_C);
    assert_eq!(session.ends().0, 130);
}
