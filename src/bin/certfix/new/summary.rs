//! Everything at a glance before the last yes: names in order, the subject, and what each client will make of them.

use certfix::Error;
use certfix::authority::acme;
use certfix::facts::{Subject, Target, Text, TrustStore};
use certfix::issue::{self, SELF_SIGNED_DAYS};
use certfix::judge::{Outcome, Panel, judge};
use certfix::plan::{Output, Plan};
use certfix::report::text::{self, Page};
use certfix::rules::{Authority, Context};
use certfix::store::Store;

use super::answers::{Answers, Order, Road};
use crate::args::MadeOptions;
use crate::{ask, order, sources, terminal, write};

/// What the person wants done.
pub(super) enum Verdict {
    Write,
    Back,
    Nothing,
}

/// Shows what is planned, and asks.
pub(super) fn agree(answers: &Answers) -> Result<Verdict, Error> {
    let order = answers.order()?;
    if let Err(problem) = show(answers, &order) {
        terminal::complain(&problem);
        return Ok(Verdict::Back);
    }
    let items = ["yes, write it", "go back and change something", "no, write nothing"].map(str::to_owned);
    Ok(match ask::one_of("Make it", &items, 0)? {
        Some(0) => Verdict::Write,
        Some(2) => Verdict::Nothing,
        _ => Verdict::Back,
    })
}

fn show(answers: &Answers, order: &Order) -> Result<(), Error> {
    let plan = order.plan()?.for_key(answers.key.kind());
    let (output, made, days) = match order {
        Order::Request(args) | Order::Online(args, _) => (Output::Request, &args.made, SELF_SIGNED_DAYS),
        Order::Certificate(args) => (Output::SelfSigned, &args.made, args.certificate.days()),
    };
    write::ensure_free(std::slice::from_ref(&plan), made)?;
    if let Order::Online(_, args) = order
        && let Some(challenge) = order::challenge(args)?
    {
        acme::ensure_provable(plan.names.iter().map(|planned| &planned.name), &challenge)?;
    }
    let now = made.clock.now();
    let evidence = write::working(answers.key, || issue::draft(&plan, output, answers.key, now, days))?;
    let subject = sources::the_one(&evidence)?;
    let target = Target::from(&plan.target);
    let authority = if plan.profile.is_public() { Authority::Public } else { Authority::Private };
    let context = Context { now, authority, target: Some(&target), trust: None };
    let report = judge(&subject, Panel::all(), &context);
    terminal::aside(|page| {
        page.line("")?;
        let trusted = match output {
            Output::Request => "Judged as if a CA that each client trusts had signed it.".to_owned(),
            Output::SelfSigned => {
                let elsewhere = not_installed(&subject, &context);
                format!("Judged as if it were trusted: install it on each machine that connects. {elsewhere}")
            }
        };
        page.paragraph(0, &trusted)?;
        text::faults(&report, page)?;
        text::verdicts(&report, page)?;
        // Last, so that the names stand right above the question.
        page.line("")?;
        text::plan(&plan, None, page)?;
        fields(answers, &plan, made, page)
    })
}

/// What becomes of a self-signed certificate where nobody has installed it.
fn not_installed(subject: &Subject<'_>, context: &Context<'_>) -> String {
    let nothing = TrustStore::default();
    let report = judge(subject, Panel::all(), &Context { trust: Some(&nothing), ..*context });
    let count = |outcome| report.verdicts.iter().filter(|verdict| verdict.outcome == outcome).count();
    let [accept, ask, refuse] = [Outcome::Accepts, Outcome::Warns, Outcome::Refuses].map(count);
    format!(
        "Where it is not installed, of {} clients {refuse} refuse it, {ask} ask whether to go on and {accept} take it.",
        report.verdicts.len()
    )
}

fn fields(answers: &Answers, plan: &Plan, made: &MadeOptions, page: &mut Page<'_>) -> std::io::Result<()> {
    let locked = if answers.password.is_some() { "encrypted with your password" } else { "not encrypted" };
    page.field("key", &format!("{}, {locked}", answers.key))?;
    let folder = Store::open(&made.store).path(&plan.target);
    page.field("folder", &Text::of_path(folder).to_string())?;
    if answers.road == Road::Online {
        for (label, text) in answers.online.says() {
            page.field(label, &Text::from(&*text).to_string())?;
        }
    }
    if answers.road == Road::File {
        page.field("goes to", plan.profile.name)?;
        let contact: Vec<&str> =
            [&*answers.contact, &*answers.phone].into_iter().filter(|text| !text.is_empty()).collect();
        if !contact.is_empty() {
            page.field("contact", &Text::from(&*contact.join(", ")).to_string())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use certfix::facts::Name;
    use certfix::issue::KeyChoice;
    use certfix::plan::{Wish, plan};
    use certfix::profiles::SELF_SIGNED;

    use super::*;

    #[test]
    fn a_self_signed_certificate_is_refused_where_nobody_installed_it() {
        let name = Name::parse("mail.contoso.com").unwrap();
        let wish = Wish {
            target: name.clone(),
            extra: Vec::new(),
            old: None,
            subject: None,
            profile: SELF_SIGNED,
            output: Output::SelfSigned,
        };
        let now = certfix::facts::Moment::parse("2026-09-01").unwrap();
        let draft = issue::draft(&plan(&wish).unwrap(), Output::SelfSigned, KeyChoice::P256, now, 90).unwrap();
        let target = Target::from(&name);
        let context = Context { now, authority: Authority::Private, target: Some(&target), trust: None };
        let subject = sources::the_one(&draft).unwrap();
        let text = not_installed(&subject, &context);
        let trusted = judge(&subject, Panel::all(), &context);
        let all = format!("Where it is not installed, of {} clients ", trusted.verdicts.len());
        let refuse: usize = text.strip_prefix(&all).unwrap().split(' ').next().unwrap().parse().unwrap();
        let before = trusted.verdicts.iter().filter(|verdict| verdict.outcome == Outcome::Refuses).count();
        assert!(refuse > before + 5, "{text}: {before} refuse it where it is trusted");
    }
}
