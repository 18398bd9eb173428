//! Flags of `certfix renew`.

use std::net::SocketAddr;
use std::time::Duration;

use clap::Args;

use super::deploy::{Patience, Place};
use super::order::waits;
use super::{Clock, PasswordFrom, network};

#[derive(Debug, Args)]
pub(crate) struct Renew {
    /// Only these keys of the store
    pub(crate) names: Vec<String>,
    /// Also keys that are not due yet; wants their NAMES
    #[arg(long)]
    pub(crate) now: bool,
    /// Leave it to a later certfix commit to give the services their certificates
    #[arg(long)]
    pub(crate) no_commit: bool,
    /// Longest wait for an online authority to prove a name and to sign, for each key
    #[arg(long = "wait-online", value_name = "SECONDS", default_value = "300", value_parser = waits)]
    pub(crate) patience_online: Duration,
    /// Longest wait for each answer of an online authority
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = network::seconds)]
    pub(crate) timeout: Duration,
    /// Ask this DNS server whether a record is seen [default: as the system is set up]
    #[arg(long, value_name = "ADDR:PORT", value_parser = network::server)]
    pub(crate) resolver: Option<SocketAddr>,
    #[command(flatten)]
    pub(crate) password: PasswordFrom,
    #[command(flatten)]
    pub(crate) clock: Clock,
    #[command(flatten)]
    pub(crate) patience: Patience,
    #[command(flatten)]
    pub(crate) place: Place,
}
