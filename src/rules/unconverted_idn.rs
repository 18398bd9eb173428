//! A name with letters beyond ASCII that was not converted to its xn-- form.

use super::{Check, Context, Hit, Level, Mend, Rule, Source};
use crate::clients::{Demands, Fault, SanForm};
use crate::facts::Item;

pub(super) const RULE: Rule = Rule {
    code: "unconverted-idn",
    title: "an international name is not converted",
    why: "In a certificate a name such as bücher.example is written xn--bcher-kva.example. Most clients \
          convert what their user types to that form, so the unconverted name does not match; only some that convert \
          nothing, such as OpenSSL, may match it. Android and Go refuse such certificates.",
    fix: "Ask for the converted name.",
    source: Source::Rfc(5280, "7.2"),
    fault: Some(Fault::Malformed),
    check: Check::ClientItem(check),
};

fn check(item: Item<'_>, demands: Option<&Demands>, ctx: &Context<'_>) -> Option<Hit> {
    let level = match demands {
        None => ctx.authority.forbids_or_warns(),
        Some(demands) => demands.refused_names.contains(&SanForm::NotAscii).then_some(Level::Refused)?,
    };
    Hit::in_names(&item.identity().names, level, |entry| {
        let text = entry.dns()?;
        if text.plain().is_some() || text.as_bytes().is_ascii() {
            return None;
        }
        let name = entry.name()?;
        Some((format!("{entry} for {name}"), Mend::Replace(name)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clients::Client;
    use crate::facts::fixture::{leaf, name};
    use crate::rules::Remedy;

    fn judged<const N: usize>(names: [&str; N], client: Option<&str>) -> Option<Hit> {
        let demands = client.map(|id| &Client::find(id).unwrap().demands);
        check(Item::Certificate(&leaf(names)), demands, &Context::plain())
    }

    #[test]
    fn gives_the_converted_name() {
        let hit = judged(["mail.contoso.com", "bücher.contoso.com"], None).unwrap();
        let converted = name("xn--bcher-kva.contoso.com");
        assert_eq!(hit.remedy, Remedy::MendNames(vec![(1, Mend::Replace(converted))]));
    }

    #[test]
    fn accepts_a_converted_name() {
        assert_eq!(judged(["xn--bcher-kva.contoso.com"], None), None);
    }

    #[test]
    fn speaks_for_the_clients_that_refuse_the_whole_certificate() {
        assert_eq!(judged(["bücher.contoso.com"], Some("go")).unwrap().level, Level::Refused);
        assert_eq!(judged(["bücher.contoso.com"], Some("openssl")), None);
    }
}
