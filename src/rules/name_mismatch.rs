//! The certificate does not cover the name people connect to.

use super::{Check, Context, Hit, Named, Remedy, Rule, Source};
use crate::clients::Fault;

pub(super) const RULE: Rule = Rule {
    code: "name-mismatch",
    title: "the certificate is for another name",
    why: "A client compares the name it was told to use with the names in the certificate, and stops if none fits.",
    fix: "Ask for a certificate that lists this name.",
    source: Source::Rfc(9525, "6"),
    fault: Some(Fault::Name),
    check: Check::Name(check),
};

fn check(named: &Named<'_>, _: &Context<'_>) -> Option<Hit> {
    let name = named.target.name()?;
    if named.comparison.matches {
        return None;
    }
    let detail = format!("asked for {}, found {}", named.target, named.identity.names);
    Some(Hit::refuse(detail).remedy(Remedy::AddName(name.clone())))
}
