//! Everything that was seen of the services of one live source.

use super::{Answer, Cause, Endpoint, Evidence, Look, Lookup, Target, Trouble};

/// What the services of one source handed out.
#[derive(Debug)]
pub struct Survey {
    /// The source as it was named: `mail.contoso.com`, `imaps://mail.contoso.com`.
    pub named: String,
    /// Its host, as people type it.
    pub host: Target,
    /// Whether the ports were named too, or all the usual ones were tried.
    pub ports: Ports,
    /// Each service on each address, in the order asked for.
    pub endpoints: Vec<Endpoint>,
    /// What DNS says of the name that people type and of those in the certificates; empty when it was not asked.
    pub lookups: Vec<Lookup>,
    /// What DNS says of names that clients and people try for this domain; empty when it was not asked.
    pub guesses: Vec<Lookup>,
    /// The different chains that were presented, in the order of their first appearance; each as the server sent it.
    pub chains: Vec<Evidence>,
}

/// Where the ports of a survey come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ports {
    /// They were asked for: where nothing listens, something is wrong.
    Named,
    /// All that mail servers usually have were tried: most servers lack some.
    Usual,
}

impl Survey {
    /// The endpoints that presented this chain in any handshake, by position.
    pub fn presenting(&self, chain: usize) -> impl Iterator<Item = (usize, &Endpoint)> {
        let presents = move |endpoint: &Endpoint| endpoint.answers().any(|(_, answer)| answer.chain == chain);
        self.endpoints.iter().enumerate().filter(move |(_, endpoint)| presents(endpoint))
    }
}

impl Endpoint {
    /// The handshakes that brought a certificate, first things first.
    pub fn answers(&self) -> impl Iterator<Item = (&Look, &Answer)> {
        self.looks.iter().filter_map(|look| Some((look, look.answer.as_ref().ok()?)))
    }

    /// What kept every handshake from a certificate; none when one of them brought one.
    ///
    /// It is the first trouble that tells something: that a handshake broke the rules of today may only mean that the
    /// server is old.
    pub fn defeat(&self) -> Option<&Trouble> {
        if self.answers().next().is_some() {
            return None;
        }
        if let Some(stopped) = self.interruption() {
            return Some(stopped);
        }
        let troubles = || self.looks.iter().filter_map(|look| look.answer.as_ref().err());
        troubles().find(|trouble| !matches!(trouble.cause, Cause::Malformed(_))).or_else(|| troubles().next())
    }

    /// What is left to be seen because somebody stopped the run.
    pub fn interruption(&self) -> Option<&Trouble> {
        self.looks.last()?.answer.as_ref().err().filter(|trouble| trouble.cause == Cause::Stopped)
    }

    /// What a client is presented with: one of today, or the newest that the server answers.
    pub fn main_answer(&self) -> Option<&Answer> {
        self.answers().next().map(|(_, answer)| answer)
    }
}
