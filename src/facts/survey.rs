//! Everything that was seen of the services of one live source.

use super::{Answer, Endpoint, Evidence, Look};

/// What the services of one source handed out.
#[derive(Debug)]
pub struct Survey {
    /// Each service on each address, in the order asked for.
    pub endpoints: Vec<Endpoint>,
    /// The different chains that were presented, in the order of their first appearance; each as the server sent it.
    pub chains: Vec<Evidence>,
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

    /// What a client of today is presented with.
    pub fn main_answer(&self) -> Option<&Answer> {
        self.looks.first()?.answer.as_ref().ok()
    }
}
