//! How sure a verdict is: a model may be known in the main and surmised in a part.

use super::{Client, Compared, Comparison, Fault, Mark};
use crate::facts::{Name, Target};

/// A part of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aspect {
    /// When the common name is read, and which.
    CommonName,
    /// Which wildcards are honoured.
    Wildcards,
    /// Whether a wildcard is honoured that covers what strangers own.
    BroadWildcards,
    /// What an IP address as target is compared with.
    Addresses,
    /// What it demands beyond the name.
    Demands,
    /// Whether it takes what is trusted and no root.
    Unrooted,
    /// Whether it tries another way to a root where the first leads to none.
    Detours,
    /// Whether its user may go on.
    Reaction,
}

impl Client {
    /// How sure we are of what it made of `target` when it complained of `fault`, or of nothing: as sure as of the model,
    /// unless the part that decided is surmised.
    pub fn certainty(&self, comparison: &Comparison<'_>, target: &Target, fault: Option<Fault>) -> Mark {
        let decided = |aspect: &Aspect| match (aspect, &comparison.compared) {
            (Aspect::Demands, _) => fault.is_some_and(Fault::is_unfit),
            (Aspect::Unrooted, _) => fault == Some(Fault::Unrooted),
            (Aspect::Detours, _) => fault == Some(Fault::Detour),
            (Aspect::Reaction, _) => fault.is_some(),
            (Aspect::Addresses, _) => target.address().is_some(),
            (Aspect::CommonName, compared) => {
                // Where nothing was read, it was decided that the common name is not.
                matches!(compared, Compared::CommonName(_) | Compared::AllDnsAndCommonName(..) | Compared::Nothing)
            }
            (Aspect::Wildcards, Compared::Dns(text) | Compared::FirstDns(text) | Compared::CommonName(text)) => {
                text.as_bytes().contains(&b'*')
            }
            (Aspect::BroadWildcards, Compared::Dns(text) | Compared::CommonName(text)) => {
                let name = || Name::parse(text.as_str()?).ok();
                text.as_bytes().starts_with(b"*.") && name().is_some_and(|name| name.is_too_broad())
            }
            (Aspect::Wildcards | Aspect::BroadWildcards, _) => false,
        };
        if self.surmised.iter().any(decided) { self.mark.max(Mark::Inferred) } else { self.mark }
    }

    /// True when this part of the model is surmised though the rest is known.
    pub(crate) fn surmises(&self, aspect: Aspect) -> bool {
        self.surmised.contains(&aspect)
    }

    /// True when it is surmised how it does with names that are written otherwise and with rare limits: no documentation tells that.
    pub(crate) fn surmises_finer_points(&self) -> bool {
        self.mark != Mark::Measured || self.surmises(Aspect::Demands) || self.surmises(Aspect::Detours)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clients::compare;
    use crate::facts::fixture::{identity, subject, target};
    use crate::facts::{Identity, SanExtension};

    #[test]
    fn is_as_sure_as_the_part_that_decided() {
        let bare = Identity { subject: subject(&["mail.contoso.com"]), ..identity([]) };
        assert_eq!(bare.names.extension, SanExtension::Absent);
        for (client, of, host, mark) in [
            ("outlook2007", &identity(["mail.contoso.com"]), "mail.contoso.com", Mark::Documented),
            ("outlook2007", &identity(["*.contoso.com"]), "mail.contoso.com", Mark::Inferred),
            ("outlook2007", &identity(["mail.contoso.com"]), "192.0.2.5", Mark::Inferred),
            ("outlook2007", &identity(["192.0.2.5"]), "mail.contoso.com", Mark::Inferred),
            ("boringssl", &identity(["192.0.2.5"]), "mail.contoso.com", Mark::Inferred),
            ("outlook2007", &bare, "mail.contoso.com", Mark::Inferred),
            ("outlook2010", &identity(["mail.contoso.com"]), "mail.contoso.com", Mark::Inferred),
            ("openssl", &bare, "mail.contoso.com", Mark::Measured),
            ("jsse", &identity(["*.contoso.com"]), "mail.contoso.com", Mark::Measured),
            ("jsse", &identity(["*.co.uk"]), "contoso.co.uk", Mark::Inferred),
            ("angus-mail", &identity(["*.com"]), "contoso.com", Mark::Inferred),
        ] {
            let client = Client::find(client).unwrap();
            let typed = target(host);
            let comparison = compare(&client.names, of, &typed);
            assert_eq!(client.certainty(&comparison, &typed, None), mark, "{} {host}", client.id);
        }
    }

    #[test]
    fn is_as_sure_of_its_demands_as_is_known_of_them() {
        let (of, typed) = (identity(["mail.contoso.com"]), target("mail.contoso.com"));
        for (client, fault, mark) in [
            ("dovecot", Some(Fault::WeakKey), Mark::Inferred),
            ("dovecot", Some(Fault::Expired), Mark::Documented),
            ("dovecot", None, Mark::Documented),
            ("openssl", Some(Fault::WeakKey), Mark::Measured),
            ("android", Some(Fault::Name), Mark::Inferred),
            ("android", None, Mark::Documented),
        ] {
            let client = Client::find(client).unwrap();
            assert_eq!(client.certainty(&compare(&client.names, &of, &typed), &typed, fault), mark, "{}", client.id);
        }
    }
}
