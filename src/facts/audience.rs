//! To which clients services present a chain.

use super::{Answer, Endpoint, Sni, Survey};

/// The clients that are presented with a chain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Audience {
    /// Those that name the server among them; everybody who is given a file.
    #[default]
    All,
    /// Those that do not name the server in their first message (RFC 6066 §3); the others are presented with something else.
    Unnamed,
    /// None that wants this server: it is for those that name another one.
    Nobody,
}

impl Survey {
    /// The most that any of the services presents this chain to.
    pub fn audience(&self, chain: usize) -> Audience {
        self.presenting(chain).map(|(_, endpoint)| endpoint.audience(chain)).min().unwrap_or_default()
    }
}

impl Endpoint {
    fn audience(&self, chain: usize) -> Audience {
        let to = |wanted: fn(&Sni) -> bool| {
            let answers = self.answers().filter(move |(look, _)| wanted(&look.hello.sni));
            answers.map(|(_, answer)| answer).collect::<Vec<_>>()
        };
        let shows = |answers: &[&Answer]| answers.iter().any(|answer| answer.chain == chain);
        let (named, unnamed) = (to(|sni| matches!(sni, Sni::Target(_))), to(|sni| *sni == Sni::Absent));
        match (named.is_empty(), unnamed.is_empty()) {
            _ if shows(&named) => Audience::All,
            (false, _) if shows(&unnamed) => Audience::Unnamed,
            _ if shows(&unnamed) => Audience::All,
            // Where only those are answered that name another server, there is nothing else to judge.
            (true, true) => Audience::All,
            _ => Audience::Nobody,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::{answers, fails, name, survey};
    use crate::facts::{Cause, Step};

    /// What one service presents to clients that name it, to those that do not, and to those that name another server.
    fn presents(named: Option<usize>, unnamed: Option<usize>, other: Option<usize>) -> [Audience; 3] {
        let look = |chain: Option<usize>| match chain {
            Some(chain) => answers("imaps", chain).looks.remove(0),
            None => fails("imaps", Step::Handshake, Cause::Alert(112)).looks.remove(0),
        };
        let mut endpoint = answers("imaps", 0);
        endpoint.looks = [named, unnamed, other].map(look).into();
        endpoint.looks[1].hello.sni = Sni::Absent;
        endpoint.looks[2].hello.sni = Sni::Other(name("certfix.invalid"));
        let survey = survey([endpoint]);
        [0, 1, 2].map(|chain| survey.audience(chain))
    }

    #[test]
    fn who_names_the_server_is_presented_with_what_it_has_for_that_name() {
        assert_eq!(presents(Some(0), Some(1), Some(2)), [Audience::All, Audience::Unnamed, Audience::Nobody]);
        assert_eq!(presents(Some(0), Some(1), Some(1))[1], Audience::Unnamed);
        assert_eq!(presents(Some(0), Some(0), Some(1))[1], Audience::Nobody);
        assert_eq!(presents(Some(0), None, Some(1))[1], Audience::Nobody);
    }

    #[test]
    fn what_is_all_that_a_service_has_is_for_all() {
        assert_eq!(presents(None, Some(1), Some(1))[1], Audience::All);
        assert_eq!(presents(None, None, Some(1))[1], Audience::All);
    }

    #[test]
    fn one_service_that_has_it_for_all_is_enough() {
        let mut other = answers("imaps", 0);
        let mut unnamed = answers("imaps", 1).looks;
        unnamed[0].hello.sni = Sni::Absent;
        other.looks.extend(unnamed);
        assert_eq!(survey([other.clone()]).audience(1), Audience::Unnamed);
        assert_eq!(survey([other, answers("pop3s", 1)]).audience(1), Audience::All);
    }
}
