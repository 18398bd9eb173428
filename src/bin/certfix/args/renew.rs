//! Flags of `certfix renew`.

use clap::Args;

use super::deploy::{Patience, Place};
use super::{Clock, PasswordFrom};

#[derive(Debug, Args)]
pub(crate) struct Renew {
    /// Only these keys of the store
    pub(crate) names: Vec<String>,
    /// Also keys that are not due yet
    #[arg(long, requires = "names")]
    pub(crate) now: bool,
    /// Leave it to a later certfix commit to give the services their certificates
    #[arg(long)]
    pub(crate) no_commit: bool,
    #[command(flatten)]
    pub(crate) password: PasswordFrom,
    #[command(flatten)]
    pub(crate) clock: Clock,
    #[command(flatten)]
    pub(crate) patience: Patience,
    #[command(flatten)]
    pub(crate) place: Place,
}
