//! Flags of `certfix order`, and those of every command that speaks to an online authority.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use certfix::Error;
use certfix::dns::Resolver;
use clap::Args;

use super::{Clock, Output, network};

#[derive(Debug, Args)]
pub(crate) struct Order {
    /// The key, by the name of its folder in the store
    pub(crate) name: String,
    /// The authority: letsencrypt, letsencrypt-staging, or the https URL of an ACME directory [default: as last time]
    #[arg(long, value_name = "DIRECTORY")]
    pub(crate) acme: Option<String>,
    #[command(flatten)]
    pub(crate) challenge: ChallengeFrom,
    /// Ask for this profile of the authority
    #[arg(long, value_name = "NAME")]
    pub(crate) acme_profile: Option<String>,
    /// Root that the directory's own certificate leads to, in PEM [default: those of the system]
    #[arg(long, value_name = "FILE")]
    pub(crate) acme_ca_file: Option<PathBuf>,
    /// What is known of the authority; `certfix profiles` lists all [default: by the directory]
    #[arg(long, value_name = "PROFILE")]
    pub(crate) ca: Option<String>,
    /// One certificate for each name of the request, each with a key of its own, for an authority that sorts names
    #[arg(long)]
    pub(crate) one_per_name: bool,
    /// Show what would be ordered; ask nobody, write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Folder that keys are kept in, each in a folder of its own
    #[arg(long, value_name = "DIR", env = "CERTFIX_STORE", default_value = ".")]
    pub(crate) store: PathBuf,
    #[command(flatten)]
    pub(crate) manner: Manner,
    #[command(flatten)]
    pub(crate) clock: Clock,
    #[command(flatten)]
    pub(crate) output: Output,
}

// How the names are proved.
#[derive(Debug, Args)]
#[group(required = false, multiple = false)]
pub(crate) struct ChallengeFrom {
    /// Prove names by files in this folder, which a web server serves on port 80 (HTTP-01)
    #[arg(long, value_name = "DIR")]
    pub(crate) webroot: Option<PathBuf>,
    /// Prove names by a web server of certfix's own (HTTP-01) [default: port 80 of all addresses]
    #[arg(long, value_name = "ADDR:PORT", num_args = 0..=1, default_missing_value = "80", value_parser = listens_on)]
    pub(crate) listen: Option<String>,
    /// Prove names in DNS: PROGRAM add RECORD VALUE, and remove (DNS-01; the one way for wildcards)
    #[arg(long, value_name = "PROGRAM")]
    pub(crate) dns_hook: Option<PathBuf>,
    /// Prove names by a TLS server of certfix's own (TLS-ALPN-01) [default: port 443 of all addresses]
    #[arg(long, value_name = "ADDR:PORT", num_args = 0..=1, default_missing_value = "443", value_parser = listens_on)]
    pub(crate) tls_alpn: Option<String>,
}

// How an online authority is spoken to.
#[derive(Debug, Args)]
pub(crate) struct Manner {
    /// Whom the authority may write to
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) email: Option<String>,
    /// Agree to the authority's terms, where it has any
    #[arg(long)]
    pub(crate) agree_tos: bool,
    /// The account at the authority that the new one is bound to
    #[arg(long, value_name = "KID", requires = "eab_key_file")]
    pub(crate) eab_kid: Option<String>,
    /// File with its HMAC key, in base64url
    #[arg(long, value_name = "FILE", requires = "eab_kid")]
    pub(crate) eab_key_file: Option<PathBuf>,
    /// Do not ask
    #[arg(long)]
    pub(crate) yes: bool,
    /// Longest wait for DNS to show a record, and for an order that the authority takes its time for
    #[arg(long, value_name = "SECONDS", default_value = "300", value_parser = waits)]
    pub(crate) wait: Duration,
    /// Longest wait for each answer
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = network::seconds)]
    pub(crate) timeout: Duration,
    /// Ask this DNS server whether a record is seen [default: as the system is set up]
    #[arg(long, value_name = "ADDR:PORT", value_parser = network::server)]
    pub(crate) resolver: Option<SocketAddr>,
}

impl Manner {
    /// The DNS client that was asked for.
    pub(crate) fn resolver(&self) -> Result<Resolver, Error> {
        const LONGEST: Duration = Duration::from_secs(10);
        network::resolver(self.resolver, self.timeout.min(LONGEST))
    }
}

/// A port, or an address with one.
pub(crate) fn listens_on(text: &str) -> Result<String, String> {
    let port = text.strip_prefix(':').unwrap_or(text);
    if port.parse::<u16>().is_ok_and(|port| port > 0) {
        return Ok(port.to_owned());
    }
    match text.parse::<SocketAddr>() {
        Ok(place) if place.port() > 0 => Ok(place.to_string()),
        _ => Err("write a port like 8080, or an address with one like 192.0.2.5:80 or [2001:db8::5]:80".to_owned()),
    }
}

pub(super) fn waits(text: &str) -> Result<Duration, String> {
    network::seconds_within(text, 0.0..=86_400.0)
}
