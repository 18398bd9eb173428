//! Rules, clients and profiles as JSON.

use serde::Serialize;

use super::VERSION;
use crate::clients::{self, Client, Fault, Phrase, Statement};
use crate::profiles::{self, Profile};
use crate::report::reference::{complaint, group};
use crate::rules::{self, Rule};

#[derive(Serialize)]
struct List<T> {
    version: u32,
    #[serde(flatten)]
    content: T,
}

#[derive(Serialize)]
struct Rules {
    rules: Vec<RuleEntry>,
}

#[derive(Serialize)]
struct RuleEntry {
    code: &'static str,
    title: &'static str,
    why: &'static str,
    fix: &'static str,
    source: String,
    link: String,
}

#[derive(Serialize)]
struct Clients {
    clients: Vec<ClientEntry>,
}

#[derive(Serialize)]
struct ClientEntry {
    id: &'static str,
    name: &'static str,
    service: &'static str,
    group: &'static str,
    certainty: &'static str,
    switches: Vec<SwitchEntry>,
    words: Vec<WordsEntry>,
    statements: Vec<StatementEntry>,
}

#[derive(Serialize)]
struct WordsEntry {
    complaint: &'static str,
    text: &'static str,
    certainty: &'static str,
}

#[derive(Serialize)]
struct SwitchEntry {
    switch: &'static str,
    setting: String,
}

#[derive(Serialize)]
struct Profiles {
    profiles: Vec<ProfileEntry>,
}

#[derive(Serialize)]
struct ProfileEntry {
    id: &'static str,
    name: &'static str,
    says: &'static str,
    switches: Vec<SwitchEntry>,
    statements: Vec<StatementEntry>,
}

#[derive(Serialize)]
struct StatementEntry {
    text: &'static str,
    source: &'static str,
    certainty: &'static str,
}

/// All rules.
pub fn rules() -> String {
    document(Rules { rules: rules::ALL.iter().map(|rule| rule_entry(rule)).collect() })
}

/// One rule, as a list of one.
pub fn rule(rule: &'static Rule) -> String {
    document(Rules { rules: vec![rule_entry(rule)] })
}

/// All clients.
pub fn clients() -> String {
    document(Clients { clients: clients::ALL.iter().map(|client| client_entry(client)).collect() })
}

/// One client, as a list of one.
pub fn client(client: &'static Client) -> String {
    document(Clients { clients: vec![client_entry(client)] })
}

/// All profiles.
pub fn profiles() -> String {
    document(Profiles { profiles: profiles::ALL.iter().map(|profile| profile_entry(profile)).collect() })
}

/// One profile, as a list of one.
pub fn profile(profile: &'static Profile) -> String {
    document(Profiles { profiles: vec![profile_entry(profile)] })
}

fn document(content: impl Serialize) -> String {
    let text = serde_json::to_string_pretty(&List { version: VERSION, content });
    text.expect("these structs hold only strings, lists and maps with string keys") + "\n"
}

fn rule_entry(rule: &'static Rule) -> RuleEntry {
    let Rule { code, title, why, fix, source, .. } = rule;
    RuleEntry { code, title, why, fix, source: source.to_string(), link: source.link() }
}

fn client_entry(client: &'static Client) -> ClientEntry {
    ClientEntry {
        id: client.id,
        name: client.name,
        service: client.service,
        group: group(client.group),
        certainty: client.mark.word(),
        switches: switch_entries(client.switches()),
        words: client.words.iter().map(words_entry).collect(),
        statements: statement_entries(client.statements),
    }
}

fn profile_entry(profile: &'static Profile) -> ProfileEntry {
    let Profile { id, name, says, statements, .. } = profile;
    let switches = switch_entries(profile.switches());
    ProfileEntry { id, name, says, switches, statements: statement_entries(statements) }
}

fn words_entry((fault, phrase): &(Fault, Phrase)) -> WordsEntry {
    WordsEntry { complaint: complaint(*fault), text: phrase.text, certainty: phrase.mark.word() }
}

fn switch_entries(switches: Vec<(&'static str, String)>) -> Vec<SwitchEntry> {
    switches.into_iter().map(|(switch, setting)| SwitchEntry { switch, setting }).collect()
}

fn statement_entries(statements: &'static [Statement]) -> Vec<StatementEntry> {
    let entry = |statement: &Statement| StatementEntry {
        text: statement.text,
        source: statement.source,
        certainty: statement.mark.word(),
    };
    statements.iter().map(entry).collect()
}
