//! `bind`, `commit` and `undo` as JSON: what was staged, committed and put back.

use serde::Serialize;

use super::VERSION;
use crate::deploy::{Binding, Bound, Change, Committed, Line, PutBack, Shown, Staged, Turn, Work};

#[derive(Serialize)]
struct Page<'a> {
    version: u32,
    #[serde(flatten)]
    answer: Answer<'a>,
}

#[derive(Serialize)]
#[serde(tag = "command", rename_all = "lowercase")]
enum Answer<'a> {
    Bind { staged: Vec<Service<'a>>, scripts: Vec<Script<'a>>, removed: Vec<String> },
    Commit { generations: Vec<Generation>, staged: Vec<Service<'a>>, committed: Vec<Done<'a>> },
    Undo { generations: Vec<Generation>, files: Vec<String>, troubles: &'a [String] },
}

#[derive(Serialize)]
struct Generation {
    key: String,
    before: u32,
    after: u32,
}

#[derive(Serialize)]
struct Service<'a> {
    key: &'a str,
    service: String,
    files: Vec<File>,
    check: Option<String>,
    reload: Option<String>,
    endpoints: &'a [String],
    remarks: &'a [String],
}

#[derive(Serialize)]
struct File {
    path: String,
    state: &'static str,
    mode: String,
    owner: u32,
    group: u32,
    private_key: bool,
    gone: Vec<String>,
    new: Vec<String>,
}

#[derive(Serialize)]
struct Script<'a> {
    service: &'a str,
    text: &'a str,
}

#[derive(Serialize)]
struct Done<'a> {
    key: &'a str,
    service: String,
    files: Vec<String>,
    endpoints: Vec<Place<'a>>,
}

#[derive(Serialize)]
struct Place<'a> {
    endpoint: &'a str,
    presents: bool,
    remarks: &'a [String],
}

/// What `certfix bind` did.
pub fn bound(bound: &[Bound]) -> String {
    let (mut staged, mut scripts) = (Vec::new(), Vec::new());
    for one in bound {
        match one {
            Bound::Staged(one) => staged.push(service(one)),
            Bound::Script { service, text } => scripts.push(Script { service, text }),
        }
    }
    print(Answer::Bind { staged, scripts, removed: Vec::new() })
}

/// What `certfix bind --remove` did.
pub fn unbound(removed: &[Binding]) -> String {
    let removed = removed.iter().map(ToString::to_string).collect();
    print(Answer::Bind { staged: Vec::new(), scripts: Vec::new(), removed })
}

/// What `certfix commit --dry-run` found.
pub fn staged(work: &Work<Staged>) -> String {
    let staged = work.services.iter().map(service).collect();
    print(Answer::Commit { generations: generations(&work.turns), staged, committed: Vec::new() })
}

/// What `certfix commit` did.
pub fn committed(work: &Work<Committed>) -> String {
    let committed = work.services.iter().map(finished).collect();
    print(Answer::Commit { generations: generations(&work.turns), staged: Vec::new(), committed })
}

/// What `certfix undo` did.
pub fn put_back(back: &PutBack) -> String {
    let files = back.files.iter().map(|path| path.display().to_string()).collect();
    print(Answer::Undo { generations: generations(&back.turns), files, troubles: &back.troubles })
}

/// As they were before the commit and after it.
fn generations(turns: &[Turn]) -> Vec<Generation> {
    turns.iter().map(|turn| Generation { key: turn.key(), before: turn.before, after: turn.after }).collect()
}

fn print(answer: Answer<'_>) -> String {
    let page = Page { version: VERSION, answer };
    let mut text = serde_json::to_string_pretty(&page).expect("texts and numbers become JSON");
    text.push('\n');
    text
}

fn service(staged: &Staged) -> Service<'_> {
    Service {
        key: &staged.key,
        service: staged.binding.to_string(),
        files: staged.files.iter().map(file).collect(),
        check: staged.check.as_ref().map(ToString::to_string),
        reload: staged.reload.as_ref().map(ToString::to_string),
        endpoints: &staged.endpoints,
        remarks: &staged.remarks,
    }
}

fn file(change: &Change) -> File {
    let (_, rights) = change.wanted();
    let (mut gone, mut new) = (Vec::new(), Vec::new());
    for line in change.difference() {
        match line {
            Line::Gone(line) => gone.push(line),
            Line::New(line) => new.push(line),
        }
    }
    let state = match change.present() {
        _ if change.is_in_place() => "in-place",
        Some(_) => "changed",
        None => "new",
    };
    File {
        path: change.path.display().to_string(),
        state,
        mode: format!("{:04o}", rights.mode),
        owner: rights.owner,
        group: rights.group,
        private_key: change.is_secret,
        gone,
        new,
    }
}

fn finished(done: &Committed) -> Done<'_> {
    Done {
        key: &done.key,
        service: done.binding.to_string(),
        files: done.files.iter().map(|path| path.display().to_string()).collect(),
        endpoints: done.places.iter().map(|(endpoint, shown)| place(endpoint, shown)).collect(),
    }
}

fn place<'a>(endpoint: &'a str, shown: &'a Shown) -> Place<'a> {
    match shown {
        Shown::Committed { remarks } => Place { endpoint, presents: true, remarks },
        Shown::Silent => Place { endpoint, presents: false, remarks: &[] },
    }
}
