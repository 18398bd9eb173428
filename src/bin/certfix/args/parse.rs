//! The command line becomes a command, and who reads what comes of it.

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
}

/// The command line, or help and usage errors and the end of the program.
pub(crate) fn parse() -> (Command, Reply) {
    let mut matches = command().get_matches();
    let command_name = matches.subcommand_name().unwrap_or_default().to_owned();
    let reply = Reply { command: command_name, format: format(&matches), store: store(&matches) };
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

/// The store, named or usual.
fn store(matches: &ArgMatches) -> Option<PathBuf> {
    match matches.subcommand() {
        Some((_, below)) => store(below),
        None => matches.try_get_raw("store").ok().flatten()?.next().map(PathBuf::from),
    }
}
