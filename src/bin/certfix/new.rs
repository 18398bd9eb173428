//! `certfix new`: questions in the order of Key Manager, whose answers are the arguments of `csr` or `self-signed`.

mod answers;
mod online;
mod pages;
mod summary;

use std::process::ExitCode;

use certfix::Error;

use self::answers::{Answers, Order};
use self::pages::{PAGES, Page, Question, Turn};
use self::summary::Verdict;
use crate::args::New;
use crate::ask::Attention;
use crate::{make, order, terminal};

pub(crate) fn run(args: &New) -> Result<ExitCode, Error> {
    if !terminal::can_ask() {
        return Err(Error::NobodyToAsk);
    }
    let Some(answers) = interview(args)? else {
        terminal::remark("nothing was written");
        return Ok(ExitCode::SUCCESS);
    };
    let done = match answers.order()? {
        Order::Request(args) => make::csr(&args)?,
        Order::Online(request, args) => {
            make::csr(&request)?;
            order::run(&args)?
        }
        Order::Certificate(args) => make::self_signed(&args)?,
    };
    terminal::text(|page| {
        page.line("")?;
        page.line("The same without questions:")?;
        page.line(&answers.command_line())
    })?;
    Ok(done)
}

/// The answers that were agreed to; None when nothing is to be written.
fn interview(args: &New) -> Result<Option<Answers>, Error> {
    let _attention = Attention::begin();
    let mut answers = Answers::new(args);
    let of_page = |page: &'static Page| page.questions.iter().map(move |question| (page, *question));
    let questions: Vec<(&Page, Question)> = PAGES.iter().flat_map(of_page).collect();
    let mut at = 0;
    let mut open = None;
    let mut forward = true;
    pages::welcome()?;
    loop {
        let turn = match questions.get(at) {
            Some((page, _)) if !(page.asked)(&answers) => Turn::Skip,
            Some((page, question)) => {
                if open != Some(page.title) {
                    page.open()?;
                    open = Some(page.title);
                }
                question(&mut answers, args)?
            }
            None => {
                open = None;
                match summary::agree(&answers)? {
                    Verdict::Write => return Ok(Some(answers)),
                    Verdict::Nothing => return Ok(None),
                    Verdict::Back => Turn::Back,
                }
            }
        };
        forward = match turn {
            Turn::Next => true,
            Turn::Back => false,
            Turn::Skip => forward,
        };
        at = if forward { at + 1 } else { at.saturating_sub(1) };
    }
}
