//! Flags of commands that work on keys in the store.

use std::convert::Infallible;
use std::path::{Path, PathBuf};

use certfix::facts::Moment;
use certfix::input::Password;
use clap::{Args, Subcommand};

use super::{Clock, Format, Output, PasswordFrom, PfxArgument, moment};

#[derive(Debug, Args)]
pub(crate) struct Install {
    /// The key's name, where it is to be that one; then the files of the CA's answer (PEM, DER, P7B, PFX); `-` is
    /// standard input
    #[arg(required = true, value_name = "[NAME] FILE")]
    pub(crate) answer: Vec<PathBuf>,
    /// Write a PKCS#12 file too (asks for its password, or takes --new-password-file)
    #[arg(long)]
    pub(crate) pfx: bool,
    /// Which Windows has to read the PKCS#12 file
    #[arg(long, value_name = "READER", default_value = "today", requires = "pfx")]
    pub(crate) pfx_for: PfxArgument,
    #[command(flatten)]
    pub(crate) new_password: NewPassword,
    /// Folder that keys are kept in, each in a folder of its own
    #[arg(long, value_name = "DIR", env = "CERTFIX_STORE", default_value = ".")]
    pub(crate) store: PathBuf,
    /// Do not ask where the certificate in use was issued later or lasts longer
    #[arg(long)]
    pub(crate) yes: bool,
    /// Show what would be installed; write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) password: PasswordFrom,
    #[command(flatten)]
    pub(crate) clock: Clock,
    #[command(flatten)]
    pub(crate) output: Output,
}

impl Install {
    /// Of an answer that another command has.
    pub(crate) fn quiet(store: &Path, clock: &Clock) -> Self {
        Self {
            answer: Vec::new(),
            pfx: false,
            pfx_for: PfxArgument::Today,
            new_password: NewPassword { new_password_file: None, new_password_env: None, typed: None },
            store: store.to_owned(),
            yes: true,
            dry_run: false,
            password: PasswordFrom { password_file: None, password_env: None },
            clock: Clock { at: clock.at },
            output: Output { format: Format::Text },
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct Keys {
    #[command(subcommand)]
    pub(crate) action: Option<KeysAction>,
    /// Folder that keys are kept in, each in a folder of its own
    #[arg(long, value_name = "DIR", env = "CERTFIX_STORE", default_value = ".", global = true)]
    pub(crate) store: PathBuf,
    /// Judge as of this day (2026-09-01) or time (2026-09-01T12:00:00Z)
    #[arg(long, value_name = "DATE", value_parser = moment, global = true)]
    pub(crate) at: Option<Moment>,
    /// For people or for programs
    #[arg(long, value_name = "FORMAT", default_value = "text", global = true)]
    pub(crate) format: Format,
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeysAction {
    /// List the keys and their states, as without a command
    List,
    /// Show one key: its names, certificate, files and what is wrong with it
    Show {
        /// The key's name
        name: String,
    },
    /// Write a copy that is protected by a password: PKCS#12, or PEM while there is no certificate yet
    Backup {
        /// The key's name
        name: String,
        /// Where to; never overwritten
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
        /// Which Windows has to read it
        #[arg(long, value_name = "READER", default_value = "today")]
        pfx_for: PfxArgument,
        #[command(flatten)]
        new_password: NewPassword,
        #[command(flatten)]
        password: PasswordFrom,
    },
    /// Put a backup, or a PKCS#12 file of another program, into the store
    Restore {
        /// The file
        file: PathBuf,
        /// The key's name [default: the name its certificate is for]
        #[arg(long)]
        name: Option<String>,
        /// Encrypt the key file (asks for a password, or takes --new-password-file)
        #[arg(long)]
        encrypt_key: bool,
        #[command(flatten)]
        new_password: NewPassword,
        #[command(flatten)]
        password: PasswordFrom,
    },
    /// Give a key another name
    Rename {
        /// Its name now
        old: String,
        /// Its name from now on
        new: String,
    },
    /// Put a key away, into the store's folder .removed
    Remove {
        /// The key's name
        name: String,
        /// Do not ask
        #[arg(long)]
        yes: bool,
        /// Delete it for good
        #[arg(long)]
        no_backup: bool,
    },
}

// Where the password for what is written comes from.
#[derive(Debug, Args)]
pub(crate) struct NewPassword {
    /// First line of this file: the password for what is written
    #[arg(long, value_name = "FILE", conflicts_with = "new_password_env")]
    pub(crate) new_password_file: Option<PathBuf>,
    /// Environment variable that holds the password for what is written
    #[arg(long, value_name = "VARIABLE", value_parser = secret_variable)]
    pub(crate) new_password_env: Option<String>,
    /// What the wizard was told.
    #[arg(skip)]
    pub(crate) typed: Option<Password>,
}

/// The name of a variable that holds a password: from the moment it is known, no hook or service command gets it.
#[expect(clippy::unnecessary_wraps, reason = "clap wants a Result")]
pub(super) fn secret_variable(name: &str) -> Result<String, Infallible> {
    certfix::command::hide(name);
    Ok(name.to_owned())
}

// The key of a renewal.
#[derive(Debug, Args)]
pub(crate) struct Renewal {
    /// Renew with the same key
    #[arg(long, requires = "renew", conflicts_with_all = ["new_key", "key", "encrypt_key"])]
    pub(crate) same_key: bool,
    /// Renew with a new key, which is also the default
    #[arg(long, requires = "renew")]
    pub(crate) new_key: bool,
}
