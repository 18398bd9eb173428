//! What can be wrong with a certificate, a request or a chain. Each rule is a pure function of facts.
//!
//! Adding a rule: a file here with a `pub(super) const RULE`, named by its code, and its two lines below.

mod name_mismatch;

use crate::clients::{Client, Comparison, Fault};
use crate::facts::{Certificate, Identity, Item, Moment, Name, Subject, Target, TrustStore};

/// Every rule, in the order of reports.
pub const ALL: &[&Rule] = &[&name_mismatch::RULE];

/// One thing that can be wrong.
#[derive(Debug)]
pub struct Rule {
    /// The fault in kebab case; equal to the file name. Never renamed.
    pub code: &'static str,
    /// One line: what is wrong.
    pub title: &'static str,
    /// Why it matters.
    pub why: &'static str,
    /// What to do.
    pub fix: &'static str,
    /// Who says so.
    pub source: Source,
    /// What clients complain of when it hits. None: no client notices, and verdicts stay as they are.
    pub fault: Option<Fault>,
    /// The check, by what it needs to see.
    pub check: Check,
}

/// Where a rule comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// An RFC and its section.
    Rfc(u16, &'static str),
    /// CA/Browser Forum TLS Baseline Requirements, section.
    BaselineRequirements(&'static str),
    /// A page of a vendor: short name and address.
    Vendor(&'static str, &'static str),
}

/// What a rule needs to see. Missing evidence makes a rule "not checked", never "fine".
#[derive(Clone, Copy, Debug)]
pub enum Check {
    /// Names and key, of a certificate or a request.
    Identity(fn(&Identity, &Context<'_>) -> Option<Hit>),
    /// A certificate.
    Certificate(fn(&Certificate, &Context<'_>) -> Option<Hit>),
    /// A certificate, once for each client.
    ClientCertificate(fn(&Certificate, &Client, &Context<'_>) -> Option<Hit>),
    /// What one client compared, once for each client. Needs a target.
    Name(fn(&Named<'_>, &Context<'_>) -> Option<Hit>),
    /// A certificate and the others that came with it, in presented order.
    Chain(fn(&Certificate, &[&Certificate], &Context<'_>) -> Option<Hit>),
    /// A certificate, what came with it, and trusted roots.
    Trust(fn(&Certificate, &[&Certificate], &TrustStore, &Context<'_>) -> Option<Hit>),
    /// A private key that came with it.
    Key(fn(&Subject<'_>, &Context<'_>) -> Option<Hit>),
}

/// One client's view of a target and a certificate or request.
#[derive(Clone, Copy, Debug)]
pub struct Named<'a> {
    /// What its user typed.
    pub target: &'a Target,
    /// The names.
    pub identity: &'a Identity,
    /// The client.
    pub client: &'a Client,
    /// What it compared.
    pub comparison: &'a Comparison<'a>,
}

/// What a check may know beside the facts.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The moment that is "now".
    pub now: Moment,
    /// Whose certificate it is.
    pub authority: Authority,
    /// The name people type, when it is known.
    pub target: Option<&'a Target>,
    /// Roots to trust, when they are known.
    pub trust: Option<&'a TrustStore>,
}

/// What kind of CA stands behind a certificate, or will.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authority {
    /// One that the Baseline Requirements bind.
    Public,
    /// One of its own, or the key itself.
    Private,
    /// It cannot be told.
    Unknown,
}

impl Authority {
    /// Tells from the certificate: CA/B Forum policies (BR 7.1.6.1) or embedded timestamps mean a public CA,
    /// issuer = subject means its own key.
    pub fn of(item: Item<'_>) -> Self {
        let Some(cert) = item.certificate() else { return Self::Unknown };
        if cert.is_self_issued() {
            return Self::Private;
        }
        let reserved = |policy: &str| policy.starts_with("2.23.140.1.2.") || policy == "2.23.140.1.1";
        if cert.has_timestamps || cert.policies.iter().any(|policy| reserved(policy)) {
            return Self::Public;
        }
        Self::Unknown
    }
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Worth knowing.
    Note,
    /// A SHOULD, or it will break on a known date.
    Warning,
    /// A MUST, or clients were seen to refuse.
    Refused,
}

impl Level {
    /// `note`, `warning`, `refused`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Refused => "refused",
        }
    }
}

/// One rule's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// How bad it is.
    pub level: Level,
    /// What exactly was found, in one line.
    pub detail: String,
    /// What a new certificate has to do about it.
    pub remedy: Remedy,
}

/// What a plan can do about a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// List this name.
    AddName(Name),
    /// Put this name first.
    MoveFirst(Name),
    /// Leave out the entry at this position of the SAN.
    DropName(usize),
    /// Write the entry at this position as this name.
    ReplaceName(usize, Name),
    /// Make the common name equal the first name.
    SetCommonName,
    /// Leave subject attributes out that a public CA will not sign.
    TrimSubject,
    /// Make a new key.
    NewKey,
    /// A new certificate cures it by itself: life, signature, usages, serial, version.
    Reissue,
    /// Nothing certfix can do; the rule's `fix` tells how.
    Manual,
}

impl Hit {
    /// A standard says MUST, or clients were seen to refuse.
    pub fn refuse(detail: impl Into<String>) -> Self {
        Self { level: Level::Refused, detail: detail.into(), remedy: Remedy::Manual }
    }

    /// A SHOULD, or it will break on a known date.
    pub fn warn(detail: impl Into<String>) -> Self {
        Self { level: Level::Warning, ..Self::refuse(detail) }
    }

    /// Worth knowing.
    pub fn note(detail: impl Into<String>) -> Self {
        Self { level: Level::Note, ..Self::refuse(detail) }
    }

    /// With this remedy.
    #[must_use]
    pub fn remedy(self, remedy: Remedy) -> Self {
        Self { remedy, ..self }
    }
}

impl Rule {
    /// The rule with this code.
    pub fn find(code: &str) -> Option<&'static Self> {
        ALL.iter().copied().find(|rule| rule.code == code)
    }
}
