//! A TCP connection on which every step ends: in time, in size, and when somebody stops the run.
//!
//! A step is one whole reply, or one whole handshake. Its time and size do not begin anew with each byte, so that a
//! server that drips or floods gains nothing.

use std::fmt;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use crate::error;
use crate::facts::{Cause, Text};

/// Bytes that are read in one step in plain text.
pub const STEP_LIMIT: usize = 64 << 10;

/// Bytes of one line in plain text.
pub const LINE_LIMIT: usize = 8 << 10;

/// Bytes that are read in one handshake.
pub const HANDSHAKE_LIMIT: usize = 1 << 20;

/// Bytes of injected text that are kept.
const INJECTED_LIMIT: usize = 1 << 10;

/// How long the system is asked to wait before the flag to stop is looked at again.
const SLICE: Duration = Duration::from_millis(100);

/// Nobody waits longer for a step, whatever was asked for.
const LONGEST: Duration = Duration::from_secs(60 * 60);

/// The system takes no wait of nothing at all.
const SHORTEST: Duration = Duration::from_millis(1);

/// A connection, and what is left of the step that it is in.
#[derive(Debug)]
pub struct Wire {
    socket: TcpStream,
    timeout: Duration,
    stop: Arc<AtomicBool>,
    deadline: Instant,
    limit: usize,
    left: usize,
    /// What was read and belongs to the next line.
    ahead: Vec<u8>,
}

impl Wire {
    /// Opens a connection. `timeout` is for this and then for each step, an hour at most; `stop` ends any of them when it becomes true.
    ///
    /// # Errors
    /// Why there is no connection.
    pub fn connect(address: SocketAddr, timeout: Duration, stop: Arc<AtomicBool>) -> Result<Self, Cause> {
        let timeout = timeout.min(LONGEST);
        let deadline = Instant::now() + timeout;
        let socket = connect(address, deadline, &stop)?;
        // What is sent is small and waited for.
        socket.set_nodelay(true).map_err(|error| cause(&error))?;
        Ok(Self { socket, timeout, stop, deadline, limit: STEP_LIMIT, left: STEP_LIMIT, ahead: Vec::new() })
    }

    /// Gives each later step little time.
    #[cfg(test)]
    pub(super) fn hurry(&mut self) {
        self.timeout = Duration::from_millis(150);
    }

    /// Begins a step in plain text: a command and the whole reply to it.
    pub fn begin_step(&mut self) {
        self.begin(self.timeout, STEP_LIMIT);
    }

    /// Begins a step that is waited for no longer than `patience`, even if other steps are.
    pub(super) fn begin_wait(&mut self, patience: Duration) {
        self.begin(self.timeout.min(patience), STEP_LIMIT);
    }

    /// Begins a TLS handshake.
    pub fn begin_handshake(&mut self) {
        self.begin(self.timeout, HANDSHAKE_LIMIT);
    }

    fn begin(&mut self, timeout: Duration, limit: usize) {
        self.deadline = Instant::now() + timeout;
        self.limit = limit;
        self.left = limit;
    }

    /// The address of this end.
    pub(super) fn local_address(&self) -> Option<SocketAddr> {
        self.socket.local_addr().ok()
    }

    /// One line without its end, which is LF or CRLF.
    ///
    /// # Errors
    /// Why there is none.
    pub fn read_line(&mut self) -> Result<Vec<u8>, Cause> {
        let mut searched = 0;
        loop {
            if let Some(end) = self.ahead[searched..].iter().position(|byte| *byte == b'\n') {
                let mut line: Vec<u8> = self.ahead.drain(..=searched + end).collect();
                line.pop();
                line.pop_if(|last| *last == b'\r');
                return Ok(line);
            }
            searched = self.ahead.len();
            if searched > LINE_LIMIT {
                return Err(Cause::TooLong { limit: LINE_LIMIT });
            }
            self.read_more()?;
        }
    }

    /// Exactly so many bytes.
    ///
    /// # Errors
    /// Why there are not so many.
    pub fn read_bytes(&mut self, count: usize) -> Result<Vec<u8>, Cause> {
        if count > self.limit {
            return Err(Cause::TooLong { limit: self.limit });
        }
        while self.ahead.len() < count {
            self.read_more()?;
        }
        Ok(self.ahead.drain(..count).collect())
    }

    /// What was read of a line that did not come to its end.
    pub(super) fn unfinished(&self) -> &[u8] {
        &self.ahead
    }

    /// Takes away what came after the last line that was read, in so far as it is here now. A server never speaks first
    /// in TLS, so before the ClientHello there must be nothing.
    ///
    /// # Errors
    /// What happened to the connection meanwhile.
    pub fn take_injected(&mut self) -> Result<Option<Text>, Cause> {
        let mut injected = std::mem::take(&mut self.ahead);
        self.socket.set_nonblocking(true).map_err(|error| cause(&error))?;
        let arrived = self.drain(&mut injected);
        self.socket.set_nonblocking(false).map_err(|error| cause(&error))?;
        arrived.map_err(|error| cause(&error))?;
        injected.truncate(INJECTED_LIMIT);
        Ok((!injected.is_empty()).then(|| Text::new(injected)))
    }

    /// Reads what is here without waiting for more. The end of the connection is left for the next step to find.
    fn drain(&mut self, into: &mut Vec<u8>) -> io::Result<()> {
        let mut buffer = [0; 4096];
        while into.len() < STEP_LIMIT {
            match self.socket.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => into.extend_from_slice(&buffer[..count]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn read_more(&mut self) -> Result<(), Cause> {
        let mut buffer = [0; 4096];
        match self.receive(&mut buffer) {
            Ok(0) => Err(Cause::Closed),
            Ok(count) => {
                self.ahead.extend_from_slice(&buffer[..count]);
                Ok(())
            }
            Err(error) => Err(cause(&error)),
        }
    }

    fn receive(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            return Err(ended(Cause::TooLong { limit: self.limit }));
        }
        let wanted = buffer.len().min(self.left);
        let count = self.patiently(|mut socket, slice| {
            socket.set_read_timeout(Some(slice))?;
            socket.read(&mut buffer[..wanted])
        })?;
        self.left -= count;
        Ok(count)
    }

    /// Tries again until it is done, the time of the step is over, or somebody stops the run.
    fn patiently<T>(&self, mut attempt: impl FnMut(&TcpStream, Duration) -> io::Result<T>) -> io::Result<T> {
        loop {
            let slice = time_left(self.deadline, &self.stop).map_err(ended)?;
            match attempt(&self.socket, slice) {
                Err(error) if is_unfinished(error.kind()) => {}
                done => return done,
            }
        }
    }
}

impl Read for Wire {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.ahead.is_empty() {
            return self.receive(buffer);
        }
        let count = buffer.len().min(self.ahead.len());
        buffer[..count].copy_from_slice(&self.ahead[..count]);
        self.ahead.drain(..count);
        Ok(count)
    }
}

impl Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.patiently(|mut socket, slice| {
            socket.set_write_timeout(Some(slice))?;
            socket.write(bytes)
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What an error of reading or writing a [`Wire`] comes to.
pub fn cause(error: &io::Error) -> Cause {
    if let Some(Ended(cause)) = error.get_ref().and_then(|inner| inner.downcast_ref()) {
        return cause.clone();
    }
    match error.kind() {
        ErrorKind::ConnectionRefused => Cause::Refused,
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe => Cause::Reset,
        ErrorKind::UnexpectedEof | ErrorKind::WriteZero => Cause::Closed,
        ErrorKind::WouldBlock | ErrorKind::TimedOut => Cause::TimedOut,
        _ => Cause::Io(error::io_cause(error)),
    }
}

/// The system cannot be asked to leave off connecting, so a thread asks and is left behind; it ends at `deadline`.
fn connect(address: SocketAddr, deadline: Instant, stop: &AtomicBool) -> Result<TcpStream, Cause> {
    let (sender, receiver) = mpsc::channel();
    let patience = deadline.saturating_duration_since(Instant::now()).max(SHORTEST);
    // Nobody receives when it comes too late.
    let ask = move || drop(sender.send(TcpStream::connect_timeout(&address, patience)));
    thread::Builder::new().spawn(ask).map_err(|error| cause(&error))?;
    loop {
        match receiver.recv_timeout(time_left(deadline, stop)?) {
            Ok(answer) => return answer.map_err(|error| cause(&error)),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Err(Cause::TimedOut),
        }
    }
}

/// How long to wait before asking again. Never nothing.
fn time_left(deadline: Instant, stop: &AtomicBool) -> Result<Duration, Cause> {
    if stop.load(Ordering::Relaxed) {
        return Err(Cause::Stopped);
    }
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() { Err(Cause::TimedOut) } else { Ok(left.clamp(SHORTEST, SLICE)) }
}

fn is_unfinished(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted)
}

fn ended(cause: Cause) -> io::Error {
    let kind = if cause == Cause::TimedOut { ErrorKind::TimedOut } else { ErrorKind::Other };
    io::Error::new(kind, Ended(cause))
}

/// Carries a cause through code that knows only [`io::Error`].
#[derive(Debug)]
struct Ended(Cause);

impl fmt::Display for Ended {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

impl std::error::Error for Ended {}

#[cfg(test)]
mod tests;
