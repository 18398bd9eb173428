//! A wildcard where Exchange wants a name for POP and IMAP.

use super::{Check, Context, Hit, Remedy, Rule, Source};
use crate::facts::{Identity, Text};

pub(super) const RULE: Rule = Rule {
    code: "wildcard-not-for-exchange",
    title: "Exchange does not take a wildcard for POP and IMAP",
    why: "Exchange cannot tell from a wildcard which name its POP and IMAP services have, and Enable-ExchangeCertificate \
          is not meant for it there. Other mail servers do not mind.",
    fix: "On Exchange run Set-PopSettings and Set-ImapSettings with -X509CertificateName and the name people type, and \
          restart both services; or ask for a certificate with that name first.",
    source: Source::Vendor(
        "Microsoft Set-ImapSettings",
        "https://learn.microsoft.com/powershell/module/exchange/set-imapsettings",
    ),
    fault: None,
    check: Check::Identity(check),
};

fn check(identity: &Identity, ctx: &Context<'_>) -> Option<Hit> {
    let is_wildcard = |text: &&Text| text.as_bytes().starts_with(b"*.");
    let first = identity.names.first_dns().map(|(_, text)| text).filter(is_wildcard);
    let (what, text) = match (first, identity.subject.common_names().find(is_wildcard)) {
        (Some(text), _) => ("the first name", text),
        (None, Some(text)) => ("the common name", text),
        (None, None) => return None,
    };
    let asked = ctx.target.and_then(|target| target.name());
    let remedy = asked.map_or(Remedy::Manual, |name| Remedy::MoveFirst(name.clone()));
    Some(Hit::note(format!("{what} is {text}")).remedy(remedy))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::{identity, name, target};

    #[test]
    fn notes_a_wildcard_in_front() {
        let asked = target("mail.contoso.com");
        let ctx = Context { target: Some(&asked), ..Context::plain() };
        let hit = check(&identity(["*.contoso.com", "contoso.com"]), &ctx).unwrap();
        assert_eq!(
            hit,
            Hit::note("the first name is *.contoso.com").remedy(Remedy::MoveFirst(name("mail.contoso.com")))
        );
    }

    #[test]
    fn accepts_a_wildcard_further_down() {
        assert_eq!(check(&identity(["mail.contoso.com", "*.contoso.com"]), &Context::plain()), None);
    }
}
