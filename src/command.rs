//! Programs of others, run with a limit on their time and on what they say, and without the passwords of whoever runs certfix.

use std::io::Read;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::error::io_cause;
use crate::facts::Text;

/// What is kept of each of its streams, from the beginning on.
const KEPT: usize = 64 << 10;
/// And of the end, for the case that it fails.
const END: usize = 8 << 10;
/// What is shown of it, in characters: its end, where the cause stands.
const SHOWN: usize = 600;
/// How long is waited for the end of its words once it has ended: a service that it started may hold the pipe.
const WORDS: Duration = Duration::from_millis(300);
const STEP: Duration = Duration::from_millis(5);

/// Environment variables that no program of others gets.
static HIDDEN: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// From now on no program that is started gets this environment variable: it holds a password.
pub fn hide(variable: &str) {
    HIDDEN.lock().unwrap_or_else(PoisonError::into_inner).push(variable.to_owned());
}

/// Runs it in the root folder and says what it wrote to standard output. After `longest` it is killed, and what it started.
///
/// # Errors
/// Why it could not be started, failed or took too long, with the end of what it said.
pub(crate) fn run(mut command: Command, longest: Duration) -> Result<Vec<u8>, String> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).current_dir("/");
    for variable in HIDDEN.lock().unwrap_or_else(PoisonError::into_inner).iter() {
        command.env_remove(variable);
    }
    // A group of its own, so that a time limit ends all of it.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut child = command.spawn().map_err(|cause| io_cause(&cause))?;
    let out = child.stdout.take().map(listen);
    let err = child.stderr.take().map(listen);
    let ended = wait(&mut child, longest);
    let (out, err) = (words(out), words(err));
    let why = match ended {
        Ok(status) if status.success() => return Ok(out.beginning),
        Ok(status) => status.code().map_or("was killed".to_owned(), |code| format!("ended with status {code}")),
        Err(why) => why,
    };
    let said = shown(if err.end.trim_ascii().is_empty() { &out.end } else { &err.end });
    Err(if said.is_empty() { why } else { format!("{why}: {said}") })
}

fn wait(child: &mut Child, longest: Duration) -> Result<ExitStatus, String> {
    let deadline = Instant::now() + longest;
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status),
            Ok(None) if Instant::now() < deadline => thread::sleep(STEP),
            Ok(None) => {
                end(child);
                return Err(format!("took longer than {} seconds", longest.as_secs_f64()));
            }
            Err(cause) => return Err(io_cause(&cause)),
        }
    }
}

/// Ends a program that was started here, and what it started.
fn end(child: &mut Child) {
    #[cfg(unix)]
    let _ = rustix::process::kill_process_group(rustix::process::Pid::from_child(child), rustix::process::Signal::KILL);
    let _ = child.kill();
    let _ = child.wait();
}

/// What a program wrote to one of its streams: no more is kept than the beginning and the end.
#[derive(Default)]
struct Words {
    beginning: Vec<u8>,
    end: Vec<u8>,
}

impl Words {
    fn add(&mut self, part: &[u8]) {
        let room = KEPT - self.beginning.len();
        self.beginning.extend_from_slice(&part[..part.len().min(room)]);
        self.end.extend_from_slice(part);
        // Seldom, so that not every part moves all of it.
        if self.end.len() > 2 * END {
            self.end.drain(..self.end.len() - END);
        }
    }
}

/// A stream that is listened to. The channel ends when the stream does.
struct Ear {
    heard: Arc<Mutex<Words>>,
    end: Receiver<()>,
}

/// Reads to the end, so that the program never waits.
fn listen(mut stream: impl Read + Send + 'static) -> Ear {
    let (sender, end) = mpsc::channel();
    let heard = Arc::new(Mutex::new(Words::default()));
    let ear = Ear { heard: Arc::clone(&heard), end };
    thread::spawn(move || {
        let _until_the_end: mpsc::Sender<()> = sender;
        let mut part = [0; 4096];
        while let Ok(count @ 1..) = stream.read(&mut part) {
            heard.lock().unwrap_or_else(PoisonError::into_inner).add(&part[..count]);
        }
    });
    ear
}

fn words(ear: Option<Ear>) -> Words {
    let Some(ear) = ear else { return Words::default() };
    let _ = ear.end.recv_timeout(WORDS);
    std::mem::take(&mut *ear.heard.lock().unwrap_or_else(PoisonError::into_inner))
}

/// The end of what was said, on one line.
fn shown(said: &[u8]) -> String {
    let text = String::from_utf8_lossy(said);
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let text = lines.join("; ");
    let skipped = text.chars().count().saturating_sub(SHOWN);
    let text: String = text.chars().skip(skipped).collect();
    Text::new(text.into_bytes()).to_string()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(line: &str) -> Result<Vec<u8>, String> {
        let mut command = Command::new("sh");
        command.args(["-c", line]);
        run(command, Duration::from_secs(20))
    }

    #[test]
    fn the_end_of_what_a_program_says_is_shown() {
        let error = shell("echo fine; echo 'no \x1b[31m key' >&2; exit 3").unwrap_err();
        assert_eq!(error, "ended with status 3: no \\u{1b}[31m key");
        assert_eq!(shell("echo fine").unwrap(), b"fine\n");
    }

    #[test]
    fn a_flood_of_words_and_a_service_left_running_hold_nobody_up() {
        let said = shell("yes | head -c 1000000; sleep 5 &").unwrap();
        assert!(said.len() <= KEPT, "{}", said.len());
        assert!(said.starts_with(b"y\ny\n"));
    }

    #[test]
    fn the_cause_is_shown_that_stands_behind_a_flood_of_words() {
        for stream in ["", " >&2"] {
            let line = format!("{{ yes | head -c 1000000; echo 'no key'; }}{stream}; exit 3");
            let error = shell(&line).unwrap_err();
            assert!(error.starts_with("ended with status 3: ") && error.ends_with("y; no key"), "{error}");
            assert!(error.len() < SHOWN + 50, "{}", error.len());
        }
    }

    #[test]
    fn what_was_said_before_the_time_was_up_is_shown() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo waiting for the database; sleep 60; :"]);
        let error = run(command, Duration::from_millis(500)).unwrap_err();
        assert_eq!(error, "took longer than 0.5 seconds: waiting for the database");
    }

    #[test]
    fn a_program_that_does_not_end_is_ended() {
        let mut command = Command::new("sh");
        command.args(["-c", "sleep 60; :"]);
        let error = run(command, Duration::from_millis(200)).unwrap_err();
        assert_eq!(error, "took longer than 0.2 seconds");
    }
}
