//! How sure a verdict is: a model may be known in the main and surmised in a part.

use super::{Client, Compared, Comparison, Mark};
use crate::facts::Target;

/// A part of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aspect {
    /// When the common name is read, and which.
    CommonName,
    /// Which wildcards are honoured.
    Wildcards,
    /// What an IP address as target is compared with.
    Addresses,
}

impl Client {
    /// How sure we are of what it made of `target`: as sure as of the model, unless the part that decided is surmised.
    pub fn certainty(&self, comparison: &Comparison<'_>, target: &Target) -> Mark {
        let decided = |aspect: &Aspect| match (aspect, &comparison.compared) {
            (Aspect::Addresses, _) => target.address().is_some(),
            (Aspect::CommonName, compared) => {
                // Where nothing was read, it was decided that the common name is not.
                matches!(compared, Compared::CommonName(_) | Compared::AllDnsAndCommonName(..) | Compared::Nothing)
            }
            (Aspect::Wildcards, Compared::Dns(text) | Compared::FirstDns(text) | Compared::CommonName(text)) => {
                text.as_bytes().contains(&b'*')
            }
            (Aspect::Wildcards, _) => false,
        };
        if self.surmised.iter().any(decided) { self.mark.max(Mark::Inferred) } else { self.mark }
    }

    /// True when this part of the model is surmised though the rest is known.
    pub(super) fn surmises(&self, aspect: Aspect) -> bool {
        self.surmised.contains(&aspect)
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
        ] {
            let client = Client::find(client).unwrap();
            let typed = target(host);
            let comparison = compare(&client.names, of, &typed);
            assert_eq!(client.certainty(&comparison, &typed), mark, "{} {host}", client.id);
        }
    }
}
