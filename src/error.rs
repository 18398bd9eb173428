//! Why something could not be done. One enum, so that the tone is kept in one place.

mod about;
mod deploying;
mod given;
mod ordering;
mod signing;
mod stream;
mod wording;

use std::fmt::{self, Write};
use std::io;
use std::path::PathBuf;

pub use self::deploying::Deploying;
pub use self::given::Given;
pub use self::ordering::{Ordering, Problem};
pub use self::signing::Signing;
pub use self::stream::Stream;
use self::wording::io_hint;
pub use self::wording::nearest;
pub(crate) use self::wording::{distance, io_cause, listed};
use crate::facts::escape;

/// Why certfix could not do what was asked.
#[derive(Debug)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the variant and its message say what each value is")]
pub enum Error {
    /// A file or folder could not be read or written.
    File { action: &'static str, path: PathBuf, cause: io::Error },
    /// What is no file could not be read, written or started.
    Stream { stream: Stream, cause: io::Error },
    /// A file where a folder is needed, or the reverse.
    IsDirectory { path: PathBuf },
    /// The source is larger than is read.
    TooLarge { source: String, limit: u64 },
    /// Nothing is in it.
    Empty { source: String },
    /// It holds neither certificate, request nor key; `is_damaged` when its name or its labels say that it does.
    NotACertificate { source: String, cause: Option<String>, is_damaged: bool },
    /// It is no account file of a mail client.
    NotAnAccountFile { source: String, cause: Option<String> },
    /// An account file that names no server.
    NamesNoServer { source: String },
    /// It holds no certificate or request, only keys.
    OnlyKeys { source: String },
    /// It holds no private key, where one is needed.
    NoKey { source: String, cause: Option<String> },
    /// One private key is needed and there are others.
    ManyKeys { source: String, count: usize },
    /// One certificate is needed and there are more.
    ManyCertificates { source: String, names: Vec<String> },
    /// Services were asked, and one certificate is meant, but they do not present the same.
    ManyPresented { source: String, names: Vec<String> },
    /// A folder in which nothing could be looked at; `authorities` when there are certificates of CAs.
    NothingInFolder { path: PathBuf, authorities: bool },
    /// It is encrypted and no password was given.
    NeedsPassword { source: String },
    /// What is written needs a password, and nobody gave one, or an empty one.
    NeedsNewPassword { what: &'static str, is_empty: bool },
    /// The name to put first is an IP address.
    AddressAsTarget { address: String },
    /// The name to put first is a wildcard.
    WildcardAsTarget { name: String },
    /// The password does not fit.
    WrongPassword { source: String, given: Given },
    /// A private key of a kind that cannot be used.
    UnusableKey { source: String, cause: String },
    /// The private key belongs to another certificate.
    ForeignKey { key: String, certificate: String },
    /// A name given is not a DNS name.
    BadName { name: String, fault: String },
    /// An address of a service names no host.
    NoHost { address: String },
    /// An address of a service needs a port and has none.
    NoPort { address: String },
    /// What stands for a port is none.
    BadPort { address: String, port: String },
    /// There is more in an address of a service than can be looked at.
    MoreThanHost { host: String, part: &'static str },
    /// `--domain` is a public suffix.
    PublicSuffix { name: String },
    /// A name that this CA will not sign was asked for.
    Unsigned { name: String, profile: &'static str, reason: String },
    /// A wildcard under which there are domains of many.
    WholeSuffix { name: String },
    /// A subject given is not `KEY=value,...`.
    BadSubject { part: String, cause: &'static str },
    /// A value of the subject is longer than RFC 5280 allows.
    LongAttribute { attribute: String, longest: usize },
    /// Nobody said which name people connect to, and it is not beyond doubt.
    NoTarget { source: String, candidates: Vec<String> },
    /// Nothing was said about which names to ask for.
    NoNames,
    /// The output is already there; what to do where the command knows it.
    Exists { path: PathBuf, hint: Option<&'static str> },
    /// The request or certificate could not be made.
    Issue { cause: String },
    /// No rule, client or profile has this name.
    Unknown { what: &'static str, name: String, nearest: Option<&'static str> },
    /// The machine does not say which DNS server to ask.
    NoResolver { cause: String },
    /// DNS answered nothing at all.
    DnsSilent { server: String, cause: String },
    /// A host that DNS does not know, or has no address for.
    NoAddress { host: String, cause: String },
    /// Nothing answers there.
    Unreachable { service: String, cause: String },
    /// A live service fell silent, hung up or spoke nonsense.
    Lost { service: String, step: String, cause: String },
    /// The run was stopped before it came to this service.
    Stopped { service: String },
    /// No service of a live source showed a certificate.
    NoCertificateShown { source: String },
    /// A file of certfix's own that is damaged.
    Damaged { path: PathBuf, cause: String },
    /// A service could not be given its certificate.
    Deploying(Deploying),
    /// A private CA could not do what was asked.
    Signing(Signing),
    /// An online authority did not give a certificate.
    Ordering(Ordering),
    /// Somebody pressed Ctrl-C instead of answering.
    Interrupted,
    /// A command that asks questions has nobody to ask.
    NobodyToAsk,
    /// A key cannot be moved or deleted while services are bound to it.
    Bound { key: String, verb: &'static str },
    /// A key folder holds files that certfix did not make.
    ForeignFiles { path: PathBuf },
    /// The environment variable that holds a password is not set.
    NoVariable { variable: String },
    /// Two bindings of a commit would write the same file.
    WrittenTwice { path: PathBuf },
    /// What was asked contradicts itself, or what is there.
    Conflict { cause: String, hint: &'static str },
    /// It holds no certificate, where the CA's answer is needed.
    NoAnswer { source: String },
    /// The CA's certificate is for another key than the one named, or for none here.
    NotForKey { certificate: String, named: Option<String>, owner: Option<String> },
    /// The CA's certificate has ended already.
    Ended { certificate: String, date: String },
    /// Nobody is there to say yes.
    Unconfirmed { action: String },
}

impl Error {
    /// What to try next, in one line. No wildcard arm: a new error must answer.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NeedsPassword { .. } => "pass --password-file FILE",
            Self::NeedsNewPassword { .. } => "pass --new-password-file FILE, with the password on its first line",
            Self::AddressAsTarget { .. } => "name the host with --fqdn, and add the address with --san",
            Self::WildcardAsTarget { .. } => "name the host with --fqdn, and add the wildcard with --san",
            Self::WrongPassword { given, .. } => given.hint(),
            Self::IsDirectory { .. } => "name a file",
            Self::OnlyKeys { .. } => {
                "name the file of its certificate too, and --password-file FILE where the key is encrypted"
            }
            Self::NoKey { .. } => "name a file that holds a private key, or leave --key-file out to make a new key",
            Self::ManyKeys { .. } => "put the key you mean into a file of its own",
            Self::ManyCertificates { .. } => "put the certificate you mean into a file of its own",
            Self::ManyPresented { .. } => {
                "name one service, such as imaps://HOST, and one of its addresses with --connect"
            }
            Self::NotACertificate { .. } => "certfix reads PEM, DER, PKCS#7, PKCS#12 and certificate requests",
            Self::NotAnAccountFile { .. } => {
                "certfix reads Outlook .prf, Thunderbird autoconfig, Apple .mobileconfig and Autodiscover responses"
            }
            Self::BadName { .. } => "write a host name such as remote.contoso.com",
            Self::NoHost { .. } | Self::MoreThanHost { .. } => {
                "write it like imaps://mail.contoso.com, mail.contoso.com:993 or mail.contoso.com"
            }
            Self::NoPort { .. } => "write it like tls://mail.contoso.com:8443",
            Self::BadPort { .. } => "a port is a number from 1 to 65535",
            Self::PublicSuffix { .. } => "name the domain you registered, such as contoso.co.uk",
            Self::WholeSuffix { .. } => "put it under the domain you registered, such as *.contoso.co.uk",
            Self::Unsigned { .. } => {
                "pass --ca private for a CA of your own, or make a certificate with certfix self-signed"
            }
            Self::BadSubject { .. } => "write it like \"O=Contoso Ltd,L=Redmond,ST=Washington,C=US\"",
            Self::NoTarget { .. } => "pass --fqdn NAME",
            Self::NoNames => "pass --fqdn NAME or --domain DOMAIN",
            Self::Exists { hint, .. } => hint.unwrap_or(wording::OTHER_STORE),
            Self::ForeignKey { .. } => "leave --key-file out for a new key, or use another key with certfix csr --from",
            Self::NoResolver { .. } => "pass --resolver ADDR:PORT",
            Self::DnsSilent { .. } => "ask another DNS server with --resolver ADDR:PORT",
            Self::Unknown { what: "rule", .. } => "certfix explain lists all codes",
            Self::Unknown { what: "client", .. } => "certfix clients lists all clients",
            Self::Unknown { what: "profile", .. } => "certfix profiles lists all profiles",
            Self::Unknown { what: "protocol", .. } => PROTOCOLS,
            Self::Unknown { what: "service", .. } => wording::SERVICES,
            Self::Unknown { what: "user" | "group", .. } => "name one of this machine's own, or give its number",
            Self::Unknown { .. } => "certfix csr --help lists the kinds of keys",
            Self::NoAddress { .. } => "look for a typing error, or say where it is with --connect ADDRESS",
            Self::Unreachable { .. } => {
                "see that it runs; name another port as PROTOCOL://HOST:PORT, another address with --connect"
            }
            Self::NoCertificateShown { .. } => "certfix check says why",
            Self::Deploying(deploying) => deploying.hint(),
            Self::Signing(signing) => signing.hint(),
            Self::Ordering(ordering) => ordering.hint(),
            Self::NobodyToAsk => {
                "use certfix csr or certfix self-signed with --fqdn or --domain, --san, --subject, --key, --encrypt-key and \
                 --store; csr also takes --ca, --new-key-rq, --contact and --phone"
            }
            Self::NoAnswer { .. } => "name the file with the certificate that the CA sent back",
            Self::NotForKey { owner: Some(_), .. } => "name that key, or leave the name out",
            Self::NotForKey { owner: None, .. } => {
                "name its store with --store DIR; a PKCS#12 file with a key of its own: certfix keys restore FILE"
            }
            Self::Ended { .. } => "ask the CA for a new one",
            Self::Unconfirmed { .. } => "pass --yes",
            Self::File { cause, .. } => io_hint(cause),
            Self::TooLarge { .. } => "put the certificates into a file of their own",
            Self::Empty { .. } => "copy it here again, or name another file",
            Self::NothingInFolder { .. } => "certfix reads PEM, DER, PKCS#7, PKCS#12 and certificate requests",
            Self::UnusableKey { .. } => "use another key, or let certfix make one",
            Self::LongAttribute { .. } => "shorten it; a country is two letters, such as C=US",
            Self::Lost { .. } => "see what the service logs; give it more time with --timeout SECONDS",
            Self::Stopped { .. } => "run it again, or look at that service alone",
            Self::NamesNoServer { .. } => "name the server itself, such as imaps://mail.contoso.com",
            Self::Damaged { .. } => "put that file back from a backup",
            Self::Bound { .. } => "certfix keys show NAME lists the services, each with the command that takes it away",
            Self::ForeignFiles { .. } => "move them to another folder first",
            Self::NoVariable { .. } => "export it to certfix, or name a file with the password instead",
            Self::WrittenTwice { .. } => {
                "give one binding another file with --set, or take it away with certfix bind --remove"
            }
            Self::Stream { stream, .. } => stream.hint(),
            Self::Issue { .. } => "run it again; where that fails too, the fault is certfix's own: report what it says",
            Self::Interrupted => "run it again, or answer beforehand by flags: --help lists them",
            Self::Conflict { hint, .. } => hint,
        }
    }
}

/// The hint where a protocol is not known. A test of `probe` holds it to the list.
const PROTOCOLS: &str = "certfix knows imap, imaps, pop3, pop3s, submission, submissions, lmtp, smtp, smtps, sieve, \
                         nntp, nntps, ldap, ldaps, https and tls";

/// One line, no capital, no full stop; the causes follow after colons. What strangers wrote into it cannot act on a
/// terminal.
impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.describe(&mut Escaping(out))
    }
}

impl Error {
    fn describe(&self, out: &mut impl Write) -> fmt::Result {
        match self {
            Self::File { action, path, cause } => {
                write!(out, "cannot {action} '{}': {}", path.display(), io_cause(cause))
            }
            Self::Stream { stream, cause } => write!(out, "cannot {}: {}", stream.action(), io_cause(cause)),
            Self::IsDirectory { path } => write!(out, "'{}' is a directory", path.display()),
            Self::TooLarge { source, limit } => write!(out, "'{source}' is larger than {} MiB", limit >> 20),
            Self::Empty { source } => write!(out, "'{source}' is empty"),
            Self::NotACertificate { source, cause: None, .. } => write!(out, "'{source}' is not a certificate"),
            Self::NotACertificate { source, cause: Some(cause), .. } => {
                write!(out, "'{source}' is not a certificate: {cause}")
            }
            Self::NotAnAccountFile { source, cause: None } => write!(out, "'{source}' is not an account file"),
            Self::NotAnAccountFile { source, cause: Some(cause) } => {
                write!(out, "'{source}' is not an account file: {cause}")
            }
            Self::NamesNoServer { source } => write!(out, "'{source}' names no server"),
            Self::OnlyKeys { source } => write!(out, "'{source}' holds a private key but no certificate or request"),
            Self::NoKey { source, cause: None } => write!(out, "'{source}' holds no private key"),
            Self::NoKey { source, cause: Some(cause) } => write!(out, "'{source}' holds no private key: {cause}"),
            Self::ManyKeys { source, count } => write!(out, "'{source}' holds {count} private keys where one is meant"),
            Self::ManyCertificates { source, names } => {
                write!(out, "'{source}' holds {} certificates where one is meant: {}", names.len(), listed(names))
            }
            Self::ManyPresented { source, names } => {
                let (count, names) = (names.len(), listed(names));
                write!(out, "the services of '{source}' present {count} certificates where one is meant: {names}")
            }
            Self::NothingInFolder { path, authorities: false } => {
                write!(out, "'{}' holds no certificate or request", path.display())
            }
            Self::NothingInFolder { path, authorities: true } => {
                write!(out, "'{}' holds no certificate of a server, only those of CAs", path.display())
            }
            Self::NeedsPassword { source } => write!(out, "'{source}' is protected by a password"),
            Self::NeedsNewPassword { what, is_empty: false } => write!(out, "{what} needs a password"),
            Self::NeedsNewPassword { what, .. } => write!(out, "{what} needs a password, and the one given is empty"),
            Self::AddressAsTarget { address } => {
                write!(out, "'{address}' is an IP address, not a name that can come first")
            }
            Self::WildcardAsTarget { name } => write!(out, "'{name}' is a wildcard, not a name that people type"),
            Self::WrongPassword { source, .. } => write!(out, "the password does not open '{source}'"),
            Self::UnusableKey { source, cause } => write!(out, "the key in '{source}' cannot be used: {cause}"),
            Self::ForeignKey { key, certificate } => {
                write!(out, "the key in '{key}' is not the key of '{certificate}'")
            }
            Self::BadName { name, fault } => write!(out, "'{name}' is not a DNS name: {fault}"),
            Self::NoHost { address } => write!(out, "'{address}' names no host"),
            Self::NoPort { address } => write!(out, "'{address}' names no port, and there is no usual one"),
            Self::BadPort { address, port } => write!(out, "'{port}' in '{address}' is not a port"),
            Self::MoreThanHost { host, part } => {
                write!(out, "'{host}' is given with {part}, where only a host and a port are looked at")
            }
            Self::PublicSuffix { name } => write!(out, "'{name}' is a public suffix, nobody's own domain"),
            Self::Unsigned { name, profile, reason } => {
                write!(out, "'{name}' will not be signed by {profile}: {reason}")
            }
            Self::WholeSuffix { name } => {
                write!(out, "'{name}' is a wildcard for a whole top level domain or public suffix")
            }
            Self::BadSubject { part, cause } => write!(out, "'{part}' cannot be in a subject: {cause}"),
            Self::LongAttribute { attribute, longest } => {
                write!(out, "'{attribute}' is longer than the {longest} characters that X.509 allows")
            }
            Self::NoTarget { source, candidates } if candidates.is_empty() => {
                write!(out, "'{source}' does not say which name people connect to")
            }
            Self::NoTarget { source, candidates } => {
                write!(out, "'{source}' leaves open which name people connect to: {}", listed(candidates))
            }
            Self::NoNames => out.write_str("no name was given"),
            Self::Exists { path, .. } => write!(out, "'{}' already exists", path.display()),
            Self::Issue { cause } => write!(out, "cannot make the certificate or request: {cause}"),
            Self::Unknown { what, name, nearest: None } => write!(out, "no {what} is called '{name}'"),
            Self::Unknown { what, name, nearest: Some(nearest) } => {
                write!(out, "no {what} is called '{name}': did you mean '{nearest}'")
            }
            Self::NoResolver { cause } => write!(out, "this machine names no DNS server: {cause}"),
            Self::DnsSilent { server, cause } => write!(out, "no answer from {server}: {cause}"),
            Self::NoAddress { host, cause } => write!(out, "cannot find '{host}': {cause}"),
            Self::Unreachable { service, cause } => write!(out, "cannot connect to {service}: {cause}"),
            Self::Lost { service, step, cause } => write!(out, "lost {service} during {step}: {cause}"),
            Self::Stopped { service } => write!(out, "did not look at {service}: stopped before it was done"),
            Self::NoCertificateShown { source } => write!(out, "'{source}' shows no certificate"),
            Self::Damaged { path, cause } => write!(out, "'{}' cannot be understood: {cause}", path.display()),
            Self::Deploying(deploying) => deploying.describe(out),
            Self::Signing(signing) => signing.describe(out),
            Self::Ordering(ordering) => ordering.describe(out),
            Self::Interrupted => out.write_str("stopped by Ctrl-C"),
            Self::NobodyToAsk => out.write_str("there is no terminal to ask questions on"),
            Self::Bound { key, verb } => write!(out, "'{key}' cannot be {verb} while services are bound to it"),
            Self::ForeignFiles { path } => write!(out, "'{}' holds files that are not certfix's own", path.display()),
            Self::NoVariable { variable } => write!(out, "the environment variable '{variable}' is not set"),
            Self::WrittenTwice { path } => write!(out, "'{}' would be written twice", path.display()),
            Self::Conflict { cause, .. } => out.write_str(cause),
            Self::NoAnswer { source } => write!(out, "'{source}' holds no certificate"),
            Self::NotForKey { certificate, named, owner } => match (named, owner) {
                (Some(named), Some(owner)) => {
                    write!(
                        out,
                        "the certificate {certificate} is not for the key of '{named}' but for that of '{owner}'"
                    )
                }
                (Some(named), None) => {
                    write!(
                        out,
                        "the certificate {certificate} is not for the key of '{named}', nor for another one here"
                    )
                }
                (None, _) => write!(out, "the certificate {certificate} is for none of the keys here"),
            },
            Self::Ended { certificate, date } => write!(out, "the certificate {certificate} ended on {date}"),
            Self::Unconfirmed { action } => write!(out, "nobody is there to confirm: {action}"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::File { cause, .. } | Self::Stream { cause, .. } => Some(cause),
            _ => None,
        }
    }
}

/// Writes what could act on a terminal as `\u{..}`.
struct Escaping<'a, 'b>(&'a mut fmt::Formatter<'b>);

impl Write for Escaping<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        escape(text, self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_error_acts_on_a_terminal() {
        let name = "a\u{1b}[31m\u{202e}b\n".to_owned();
        let shown = Error::Unknown { what: "client", name, nearest: None }.to_string();
        assert_eq!(shown, "no client is called 'a\\u{1b}[31m\\u{202e}b\\u{a}'");
    }
}
