//! Which handshakes are tried with one service, and in which order.
//!
//! The first is that of a client of today. Old servers get older ones until they answer. Then come the questions of a
//! patient administrator: without a server name, with a name nobody knows, with the other kind of key, with old versions.

use super::tls::{self, Seen};
use crate::facts::{Certificate, Hello, KeyKind, KeysOffered, Name, Sni, TlsVersion, Trouble};

/// One handshake and what came of it.
pub(super) type Tried = (Hello, Result<Seen, Trouble>);

/// A name that no server knows (RFC 6761 §6.4).
const NOBODY: &str = "certfix.invalid";

/// Tries what there is to try. `ask` makes one handshake on a connection of its own.
pub(super) fn handshakes(target: Option<&Name>, ask: impl FnMut(&Hello) -> Result<Seen, Trouble>) -> Vec<Tried> {
    let target = target.map_or(Sni::Absent, |name| Sni::Target(name.clone()));
    let mut tour = Tour { target, ask, tried: Vec::new() };
    tour.go();
    tour.tried
}

struct Tour<F> {
    target: Sni,
    ask: F,
    tried: Vec<Tried>,
}

/// The run is over: the server stalls, or somebody stopped it.
struct Over;

impl<F: FnMut(&Hello) -> Result<Seen, Trouble>> Tour<F> {
    fn go(&mut self) {
        // What is left out after a stall is no loss: each further handshake would stall too.
        let _ = self.all();
    }

    fn all(&mut self) -> Result<(), Over> {
        let target = self.target.clone();
        let mut first = None;
        for newest in [TlsVersion::Tls13, TlsVersion::Tls12, TlsVersion::Tls10, TlsVersion::Ssl3] {
            first = self.ask(&target, KeysOffered::Any, newest)?.map(|seen| (seen.version, other_keys(seen), newest));
            if first.is_some() || !self.hopes_for_older() {
                break;
            }
        }
        let Some((version, other_keys, newest)) = first else { return Err(Over) };
        if target != Sni::Absent {
            self.without_name(version, newest)?;
            if let Ok(nobody) = Name::parse(NOBODY) {
                self.ask(&Sni::Other(nobody), KeysOffered::Any, newest)?;
            }
        } else if version > TlsVersion::Tls12 {
            self.ask(&Sni::Absent, KeysOffered::Any, TlsVersion::Tls12)?;
        }
        if let Some(keys) = other_keys {
            let newest = if self.answers_to(TlsVersion::Tls12) { TlsVersion::Tls12 } else { newest };
            self.ask(&target, keys, newest)?;
        }
        self.older_than(version)
    }

    /// Old clients send no name, and they are at TLS 1.2 at most: both questions at once, where that is answered. The
    /// oldest are at TLS 1.0.
    fn without_name(&mut self, version: TlsVersion, newest: TlsVersion) -> Result<(), Over> {
        let older = newest.min(TlsVersion::Tls12);
        match self.ask(&Sni::Absent, KeysOffered::Any, older)?.map(|seen| seen.version) {
            Some(answered) if answered > TlsVersion::Tls10 => {
                self.ask(&Sni::Absent, KeysOffered::Any, TlsVersion::Tls10)?;
            }
            None if version > TlsVersion::Tls12 => {
                self.ask(&Sni::Absent, KeysOffered::Any, newest)?;
                // It may have missed the name, or TLS 1.3.
                let target = self.target.clone();
                self.ask(&target, KeysOffered::Any, older)?;
            }
            _ => {}
        }
        Ok(())
    }

    /// The versions that have ended, one by one, until one is not answered.
    fn older_than(&mut self, mut version: TlsVersion) -> Result<(), Over> {
        let target = self.target.clone();
        for older in [TlsVersion::Tls11, TlsVersion::Tls10, TlsVersion::Ssl3] {
            if version <= older {
                continue;
            }
            match self.ask(&target, KeysOffered::Any, older)? {
                Some(seen) => version = seen.version,
                None => break,
            }
        }
        Ok(())
    }

    /// One handshake; None when the server turned it down.
    fn ask(&mut self, sni: &Sni, keys: KeysOffered, newest: TlsVersion) -> Result<Option<&Seen>, Over> {
        let hello = Hello { sni: sni.clone(), keys, newest };
        let seen = (self.ask)(&hello);
        let over = seen.as_ref().is_err_and(|trouble| !trouble.may_answer_another());
        self.tried.push((hello, seen));
        if over {
            return Err(Over);
        }
        Ok(self.tried.last().and_then(|(_, seen)| seen.as_ref().ok()))
    }

    /// Whether the last handshake failed in a way that leaves hope for an older one.
    fn hopes_for_older(&self) -> bool {
        self.tried.last().is_some_and(|(_, seen)| seen.as_ref().is_err_and(tls::wants_legacy))
    }

    fn answers_to(&self, newest: TlsVersion) -> bool {
        self.tried.iter().any(|(hello, seen)| hello.newest == newest && seen.is_ok())
    }
}

/// The kind of key that the server did not show.
pub fn other_keys(seen: &Seen) -> Option<KeysOffered> {
    let leaf = Certificate::from_der(seen.chain.first()?).ok()?;
    match leaf.identity.key.kind {
        KeyKind::Rsa { .. } | KeyKind::RsaPss { .. } => Some(KeysOffered::Ecdsa),
        KeyKind::Ec(_) => Some(KeysOffered::Rsa),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::name;
    use crate::facts::{Cause, Possession, Step};

    /// A certificate with a P-256 key.
    fn elliptic() -> Vec<Vec<u8>> {
        let made = rcgen::generate_simple_self_signed(["mail.contoso.com".to_owned()]).unwrap();
        vec![made.cert.der().to_vec()]
    }

    /// What a server was asked that speaks these versions, and turns the others down with this alert.
    fn asked(target: Option<&Name>, versions: &[TlsVersion], cause: &Cause) -> Vec<String> {
        let chain = elliptic();
        let tried = handshakes(target, |hello| {
            let version = versions.iter().rev().find(|version| **version <= hello.newest);
            match version.filter(|_| hello.keys != KeysOffered::Rsa) {
                Some(version) => Ok(Seen { version: *version, chain: chain.clone(), possession: Possession::Proved }),
                None => Err(Trouble { step: Step::Handshake, cause: cause.clone() }),
            }
        });
        tried
            .into_iter()
            .map(|(hello, seen)| format!("{} {}", question(&hello), if seen.is_ok() { "yes" } else { "no" }))
            .collect()
    }

    fn question(hello: &Hello) -> String {
        let sni = match &hello.sni {
            Sni::Target(_) => "named",
            Sni::Absent => "unnamed",
            Sni::Other(_) => "other",
        };
        format!("{sni} {:?} {}", hello.keys, hello.newest)
    }

    #[test]
    fn asks_a_server_of_today_six_questions() {
        let mail = name("mail.contoso.com");
        let versions = [TlsVersion::Tls12, TlsVersion::Tls13];
        assert_eq!(
            asked(Some(&mail), &versions, &Cause::Alert(70)),
            [
                "named Any TLS 1.3 yes",
                "unnamed Any TLS 1.2 yes",
                "unnamed Any TLS 1.0 no",
                "other Any TLS 1.3 yes",
                "named Rsa TLS 1.2 no",
                "named Any TLS 1.1 no",
            ]
        );
    }

    #[test]
    fn asks_one_without_tls_1_2_whether_it_missed_the_name() {
        let mail = name("mail.contoso.com");
        assert_eq!(
            asked(Some(&mail), &[TlsVersion::Tls13], &Cause::Alert(70))[1..4],
            ["unnamed Any TLS 1.2 no", "unnamed Any TLS 1.3 yes", "named Any TLS 1.2 no"]
        );
    }

    #[test]
    fn goes_back_until_an_old_server_answers() {
        let mail = name("mail.contoso.com");
        let asked = asked(Some(&mail), &[TlsVersion::Ssl3, TlsVersion::Tls10], &Cause::Closed);
        assert_eq!(asked[0], "named Any TLS 1.3 yes", "it chooses what it has, whatever is offered");
        assert!(asked.contains(&"named Any SSL 3.0 yes".to_owned()), "{asked:?}");
    }

    #[test]
    fn never_names_an_address() {
        let asked = asked(None, &[TlsVersion::Tls12, TlsVersion::Tls13], &Cause::Alert(70));
        assert!(asked.iter().all(|question| question.starts_with("unnamed ")), "{asked:?}");
    }

    #[test]
    fn leaves_a_server_alone_that_stalls_or_speaks_something_else() {
        let mail = name("mail.contoso.com");
        for cause in [Cause::TimedOut, Cause::Stopped, Cause::NotTls("* OK".into())] {
            assert_eq!(asked(Some(&mail), &[], &cause), ["named Any TLS 1.3 no"], "{cause:?}");
        }
        assert_eq!(asked(Some(&mail), &[], &Cause::Closed).len(), 4, "all versions are tried on one that hangs up");
    }
}
