//! Flags of commands that print what certfix knows.

use clap::Args;

use super::Output;

#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// The code of a finding, such as name-not-first
    pub(crate) code: Option<String>,
    #[command(flatten)]
    pub(crate) output: Output,
}

#[derive(Debug, Args)]
pub(crate) struct Clients {
    /// The id of a client, such as outlook2007
    pub(crate) name: Option<String>,
    #[command(flatten)]
    pub(crate) output: Output,
}

#[derive(Debug, Args)]
pub(crate) struct Profiles {
    /// The id of a profile, such as letsencrypt
    pub(crate) name: Option<String>,
    #[command(flatten)]
    pub(crate) output: Output,
}
