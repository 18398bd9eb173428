//! Live services as JSON.

use serde::Serialize;

use super::Shown;
use super::names::{FoundEntry, found};
use crate::facts::{Cause, Endpoint, KeysOffered, Look, Lookup, Opening, Possession, Service, Sni, Survey, Text};
use crate::judge::{Placed, Services};

/// The services of one source, as `check` and `inspect` show them beside the certificates.
#[derive(Debug, Serialize)]
pub struct ServicesEntry<'a> {
    source: Shown<Text>,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    findings: Option<Vec<FindingEntry<'a>>>,
    endpoints: Vec<EndpointEntry<'a>>,
    /// Names that DNS was asked for.
    dns: Vec<LookupEntry<'a>>,
}

#[derive(Debug, Serialize)]
struct LookupEntry<'a> {
    name: &'a str,
    #[serde(flatten)]
    found: FoundEntry<'a>,
}

#[derive(Debug, Serialize)]
struct FindingEntry<'a> {
    code: &'static str,
    level: &'static str,
    title: &'static str,
    detail: &'a str,
    /// Positions in `endpoints`, from 0.
    endpoints: &'a [usize],
    fix: &'static str,
}

#[derive(Debug, Serialize)]
struct EndpointEntry<'a> {
    service: Shown<&'a Service>,
    protocol: &'static str,
    opening: &'static str,
    address: String,
    greeting: Option<Shown<&'a Text>>,
    injected: Option<Shown<&'a Text>>,
    looks: Vec<LookEntry<'a>>,
}

#[derive(Debug, Serialize)]
struct LookEntry<'a> {
    sni: Option<&'a str>,
    keys: &'static str,
    newest: &'static str,
    /// What was chosen and presented; absent when there was trouble.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'static str>,
    /// Which chain of this source, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    chain_number: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    possession: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    step: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trouble: Option<Shown<&'a Cause>>,
}

/// What was found about the services of a source.
pub fn services<'a>(services: &'a Services<'a>) -> ServicesEntry<'a> {
    ServicesEntry { findings: Some(services.findings.iter().map(finding).collect()), ..survey(services.survey) }
}

/// The services of a source, not judged.
pub fn survey(survey: &Survey) -> ServicesEntry<'_> {
    ServicesEntry {
        source: Shown(Text::from(&*survey.named)),
        kind: "services",
        findings: None,
        endpoints: survey.endpoints.iter().map(endpoint).collect(),
        dns: survey.lookups.iter().chain(&survey.guesses).map(lookup).collect(),
    }
}

fn lookup(lookup: &Lookup) -> LookupEntry<'_> {
    LookupEntry { name: lookup.name.as_str(), found: found(lookup) }
}

fn finding(finding: &Placed) -> FindingEntry<'_> {
    FindingEntry {
        code: finding.rule.code,
        level: finding.hit.level.word(),
        title: finding.rule.title,
        detail: &finding.hit.detail,
        endpoints: &finding.endpoints,
        fix: finding.rule.fix,
    }
}

fn endpoint(endpoint: &Endpoint) -> EndpointEntry<'_> {
    EndpointEntry {
        service: Shown(&endpoint.service),
        protocol: endpoint.service.protocol,
        opening: match endpoint.service.opening {
            Opening::Implicit => "implicit",
            Opening::StartTls => "starttls",
        },
        address: endpoint.address.to_string(),
        greeting: endpoint.greeting.as_ref().map(Shown),
        injected: endpoint.injected.as_ref().map(Shown),
        looks: endpoint.looks.iter().map(look).collect(),
    }
}

fn look(look: &Look) -> LookEntry<'_> {
    let answer = look.answer.as_ref().ok();
    let trouble = look.answer.as_ref().err();
    LookEntry {
        sni: match &look.hello.sni {
            Sni::Target(name) | Sni::Other(name) => Some(name.as_str()),
            Sni::Absent => None,
        },
        keys: match look.hello.keys {
            KeysOffered::Any => "any",
            KeysOffered::Rsa => "rsa",
            KeysOffered::Ecdsa => "ecdsa",
        },
        newest: look.hello.newest.name(),
        version: answer.map(|answer| answer.version.name()),
        chain_number: answer.map(|answer| answer.chain + 1),
        possession: answer.map(|answer| match answer.possession {
            Possession::Proved => "proved",
            Possession::NotAsked => "not asked",
            Possession::NotChecked(_) => "not checked",
            Possession::Failed => "failed",
        }),
        step: trouble.map(|trouble| trouble.step.to_string()),
        trouble: trouble.map(|trouble| Shown(&trouble.cause)),
    }
}
