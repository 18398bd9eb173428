//! Questions on the terminal. They are written to standard error; Ctrl-C ends each of them and leaves the terminal as it
//! was.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use certfix::Error;
use certfix::error::Stream;
use certfix::facts::Text;
use certfix::input::Password;
use dialoguer::console::{Key, Term, measure_text_width};
use dialoguer::{Confirm, Input, Select};
use signal_hook::consts::SIGINT;
use signal_hook::flag;
use zeroize::Zeroizing;

/// What takes a person one question back, typed instead of an answer; in lists it is Esc.
pub(crate) const BACK: &str = "<";
/// What leaves an answer empty that was filled before.
const EMPTY: &str = ".";

/// A line of text. An empty answer keeps `kept`. None: back.
pub(crate) fn line(
    label: &str,
    kept: &str,
    check: impl Fn(&str) -> Result<(), String>,
) -> Result<Option<String>, Error> {
    let prompt = match kept.is_empty() {
        true => label.to_owned(),
        false => format!("{label} [{}]", Text::from(kept)),
    };
    let _attention = Attention::begin();
    let term = Term::stderr();
    // The rows of the last error.
    let mut refused = 0;
    loop {
        // It would clear one row of what was wrong, however many there are.
        let question = Input::<String>::new().with_prompt(&prompt).allow_empty(true).report(false);
        let typed = question.interact_text().map_err(unanswered)?;
        let asked = format!("{prompt}: {typed}");
        // It has cleared the row in which the answer ends.
        term.clear_last_lines(rows(&asked, &term) - 1 + refused).map_err(failed)?;
        let answer = match typed.trim() {
            BACK => Ok(None),
            typed => check(meant(typed, kept)).map(|()| Some(meant(typed, kept).to_owned())),
        };
        match answer {
            Ok(answer) => {
                term.write_line(&asked).map_err(failed)?;
                return Ok(answer);
            }
            Err(problem) => {
                let problem = format!("error: {problem}");
                term.write_line(&problem).map_err(failed)?;
                refused = rows(&problem, &term);
            }
        }
    }
}

/// How many rows of the terminal a text takes.
fn rows(text: &str, term: &Term) -> usize {
    measure_text_width(text).max(1).div_ceil(usize::from(term.size().1).max(1))
}

fn meant<'a>(typed: &'a str, kept: &'a str) -> &'a str {
    match typed {
        "" => kept,
        EMPTY => "",
        typed => typed,
    }
}

/// One of `items`; a colon is put behind the prompt. None: back.
pub(crate) fn one_of(prompt: &str, items: &[String], kept: usize) -> Result<Option<usize>, Error> {
    let _attention = Attention::begin();
    let select = Select::new().with_prompt(prompt).items(items).default(kept).report(true);
    select.interact_opt().map_err(unanswered)
}

/// Yes or no. None: back.
pub(crate) fn yes(prompt: &str, kept: bool) -> Result<Option<bool>, Error> {
    let _attention = Attention::begin();
    Confirm::new().with_prompt(prompt).default(kept).interact_opt().map_err(unanswered)
}

/// A new password, typed twice. None: back.
pub(crate) fn new_password(what: &str) -> Result<Option<Password>, Error> {
    loop {
        let Some(first) = password(&format!("Password for {what}"))? else { return Ok(None) };
        let Some(second) = password("Once more")? else { return Ok(None) };
        let problem = match (first.as_str().is_empty(), first.as_str() == second.as_str()) {
            (true, _) => "it is empty",
            (_, false) => "the two differ",
            (false, true) => return Ok(Some(first)),
        };
        Term::stderr().write_line(problem).map_err(failed)?;
    }
}

/// A password, of which nothing is shown. None: back.
pub(crate) fn password(prompt: &str) -> Result<Option<Password>, Error> {
    // Room for all of it, so that growing leaves no copy behind.
    const LONGEST: usize = 1024;
    let _attention = Attention::begin();
    let term = Term::stderr();
    term.write_str(&format!("{prompt}: ")).map_err(failed)?;
    let mut typed = Zeroizing::new(String::with_capacity(4 * LONGEST));
    let mut length = 0;
    let answer = loop {
        match term.read_key().map_err(|cause| unanswered(cause.into()))? {
            Key::Enter => break Some(Password::new(typed.as_str().to_owned())),
            Key::Escape => break None,
            Key::Backspace if typed.pop().is_some() => length -= 1,
            Key::Char(CLEAR_LINE) => {
                typed.clear();
                length = 0;
            }
            Key::Char(character) if !character.is_control() && length < LONGEST => {
                typed.push(character);
                length += 1;
            }
            _ => {}
        }
    };
    term.write_line("").map_err(failed)?;
    Ok(answer)
}

/// Ctrl-U.
const CLEAR_LINE: char = '\u{15}';

fn unanswered(error: dialoguer::Error) -> Error {
    let dialoguer::Error::IO(cause) = error;
    let term = Term::stderr();
    // Lists hide the cursor; the question that was broken off ends its line.
    let _ = term.show_cursor().and_then(|()| term.write_line(""));
    match cause.kind() {
        io::ErrorKind::Interrupted => Error::Interrupted,
        _ => failed(cause),
    }
}

fn failed(cause: io::Error) -> Error {
    Error::Stream { stream: Stream::Terminal, cause }
}

/// While it lives, nothing typed is shown unless a question shows it, also between two key strokes, and Ctrl-C is a key:
/// it fails the question instead of ending the program. May be nested.
#[must_use]
pub(crate) struct Attention {
    #[cfg(unix)]
    before: Option<rustix::termios::Termios>,
    ends: bool,
}

impl Attention {
    /// Takes the terminal over, where there is one.
    pub(crate) fn begin() -> Self {
        // The console library sends the signal to its own process when it reads Ctrl-C.
        let ends = interrupt_ends().swap(false, Ordering::SeqCst);
        Self {
            #[cfg(unix)]
            before: unix::quieten(),
            ends,
        }
    }
}

impl Drop for Attention {
    fn drop(&mut self) {
        #[cfg(unix)]
        if let Some(before) = &self.before {
            unix::restore(before);
        }
        interrupt_ends().store(self.ends, Ordering::SeqCst);
    }
}

/// Whether Ctrl-C ends the program, as it does where nobody is being asked.
fn interrupt_ends() -> &'static AtomicBool {
    static ENDS: OnceLock<Arc<AtomicBool>> = OnceLock::new();
    ENDS.get_or_init(|| {
        let ends = Arc::new(AtomicBool::new(true));
        // Where no handler can be had, Ctrl-C ends the program at once, and nothing is written then either.
        let _ = flag::register_conditional_default(SIGINT, Arc::clone(&ends));
        ends
    })
}

#[cfg(unix)]
mod unix {
    //! The modes of the terminal.

    use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

    /// Without echo, lines and signals; what it was before.
    pub(super) fn quieten() -> Option<Termios> {
        let before = tcgetattr(std::io::stdin()).ok()?;
        let mut quiet = before.clone();
        quiet.local_modes -= LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG | LocalModes::IEXTEN;
        tcsetattr(std::io::stdin(), OptionalActions::Drain, &quiet).ok()?;
        Some(before)
    }

    pub(super) fn restore(before: &Termios) {
        let _ = tcsetattr(std::io::stdin(), OptionalActions::Drain, before);
    }
}
