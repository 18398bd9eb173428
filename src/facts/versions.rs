//! The versions of TLS that a service answers, as far as its handshakes tell.

use super::{Cause, Endpoint, KeysOffered, Look, Possession, Sni, Step, TlsVersion, Trouble};

/// The versions that a service answers to clients that name the server, or to those that do not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answered {
    /// Whether the client named the server (RFC 6066 §3).
    pub is_named: bool,
    /// The oldest that was answered.
    pub oldest: TlsVersion,
    /// The newest that was answered, and so the newest that it has: new ones are offered first.
    pub newest: TlsVersion,
    /// The newest of a ClientHello that was turned down while another, with newer versions, was answered.
    pub turned_down: Option<TlsVersion>,
    /// False where connections ended without an alert: that may have had another reason.
    pub is_sure: bool,
    /// Whether `newest` was answered with what clients of today offer beside the version.
    pub is_modern: bool,
}

impl Answered {
    /// Whether a client that offers the versions from `oldest` to `newest` gets an answer; none when nobody asked.
    pub fn shares(&self, (oldest, newest): (TlsVersion, TlsVersion)) -> Option<bool> {
        let is_turned_down = || self.turned_down.is_some_and(|version| newest <= version);
        if self.newest < oldest {
            Some(false)
        } else if self.oldest <= newest {
            Some(true)
        } else {
            is_turned_down().then_some(false)
        }
    }
}

impl Endpoint {
    /// The versions that it answers to those clients to which it presents this chain.
    pub fn answered(&self, chain: usize) -> Vec<Answered> {
        let presents = |look: &&Look| look.answer.as_ref().is_ok_and(|answer| answer.chain == chain);
        let [named, unnamed] = [true, false].map(|is_named| self.to(is_named));
        let found = match [&named, &unnamed].map(|looks| looks.iter().any(&presents)) {
            // Where the name makes no difference to the chain, it makes none to the versions.
            [true, true] => {
                let all = [named, unnamed].concat();
                [answered(&all, true), answered(&all, false)]
            }
            [true, false] => [answered(&named, true), None],
            [false, true] => [None, answered(&unnamed, false)],
            [false, false] => [None, None],
        };
        found.into_iter().flatten().collect()
    }

    /// The handshakes of clients that name the server, or of those that name none.
    fn to(&self, is_named: bool) -> Vec<&Look> {
        let is_one = |look: &&Look| match look.hello.sni {
            Sni::Target(_) => is_named,
            Sni::Absent => !is_named,
            Sni::Other(_) => false,
        };
        self.looks.iter().filter(is_one).collect()
    }
}

/// None when none of the handshakes brought a certificate.
fn answered(looks: &[&Look], is_named: bool) -> Option<Answered> {
    let answers = || looks.iter().filter_map(|look| look.answer.as_ref().ok());
    let newest = answers().map(|answer| answer.version).max()?;
    let refused = |look: &&&Look| look.hello.keys == KeysOffered::Any && look.answer.as_ref().is_err_and(is_refusal);
    let is_after = |down: &Look| looks.iter().any(|look| look.answer.is_ok() && look.hello.newest > down.hello.newest);
    Some(Answered {
        is_named,
        oldest: answers().map(|answer| answer.version).min()?,
        newest,
        turned_down: looks.iter().filter(refused).filter(|look| is_after(look)).map(|look| look.hello.newest).max(),
        is_sure: looks.iter().filter_map(|look| look.answer.as_ref().err()).all(|trouble| is_alert(&trouble.cause)),
        is_modern: answers().any(|answer| answer.version == newest && answer.possession != Possession::NotAsked),
    })
}

/// The server said no in the handshake, in one of the ways in which servers do.
fn is_refusal(trouble: &Trouble) -> bool {
    trouble.step == Step::Handshake
        && (is_alert(&trouble.cause) || matches!(trouble.cause, Cause::Closed | Cause::Reset))
}

fn is_alert(cause: &Cause) -> bool {
    matches!(cause, Cause::Alert(_))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Hello;
    use crate::facts::fixture::{answers_with, fails};

    /// A service that speaks these versions, asked as the probe asks: with the newest first.
    fn speaks(versions: &[TlsVersion], cause: &Cause) -> Answered {
        let mut endpoint = answers_with("imaps", 0, *versions.last().unwrap());
        for newest in [TlsVersion::Tls12, TlsVersion::Tls11, TlsVersion::Tls10] {
            let look = match versions.iter().rev().find(|version| **version <= newest) {
                Some(version) => answers_with("imaps", 0, *version),
                None => fails("imaps", Step::Handshake, cause.clone()),
            };
            let hello = Hello { newest, ..endpoint.looks[0].hello.clone() };
            endpoint.looks.extend(look.looks.into_iter().map(|look| Look { hello: hello.clone(), ..look }));
        }
        only(&endpoint)
    }

    fn only(endpoint: &Endpoint) -> Answered {
        let mut all = endpoint.answered(0);
        assert_eq!(all.len(), 1, "{all:?}");
        all.remove(0)
    }

    const TODAY: (TlsVersion, TlsVersion) = (TlsVersion::Tls12, TlsVersion::Tls13);
    const YESTERDAY: (TlsVersion, TlsVersion) = (TlsVersion::Tls10, TlsVersion::Tls12);
    const XP: (TlsVersion, TlsVersion) = (TlsVersion::Ssl3, TlsVersion::Tls10);

    #[test]
    fn a_server_of_today_answers_clients_of_today_alone() {
        let server = speaks(&[TlsVersion::Tls12, TlsVersion::Tls13], &Cause::Alert(70));
        assert_eq!((server.oldest, server.newest, server.is_sure), (TODAY.0, TODAY.1, true));
        assert_eq!((server.shares(TODAY), server.shares(XP)), (Some(true), Some(false)));
        let server = speaks(&[TlsVersion::Tls13], &Cause::Alert(70));
        assert_eq!((server.shares(TODAY), server.shares(YESTERDAY)), (Some(true), Some(false)));
    }

    #[test]
    fn an_old_server_answers_old_clients_alone() {
        let server = speaks(&[TlsVersion::Tls10], &Cause::Alert(70));
        assert_eq!((server.shares(TODAY), server.shares(XP)), (Some(false), Some(true)));
        let server = speaks(&[TlsVersion::Tls10, TlsVersion::Tls12], &Cause::Alert(70));
        assert_eq!((server.shares(TODAY), server.shares(XP)), (Some(true), Some(true)));
    }

    #[test]
    fn what_was_not_turned_down_is_not_known() {
        let server = speaks(&[TlsVersion::Tls12], &Cause::TimedOut);
        assert_eq!((server.turned_down, server.shares(XP)), (None, None));
    }

    #[test]
    fn a_connection_that_ends_may_have_had_another_reason() {
        let server = speaks(&[TlsVersion::Tls12], &Cause::Reset);
        assert_eq!((server.shares(XP), server.is_sure), (Some(false), false));
    }

    #[test]
    fn who_names_the_server_is_told_apart() {
        let mut endpoint = answers_with("imaps", 0, TlsVersion::Tls13);
        let mut unnamed = fails("imaps", Step::Handshake, Cause::Alert(112)).looks.remove(0);
        unnamed.hello = Hello { sni: Sni::Absent, newest: TlsVersion::Tls12, ..unnamed.hello };
        endpoint.looks.push(unnamed.clone());
        assert_eq!(only(&endpoint).turned_down, None, "it may have wanted the name");
        unnamed.answer = answers_with("imaps", 1, TlsVersion::Tls10).looks.remove(0).answer;
        endpoint.looks.push(unnamed);
        assert_eq!((only(&endpoint).is_named, only(&endpoint).oldest), (true, TlsVersion::Tls13));
        let others = endpoint.answered(1);
        assert_eq!(
            others.iter().map(|one| (one.is_named, one.newest)).collect::<Vec<_>>(),
            [(false, TlsVersion::Tls10)]
        );
    }

    #[test]
    fn what_one_is_told_holds_for_the_other_where_both_see_the_same() {
        let mut endpoint = answers_with("imaps", 0, TlsVersion::Tls13);
        let mut unnamed = answers_with("imaps", 0, TlsVersion::Tls12).looks.remove(0);
        unnamed.hello = Hello { sni: Sni::Absent, newest: TlsVersion::Tls12, ..unnamed.hello };
        endpoint.looks.push(unnamed);
        let both = endpoint.answered(0);
        assert_eq!(both.iter().map(|one| one.is_named).collect::<Vec<_>>(), [true, false]);
        assert!(both.iter().all(|one| one.shares((TlsVersion::Tls10, TlsVersion::Tls12)) == Some(true)));
    }

    #[test]
    fn a_service_without_a_certificate_answers_none() {
        assert_eq!(fails("imaps", Step::Handshake, Cause::Closed).answered(0), []);
    }
}
