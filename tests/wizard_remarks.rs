//! What `certfix new` says of an answer at once, before anything is agreed to, and what stays of it on the screen.
#![cfg(target_os = "linux")]

#[path = "support/pages.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod pages;
#[path = "support/screen.rs"]
mod screen;
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

/// Errors and answers may be longer than a line.
#[test]
fn nothing_of_a_wrong_answer_stays_above_the_right_one() {
    let desk = desk();
    let mut session = Session::start(desk.path(), 80, &["new"]);
    first_pages(&mut session);
    for question in ["Organization:", "Organizational unit:", "Domain (behind the @):"] {
        session.answers(question, "");
    }
    let long = "mail server of the branch in Redmond.".repeat(3) + "contoso.com";
    for wrong in ["mail server.contoso.com", &*long, "-"] {
        session.answers("Common name:", wrong);
        session.sees(&format!("error: '{wrong}'"));
    }
    session.answers("Common name:", "mail.contoso.com");
    session.answers("More names (commas between):", &"a.contoso.com, ".repeat(7));
    session.sees("Ask DNS for these names?");
    let shown = screen::shown(session.raw(), 80);
    let from = shown.iter().position(|line| line.starts_with("Domain")).unwrap_or_default();
    let list = format!("More names (commas between): {}", "a.contoso.com, ".repeat(7));
    let (first, second) = list.split_at(80);
    let wanted = ["Domain (behind the @):", "Common name: mail.contoso.com", first.trim_end(), second.trim_end()];
    assert_eq!(shown[from..from + 4], wanted);
    session.types(CTRL_C);
    assert_eq!(session.ends().0, 130);
}
