//! Flags of `certfix check`.

use std::path::PathBuf;

use certfix::rules::{Authority, Level};
use clap::{Args, ValueEnum};

use super::{Clock, Output, PasswordFrom, Reach, TargetFrom};

#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Files, folders and live services: imaps://HOST, HOST:PORT, HOST; `-` is standard input
    #[arg(required_unless_present = "profile", value_name = "SOURCE")]
    pub(crate) sources: Vec<PathBuf>,
    /// A mail client's account file: check each server named in it (.PRF, autoconfig, .mobileconfig, Autodiscover)
    #[arg(long, value_name = "FILE")]
    pub(crate) profile: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) reach: Reach,
    #[command(flatten)]
    pub(crate) target: TargetFrom,
    /// Clients to judge for: ids and the groups all, modern, legacy, standard
    #[arg(long, value_name = "LIST", default_value = "all")]
    pub(crate) client: String,
    /// Lowest level that makes the exit status 1
    #[arg(long, value_name = "LEVEL", default_value = "warn")]
    pub(crate) fail_on: FailOn,
    /// Whose certificate it is, where the certificate itself does not tell
    #[arg(long, value_name = "KIND", default_value = "auto")]
    pub(crate) ca: AuthorityKind,
    /// Trusted roots: look whether the chain leads to one
    #[arg(long, value_name = "FILE")]
    pub(crate) ca_file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) password: PasswordFrom,
    #[command(flatten)]
    pub(crate) clock: Clock,
    #[command(flatten)]
    pub(crate) output: Output,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum FailOn {
    Note,
    #[value(alias = "warning")]
    Warn,
    #[value(alias = "refused")]
    Refuse,
    Never,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum AuthorityKind {
    Auto,
    Public,
    Private,
}

impl FailOn {
    /// True when a report whose worst finding is `worst` has to exit with 1.
    pub(crate) fn fails(self, worst: Option<Level>) -> bool {
        let lowest = match self {
            Self::Note => Level::Note,
            Self::Warn => Level::Warning,
            Self::Refuse => Level::Refused,
            Self::Never => return false,
        };
        worst >= Some(lowest)
    }
}

impl AuthorityKind {
    /// What was said, unless it was left to the certificate.
    pub(crate) fn given(self) -> Option<Authority> {
        match self {
            Self::Auto => None,
            Self::Public => Some(Authority::Public),
            Self::Private => Some(Authority::Private),
        }
    }
}
