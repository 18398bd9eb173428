//! What `certfix` says of live services, as JSON.

use std::fmt::Write;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// The answer of `certfix check` or `certfix inspect`.
pub(crate) struct Answer {
    pub(crate) status: Option<i32>,
    pub(crate) json: Value,
}

/// A live source in an answer.
pub(crate) struct Seen<'a> {
    /// The entry about its services.
    pub(crate) services: &'a Value,
    /// The entries about its certificates.
    pub(crate) certificates: Vec<&'a Value>,
}

/// The name of the server in most tests.
pub(crate) const MAIL: &[&str] = &["mail.contoso.com"];

/// `scheme://mail.contoso.com:port`
pub(crate) fn at(scheme: &str, port: u16) -> String {
    format!("{scheme}://{}:{port}", MAIL[0])
}

/// The program, with arguments.
pub(crate) fn certfix(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_certfix"));
    command.args(arguments).stdin(Stdio::null()).env_remove("CERTFIX_STORE").env_remove("SSL_CERT_DIR");
    command
}

/// What it writes as JSON; `--at` keeps the day out of it.
pub(crate) fn json(arguments: &[&str]) -> Answer {
    answer(certfix(arguments).args(["--format", "json", "--at", "2026-09-01"]).output().unwrap())
}

pub(crate) fn answer(output: Output) -> Answer {
    let json = serde_json::from_slice(&output.stdout);
    let json = json.unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    Answer { status: output.status.code(), json }
}

impl Answer {
    /// The sources in the order named; those that could not be looked at are left out.
    pub(crate) fn sources(&self) -> Vec<Seen<'_>> {
        let mut sources: Vec<Seen<'_>> = Vec::new();
        for entry in self.json["sources"].as_array().unwrap() {
            match (sources.last_mut(), entry["kind"] == "services") {
                (Some(last), false) => last.certificates.push(entry),
                _ => sources.push(Seen { services: entry, certificates: Vec::new() }),
            }
        }
        sources
    }

    /// The only source.
    pub(crate) fn only(&self) -> Seen<'_> {
        let mut sources = self.sources();
        assert_eq!(sources.len(), 1, "{:#}", self.json);
        sources.remove(0)
    }
}

impl Seen<'_> {
    /// One endpoint.
    pub(crate) fn endpoint(&self, number: usize) -> &Value {
        &self.services["endpoints"][number]
    }

    /// The answers of an endpoint: the version, whether the key was proved, and the chain as SHA-256.
    pub(crate) fn answers(&self, endpoint: &Value) -> Vec<(String, String, Vec<String>)> {
        let looks = endpoint["looks"].as_array().unwrap().iter().filter(|look| look["chain_number"].is_u64());
        looks
            .map(|look| {
                let text = |field: &str| look[field].as_str().unwrap().to_owned();
                (text("version"), text("possession"), self.chain(look["chain_number"].as_u64().unwrap()))
            })
            .collect()
    }

    /// The chain with this number, from 1, as SHA-256.
    fn chain(&self, number: u64) -> Vec<String> {
        let entry = self.certificates[usize::try_from(number).unwrap() - 1];
        let issuers = entry["chain"].as_array().into_iter().flatten();
        let all = std::iter::once(&entry["certificate"]).chain(issuers);
        all.map(|certificate| certificate["sha256"].as_str().unwrap().to_owned()).collect()
    }

    /// The details of all findings about the services and the certificates with this code.
    pub(crate) fn found(&self, code: &str) -> Vec<&str> {
        let entries = std::iter::once(self.services).chain(self.certificates.iter().copied());
        let findings = entries.flat_map(|entry| entry["findings"].as_array().into_iter().flatten());
        let found = findings.filter(|finding| finding["code"] == code);
        found.map(|finding| finding["detail"].as_str().unwrap()).collect()
    }

    /// The codes of the findings about the services alone.
    pub(crate) fn codes(&self) -> Vec<&str> {
        let findings = self.services["findings"].as_array().into_iter().flatten();
        findings.map(|finding| finding["code"].as_str().unwrap()).collect()
    }
}

/// SHA-256 as the program writes it.
pub(crate) fn colons(digest: &[u8; 32]) -> String {
    let mut text = String::new();
    for byte in digest {
        let colon = if text.is_empty() { "" } else { ":" };
        write!(text, "{colon}{byte:02X}").unwrap();
    }
    text
}
