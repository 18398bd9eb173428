//! An order that is under way, in the key's folder: enough to go on after a crash, and to clean up.

use serde::{Deserialize, Serialize};

use super::challenge::{Proof, Trace};
use crate::Error;
use crate::authority::record;
use crate::facts::{Request, sha256_hex};
use crate::store::{KeyFolder, ORDER, Secrecy, discard};
use crate::told::{Tell, Told};

/// What is written down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Begun {
    /// The URL of the directory.
    pub(super) directory: String,
    /// The profile that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) profile: Option<String>,
    /// SHA-256 over the request.
    pub(super) request: String,
    /// The URL of the order; none where only something is left to clean up.
    pub(super) order: Option<String>,
    /// Kind and token of the proofs that the authority has been told of. Told twice, it may look twice, and once too late.
    /// The token alone does not tell: many authorities have one for all kinds of proof of a name.
    #[serde(default)]
    pub(super) told: Vec<(String, String)>,
    /// What proofs may have left behind.
    #[serde(default)]
    pub(super) left: Vec<Trace>,
}

impl Begun {
    pub(super) fn new(directory: &str, profile: Option<&str>, request: &Request) -> Self {
        let hash = sha256_hex(&request.der);
        let (directory, profile) = (directory.to_owned(), profile.map(str::to_owned));
        Self { directory, profile, request: hash, order: None, told: Vec::new(), left: Vec::new() }
    }

    /// What a run before this one wrote down.
    pub(super) fn of(key: &KeyFolder) -> Result<Option<Self>, Error> {
        record::read(&key.path.join(ORDER))
    }

    /// True when it is for the same request at the same place.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        (&self.directory, &self.profile, &self.request) == (&other.directory, &other.profile, &other.request)
    }

    pub(super) fn record(&self, key: &KeyFolder) -> Result<(), Error> {
        record::write(&key.path.join(ORDER), self, Secrecy::Public)
    }

    /// Whether the authority has been told of this proof in this way.
    pub(super) fn has_told(&self, kind: &str, proof: &Proof) -> bool {
        self.told.iter().any(|told| (&*told.0, &told.1) == (kind, &proof.token))
    }

    /// Adds what a proof will leave behind, unless it is known: of a proof that is shown again the first trace has more.
    pub(super) fn leaves(&mut self, trace: Trace) {
        if !self.left.iter().any(|known| known.is_same(&trace)) {
            self.left.push(trace);
        }
    }

    /// Takes away what proofs left behind. What cannot be taken away is told, and stays written down for the next run.
    pub(super) fn clean(&mut self, key: &KeyFolder, tell: Tell<'_>) -> Result<(), Error> {
        if self.left.is_empty() {
            return Ok(());
        }
        self.left.retain(|trace| trace.remove().inspect_err(|error| tell(Told::Remark(&error.to_string()))).is_err());
        self.record(key)
    }

    /// Nothing is under way any more.
    pub(super) fn forget(key: &KeyFolder) -> Result<(), Error> {
        discard(&key.path.join(ORDER))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_kind_of_proof_with_the_same_token_has_not_been_told() {
        let (name, token) = ("remote.contoso.com".to_owned(), "token".to_owned());
        let proof = Proof { name, token, authorization: "token.hash".to_owned(), digest: Vec::new() };
        let text = r#"{"directory": "https://x/", "request": "", "order": null, "told": [["http-01", "token"]]}"#;
        let begun: Begun = serde_json::from_str(text).unwrap();
        assert!(begun.has_told("http-01", &proof) && !begun.has_told("tls-alpn-01", &proof));
    }
}
