//! What a model makes of what `openssl` made.

use certfix::clients::{Client, Mark};
use certfix::facts::{Item, Moment, Source, Target, TrustStore};
use certfix::input::read_file;
use certfix::judge::{Outcome, Panel, judge};
use certfix::rules::{Authority, Context};

use super::made::now;
use super::openssl::Workshop;

/// What the model does, and the words it is sure of, up to where a program goes on with places and times.
pub(crate) fn ours(workshop: &Workshop, root: &str, id: &str) -> (Outcome, Option<String>) {
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
