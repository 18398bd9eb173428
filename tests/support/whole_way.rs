//! From the octets of a file to everything that is said of it.

use certfix::facts::{Moment, Source, Target};
use certfix::input::{Password, read};
use certfix::judge::{Panel, infer_target, judge};
use certfix::plan::{Output, Wish, plan};
use certfix::profiles;
use certfix::report::json;
use certfix::report::text::{self, Page};
use certfix::rules::{Authority, Context};

/// Reads, judges for all clients, reports in both formats and plans. Whatever comes of it, it ends, and soon.
pub(crate) fn go(bytes: &[u8], password: Option<&Password>) {
    let Ok(evidence) = read(bytes, Source::Stdin, password) else { return };
    let now = Moment::parse("2026-09-01").unwrap();
    let mut out = Vec::new();
    for subject in evidence.subjects() {
        let inferred = infer_target(&subject).certain();
        let target = inferred.unwrap_or_else(|| Target::typed(b"mail.contoso.com"));
        let ctx = Context { now, authority: Authority::of(subject.item), target: Some(&target), trust: None };
        let report = judge(&subject, Panel::all(), &ctx);
        text::inspect(&subject, now, &mut Page::new(&mut out, 100)).unwrap();
        text::check(&report, &mut Page::new(&mut out, 100)).unwrap();
        json::entry(&json::inspect(&subject, now), &mut out);
        json::entry(&json::check(&report, now), &mut out);
        if let Some(name) = target.name() {
            let wish = Wish {
                target: name.clone(),
                extra: Vec::new(),
                old: Some(subject.item),
                subject: None,
                profile: profiles::find("public").unwrap(),
                output: Output::Request,
            };
            if let Ok(plan) = plan(&wish) {
                text::plan(&plan, Some(subject.item.identity()), &mut Page::new(&mut out, 100)).unwrap();
            }
        }
    }
    // Colours are the program's own; nothing else in the output may act on a terminal.
    let text = String::from_utf8(out).unwrap();
    let acts = |character: char| character.is_control() && !matches!(character, '\n' | '\u{1b}');
    if let Some(at) = text.find(acts) {
        let line = text[..at].rfind('\n').map_or(0, |end| end + 1);
        panic!("a control character is in the output: {:?}", &text[line..].chars().take(300).collect::<String>());
    }
}
