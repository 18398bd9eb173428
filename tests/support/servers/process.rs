//! A server in the foreground, in a process group of its own, which ends with its handle or with the tests.

use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

/// How long a server may take until it listens.
const START: Duration = Duration::from_secs(20);
/// How long a server may take to end before it is killed.
const STOP: Duration = Duration::from_secs(5);
const STEP: Duration = Duration::from_millis(10);

/// A running server.
pub(crate) struct Process {
    command: Command,
    ports: Vec<u16>,
    log: PathBuf,
    child: Child,
    guard: Child,
}

/// The sockets that listen on a port, as links of descriptors name them.
fn listeners(port: u16) -> Vec<PathBuf> {
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"].map(|table| fs::read_to_string(table).unwrap_or_default());
    let socket = |line: &str| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let is_it = fields.get(1)?.ends_with(&format!(":{port:04X}")) && fields.get(3) == Some(&"0A");
        is_it.then(|| fields.get(9).map(|inode| format!("socket:[{inode}]").into()))?
    };
    tables.iter().flat_map(|table| table.lines().filter_map(socket)).collect()
}

/// True when a process of this group has one of these sockets open.
fn holds(group: Pid, sockets: &[PathBuf]) -> bool {
    processes().any(|(process, [_, of_group])| {
        of_group == group.as_raw_nonzero().to_string()
            && entries(process.join("fd")).any(|open| fs::read_link(open).is_ok_and(|open| sockets.contains(&open)))
    })
}

fn entries(folder: PathBuf) -> impl Iterator<Item = PathBuf> {
    fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path())
}

/// The folder of every process, its parent and its group.
fn processes() -> impl Iterator<Item = (PathBuf, [String; 2])> {
    entries("/proc".into()).filter_map(|process| {
        let stat = fs::read_to_string(process.join("stat")).ok()?;
        // What follows the name: state, parent, group.
        let mut rest = stat.rsplit(')').next()?.split_whitespace().skip(1).map(str::to_owned);
        Some((process, [rest.next()?, rest.next()?]))
    })
}

impl Process {
    /// Runs `command` and waits until all `ports` listen. Its output is added to `log`.
    ///
    /// An end before that is an error with the log, for it may be that somebody else had one of the ports.
    pub(super) fn start(mut command: Command, log: &Path, ports: &[u16]) -> Result<Self, String> {
        let file = File::options().create(true).append(true).open(log).unwrap();
        command.stdin(Stdio::null()).stdout(file.try_clone().unwrap()).stderr(file).process_group(0);
        let (child, guard) = spawn(&mut command);
        let mut process = Self { command, ports: ports.to_vec(), log: log.to_owned(), child, guard };
        process.wait_for_ports()?;
        Ok(process)
    }

    /// Asks the server to read its files again.
    pub(super) fn hang_up(&self) {
        kill_process(self.id(), Signal::HUP).unwrap();
    }

    /// Asks it so, and waits until the processes that serve what they read before are gone.
    pub(super) fn replace_workers(&self) {
        let own = self.id().as_raw_nonzero().to_string();
        let workers: Vec<PathBuf> =
            processes().filter(|(_, [parent, _])| *parent == own).map(|(process, _)| process).collect();
        self.hang_up();
        let deadline = Instant::now() + START;
        while workers.iter().any(|worker| worker.exists()) {
            assert!(Instant::now() < deadline, "{workers:?} go on");
            sleep(STEP);
        }
    }

    /// Ends the server and starts it again on the same ports.
    pub(super) fn restart(&mut self) {
        self.stop();
        (self.child, self.guard) = spawn(&mut self.command);
        if let Err(failure) = self.wait_for_ports() {
            panic!("{failure}");
        }
    }

    pub(super) fn id(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    /// True when this server listens there. Somebody else may: a process that another test has just forked holds what listened
    /// here for a moment, until it runs its own program.
    fn listens(&self, port: u16) -> bool {
        let sockets = listeners(port);
        !sockets.is_empty() && holds(self.id(), &sockets)
    }

    fn wait_for_ports(&mut self) -> Result<(), String> {
        let deadline = Instant::now() + START;
        for port in self.ports.clone() {
            while !self.listens(port) {
                if let Some(status) = self.child.try_wait().unwrap() {
                    return Err(format!("{:?} ended with {status}: {}", self.command, self.messages()));
                }
                let late = Instant::now() > deadline;
                assert!(!late, "{:?} does not listen on {port}: {}", self.command, self.messages());
                sleep(STEP);
            }
        }
        Ok(())
    }

    fn messages(&self) -> String {
        String::from_utf8_lossy(&fs::read(&self.log).unwrap_or_default()).into_owned()
    }

    fn stop(&mut self) {
        let group = self.id();
        let deadline = Instant::now() + STOP;
        // The group may be gone already.
        let _ = kill_process_group(group, Signal::TERM);
        while matches!(self.child.try_wait(), Ok(None)) && Instant::now() < deadline {
            sleep(STEP);
        }
        let _ = kill_process_group(group, Signal::KILL);
        let _ = self.child.wait();
        let _ = self.guard.kill();
        let _ = self.guard.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Starts a server up to three times: between choice and use, somebody else may take its port.
pub(super) fn retry<S>(start: impl Fn() -> Result<S, String>) -> S {
    let mut failure = String::new();
    for _ in 0..3 {
        match start() {
            Ok(server) => return server,
            Err(why) => failure = why,
        }
    }
    panic!("{failure}");
}

/// A server, and a shell that ends it when the tests are killed: then its standard input ends.
fn spawn(command: &mut Command) -> (Child, Child) {
    let child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}; tests/install installs it"));
    let guard = Command::new("sh")
        .args(["-c", r#"read -r _; kill -TERM "-$0""#, &child.id().to_string()])
        .stdin(Stdio::piped())
        .process_group(0)
        .spawn()
        .unwrap();
    (child, guard)
}
