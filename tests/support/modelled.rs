//! What models make of what `openssl` made, beside what their programs do.

use certfix::clients::{Client, Mark};
use certfix::facts::{Item, Moment, Source, Target, TrustStore};
use certfix::input::read_file;
use certfix::judge::{Outcome, Panel, judge};
use certfix::rules::{Authority, Context};

use super::handshakes;
use super::made::{Case, now};
use super::openssl::Workshop;
use super::server::Server;

/// What a program made of a server, and its model of what that presents.
pub(crate) struct Answered {
    pub(crate) id: &'static str,
    pub(crate) theirs: handshakes::Answer,
    pub(crate) outcome: Outcome,
    /// Those that the model is sure of.
    pub(crate) words: Option<String>,
}

/// What became of a number of answers.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) accepted: usize,
    pub(crate) refused: usize,
    pub(crate) quoted: usize,
    /// Where a model is wrong, a line each.
    pub(crate) differences: Vec<String>,
}

impl Tally {
    /// Counts it, and notes where the model is wrong.
    pub(crate) fn hold(&mut self, answer: &Answered, case: &Case) {
        self.count(answer);
        let Answered { id, theirs, outcome, words } = answer;
        let is_said = words.as_ref().is_none_or(|words| theirs.said.contains(words));
        if theirs.accepts != (*outcome == Outcome::Accepts) || !is_said {
            let said = &theirs.said;
            self.differences.push(format!("{id} {}: {outcome:?}, {words:?}; really {said}", case.describe()));
        }
    }

    pub(crate) fn count(&mut self, answer: &Answered) {
        self.accepted += usize::from(answer.theirs.accepts);
        self.refused += usize::from(!answer.theirs.accepts);
        self.quoted += usize::from(answer.words.is_some());
    }
}

/// What each client and its model make of a server that presents the case.
pub(crate) fn answers(workshop: &Workshop, clients: &mut [handshakes::Client], case: &Case) -> Vec<Answered> {
    let root = case.make(workshop);
    let server = Server::start(workshop, &format!("{} -key leaf.key -www -cipher ALL:@SECLEVEL=0", case.sent()));
    let answer = |client: &mut handshakes::Client| {
        let theirs = client.ask(server.port(), &workshop.file(root));
        let (outcome, words) = ours(workshop, root, client.id);
        Answered { id: client.id, theirs, outcome, words }
    };
    clients.iter_mut().map(answer).collect()
}

/// What the model does, and the words it is sure of, up to where a program goes on with places and times.
fn ours(workshop: &Workshop, root: &str, id: &str) -> (Outcome, Option<String>) {
    let mut evidence = read_file(&workshop.file("leaf.pem"), None).unwrap();
    // All that the server sends.
    evidence.source = Source::Live("localhost".to_owned());
    let trust = TrustStore::new(read_file(&workshop.file(root), None).unwrap().certificates);
    let target = Target::typed(b"localhost");
    let subjects = evidence.subjects();
    let authority = Authority::of(Item::Certificate(&evidence.certificates[0]));
    let ctx = Context { now: Moment::from_unix(now()), authority, target: Some(&target), trust: Some(&trust) };
    let panel = Panel::new(&[Client::find(id).unwrap()], None);
    let report = judge(&subjects[0], &panel, &ctx);
    let verdict = &report.verdicts[0];
    let sure = verdict.message.as_ref().filter(|message| message.mark() == Mark::Measured);
    (verdict.outcome, sure.map(|message| message.text().trim_end_matches(" (_ssl.c)").to_owned()))
}
