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
mod reference;
mod renew;
mod renewal;
mod sources;
mod terminal;
mod write;

use std::io;
use std::process::ExitCode;

use certfix::Error;
use certfix::report::json;

use crate::args::{Command, Format, Reply};

fn main() -> ExitCode {
    let (command, reply) = args::parse();
    match run(&command) {
        Ok(code) => code,
        // A reader that has seen enough, such as `head`, is not an error. But what a check did not get to is not known to be
        // good; that is counted as shells count a program that SIGPIPE ended.
        Err(Error::Stream { cause, .. }) if cause.kind() == io::ErrorKind::BrokenPipe => match command {
            Command::Check(_) => ExitCode::from(141),
            _ => ExitCode::SUCCESS,
        },
        Err(error) => {
            terminal::complain(&error);
            answer(&reply, &error);
            // As shells count a program that Ctrl-C ended.
            ExitCode::from(if matches!(error, Error::Interrupted) { 130 } else { 2 })
        }
    }
}

/// What a program reads in place of the answer that there is none of.
fn answer(reply: &Reply, error: &Error) {
    // Where standard output is what failed, nobody reads it.
    if reply.format == Format::Json && !matches!(error, Error::Stream { .. }) {
        let _ = terminal::print(&json::failed(&reply.command, error));
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
