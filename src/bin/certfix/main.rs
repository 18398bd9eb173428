//! The program: arguments in, text or JSON out, an exit status.

mod args;
mod ask;
mod ca;
mod check;
mod deploy;
mod in_order;
mod inspect;
mod install;
mod keys;
mod live;
mod make;
mod names;
mod new;
mod order;
mod password;
mod printed;
mod reference;
mod renew;
mod renewal;
mod sources;
mod target;
mod terminal;
mod write;

use std::process::ExitCode;

use certfix::Error;
use certfix::report::json;

use crate::args::{Command, Format, Reply};

fn main() -> ExitCode {
    let (command, reply) = args::parse();
    match run(&command) {
        Ok(code) => code,
        Err(error) if terminal::is_unread(&error) && shows(&command) => ExitCode::SUCCESS,
        // What a check did not get to is not known to be good; that is counted as shells count a program that SIGPIPE ended.
        Err(error) if terminal::is_unread(&error) && matches!(command, Command::Check(_)) => ExitCode::from(141),
        Err(error) => {
            terminal::complain_for(&reply, &error);
            answer(&reply, &error);
            // As shells count a program that Ctrl-C ended.
            ExitCode::from(if matches!(error, Error::Interrupted) { 130 } else { 2 })
        }
    }
}

/// True for commands that show something and do nothing else: a reader that has seen enough, such as `head`, is no error.
fn shows(command: &Command) -> bool {
    match command {
        Command::Inspect(_)
        | Command::Names(_)
        | Command::Explain(_)
        | Command::Clients(_)
        | Command::Profiles(_)
        | Command::Completions { .. }
        | Command::Man => true,
        Command::Check(_)
        | Command::Fix(_)
        | Command::New(_)
        | Command::Csr(_)
        | Command::SelfSigned(_)
        | Command::Order(_)
        | Command::Bind(_)
        | Command::Commit(_)
        | Command::Undo(_)
        | Command::Install(_)
        | Command::Ca(_)
        | Command::Keys(_)
        | Command::Renew(_) => false,
    }
}

/// What a program reads in place of the answer that there is none of.
fn answer(reply: &Reply, error: &Error) {
    // Where standard output is what failed, nobody reads it.
    if reply.format == Format::Json && !matches!(error, Error::Stream { .. }) {
        let hint = printed::hint(error, reply.store.as_deref(), reply.key.as_deref());
        let _ = terminal::print(&json::failed(&reply.command, error, hint));
    }
}

fn run(command: &Command) -> Result<ExitCode, Error> {
    match command {
        Command::Inspect(args) => inspect::run(args),
        Command::Check(args) => check::run(args),
        Command::Fix(args) => make::fix(args),
        Command::New(args) => new::run(args),
        Command::Csr(args) => make::csr(args),
        Command::SelfSigned(args) => make::self_signed(args),
        Command::Order(args) => order::run(args),
        Command::Bind(args) => deploy::bind(args),
        Command::Commit(args) => deploy::commit(args),
        Command::Undo(args) => deploy::undo(args),
        Command::Names(args) => names::run(args),
        Command::Install(args) => install::run(args),
        Command::Ca(args) => ca::run(args),
        Command::Keys(args) => keys::run(args),
        Command::Renew(args) => renew::run(args),
        Command::Explain(args) => reference::explain(args),
        Command::Clients(args) => reference::clients(args),
        Command::Profiles(args) => reference::profiles(args),
        Command::Completions { shell } => reference::completions(*shell),
        Command::Man => reference::man(),
    }
}
