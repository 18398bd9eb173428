//! Flags of commands that give services their certificates.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::Output;

#[derive(Debug, Args)]
pub(crate) struct Bind {
    /// The key, by the name of its folder in the store
    pub(crate) name: String,
    /// The service: dovecot, postfix, exim, nginx, haproxy, stunnel, openldap, inn, exchange-2007, exchange-2013, iis, certreq,
    /// files for any other; SERVICE:NAME where there are several of a kind (again for more)
    #[arg(long, value_name = "SERVICE", required = true)]
    pub(crate) to: Vec<String>,
    /// Only this address of the service, where its template can say so (dovecot, nginx); elsewhere only where to look
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) address: Option<IpAddr>,
    /// A value of the service's template, such as a folder or a port (again for more)
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    pub(crate) set: Vec<(String, String)>,
    /// A shell command that checks the service's files, instead of the template's
    #[arg(long, value_name = "COMMAND")]
    pub(crate) check: Option<String>,
    /// A shell command that makes the service read its files, instead of the template's
    #[arg(long, value_name = "COMMAND")]
    pub(crate) reload: Option<String>,
    /// Where to look at the service, such as imaps://127.0.0.1:993 (again for more), instead of the template's places
    #[arg(long, value_name = "PROTOCOL://HOST:PORT")]
    pub(crate) endpoint: Vec<String>,
    /// Folder with templates of your own, SERVICE.toml
    #[arg(long, value_name = "DIR", env = "CERTFIX_TEMPLATES")]
    pub(crate) templates: Option<PathBuf>,
    /// Take the binding away; the service keeps what it has
    #[arg(long)]
    pub(crate) remove: bool,
    #[command(flatten)]
    pub(crate) place: Place,
}

#[derive(Debug, Args)]
pub(crate) struct Commit {
    #[command(flatten)]
    pub(crate) patience: Patience,
    #[command(flatten)]
    pub(crate) place: Place,
}

#[derive(Debug, Args)]
pub(crate) struct Undo {
    /// Put files back also where somebody changed them after the commit, and keep what they held. Go on where a folder is gone
    #[arg(long)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) patience: Patience,
    #[command(flatten)]
    pub(crate) place: Place,
}

// How long services may take.
#[derive(Debug, Args)]
pub(crate) struct Patience {
    /// Longest wait until a service presents its certificate
    #[arg(long, value_name = "SECONDS", default_value = "20", value_parser = seconds)]
    pub(crate) patience: Duration,
}

// The store, and how to work on it.
#[derive(Debug, Args)]
pub(crate) struct Place {
    /// Folder that keys are kept in, each in a folder of its own
    #[arg(long, value_name = "DIR", env = "CERTFIX_STORE", default_value = ".")]
    pub(crate) store: PathBuf,
    /// Longest wait for another certfix that works on the same store
    #[arg(long, value_name = "SECONDS", default_value = "2", value_parser = seconds)]
    pub(crate) wait: Duration,
    /// Show the files and commands; change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) output: Output,
}

fn pair(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
    pair.filter(|(name, _)| !name.is_empty()).ok_or_else(|| "write it like imaps=1993".to_owned())
}

fn seconds(text: &str) -> Result<Duration, String> {
    super::network::seconds_within(text, 0.0..=3600.0)
}
