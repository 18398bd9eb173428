//! Every command and flag. What stands here is the help, the manual and the completions: a doc comment on a struct of flags
//! would take the place of what its command says of itself, so those have plain comments.

pub(crate) mod ca;
mod check;
pub(crate) mod deploy;
mod keys;
mod network;
mod new;
mod order;
mod parse;
mod reference;
mod renew;

use std::convert::Infallible;
use std::ffi::OsString;
use std::ops::RangeInclusive;
use std::path::PathBuf;

use certfix::Error;
use certfix::facts::{Certificate, Moment, Target};
use certfix::issue::{For, KeyChoice, SELF_SIGNED_DAYS};
use certfix::profiles::{self, Profile};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};

pub(crate) use self::check::Check;
pub(crate) use self::keys::{Install, Keys, KeysAction, NewPassword, Renewal};
pub(crate) use self::network::{Names, Reach};
pub(crate) use self::new::{ContactOptions, New, parsed};
pub(crate) use self::order::{Manner, Order, listens_on};
pub(crate) use self::parse::{Reply, command, parse};
pub(crate) use self::reference::{Clients, Explain, Profiles};
pub(crate) use self::renew::Renew;

/// Says what each generation of mail client will do with a certificate, and makes the one that cures it
#[derive(Debug, Parser)]
#[command(name = "certfix", version, propagate_version = true, max_term_width = 100)]
#[command(after_help = "Exit status: 0 nothing at or above --fail-on, 1 findings, 2 could not do what was asked.")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

// Of all commands one is called: the others' flags are not built.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub(crate) enum Command {
    /// Show what is in a certificate, request, key or bundle, names in wire order
    Inspect(Inspect),
    /// Say what is wrong with a certificate and what each client will do with it
    Check(Check),
    /// Show what will change, then write the corrected request (or --self-signed certificate) with a new key
    Fix(Fix),
    /// Ask for everything in the order of Key Manager, then make the key and the request or certificate
    New(New),
    /// Make a key and a certificate request with the public name first
    Csr(Csr),
    /// Make a key and a self-signed certificate with the public name first
    SelfSigned(SelfSigned),
    /// Order a certificate for a key's request from an online authority (ACME), and install it
    Order(Order),
    /// Say which services shall use a key, and show what the next commit will change
    Bind(deploy::Bind),
    /// Give services what they are bound to, and put everything back unless they present it
    Commit(deploy::Commit),
    /// Put back what the last commit changed
    Undo(deploy::Undo),
    /// Ask DNS which names clients will use, and list those that the certificate needs, in order
    Names(Names),
    /// Put the CA's answer beside its key: order and complete the chain, say what the CA changed and what clients will do
    Install(Install),
    /// Make a CA of your own, sign requests with it, revoke, and say how to have it trusted
    Ca(ca::Ca),
    /// List the keys and their states; show, back up, restore, rename and remove them
    Keys(Keys),
    /// Renew the keys that are due, each by its own way, then commit; says nothing when none is
    Renew(Renew),
    /// Say why a finding matters, how to fix it and who says so; without a code, list all
    Explain(Explain),
    /// List the client models, or show one whole
    Clients(Clients),
    /// List the CA profiles, or show one whole
    Profiles(Profiles),
    /// Print completions for a shell
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page (roff)
    Man,
}

#[derive(Debug, Args)]
pub(crate) struct Inspect {
    /// Files, folders and live services: imaps://HOST, HOST:PORT, HOST; `-` is standard input
    #[arg(required = true, value_name = "SOURCE")]
    pub(crate) sources: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) reach: Reach,
    #[command(flatten)]
    pub(crate) password: PasswordFrom,
    #[command(flatten)]
    pub(crate) clock: Clock,
    #[command(flatten)]
    pub(crate) output: Output,
}

#[derive(Debug, Args)]
pub(crate) struct Fix {
    /// The certificate or request to correct, in a file or on a live service; `-` is standard input
    pub(crate) source: PathBuf,
    #[command(flatten)]
    pub(crate) target: TargetFrom,
    /// Make a self-signed certificate instead of a request
    #[arg(long, conflicts_with_all = ["one_per_name", "emit", "ca", "new_key_rq", "contact", "phone"])]
    pub(crate) self_signed: bool,
    #[command(flatten)]
    pub(crate) request: RequestOptions,
    #[command(flatten)]
    pub(crate) certificate: CertificateOptions,
    #[command(flatten)]
    pub(crate) made: MadeOptions,
}

#[derive(Debug, Args)]
pub(crate) struct Csr {
    #[command(flatten)]
    pub(crate) target: TargetFrom,
    /// Renew this key of the store: a request like its last, beside it, until the answer is installed
    #[arg(
        long,
        value_name = "NAME",
        conflicts_with_all = ["fqdn", "domain", "from", "one_per_name", "emit", "key_file", "new_key_rq", "contact", "phone"]
    )]
    pub(crate) renew: Option<String>,
    #[command(flatten)]
    pub(crate) renewal: Renewal,
    /// Take subject and names from this certificate or request, in a file or on a live service
    #[arg(long, value_name = "SOURCE")]
    pub(crate) from: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) request: RequestOptions,
    #[command(flatten)]
    pub(crate) made: MadeOptions,
}

#[derive(Debug, Args)]
pub(crate) struct SelfSigned {
    #[command(flatten)]
    pub(crate) target: TargetFrom,
    /// Renew this key of the store: a self-signed certificate like its last, which bound services get by certfix commit
    #[arg(long, value_name = "NAME", conflicts_with_all = ["fqdn", "domain", "from", "key_file"])]
    pub(crate) renew: Option<String>,
    #[command(flatten)]
    pub(crate) renewal: Renewal,
    /// Take subject and names from this certificate or request, in a file or on a live service
    #[arg(long, value_name = "SOURCE")]
    pub(crate) from: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) certificate: CertificateOptions,
    #[command(flatten)]
    pub(crate) made: MadeOptions,
}

// The name people type into their client.
#[derive(Debug, Args)]
pub(crate) struct TargetFrom {
    /// The server name that people type into their mail client; it becomes the first name
    #[arg(long, value_name = "NAME", conflicts_with = "domain")]
    pub(crate) fqdn: Option<OsString>,
    /// The same, from the domain: --domain contoso.com means remote.contoso.com
    #[arg(long, value_name = "DOMAIN")]
    pub(crate) domain: Option<String>,
    /// The word put before --domain
    #[arg(long, value_name = "LABEL", default_value = "remote", requires = "domain", conflicts_with = "fqdn")]
    pub(crate) prefix: String,
}

// Flags of requests alone.
#[derive(Debug, Args)]
pub(crate) struct RequestOptions {
    /// The kind of CA that will sign; `certfix profiles` lists them [default: public; when renewing, as recorded]
    #[arg(long, value_name = "PROFILE")]
    pub(crate) ca: Option<String>,
    /// One request for each name, for a CA that sorts names
    #[arg(long, conflicts_with_all = ["emit", "key_file"])]
    pub(crate) one_per_name: bool,
    /// Print what makes the same request on the server itself; only newkeyrq writes its key
    #[arg(long, value_name = "FORMAT")]
    pub(crate) emit: Option<Emit>,
    #[command(flatten)]
    pub(crate) contact: ContactOptions,
}

/// How many days a self-signed certificate may live.
const LIVES: RangeInclusive<i64> = 1..=825;

// Flags of self-signed certificates alone.
#[derive(Debug, Args)]
pub(crate) struct CertificateOptions {
    /// Life of a self-signed certificate in days, when renewing that of the last; Apple refuses more than 825 [default: 397]
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(i64).range(LIVES))]
    days: Option<i64>,
    /// Write a PKCS#12 file too (asks for its password, or takes --new-password-file)
    #[arg(long)]
    pub(crate) pfx: bool,
    /// Which Windows has to read the PKCS#12 file
    #[arg(long, value_name = "READER", default_value = "today", requires = "pfx")]
    pub(crate) pfx_for: PfxArgument,
}

// Flags of everything that is made.
#[derive(Debug, Args)]
pub(crate) struct MadeOptions {
    /// Add this DNS name or IP address (again for more, or separated by commas)
    #[arg(long, value_name = "NAME", value_delimiter = ',', value_parser = listed)]
    pub(crate) san: Vec<String>,
    /// The subject without the common name: "O=Contoso Ltd,L=Redmond,ST=Washington,C=US"
    #[arg(long, value_name = "SUBJECT")]
    pub(crate) subject: Option<String>,
    /// Kind of the new key [default: rsa-2048; when renewing, the kind of the old key]
    #[arg(long, value_name = "KIND", value_parser = key_choice())]
    pub(crate) key: Option<KeyChoice>,
    /// Use the private key in this file instead of making one
    #[arg(long, value_name = "FILE", conflicts_with = "key")]
    pub(crate) key_file: Option<PathBuf>,
    /// Encrypt the key file (asks for a password, or takes --new-password-file)
    #[arg(long)]
    pub(crate) encrypt_key: bool,
    #[command(flatten)]
    pub(crate) new_password: NewPassword,
    /// True when another command takes what was made; then nobody is told what to do with it.
    #[arg(skip)]
    pub(crate) goes_on: bool,
    /// Folder that keys are kept in, each in a folder of its own
    #[arg(long, value_name = "DIR", env = "CERTFIX_STORE", default_value = ".")]
    pub(crate) store: PathBuf,
    /// Show what would be made; write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) reach: Reach,
    #[command(flatten)]
    pub(crate) password: PasswordFrom,
    #[command(flatten)]
    pub(crate) clock: Clock,
    #[command(flatten)]
    pub(crate) output: Output,
}

// Where the password of a source comes from. Never an argument: those can be seen by others.
#[derive(Debug, Args)]
pub(crate) struct PasswordFrom {
    /// First line of this file: the password of encrypted sources
    #[arg(long, value_name = "FILE", conflicts_with = "password_env")]
    pub(crate) password_file: Option<PathBuf>,
    /// Environment variable that holds the password of encrypted sources
    #[arg(long, value_name = "VARIABLE", value_parser = keys::secret_variable)]
    pub(crate) password_env: Option<String>,
}

// As of when.
#[derive(Debug, Args)]
pub(crate) struct Clock {
    /// Judge as of this day (2026-09-01) or time (2026-09-01T12:00:00Z)
    #[arg(long, value_name = "DATE", value_parser = moment)]
    pub(crate) at: Option<Moment>,
}

// For whom.
#[derive(Debug, Args)]
pub(crate) struct Output {
    /// For people or for programs
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Text,
    Json,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum PfxArgument {
    /// Windows 10 1709, Server 2019 and later: AES-256
    Today,
    /// Server 2016 and older, which call the password of AES wrong ("The specified network password is not correct."): 3DES
    OldWindows,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Emit {
    /// A configuration for openssl req
    OpensslCnf,
    /// A policy file for Windows' certreq
    CertreqInf,
    /// A script for the Exchange Management Shell
    #[value(name = "exchange-ps1")]
    ExchangePs1,
    /// Key Manager's NewKeyRq.txt around the request of a key that goes into the store
    #[value(name = "newkeyrq")]
    NewKeyRq,
}

impl From<PfxArgument> for For {
    fn from(argument: PfxArgument) -> Self {
        match argument {
            PfxArgument::Today => Self::Today,
            PfxArgument::OldWindows => Self::OldWindows,
        }
    }
}

impl Clock {
    /// The moment given, or the machine's.
    pub(crate) fn now(&self) -> Moment {
        self.at.unwrap_or_else(|| {
            let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
            Moment::from_unix(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
        })
    }
}

impl CertificateOptions {
    /// The life in days, given or usual.
    pub(crate) fn days(&self) -> i64 {
        self.days_after(None)
    }

    /// The life in days: given, or that of the certificate before, or usual.
    pub(crate) fn days_after(&self, before: Option<&Certificate>) -> i64 {
        let lived = before.map(|cert| cert.not_before.days_until(cert.not_after.plus_seconds(1)));
        self.days.or(lived.filter(|days| LIVES.contains(days))).unwrap_or(SELF_SIGNED_DAYS)
    }

    /// The first flag given that does nothing where a request is made, and why.
    pub(crate) fn useless(&self) -> Option<&'static str> {
        match self {
            Self { pfx: true, .. } => Some("--pfx needs --self-signed: a request has no certificate yet"),
            Self { days: Some(_), .. } => {
                Some("--days needs --self-signed: the CA says how long its certificate lives")
            }
            _ => None,
        }
    }
}

impl RequestOptions {
    /// The kind of CA named, or a public one.
    pub(crate) fn profile(&self) -> Result<&'static Profile, Error> {
        profiles::find(self.ca.as_deref().unwrap_or("public"))
    }
}

impl TargetFrom {
    /// The target as typed; None when neither --fqdn nor --domain was given.
    pub(crate) fn typed(&self) -> Result<Option<Target>, Error> {
        if let Some(fqdn) = &self.fqdn {
            // An empty variable of a script, not a name that clients could ask for.
            if fqdn.as_encoded_bytes().trim_ascii().is_empty() {
                let hint = "write the name that people type, such as remote.contoso.com";
                return Err(Error::Conflict { cause: "--fqdn is empty".to_owned(), hint });
            }
            return Ok(Some(Target::typed(fqdn.as_encoded_bytes())));
        }
        let Some(domain) = &self.domain else { return Ok(None) };
        certfix::plan::target_for_domain(domain, &self.prefix).map(|name| Some(Target::from(&name)))
    }
}

fn key_choice() -> impl TypedValueParser<Value = KeyChoice> {
    let chosen = |id: String| KeyChoice::ALL.into_iter().find(|choice| choice.id() == id).unwrap_or_default();
    PossibleValuesParser::new(KeyChoice::ALL.map(KeyChoice::id)).map(chosen)
}

/// An entry of a list: people write a blank behind the comma.
#[expect(clippy::unnecessary_wraps, reason = "clap wants a Result")]
fn listed(entry: &str) -> Result<String, Infallible> {
    Ok(entry.trim().to_owned())
}

fn moment(text: &str) -> Result<Moment, String> {
    Moment::parse(text).ok_or_else(|| "write a day like 2026-09-01 or a time like 2026-09-01T12:00:00Z".to_owned())
}
