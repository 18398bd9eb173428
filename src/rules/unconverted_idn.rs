//! A name with letters beyond ASCII that was not converted to its xn-- form.

use super::{Check, Context, Hit, Mend, Rule, Source};
use crate::facts::Identity;

pub(super) const RULE: Rule = Rule {
    code: "unconverted-idn",
    title: "an international name is not converted",
    why: "In a certificate a name such as bücher.example is written xn--bcher-kva.example. Most clients \
          convert what their user types to that form, so the unconverted name does not match; only some that convert \
          nothing, such as OpenSSL, may match it. Android refuses such certificates.",
    fix: "Ask for the converted name.",
    source: Source::Rfc(5280, "7.2"),
    fault: None,
    check: Check::Identity(check),
};

fn check(identity: &Identity, ctx: &Context<'_>) -> Option<Hit> {
    Hit::in_names(&identity.names, ctx.authority.forbids_or_warns(), |entry| {
        if entry.dns()?.as_bytes().is_ascii() {
            return None;
        }
        let name = entry.name()?;
        Some((format!("{entry} for {name}"), Mend::Replace(name)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::{identity, name};
    use crate::rules::Remedy;

    #[test]
    fn gives_the_converted_name() {
        let hit = check(&identity(["mail.contoso.com", "bücher.contoso.com"]), &Context::plain()).unwrap();
        let converted = name("xn--bcher-kva.contoso.com");
        assert_eq!(hit.remedy, Remedy::MendNames(vec![(1, Mend::Replace(converted))]));
    }

    #[test]
    fn accepts_a_converted_name() {
        assert_eq!(check(&identity(["xn--bcher-kva.contoso.com"]), &Context::plain()), None);
    }
}
