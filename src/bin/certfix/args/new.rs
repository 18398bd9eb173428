//! Flags of `certfix new`, and those that exist because it asks for them.

use std::ffi::OsString;

use certfix::Error;
use certfix::issue::Contact;
use clap::{Args, Command};

use super::Emit;
use super::network::Network;

#[derive(Debug, Args)]
pub(crate) struct New {
    /// Folder to offer for keys, each in a folder of its own
    #[arg(long, value_name = "DIR", env = "CERTFIX_STORE", default_value = ".")]
    pub(crate) store: String,
    #[command(flatten)]
    pub(crate) network: Network,
}

/// The arguments of a command, read as those of the command line are.
pub(crate) fn parsed<T: Args>(arguments: impl IntoIterator<Item = impl Into<OsString> + Clone>) -> Result<T, Error> {
    let command = T::augment_args(Command::new("certfix").no_binary_name(true));
    let matches = command.try_get_matches_from(arguments).and_then(|matches| T::from_arg_matches(&matches));
    matches.map_err(|error| Error::Conflict {
        cause: error.to_string().lines().next().unwrap_or_default().to_owned(),
        hint: "certfix help COMMAND lists what each command takes",
    })
}

// What only `NewKeyRq.txt` holds.
#[derive(Debug, Args)]
pub(crate) struct ContactOptions {
    /// Write NewKeyRq.txt too: the request with the header of Key Manager
    #[arg(long, conflicts_with = "emit")]
    pub(crate) new_key_rq: bool,
    /// E-mail address of whom the CA may ask, for the header of NewKeyRq.txt
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) contact: Option<String>,
    /// Telephone number of whom the CA may ask, for the header of NewKeyRq.txt
    #[arg(long, value_name = "NUMBER")]
    pub(crate) phone: Option<String>,
}

impl ContactOptions {
    /// Whom to name in the header, which nothing but `NewKeyRq.txt` has.
    pub(crate) fn written(&self, emit: Option<Emit>) -> Result<Contact<'_>, Error> {
        let given = self.contact.is_some() || self.phone.is_some();
        if given && !self.new_key_rq && !matches!(emit, Some(Emit::NewKeyRq)) {
            return Err(Error::Conflict {
                cause: "--contact and --phone need --new-key-rq: only NewKeyRq.txt holds them".to_owned(),
                hint: "add --new-key-rq, or leave them out",
            });
        }
        Ok(Contact { email: self.contact.as_deref(), phone: self.phone.as_deref() })
    }
}
