//! The page about the online authority, and the order that its answers amount to.

use std::path::Path;

use certfix::Error;
use certfix::authority::acme;

use super::answers::{self, Answers, Road};
use super::pages::{Turn, plain, take};
use crate::args::{New, listens_on};
use crate::ask;

/// What was answered about the authority and the proof of the names.
#[derive(Clone, Default)]
pub(super) struct Online {
    directory: String,
    roots: String,
    proof: usize,
    /// For each proof what it needs to know.
    place: [String; PROOFS.len()],
    email: String,
}

/// A way of proving names.
struct Proof {
    says: &'static str,
    flag: &'static str,
    asks: &'static str,
    usual: &'static str,
    check: fn(&str) -> Result<(), String>,
}

const PROOFS: [Proof; 4] = [
    Proof {
        says: "a file in the folder of the web server that answers on port 80",
        flag: "--webroot",
        asks: "Folder of the web server",
        usual: "/var/www/html",
        check: |typed| match Path::new(typed).is_dir() {
            true => Ok(()),
            false => Err("there is no such folder".to_owned()),
        },
    },
    Proof {
        says: "a web server of certfix's own, where nothing else answers on port 80",
        flag: "--listen",
        asks: "Port, or address and port, that it listens on",
        usual: "80",
        check: |typed| listens_on(typed).map(|_| ()),
    },
    Proof {
        says: "a record in DNS, which a program of yours adds and removes",
        flag: "--dns-hook",
        asks: "The program",
        usual: "",
        check: is_file,
    },
    Proof {
        says: "a TLS server of certfix's own, where nothing else answers on port 443",
        flag: "--tls-alpn",
        asks: "Port, or address and port, that it listens on",
        usual: "443",
        check: |typed| listens_on(typed).map(|_| ()),
    },
];

impl Online {
    /// The arguments of `certfix order`, without its name.
    pub(super) fn arguments(&self, common_name: &str, store: &str) -> Vec<String> {
        let proof = &PROOFS[self.proof];
        let mut arguments = vec![common_name.to_owned()];
        let mut add = |flag: &str, value: &str| answers::add(&mut arguments, flag, value);
        add("--acme", &self.directory);
        add("--acme-ca-file", &self.roots);
        add(proof.flag, &self.place[self.proof]);
        add("--email", &self.email);
        add("--store", store);
        arguments
    }

    /// What is known of the authority, for `--ca` of the request.
    pub(super) fn profile(&self) -> &'static str {
        acme::usual_profile(&self.directory, !self.roots.is_empty())
    }

    /// The authority and the proof, for the summary.
    pub(super) fn says(&self) -> [(&'static str, String); 2] {
        let proof = &PROOFS[self.proof];
        [("goes to", self.directory.clone()), ("proof", format!("{}: {}", proof.says, self.place[self.proof]))]
    }
}

/// What the list of authorities holds beside those that have a name.
const ANOTHER: &str = "another: the URL of its ACME directory";

pub(super) fn directory(answers: &mut Answers, _: &New) -> Result<Turn, Error> {
    let named = acme::KNOWN;
    let items: Vec<String> = named.iter().map(|known| known.name.to_owned()).chain([ANOTHER.to_owned()]).collect();
    let known = |typed: &str| named.iter().position(|known| known.id == typed);
    let before = answers.online.directory.clone();
    let kept = if before.is_empty() { 0 } else { known(&before).unwrap_or(named.len()) };
    let Some(at) = ask::one_of("The authority", &items, kept)? else { return Ok(Turn::Back) };
    if let Some(chosen) = named.get(at) {
        answers.online.directory = chosen.id.to_owned();
        answers.online.roots.clear();
        return Ok(Turn::Next);
    }
    let kept = if known(&before).is_none() { &*before } else { "" };
    let check = |typed: &str| acme::directory(typed).map(|_| ()).map_err(|error| error.to_string());
    take(ask::line("URL of its directory", kept, check)?, |typed| answers.online.directory = typed)
}

fn is_file(typed: &str) -> Result<(), String> {
    if Path::new(typed).is_file() { Ok(()) } else { Err("there is no such file".to_owned()) }
}

pub(super) fn roots(answers: &mut Answers, _: &New) -> Result<Turn, Error> {
    if acme::KNOWN.iter().any(|known| known.id == answers.online.directory) {
        return Ok(Turn::Skip);
    }
    let check = |typed: &str| if typed.is_empty() { Ok(()) } else { is_file(typed) };
    let label = "File with the root of the directory's own certificate (empty: one that this machine trusts)";
    take(ask::line(label, &answers.online.roots, check)?, |typed| answers.online.roots = typed)
}

pub(super) fn proof(answers: &mut Answers, _: &New) -> Result<Turn, Error> {
    let items = PROOFS.each_ref().map(|proof| proof.says.to_owned());
    take(ask::one_of("The name is proved by", &items, answers.online.proof)?, |at| answers.online.proof = at)
}

pub(super) fn place(answers: &mut Answers, _: &New) -> Result<Turn, Error> {
    let proof = &PROOFS[answers.online.proof];
    let before = &answers.online.place[answers.online.proof];
    let kept = if before.is_empty() { proof.usual } else { before };
    let check = |typed: &str| plain(typed).and_then(|()| (proof.check)(typed));
    take(ask::line(proof.asks, kept, check)?, |typed| answers.online.place[answers.online.proof] = typed)
}

pub(super) fn email(answers: &mut Answers, _: &New) -> Result<Turn, Error> {
    let typed = ask::line("Your e-mail address, for the authority", &answers.online.email, super::pages::address)?;
    take(typed, |typed| answers.online.email = typed)
}

/// Whether the page is asked.
pub(super) fn is_chosen(answers: &Answers) -> bool {
    answers.road == Road::Online
}
