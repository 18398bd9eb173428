//! The two streams, and how wide they are.

use std::cell::RefCell;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::Path;
use std::time::Duration;

use certfix::Error;
use certfix::error::Stream;
use certfix::facts::Text;
use certfix::report::text::Page;
use certfix::told::Told;
use indicatif::{ProgressBar, ProgressStyle};

use crate::args::Reply;
use crate::printed::hint;

/// Wide enough for the tables; also the width of pipes and files, so that they do not depend on a window.
const WIDTH: usize = 100;

/// Lets `write` fill standard output with text; colours only on a terminal. Work goes on where nobody reads it.
pub(crate) fn text(write: impl FnOnce(&mut Page<'_>) -> io::Result<()>) -> Result<(), Error> {
    unread_is_fine(text_to_agree(write))
}

/// The same before a question: whoever has not read it cannot agree to it.
pub(crate) fn text_to_agree(write: impl FnOnce(&mut Page<'_>) -> io::Result<()>) -> Result<(), Error> {
    let mut out = BufWriter::new(anstream::stdout().lock());
    let written = write(&mut Page::new(&mut out, width())).and_then(|()| out.flush());
    written.map_err(unwritten)
}

/// A reader that has gone keeps nothing from being done, and nothing that failed from being told.
fn unread_is_fine(written: Result<(), Error>) -> Result<(), Error> {
    match written {
        Err(error) if is_unread(&error) => Ok(()),
        written => written,
    }
}

/// True when it was written for a reader that has gone.
pub(crate) fn is_unread(error: &Error) -> bool {
    matches!(error, Error::Stream { cause, .. } if cause.kind() == io::ErrorKind::BrokenPipe)
}

/// Lets `write` fill standard error with text for the person who is being asked.
pub(crate) fn aside(write: impl FnOnce(&mut Page<'_>) -> io::Result<()>) -> Result<(), Error> {
    let mut out = BufWriter::new(anstream::stderr().lock());
    let written = write(&mut Page::new(&mut out, width_of(io::stderr()))).and_then(|()| out.flush());
    written.map_err(|cause| Error::Stream { stream: Stream::Aside, cause })
}

/// Lets `write` fill standard output with text that is laid out already; colours only on a terminal.
pub(crate) fn coloured(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Error> {
    let mut out = BufWriter::new(anstream::stdout().lock());
    write(&mut out).and_then(|()| out.flush()).map_err(unwritten)
}

/// Lets `write` fill standard output with bytes as they are.
pub(crate) fn raw(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Error> {
    let mut out = BufWriter::new(unbuffered().map_err(unwritten)?);
    write(&mut out).and_then(|()| out.flush()).map_err(unwritten)
}

/// Fills standard output with this text, as it is. Work goes on where nobody reads it.
pub(crate) fn print(text: &str) -> Result<(), Error> {
    unread_is_fine(raw(|out| out.write_all(text.as_bytes())))
}

/// Standard output without the standard library's search for line ends.
#[cfg(unix)]
fn unbuffered() -> io::Result<impl Write> {
    use std::os::fd::AsFd;
    io::stdout().as_fd().try_clone_to_owned().map(std::fs::File::from)
}

#[cfg(not(unix))]
fn unbuffered() -> io::Result<impl Write> {
    Ok(io::stdout().lock())
}

/// The columns of the terminal; where there is none those that `COLUMNS` names, as `ls` does, or a fixed width.
pub(crate) fn width() -> usize {
    width_of(io::stdout())
}

#[cfg(unix)]
fn width_of(stream: impl std::os::fd::AsFd) -> usize {
    limited(terminal_size::terminal_size_of(stream))
}

#[cfg(windows)]
fn width_of(stream: impl std::os::windows::io::AsHandle) -> usize {
    limited(terminal_size::terminal_size_of(stream))
}

fn limited(size: Option<(terminal_size::Width, terminal_size::Height)>) -> usize {
    let wished = || std::env::var("COLUMNS").ok()?.parse().ok().filter(|columns| *columns > 0);
    let columns = size.map(|(width, _)| usize::from(width.0)).or_else(wished);
    columns.map_or(WIDTH, |columns| columns.min(WIDTH + 20))
}

/// True when a person can be asked.
pub(crate) fn can_ask() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Writes an error and its hint.
pub(crate) fn complain(error: &Error) {
    complain_with("error", error, error.hint());
}

/// The same of work on a store, which the commands in the hint name.
pub(crate) fn complain_in(store: &Path, error: &Error) {
    complain_with("error", error, &hint(error, Some(store), None));
}

/// The same, where it belongs to one of its keys, which the commands name as well.
pub(crate) fn complain_about(name: &str, store: &Path, error: &Error) {
    complain_with(&format!("error: {}", Text::from(name)), error, &hint(error, Some(store), Some(name)));
}

/// The same of what a whole command was about.
pub(crate) fn complain_for(reply: &Reply, error: &Error) {
    complain_with("error", error, &hint(error, reply.store.as_deref(), reply.key.as_deref()));
}

fn complain_with(head: &str, error: &Error, hint: &str) {
    remark(&format!("{head}: {error}"));
    remark(&format!("hint: {hint}"));
}

/// One line that says how far the work is; on a terminal only, and gone when it is done.
pub(crate) struct Progress(RefCell<Option<ProgressBar>>);

impl Progress {
    /// A line that is not there yet.
    pub(crate) fn new() -> Self {
        Self(RefCell::new(None))
    }

    /// Says `text` from now on.
    pub(crate) fn show(&self, text: &str) {
        let mut bar = self.0.borrow_mut();
        bar.get_or_insert_with(spinner).set_message(text.to_owned());
    }

    /// Says a step in this line, and a remark in one that stays, both of them `about` something.
    pub(crate) fn tell(&self, about: &str, told: Told<'_>) {
        match told {
            Told::Step(step) => self.show(&Text::from(&*format!("{about}{step}")).to_string()),
            Told::Remark(words) => {
                self.end();
                remark(&format!("{about}{words}"));
            }
        }
    }

    /// Takes the line away, before something else is written or asked.
    pub(crate) fn end(&self) {
        if let Some(bar) = self.0.take() {
            bar.finish_and_clear();
        }
    }
}

/// Draws to standard error, and nothing at all where that is no terminal.
fn spinner() -> ProgressBar {
    let bar = ProgressBar::new_spinner().with_style(ProgressStyle::default_spinner());
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.end();
    }
}

/// Writes a line about what was done where standard output is for something else, and which cannot act on a terminal. Work goes
/// on where nobody can read it.
pub(crate) fn remark(text: &str) {
    let _ = writeln!(anstream::stderr(), "certfix: {}", Text::from(text));
}

/// The same for all that a commit says: its steps are what an administrator wants to have seen.
pub(crate) fn told(told: Told<'_>) {
    let (Told::Step(text) | Told::Remark(text)) = told;
    remark(text);
}

/// Standard output could not be written.
pub(crate) fn unwritten(cause: io::Error) -> Error {
    Error::Stream { stream: Stream::Output, cause }
}
