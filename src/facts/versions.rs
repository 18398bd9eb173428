//! The versions of TLS that a service answers, as far as its handshakes tell.

use super::{Cause, Endpoint, KeysOffered, Look, Step, TlsVersion};

/// The versions that a service answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answered {
    /// The oldest that was answered.
    pub oldest: TlsVersion,
    /// The newest that was answered, and so the newest that it has: new ones are offered first.
    pub newest: TlsVersion,
    /// The newest of a ClientHello that was turned down while another, with newer versions, was answered.
    pub turned_down: Option<TlsVersion>,
}

impl Answered {
    /// True unless it is certain that a client with these versions gets no answer.
    pub fn meets(&self, oldest: TlsVersion, newest: TlsVersion) -> bool {
        let is_turned_down = self.turned_down.is_some_and(|version| newest <= version);
        oldest <= self.newest && (self.oldest <= newest || !is_turned_down)
    }
}

impl Endpoint {
    /// The versions that it answers; none when it presented no certificate.
    pub fn answered(&self) -> Option<Answered> {
        let versions = || self.answers().map(|(_, answer)| answer.version);
        let takes_all = |look: &&Look| look.hello.keys == KeysOffered::Any;
        let turned_down = self.looks.iter().filter(takes_all).filter(|look| is_turned_down(look));
        let turned_down = turned_down.filter(|down| {
            let is_newer = |look: &Look| look.hello.sni == down.hello.sni && look.hello.newest > down.hello.newest;
            self.answers().any(|(look, _)| is_newer(look))
        });
        Some(Answered {
            oldest: versions().min()?,
            newest: versions().max()?,
            turned_down: turned_down.map(|look| look.hello.newest).max(),
        })
    }
}

/// The server said no in the handshake, in one of the ways in which servers do.
fn is_turned_down(look: &Look) -> bool {
    let trouble = look.answer.as_ref().err().filter(|trouble| trouble.step == Step::Handshake);
    trouble.is_some_and(|trouble| matches!(trouble.cause, Cause::Alert(_) | Cause::Closed | Cause::Reset))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::{answers_with, fails};
    use crate::facts::{Hello, Sni};

    /// A service that speaks these versions, asked as the probe asks: with the newest first, and none after one that it
    /// turned down for this.
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
        endpoint.answered().unwrap()
    }

    const TODAY: (TlsVersion, TlsVersion) = (TlsVersion::Tls12, TlsVersion::Tls13);
    const XP: (TlsVersion, TlsVersion) = (TlsVersion::Ssl3, TlsVersion::Tls10);

    #[test]
    fn a_server_of_today_meets_clients_of_today_alone() {
        let alert = Cause::Alert(70);
        let server = speaks(&[TlsVersion::Tls12, TlsVersion::Tls13], &alert);
        assert_eq!((server.oldest, server.newest), TODAY);
        assert!(server.meets(TODAY.0, TODAY.1) && !server.meets(XP.0, XP.1));
        let server = speaks(&[TlsVersion::Tls13], &alert);
        assert!(server.meets(TODAY.0, TODAY.1) && !server.meets(TlsVersion::Tls10, TlsVersion::Tls12));
    }

    #[test]
    fn an_old_server_meets_old_clients_alone() {
        let server = speaks(&[TlsVersion::Tls10], &Cause::Closed);
        assert!(!server.meets(TODAY.0, TODAY.1) && server.meets(XP.0, XP.1));
        let server = speaks(&[TlsVersion::Tls10, TlsVersion::Tls12], &Cause::Closed);
        assert!(server.meets(TODAY.0, TODAY.1) && server.meets(XP.0, XP.1));
    }

    #[test]
    fn what_was_not_turned_down_may_be_answered() {
        let server = speaks(&[TlsVersion::Tls12], &Cause::TimedOut);
        assert_eq!(server.turned_down, None);
        assert!(server.meets(XP.0, XP.1));
    }

    #[test]
    fn one_that_wants_a_name_is_not_taken_for_one_without_old_versions() {
        let mut endpoint = answers_with("imaps", 0, TlsVersion::Tls13);
        let mut unnamed = fails("imaps", Step::Handshake, Cause::Alert(112)).looks.remove(0);
        unnamed.hello = Hello { sni: Sni::Absent, newest: TlsVersion::Tls12, ..unnamed.hello };
        endpoint.looks.push(unnamed);
        assert_eq!(endpoint.answered().unwrap().turned_down, None);
    }

    #[test]
    fn a_service_without_a_certificate_answers_none() {
        assert_eq!(fails("imaps", Step::Handshake, Cause::Closed).answered(), None);
    }
}
