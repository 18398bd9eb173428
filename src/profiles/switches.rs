//! What a kind of CA does to a request, in words, for `certfix profiles NAME`.

use super::{ClientAuth, CommonName, NamesUse, Order, Profile, Rules, Signing, SubjectUse};
use crate::facts::Mark;

impl Profile {
    /// Every switch as a label and what it is set to, in the order people ask.
    pub fn switches(&self) -> Vec<(&'static str, String)> {
        let mut list = vec![
            ("names", names(self.names).to_owned()),
            ("order", self.order()),
            ("common name", common_name(self.common_name).to_owned()),
            ("subject", subject(self.subject)),
            ("signs", signs(self)),
            ("clientAuth", client_auth(self.client_auth)),
        ];
        list.extend(self.most_names.map(|most| ("limit", format!("{most} names in one certificate"))));
        list.extend(
            self.lives
                .iter()
                .map(|life| ("life", format!("at most {} days, issued from {}", life.days, life.issued_from.date()))),
        );
        list
    }

    fn order(&self) -> String {
        let order = match self.order {
            Order::Keeps => "as in the request",
            Order::KeepsWithinKinds => "as in the request within each kind; DNS names come first",
            Order::Sorts => "sorted",
            Order::Unknown => return "not known, or it depends".to_owned(),
        };
        hedged(order.to_owned(), self.mark)
    }
}

fn hedged(text: String, mark: Mark) -> String {
    text + &mark.hedge()
}

const fn names(names: NamesUse) -> &'static str {
    match names {
        NamesUse::Copied => "taken from the request",
        NamesUse::CopiedIfTold => "taken from the request only where the CA is set up so, or is told so",
    }
}

const fn common_name(common_name: CommonName) -> &'static str {
    match common_name {
        CommonName::Keeps => "as in the request",
        CommonName::KeepsOrFirstFitting => "as in the request, else its first DNS name that is short enough",
        CommonName::FirstNameOrNone => "the first DNS name of the request where the CA is set up so, else none",
        CommonName::Never => "left out",
        CommonName::Unknown => "not known, or it depends",
    }
}

fn subject(subject: SubjectUse) -> String {
    match subject {
        SubjectUse::Copied => "copied, once checked".to_owned(),
        SubjectUse::Ignored(mark) => hedged("left out, but for the common name".to_owned(), mark),
    }
}

fn client_auth(client_auth: ClientAuth) -> String {
    match client_auth {
        ClientAuth::Signs => "signed when it is asked for".to_owned(),
        ClientAuth::EndsOn(day, mark) => hedged(format!("not signed, issued from {}", day.date()), mark),
        ClientAuth::Unknown => "not known, or it depends".to_owned(),
    }
}

fn signs(profile: &Profile) -> String {
    const NEVER: &str = "no internal names (since 2015-11-01), no OU (since 2022-09-01)";
    match (profile.rules, profile.addresses) {
        (Rules::Baseline, Signing::Signs) => format!("public DNS names and public addresses; {NEVER}"),
        (Rules::Baseline, Signing::Under(other)) => {
            format!("public DNS names, public addresses under its profile {other} alone; {NEVER}")
        }
        (Rules::Own, Signing::Signs) => "what its owner allows".to_owned(),
        (Rules::Own, Signing::Under(other)) => {
            format!("what its owner allows, addresses under its profile {other} alone")
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::profiles::find;

    #[test]
    fn says_what_becomes_of_order_subject_and_life() {
        let letsencrypt = find("letsencrypt").unwrap().switches();
        assert!(letsencrypt.contains(&("order", "sorted".to_owned())));
        let common_name = "as in the request, else its first DNS name that is short enough";
        assert!(letsencrypt.contains(&("common name", common_name.to_owned())));
        assert!(letsencrypt.iter().any(|(_, text)| text.contains("addresses under its profile shortlived alone;")));
        assert!(letsencrypt.contains(&("subject", "left out, but for the common name".to_owned())));
        assert!(letsencrypt.contains(&("life", "at most 45 days, issued from 2028-02-16".to_owned())));
        assert!(letsencrypt.contains(&("clientAuth", "not signed, issued from 2026-07-08".to_owned())));
        let sectigo = find("sectigo").unwrap().switches();
        assert!(sectigo.contains(&("clientAuth", "not signed, issued from 2026-05-15 (reported)".to_owned())));
        let subject = "left out, but for the common name (inferred)".to_owned();
        assert!(find("vault").unwrap().switches().contains(&("subject", subject)));
        assert!(find("openbao").unwrap().switches().contains(&("order", "as in the request (reported)".to_owned())));
    }
}
