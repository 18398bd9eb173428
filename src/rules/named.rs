//! One client's view of a target, and which of the five name faults it is. Each mismatch is exactly one of them.

use crate::clients::{Client, CommonName, Comparison, DnsScan, Reference, compare};
use crate::error::listed;
use crate::facts::{Host, Identity, Name, SanExtension, Target, Text};

/// One client's view of a target and a certificate or request.
#[derive(Clone, Copy, Debug)]
pub struct Named<'a> {
    /// What its user typed.
    pub target: &'a Target,
    /// The names.
    pub identity: &'a Identity,
    /// The client.
    pub client: &'a Client,
    /// What it compared.
    pub comparison: &'a Comparison<'a>,
    /// Which names fit by the standard.
    pub coverage: Coverage,
}

/// Which names of a certificate fit a target by RFC 9525 §6.3; the same for every client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// A dNSName does.
    listed: bool,
    /// A common name does.
    common_name: bool,
}

impl Coverage {
    /// Looks at every name once.
    pub fn of(target: &Target, identity: &Identity) -> Self {
        let Some(name) = target.name() else { return Self { listed: false, common_name: false } };
        Self {
            listed: identity.names.dns().any(|text| covers(text, name)),
            common_name: identity.subject.common_names().any(|text| covers(text, name)),
        }
    }
}

/// Why no name fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mismatch {
    /// An IP address was typed.
    ByAddress,
    /// A later name fits, and this client reads only the first.
    NotFirst,
    /// This client reads the common name, and that differs.
    CommonNameDiffers,
    /// Only the common name fits, and this client does not read it.
    CommonNameOnly,
    /// It is for another name, or what was typed is no name.
    OtherName,
}

impl Named<'_> {
    /// Why no name fits, when none does.
    ///
    /// None also where the certificate is as it should be and only the client is odd, which its verdict shows: it reads
    /// nothing but a common name that is rightly not there (BR 7.1.2.7.2), or compares addresses (Q273948).
    pub fn mismatch(&self) -> Option<Mismatch> {
        if self.comparison.matches {
            return None;
        }
        match self.target.host() {
            Host::Address(_) => return Some(Mismatch::ByAddress),
            Host::Malformed(_) => return Some(Mismatch::OtherName),
            Host::Name(_) => {}
        }
        let policy = &self.client.names;
        if policy.reference == Reference::PeerAddress && (self.coverage.listed || self.coverage.common_name) {
            return None;
        }
        if !self.identity.names.has_dns() {
            let reads = match policy.common_name {
                CommonName::Never => false,
                CommonName::Only | CommonName::Also => true,
                CommonName::IfNoReadableSan => self.identity.names.entries.is_empty(),
                _ => {
                    let names = &self.identity.names;
                    names.entries.is_empty() && names.extension != SanExtension::Unreadable
                }
            };
            return Some(match (self.coverage.common_name, reads) {
                (true, false) => Mismatch::CommonNameOnly,
                (false, true) if self.identity.subject.common_names().next().is_some() => Mismatch::CommonNameDiffers,
                _ => Mismatch::OtherName,
            });
        }
        let listed = self.coverage.listed;
        match policy.scan {
            DnsScan::First if listed => Some(Mismatch::NotFirst),
            DnsScan::Nothing if listed => {
                self.identity.subject.common_names().next().map(|_| Mismatch::CommonNameDiffers)
            }
            _ => Some(Mismatch::OtherName),
        }
    }

    /// The target, when it is a name.
    pub(super) fn asked(&self) -> Option<&Name> {
        self.target.name()
    }

    /// True when a dNSName equals the target letter for letter.
    pub(super) fn is_listed(&self) -> bool {
        self.asked().is_some_and(|name| self.identity.names.dns().any(|text| equals(text, name)))
    }

    /// True when a dNSName fits by RFC 9525 §6.3, whatever this client says.
    pub(super) fn fits_by_standard(&self) -> bool {
        self.coverage.listed
    }

    /// The dNSName in U-labels that would fit in A-labels, and it in A-labels.
    pub(super) fn unconverted(&self) -> Option<(&Text, Name)> {
        let asked = self.asked()?;
        let raw = self.identity.names.dns().filter(|text| !text.as_bytes().is_ascii());
        let mut both = raw.filter_map(|text| Some((text, Name::parse(text.as_str()?).ok()?)));
        both.find(|(_, name)| covers(&Text::from(name.as_str()), asked))
    }

    /// True when this client finds `name` in it, were that typed.
    pub(super) fn fits_as(&self, name: &Name) -> bool {
        compare(&self.client.names, self.identity, &Target::from(name)).matches
    }

    /// True when the target is an address and an iPAddress equals it.
    pub(super) fn is_listed_address(&self) -> bool {
        self.target.address().is_some_and(|address| self.identity.names.addresses().any(|entry| entry == address))
    }

    /// The names for people: those of the SAN, else the common names, else `no names`.
    pub(super) fn found(&self) -> String {
        let names = &self.identity.names;
        if !names.entries.is_empty() {
            return listed(&names.entries);
        }
        let common_names = listed(self.identity.subject.common_names());
        if common_names.is_empty() { "no names".to_owned() } else { format!("only common name {common_names}") }
    }
}

fn equals(text: &Text, name: &Name) -> bool {
    text.as_bytes().eq_ignore_ascii_case(name.as_str().as_bytes())
}

/// Whether a presented name fits by RFC 9525 §6.3; clients that are laxer or stricter have answered for themselves.
fn covers(text: &Text, name: &Name) -> bool {
    let starred = || {
        let rest = text.as_bytes().strip_prefix(b"*")?;
        let (label, _) = name.as_str().split_once('.')?;
        Some(rest.eq_ignore_ascii_case(&name.as_str().as_bytes()[label.len()..]))
    };
    equals(text, name) || starred().unwrap_or(false)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::clients::{Compared, Fault, NamePolicy};
    use crate::facts::fixture::{identity, subject, target};
    use crate::rules::{Check, Context, Hit, Rule};

    /// What `rule` says of a client with these habits that did not find its target.
    pub(in crate::rules) fn unmatched(
        rule: &Rule,
        habits: (DnsScan, CommonName),
        identity: &Identity,
        typed: &str,
    ) -> Option<Hit> {
        let base = crate::clients::Client::find("outlook2007").unwrap();
        let names = NamePolicy { scan: habits.0, common_name: habits.1, ..base.names };
        let client = Client { names, ..*base };
        let comparison = Comparison { compared: Compared::Nothing, matches: false };
        let target = target(typed);
        let coverage = Coverage::of(&target, identity);
        let named = Named { target: &target, identity, client: &client, comparison: &comparison, coverage };
        let Check::Name(mismatch, check) = rule.check else { panic!("{} is no name rule", rule.code) };
        if named.mismatch() == Some(mismatch) { check(&named, &Context::plain()) } else { None }
    }

    /// A client of today.
    pub(in crate::rules) const MODERN: (DnsScan, CommonName) = (DnsScan::All, CommonName::Never);
    /// Outlook 2007.
    pub(in crate::rules) const FIRST_ONLY: (DnsScan, CommonName) = (DnsScan::First, CommonName::IfNoDns);
    /// A client of the Exchange 5.5 era.
    pub(in crate::rules) const COMMON_NAME_ONLY: (DnsScan, CommonName) = (DnsScan::Nothing, CommonName::Only);

    #[test]
    fn gives_every_mismatch_to_exactly_one_rule() {
        let name_rules: Vec<&Rule> =
            super::super::ALL.iter().copied().filter(|rule| matches!(rule.check, Check::Name(..))).collect();
        let bare = Identity { subject: subject(&["mail.contoso.com"]), ..identity([]) };
        let two = identity(["server.contoso.local", "mail.contoso.com"]);
        let without = Identity { subject: subject(&[]), ..two.clone() };
        let mut unreadable = bare.clone();
        unreadable.names.extension = SanExtension::Unreadable;
        for (habits, identity, typed, code) in [
            (MODERN, &two, "192.0.2.5", "connects-by-address"),
            (MODERN, &bare, "mail.contoso.com", "common-name-only"),
            (MODERN, &bare, "imap.contoso.com", "name-mismatch"),
            (FIRST_ONLY, &unreadable, "mail.contoso.com", "common-name-only"),
            (MODERN, &two, "imap.contoso.com", "name-mismatch"),
            (MODERN, &two, "mail contoso.com", "name-mismatch"),
            (FIRST_ONLY, &two, "mail.contoso.com", "name-not-first"),
            (FIRST_ONLY, &two, "imap.contoso.com", "name-mismatch"),
            (FIRST_ONLY, &bare, "imap.contoso.com", "common-name-mismatch"),
            (COMMON_NAME_ONLY, &two, "mail.contoso.com", "common-name-mismatch"),
            (COMMON_NAME_ONLY, &two, "imap.contoso.com", "name-mismatch"),
            (COMMON_NAME_ONLY, &without, "mail.contoso.com", ""),
        ] {
            let codes: Vec<&str> = name_rules
                .iter()
                .filter(|rule| unmatched(rule, habits, identity, typed).is_some())
                .map(|rule| rule.code)
                .collect();
            assert_eq!(codes.join(" "), code, "{habits:?} {typed}");
        }
    }

    #[test]
    fn every_name_rule_is_a_name_fault() {
        let name_rules = super::super::ALL.iter().filter(|rule| matches!(rule.check, Check::Name(..)));
        assert!(name_rules.clone().count() == 5 && name_rules.into_iter().all(|rule| rule.fault == Some(Fault::Name)));
    }
}
