//! Why an online authority did not give a certificate.

use std::fmt::{self, Write};
use std::path::PathBuf;

use super::Error;
use crate::facts::Moment;

/// Why ordering did not work. `authority` is the host name of the directory.
#[derive(Debug)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the variant and its message say what each value is")]
pub enum Ordering {
    /// Nobody said where to order, and there was no order before.
    NoDirectory { key: String },
    /// Nobody said how to prove the names.
    NoChallenge { key: String },
    /// A directory that is not an https URL.
    BadDirectory { url: String },
    /// A file of roots that cannot be used.
    BadRoots { path: PathBuf, cause: String },
    /// The authority does not answer.
    Unreachable { authority: String, cause: String },
    /// The directory's own certificate is not trusted.
    Untrusted { authority: String, cause: String },
    /// What came back is not ACME.
    NotAcme { authority: String, cause: String },
    /// The account needs the terms to be agreed to.
    Terms { authority: String, url: String },
    /// The account needs a binding to one that exists elsewhere.
    NeedsBinding { authority: String },
    /// The file does not hold an HMAC key.
    BadBinding { path: PathBuf },
    /// The authority has forgotten or closed the account.
    AccountGone { authority: String, path: PathBuf, cause: String },
    /// The authority refused.
    Refused(Box<Problem>),
    /// A name could not be proved.
    NotProved { name: String, challenge: &'static str, problem: Box<Problem> },
    /// The authority does not offer this proof for the name.
    NotOffered { name: String, challenge: &'static str, offered: String },
    /// This kind of proof cannot be given for the name.
    NotForName { name: String, challenge: &'static str, cause: &'static str },
    /// The key has no request to order with.
    NoRequest { key: String },
    /// The order came to nothing and the authority does not say why.
    Invalid { key: String, authority: String },
    /// The order takes longer than was waited for.
    Pending { key: String, authority: String, state: &'static str, seconds: u64 },
    /// A link in the folder of a web server, by which its owner would have certfix write where he may not.
    LedAstray { link: PathBuf, owner: u32 },
    /// No server can be started for the proof.
    CannotListen { address: String, flag: &'static str, cause: String },
    /// The hook failed.
    Hook { hook: PathBuf, action: &'static str, record: String, cause: String },
    /// DNS does not show the record that the hook added.
    NotInDns { record: String, value: String, seconds: u64, seen: String },
    /// The authority would put another name first.
    WouldSort { ca: String, first: String, target: String },
    /// Somebody said no.
    Declined { key: String },
}

/// What an authority said when it refused (RFC 8555 §6.7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The host name of the directory.
    pub authority: String,
    /// The error's type without `urn:ietf:params:acme:error:`; the whole where it is of another kind.
    pub kind: String,
    /// The authority's own words.
    pub detail: String,
    /// The same for single names: name, kind, words (§6.7.1).
    pub names: Vec<(String, String, String)>,
    /// When to try again.
    pub retry_at: Option<Moment>,
    /// A page that somebody has to open (`userActionRequired`, §7.3.3).
    pub instance: Option<String>,
}

impl Problem {
    /// What it means, in plain words.
    pub fn meaning(&self) -> &'static str {
        meaning(&self.kind)
    }

    /// What to try next.
    pub fn hint(&self) -> &'static str {
        let kind = self.names.first().map_or(&*self.kind, |(_, kind, _)| kind);
        match kind {
            "rateLimited" => "wait until then; try things out with certfix order NAME --acme letsencrypt-staging",
            "rejectedIdentifier" => "leave the name out of the request, or ask a CA that signs it: certfix ca sign",
            "unsupportedIdentifier" => {
                "leave the address out of the request, or pass --acme-profile PROFILE to certfix order NAME"
            }
            "caa" => "add a CAA record for this authority in DNS",
            "dns" => "see that the name has an address, or a TXT record, that the whole Internet can look up",
            "connection" | "tls" => "see that the authority can reach this machine: DNS, firewall, port 80 or 443",
            "unauthorized" | "incorrectResponse" => {
                "see that the name leads to this machine and that nothing else answers there"
            }
            "badCSR" | "badPublicKey" => "make another request: certfix csr --renew NAME --key rsa-2048",
            "externalAccountRequired" => BIND,
            "userActionRequired" => "open that page, then order again",
            "invalidContact" | "unsupportedContact" => "pass --email with another address to certfix order NAME",
            "invalidProfile" => {
                "pass --acme-profile to certfix order NAME with a profile that it knows, or leave it out"
            }
            "serverInternal" | "badNonce" | "orderNotReady" => "try again later; the order goes on where it was",
            _ => "ask the authority what that means, then run the same command again",
        }
    }
}

/// What an account elsewhere is told with. A renewal has no flags for it.
const BIND: &str = "pass --eab-kid KID and --eab-key-file FILE, which the authority gave you, to certfix order NAME";

fn meaning(kind: &str) -> &'static str {
    match kind {
        "rateLimited" => "it has given too many certificates, or had too many failures, for now",
        "rejectedIdentifier" => "it will not sign this name",
        "unsupportedIdentifier" => "it does not sign this kind of name",
        "caa" => "a CAA record in DNS forbids it to sign this name",
        "dns" => "it could not look the name up in DNS",
        "connection" => "it could not connect to the name",
        "tls" => "it could not speak TLS with the name",
        "unauthorized" => "what it found does not prove the name, or the account may not do this",
        "incorrectResponse" => "what it found is not the answer to the challenge",
        "badCSR" => "it does not accept the request",
        "badPublicKey" => "it does not accept the key",
        "badNonce" => "it did not take a message for new, however often it was sent",
        "externalAccountRequired" => "it wants an account of its own that this one is bound to",
        "userActionRequired" => "somebody has to do something there first",
        "orderNotReady" => "the order is not ready yet",
        "invalidContact" | "unsupportedContact" => "it does not accept the e-mail address",
        "accountDoesNotExist" => "it does not know the account",
        "alreadyReplaced" => "the certificate has been replaced already",
        "invalidProfile" => "it has no such profile",
        "malformed" => "it did not understand the message",
        "serverInternal" => "something went wrong there",
        _ => "it refused",
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.meaning())?;
        if !self.detail.is_empty() {
            write!(out, ": {}", self.detail)?;
        }
        for (name, kind, detail) in &self.names {
            write!(out, "; {name}: {}: {detail}", meaning(kind))?;
        }
        if let Some(at) = self.retry_at {
            write!(out, "; it may be asked again from {at} on")?;
        }
        if let Some(page) = &self.instance {
            write!(out, "; see {page}")?;
        }
        write!(out, " ({})", self.kind)
    }
}

impl Ordering {
    pub(super) fn hint(&self) -> &'static str {
        match self {
            Self::NoDirectory { .. } => "name one: --acme letsencrypt, or --acme with its directory's https URL",
            Self::NoChallenge { .. } => "pass --webroot DIR, --listen, --dns-hook PROGRAM or --tls-alpn",
            Self::BadDirectory { .. } => "name letsencrypt, letsencrypt-staging, or the directory's https URL",
            Self::BadRoots { .. } => {
                "pass --acme-ca-file to certfix order NAME with a PEM file of the root of the directory's own certificate"
            }
            Self::Unreachable { .. } => {
                "see that network and name are right, and run the same command again: it goes on where it was"
            }
            Self::Untrusted { .. } => "pass the root that signed it to certfix order NAME: --acme-ca-file FILE",
            Self::NotAcme { .. } => "see that the URL is that of an ACME directory, and not of a page about it",
            Self::Terms { .. } => {
                "read them, then: certfix order NAME --agree-tos, and the other flags of a first order"
            }
            Self::NeedsBinding { .. } => BIND,
            Self::BadBinding { .. } => "put the HMAC key into it in base64url, alone, as the authority gave it",
            Self::AccountGone { .. } => "move that folder away, and the next order makes a new account",
            Self::Refused(problem) if problem.kind == "unauthorized" && problem.names.is_empty() => {
                "if it has closed the account, move the account's folder in _acme of the store away, and the next order \
                 makes a new one"
            }
            Self::Refused(problem) | Self::NotProved { problem, .. } => problem.hint(),
            Self::NotOffered { .. } => {
                "prove it in another way: pass --webroot, --listen, --dns-hook or --tls-alpn to certfix order NAME"
            }
            Self::NotForName { .. } => {
                "pass --dns-hook PROGRAM to certfix order NAME, or leave the name out of the request"
            }
            Self::NoRequest { .. } => {
                "make one: certfix csr --renew NAME for a new key, certfix csr --renew NAME --same-key for the one that is \
                 there"
            }
            Self::Invalid { .. } => "order again: a new order is made",
            Self::Pending { .. } => {
                "run the same command again later: it goes on where it was; or wait longer with --wait SECONDS \
                 (with certfix renew it is --wait-online)"
            }
            Self::LedAstray { .. } => {
                "put a folder in its place, or have root make the link; or name another folder with --webroot DIR"
            }
            Self::CannotListen { .. } => {
                "free the port, or pass another ADDR:PORT, or --webroot DIR of a web server, to certfix order NAME"
            }
            Self::Hook { .. } => "try the hook by hand: HOOK add RECORD VALUE, HOOK remove RECORD VALUE",
            Self::NotInDns { .. } => {
                "see what the hook did; ask another server with --resolver; or wait longer with --wait SECONDS \
                 (with certfix renew it is --wait-online)"
            }
            Self::WouldSort { .. } => {
                "order one certificate for each name with --one-per-name, or go on all the same with --yes"
            }
            Self::Declined { .. } => "run it again and choose, or choose with --one-per-name or --yes",
        }
    }

    pub(super) fn describe(&self, out: &mut impl Write) -> fmt::Result {
        match self {
            Self::NoDirectory { key } => write!(out, "no authority is named to order '{key}' from"),
            Self::NoChallenge { key } => write!(out, "nothing says how the names of '{key}' are to be proved"),
            Self::BadDirectory { url } => write!(out, "'{url}' is not the URL of an ACME directory"),
            Self::BadRoots { path, cause } => write!(out, "'{}' holds no usable root: {cause}", path.display()),
            Self::Unreachable { authority, cause } => write!(out, "cannot reach {authority}: {cause}"),
            Self::Untrusted { authority, cause } => write!(out, "{authority} is not trusted: {cause}"),
            Self::NotAcme { authority, cause } => write!(out, "{authority} does not answer as ACME does: {cause}"),
            Self::Terms { authority, url } => write!(out, "{authority} wants its terms to be agreed to: {url}"),
            Self::NeedsBinding { authority } => {
                write!(out, "{authority} gives certificates only to accounts that are bound to one of its customers")
            }
            Self::BadBinding { path } => write!(out, "'{}' does not hold an HMAC key in base64url", path.display()),
            Self::AccountGone { authority, path, cause } => {
                write!(out, "{authority} no longer takes the account in '{}': {cause}", path.display())
            }
            Self::Refused(problem) => write!(out, "{} refused: {problem}", problem.authority),
            Self::NotProved { name, challenge, problem } => {
                write!(out, "{} could not prove {name} by {challenge}: {problem}", problem.authority)
            }
            Self::NotOffered { name, challenge, offered } => {
                write!(out, "{name} cannot be proved by {challenge}: the authority offers {offered}")
            }
            Self::NotForName { name, challenge, cause } => {
                write!(out, "{name} cannot be proved by {challenge}: {cause}")
            }
            Self::NoRequest { key } => write!(out, "'{key}' has no request to order a certificate with"),
            Self::Invalid { key, authority } => write!(out, "{authority} gave up the order for '{key}'"),
            Self::Pending { key, authority, state, seconds } => {
                write!(out, "{authority} has not given the certificate of '{key}' in {seconds} s: {state}")
            }
            Self::LedAstray { link, owner } => {
                write!(out, "the link '{}' of user {owner} leads to a folder that is not his", link.display())
            }
            Self::CannotListen { address, flag, cause } => write!(out, "cannot listen on {address} ({flag}): {cause}"),
            Self::Hook { hook, action, record, cause } => {
                write!(out, "'{} {action} {record} ...' failed: {cause}", hook.display())
            }
            Self::NotInDns { record, value, seconds, seen } => {
                write!(out, "DNS does not show the TXT record {record} \"{value}\" after {seconds} s: {seen}")
            }
            Self::WouldSort { ca, first, target } => {
                write!(out, "{ca} sorts names: the certificate would begin with {first}, not with {target}")
            }
            Self::Declined { key } => write!(out, "nothing was ordered for '{key}'"),
        }
    }
}

impl From<Ordering> for Error {
    fn from(ordering: Ordering) -> Self {
        Self::Ordering(ordering)
    }
}
