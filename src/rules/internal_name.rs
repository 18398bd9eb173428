//! A name that no public CA signs because it does not exist on the Internet.

use super::{Check, Context, Hit, Mend, Remedy, Rule, Source};
use crate::facts::{Identity, InternalNames, Name};

pub(super) const RULE: Rule = Rule {
    code: "internal-name",
    title: "a name does not exist on the Internet",
    why: "Names such as server.contoso.local or a bare computer name belong to nobody, so public CAs have not signed \
          them since November 2015. A request that holds one is refused whole.",
    fix: "Leave the internal names out and let clients inside use the public name too, or use a private CA.",
    source: Source::BaselineRequirements("7.1.2.7.12"),
    fault: None,
    check: Check::Identity(check),
};

fn check(identity: &Identity, ctx: &Context<'_>) -> Option<Hit> {
    let level = ctx.authority.forbids()?;
    if identity.names.entries.is_empty() {
        let common_name = identity.subject.common_names().next_back()?;
        let name = Name::parse(common_name.as_str()?).ok()?;
        let internal = !name.is_single_label() && name.is_internal();
        return internal.then(|| Hit::new(level, format!("common name {name}")).remedy(Remedy::SetCommonName));
    }
    let mut internal = InternalNames::default();
    Hit::in_names(&identity.names, level, |entry| {
        if !internal.contains(entry) {
            return None;
        }
        // A name that is malformed has a rule of its own.
        let name = entry.name()?;
        // Public CAs do sign Tor's names (BR Appendix B).
        let onion = name.labels().next_back() == Some("onion");
        (!onion).then(|| (entry.to_string(), Mend::Drop))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::{identity, subject};
    use crate::rules::Level;

    #[test]
    fn lists_internal_names_with_their_positions() {
        let names = identity(["remote.contoso.com", "server.contoso.local", "SERVER"]);
        let hit = check(&names, &Context::public()).unwrap();
        assert_eq!((hit.level, hit.detail.as_str()), (Level::Refused, "server.contoso.local, SERVER"));
        assert_eq!(hit.remedy, Remedy::MendNames(vec![(1, Mend::Drop), (2, Mend::Drop)]));
        assert_eq!(check(&names, &Context::plain()).unwrap().level, Level::Warning);
    }

    #[test]
    fn reads_the_common_name_where_nothing_else_is_there() {
        let bare = Identity { subject: subject(&["server.contoso.local"]), ..identity([]) };
        assert!(check(&bare, &Context::plain()).is_some());
    }

    #[test]
    fn accepts_public_names_and_private_authorities() {
        assert_eq!(check(&identity(["remote.contoso.com", "a.onion"]), &Context::public()), None);
        assert_eq!(check(&identity(["server.contoso.local"]), &Context::private()), None);
    }
}
