//! The program on a pseudo-terminal that is its controlling one, and somebody who reads and types.

#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize};

/// Longer than any machine needs for one answer.
const PATIENCE: Duration = Duration::from_secs(120);

/// A run of the program.
pub(crate) struct Session {
    process: Child,
    keyboard: File,
    screen: Receiver<Vec<u8>>,
    /// All that came.
    raw: Vec<u8>,
    /// How much of it was looked at, escape sequences not counted.
    seen: usize,
    device: File,
}

impl Session {
    /// Starts certfix in `folder` on a terminal of `columns`.
    pub(crate) fn start(folder: &Path, columns: u16, arguments: &[&str]) -> Self {
        let keyboard = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
        grantpt(&keyboard).unwrap();
        unlockpt(&keyboard).unwrap();
        let size = Winsize { ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&keyboard, size).unwrap();
        let name = ptsname(&keyboard, Vec::new()).unwrap().into_string().unwrap();
        // NOCTTY: the test itself must not get a controlling terminal by opening it.
        let flags = rustix::fs::OFlags::RDWR | rustix::fs::OFlags::NOCTTY | rustix::fs::OFlags::CLOEXEC;
        let device = File::from(rustix::fs::open(name, flags, rustix::fs::Mode::empty()).unwrap());
        let side = || device.try_clone().unwrap();
        let mut command = Command::new("setsid");
        command.args(["--ctty", "--wait", env!("CARGO_BIN_EXE_certfix")]).args(arguments);
        command.current_dir(folder).env_remove("CERTFIX_STORE").env("TERM", "xterm");
        let process = command.stdin(side()).stdout(side()).stderr(side()).spawn().unwrap();
        // The command holds copies of the terminal, without which its end would never be seen.
        drop(command);
        let keyboard = File::from(keyboard);
        let mut screen = keyboard.try_clone().unwrap();
        let (sender, receiver) = channel();
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(length @ 1..) = screen.read(&mut buffer) {
                if sender.send(buffer[..length].to_vec()).is_err() {
                    return;
                }
            }
        });
        Self { process, keyboard, screen: receiver, raw: Vec::new(), seen: 0, device }
    }

    /// Types `keys`.
    pub(crate) fn types(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
    }

    /// Waits for `text` and gives what came until then.
    pub(crate) fn sees(&mut self, text: &str) -> String {
        let begun = Instant::now();
        loop {
            let shown = plain(&self.raw);
            let new = &shown[self.seen..];
            if let Some(at) = new.find(text) {
                let seen = &new[..at + text.len()];
                self.seen += seen.len();
                return seen.to_owned();
            }
            match self.screen.recv_timeout(PATIENCE.saturating_sub(begun.elapsed())) {
                Ok(bytes) => self.raw.extend(bytes),
                Err(why) => panic!("{text:?} did not come ({why}):\n{shown}"),
            }
        }
    }

    /// All that came until now, as the terminal got it.
    #[allow(dead_code, reason = "most tests look at the text alone")]
    pub(crate) fn raw(&self) -> &[u8] {
        &self.raw
    }

    /// Waits for a question and answers it with `keys` and Enter.
    pub(crate) fn answers(&mut self, question: &str, keys: &str) {
        self.sees(question);
        self.types(&format!("{keys}\r"));
    }

    /// Waits for the end, and gives the exit status and what came until then. The terminal is as it was: it echoes, takes
    /// whole lines and shows its cursor.
    pub(crate) fn ends(mut self) -> (i32, String) {
        let begun = Instant::now();
        let status = loop {
            if let Some(status) = self.process.try_wait().unwrap() {
                break status;
            }
            assert!(begun.elapsed() < PATIENCE, "it does not end:\n{}", plain(&self.raw));
            if let Ok(bytes) = self.screen.recv_timeout(Duration::from_millis(20)) {
                self.raw.extend(bytes);
            }
        };
        // A mark behind everything that the program wrote.
        self.device.write_all(b"<end>").unwrap();
        while !self.raw.ends_with(b"<end>") {
            match self.screen.recv_timeout(PATIENCE) {
                Ok(bytes) => self.raw.extend(bytes),
                Err(RecvTimeoutError::Disconnected | RecvTimeoutError::Timeout) => panic!("the terminal is gone"),
            }
        }
        let modes = tcgetattr(&self.device).unwrap().local_modes;
        assert!(modes.contains(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG), "{modes:?}");
        let raw = String::from_utf8_lossy(&self.raw).into_owned();
        assert!(raw.rfind("\u{1b}[?25l") <= raw.rfind("\u{1b}[?25h"), "the cursor is hidden:\n{raw}");
        (status.code().unwrap(), plain(&self.raw)[self.seen..].trim_end_matches("<end>").to_owned())
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Without escape sequences; lines end in LF.
fn plain(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let mut characters = text.chars();
    let mut shown = String::new();
    while let Some(character) = characters.next() {
        match character {
            '\u{1b}' => {
                // CSI: parameters, then one letter.
                characters.next();
                characters.find(char::is_ascii_alphabetic);
            }
            '\r' => {}
            character => shown.push(character),
        }
    }
    shown
}
