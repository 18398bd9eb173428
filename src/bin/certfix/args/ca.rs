//! Flags of the store's own CAs.

use std::path::PathBuf;

use certfix::authority::private::{LIST_DAYS, MOST_DAYS, ROOT_DAYS, TRUST, Trust};
use certfix::facts::{Moment, Reason};
use certfix::issue::{KeyChoice, SELF_SIGNED_DAYS};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches, Subcommand};

use super::{Format, NewPassword, PasswordFrom, key_choice, listed, moment};

#[derive(Debug, Args)]
pub(crate) struct Ca {
    #[command(subcommand)]
    pub(crate) action: CaAction,
    /// Folder that keys and CAs are kept in, each in a folder of its own
    #[arg(long, value_name = "DIR", env = "CERTFIX_STORE", default_value = ".", global = true)]
    pub(crate) store: PathBuf,
    /// Judge and sign as of this day (2026-09-01) or time (2026-09-01T12:00:00Z)
    #[arg(long, value_name = "DATE", value_parser = moment, global = true)]
    pub(crate) at: Option<Moment>,
    /// For people or for programs
    #[arg(long, value_name = "FORMAT", default_value = "text", global = true)]
    pub(crate) format: Format,
}

#[derive(Debug, Subcommand)]
pub(crate) enum CaAction {
    /// Make a CA: its keys, encrypted, its root certificate and an empty CRL
    Init(CaInit),
    /// Sign requests as they are, names in their order, after showing what clients will do
    Sign(CaSign),
    /// Print the root certificate, or what makes a kind of machine trust it
    Export(CaExport),
    /// Revoke a certificate, and make the CRL again
    Revoke(CaRevoke),
    /// Make the CRL again, before the last one ends
    Crl(CaCrl),
    /// List the CAs and what each has signed
    List {
        /// One of them
        ca: Option<String>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct CaInit {
    /// Its name, such as "Contoso Internal CA": the common name of its certificate
    pub(crate) name: String,
    /// Sign names in this domain alone, or addresses in this network (again for more, or separated by commas)
    #[arg(long, value_name = "DOMAIN", value_delimiter = ',', value_parser = listed)]
    pub(crate) only: Vec<String>,
    /// Make a root and an intermediate that signs, so that the root's key can be kept elsewhere
    #[arg(long)]
    pub(crate) intermediate: bool,
    /// Kind of its keys
    #[arg(long, value_name = "KIND", default_value = "rsa-3072", value_parser = key_choice())]
    pub(crate) key: KeyChoice,
    /// Life of the root in days; an intermediate lives at most five years
    #[arg(long, value_name = "DAYS", default_value_t = ROOT_DAYS, value_parser = clap::value_parser!(i64).range(1..=9131))]
    pub(crate) days: i64,
    /// Where clients will find its CRL; it is written into each certificate
    #[arg(long, value_name = "URL", value_parser = web_address)]
    pub(crate) crl_url: Option<String>,
    /// Write the keys in the clear: whoever reads the files can sign
    #[arg(long, conflicts_with_all = ["new_password_file", "new_password_env"])]
    pub(crate) plain_key: bool,
    #[command(flatten)]
    pub(crate) new_password: NewPassword,
}

#[derive(Debug, Args)]
pub(crate) struct CaSign {
    /// Files with certificate requests; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    pub(crate) requests: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) which: Which,
    /// Life of the certificate in days; Apple refuses more than 825
    #[arg(long, value_name = "DAYS", default_value_t = SELF_SIGNED_DAYS, value_parser = clap::value_parser!(i64).range(1..=MOST_DAYS))]
    pub(crate) days: i64,
    /// Write certificate and chain into this file, or into this folder where there are several; never overwritten
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Install it at once, where its key is in the store
    #[arg(long, conflicts_with = "dry_run")]
    pub(crate) install: bool,
    /// Do not ask
    #[arg(long)]
    pub(crate) yes: bool,
    /// Show what would be signed; keep nothing, and need no password
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) password: PasswordFrom,
}

#[derive(Debug, Args)]
pub(crate) struct CaExport {
    #[command(flatten)]
    pub(crate) which: Which,
    #[command(flatten)]
    pub(crate) reader: Reader,
    /// Write it into this file; never overwritten
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct CaRevoke {
    /// The certificate: its serial number, its file, or a name that it has
    #[arg(value_name = "SERIAL|FILE|NAME")]
    pub(crate) certificate: String,
    #[command(flatten)]
    pub(crate) which: Which,
    /// Why
    #[arg(long, value_name = "REASON", value_parser = reason())]
    pub(crate) reason: Option<Reason>,
    /// Do not ask
    #[arg(long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) password: PasswordFrom,
}

#[derive(Debug, Args)]
pub(crate) struct CaCrl {
    #[command(flatten)]
    pub(crate) which: Which,
    /// Also list what this copy of a CRL lists, where the CA's own is lost: a backup, or what clients get
    #[arg(long, value_name = "FILE")]
    pub(crate) from: Option<PathBuf>,
    /// Where the CRL is lost and there is no copy: make one that lists nothing. What was revoked is in force again
    #[arg(long, conflicts_with = "from")]
    pub(crate) begin_anew: bool,
    /// Do not ask
    #[arg(long, requires = "begin_anew")]
    pub(crate) yes: bool,
    /// Days until it has to be made again
    #[arg(long, value_name = "DAYS", default_value_t = LIST_DAYS, value_parser = clap::value_parser!(i64).range(1..=366))]
    pub(crate) days: i64,
    #[command(flatten)]
    pub(crate) password: PasswordFrom,
}

// Which CA.
#[derive(Debug, Args)]
pub(crate) struct Which {
    /// Which CA of the store, where it has several
    #[arg(long, value_name = "NAME")]
    pub(crate) ca: Option<String>,
}

/// Who is to trust a CA: one flag for each way. Without one, whoever knows what to do with the certificate.
#[derive(Debug)]
pub(crate) struct Reader(pub(crate) Option<&'static Trust>);

impl FromArgMatches for Reader {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        Ok(Self(TRUST.iter().copied().find(|trust| matches.get_flag(trust.id))))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Args for Reader {
    fn augment_args(command: Command) -> Command {
        let flag = |trust: &&Trust| {
            let flag = Arg::new(trust.id).long(trust.id).help(trust.about).action(ArgAction::SetTrue);
            flag.conflicts_with_all(TRUST.iter().map(|other| other.id).filter(|other| *other != trust.id))
        };
        command.args(TRUST.iter().map(flag))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

fn reason() -> impl TypedValueParser<Value = Reason> {
    let chosen = |id: String| Reason::ALL.into_iter().find(|reason| reason.id() == id).unwrap_or(Reason::Superseded);
    PossibleValuesParser::new(Reason::ALL.map(Reason::id)).map(chosen)
}

/// RFC 5280 §4.2.1.13: a CRL is found by HTTP, never by HTTPS, whose certificate would have to be checked first.
fn web_address(text: &str) -> Result<String, String> {
    let plain = text.bytes().all(|byte| byte.is_ascii_graphic());
    match text.strip_prefix("http://") {
        Some(rest) if plain && !rest.is_empty() && !rest.starts_with('/') => Ok(text.to_owned()),
        _ => Err("write it like http://pki.contoso.com/ca.crl".to_owned()),
    }
}
