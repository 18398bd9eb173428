//! An underscore in a host name.

use memchr::memchr;

use super::{Check, Context, Hit, Mend, Rule, Source};
use crate::facts::Identity;

pub(super) const RULE: Rule = Rule {
    code: "underscore-in-name",
    title: "a name holds an underscore",
    why: "Host names are made of letters, digits and hyphens. Windows lets a computer name hold an underscore, but no \
          public CA has signed one since May 2019, and some clients do not match it.",
    fix: "Give the host a name without an underscore in DNS and ask for that.",
    source: Source::BaselineRequirements("7.1.2.7.12"),
    fault: None,
    check: Check::Identity(check),
};

fn check(identity: &Identity, ctx: &Context<'_>) -> Option<Hit> {
    let level = ctx.authority.forbids()?;
    Hit::in_names(&identity.names, level, |entry| {
        memchr(b'_', entry.dns()?.as_bytes()).map(|_| (entry.to_string(), Mend::Drop))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::identity;

    #[test]
    fn reports_an_underscore() {
        let hit = check(&identity(["my_host.contoso.com"]), &Context::public()).unwrap();
        assert_eq!(hit.detail, "my_host.contoso.com");
    }

    #[test]
    fn accepts_hyphens_and_private_authorities() {
        assert_eq!(check(&identity(["my-host.contoso.com"]), &Context::public()), None);
        assert_eq!(check(&identity(["my_host.contoso.com"]), &Context::private()), None);
    }
}
