//! The command line becomes a command, and who reads what comes of it.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Arg, ArgMatches, CommandFactory, FromArgMatches};

use super::{Arguments, Command, Format};

/// Who reads what a command says.
pub(crate) struct Reply {
    /// The name of the command.
    pub(crate) command: String,
    /// For people or for programs.
    pub(crate) format: Format,
    /// The store that it works on, if it takes one.
    pub(crate) store: Option<PathBuf>,
    /// The key of the store that it is about, if it is about one.
    pub(crate) key: Option<String>,
}

/// The command line, or help and usage errors and the end of the program.
pub(crate) fn parse() -> (Command, Reply) {
    let mut matches = command().get_matches();
    let command_name = matches.subcommand_name().unwrap_or_default().to_owned();
    let (store, key) = (raw(&matches, "store").map(PathBuf::from), key(&matches));
    let reply = Reply { command: command_name, format: format(&matches), store, key };
    let arguments = Arguments::from_arg_matches_mut(&mut matches);
    (arguments.unwrap_or_else(|error| error.format(&mut command()).exit()).command, reply)
}

/// All commands; a variable that is empty counts as unset.
pub(crate) fn command() -> clap::Command {
    let mut whole = Arguments::command();
    if VARIABLES.iter().any(|name| std::env::var_os(name).is_some_and(|value| value.is_empty())) {
        // The flags of commands are there only when they are built.
        whole.build();
        whole = without_empty_variables(whole);
    }
    whole
}

/// The variables that stand for flags.
const VARIABLES: [&str; 2] = ["CERTFIX_STORE", "CERTFIX_TEMPLATES"];

fn without_empty_variables(command: clap::Command) -> clap::Command {
    let is_empty = |arg: &Arg| arg.get_env().and_then(std::env::var_os).is_some_and(|value| value.is_empty());
    let heed = |arg: Arg| if is_empty(&arg) { arg.env(None::<&str>) } else { arg };
    command.mut_args(heed).mut_subcommands(without_empty_variables)
}

/// The format asked for; of commands that have none, text.
fn format(matches: &ArgMatches) -> Format {
    match matches.subcommand() {
        Some((_, below)) => format(below),
        None => matches.try_get_one("format").ok().flatten().copied().unwrap_or(Format::Text),
    }
}

/// The key, where the command has one alone: `certfix order NAME`, `certfix csr --fqdn NAME`.
fn key(matches: &ArgMatches) -> Option<String> {
    let named = ["name", "renew", "names", "fqdn"].into_iter().find_map(|id| raw(matches, id));
    raw(matches, "store").and(named)?.into_string().ok()
}

/// The value of an argument as it was typed, or its usual value; None where there are several.
fn raw(matches: &ArgMatches, id: &str) -> Option<OsString> {
    if let Some((_, below)) = matches.subcommand() {
        return raw(below, id);
    }
    let mut values = matches.try_get_raw(id).ok().flatten()?;
    values.next().map(OsString::from).filter(|_| values.next().is_none())
}
