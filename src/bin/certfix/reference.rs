//! `certfix explain`, `clients`, `profiles`, `completions` and `man`: what the program knows.

use std::io::{self, Write};
use std::process::ExitCode;

use certfix::clients::Client;
use certfix::report::{json, reference};
use certfix::rules::Rule;
use certfix::{Error, profiles};
use clap::{Command, CommandFactory};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use crate::args::{Arguments, Clients, Explain, Format, Profiles};
use crate::terminal;

pub(crate) fn explain(args: &Explain) -> Result<ExitCode, Error> {
    let rule = args.code.as_deref().map(Rule::find_or_suggest).transpose()?;
    match (args.output.format, rule) {
        (Format::Text, Some(rule)) => terminal::text(|page| reference::explain(rule, page))?,
        (Format::Text, None) => terminal::text(reference::rules)?,
        (Format::Json, Some(rule)) => terminal::print(&json::rule(rule))?,
        (Format::Json, None) => terminal::print(&json::rules())?,
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn clients(args: &Clients) -> Result<ExitCode, Error> {
    let client = args.name.as_deref().map(Client::find_or_suggest).transpose()?;
    match (args.output.format, client) {
        (Format::Text, Some(client)) => terminal::text(|page| reference::client(client, page))?,
        (Format::Text, None) => terminal::text(reference::clients)?,
        (Format::Json, Some(client)) => terminal::print(&json::client(client))?,
        (Format::Json, None) => terminal::print(&json::clients())?,
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn profiles(args: &Profiles) -> Result<ExitCode, Error> {
    let profile = args.name.as_deref().map(profiles::find).transpose()?;
    match (args.output.format, profile) {
        (Format::Text, Some(profile)) => terminal::text(|page| reference::profile(profile, page))?,
        (Format::Text, None) => terminal::text(reference::profiles)?,
        (Format::Json, Some(profile)) => terminal::print(&json::profile(profile))?,
        (Format::Json, None) => terminal::print(&json::profiles())?,
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn completions(shell: clap_complete::Shell) -> Result<ExitCode, Error> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "certfix", &mut script);
    terminal::raw(|out| out.write_all(&script))?;
    Ok(ExitCode::SUCCESS)
}

/// One page with everything: there is no other one to look into.
pub(crate) fn man() -> Result<ExitCode, Error> {
    let mut whole = Arguments::command().disable_help_subcommand(true);
    // What stands below commands is there only when they are built.
    whole.build();
    let commands = commands(&whole);
    terminal::raw(|out| {
        let page = Man::new(whole.clone());
        page.render_title(out)?;
        page.render_name_section(out)?;
        page.render_synopsis_section(out)?;
        page.render_description_section(out)?;
        page.render_options_section(out)?;
        list(&commands).to_writer(out)?;
        page.render_extra_section(out)?;
        page.render_version_section(out)?;
        commands.iter().try_for_each(|command| section(command, out))
    })?;
    Ok(ExitCode::SUCCESS)
}

/// Every command, each before those below it.
fn commands(above: &Command) -> Vec<&Command> {
    above.get_subcommands().flat_map(|command| std::iter::once(command).chain(commands(command))).collect()
}

/// What can be called, each with one line.
fn list(commands: &[&Command]) -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["COMMANDS"]);
    for command in commands {
        roff.control("TP", []);
        roff.text([bold(full_name(command))]);
        roff.text([roman(command.get_about().map(ToString::to_string).unwrap_or_default())]);
    }
    roff
}

/// All that is to be said of one command.
fn section(command: &Command, out: &mut dyn Write) -> io::Result<()> {
    let page = Man::new(command.clone());
    let mut parts = Vec::new();
    page.render_synopsis_section(&mut parts)?;
    page.render_description_section(&mut parts)?;
    page.render_options_section(&mut parts)?;
    let mut heading = Roff::new();
    heading.control("SH", [&*full_name(command).to_uppercase()]);
    heading.to_writer(out)?;
    // They stand below this heading, not beside it.
    out.write_all(String::from_utf8_lossy(&parts).replace("\n.SH ", "\n.SS ").as_bytes())
}

/// The words by which it is called.
fn full_name(command: &Command) -> &str {
    command.get_bin_name().unwrap_or_else(|| command.get_name())
}
