//! A server of our own for as long as a proof is shown: a few connections at once, each with a time limit.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering as Memory};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::Error;
use crate::error::{Ordering, io_cause};

/// Connections that are served at once; an authority asks from about five places.
const MOST: usize = 32;
/// For one read or write of one connection.
const LIMIT: Duration = Duration::from_secs(5);
/// For a whole connection, however slowly its octets come.
const LONGEST: Duration = Duration::from_secs(10);
const STEP: Duration = Duration::from_millis(10);

/// Listens until it is dropped.
pub(super) struct Server {
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Server {
    /// Serves each connection to `place` (a port, or an address and a port) by `serve`. `flag` is what the user set.
    pub(super) fn start(
        place: &str,
        flag: &'static str,
        serve: impl Fn(Guest) + Send + Sync + 'static,
    ) -> Result<Self, Error> {
        let failed = |address: String, cause: &io::Error| {
            Error::from(Ordering::CannotListen { address, flag, cause: io_cause(cause) })
        };
        let listeners = listeners(place).map_err(|(address, cause)| failed(address, &cause))?;
        let stop = Arc::new(AtomicBool::new(false));
        let serve = Arc::new(serve);
        let mut threads = Vec::new();
        for listener in listeners {
            listener.set_nonblocking(true).map_err(|cause| failed(place.to_owned(), &cause))?;
            let (stop, serve) = (Arc::clone(&stop), Arc::clone(&serve));
            threads.push(thread::spawn(move || accept(&listener, &stop, &serve)));
        }
        Ok(Self { stop, threads })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Memory::Relaxed);
        self.threads.drain(..).for_each(|thread| drop(thread.join()));
    }
}

/// A connection that ends in time.
pub(super) struct Guest {
    stream: TcpStream,
    end: Instant,
}

impl Guest {
    fn left(&self) -> io::Result<Option<Duration>> {
        let left = self.end.saturating_duration_since(Instant::now()).min(LIMIT);
        if left.is_zero() { Err(io::ErrorKind::TimedOut.into()) } else { Ok(Some(left)) }
    }
}

impl Read for Guest {
    fn read(&mut self, part: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(self.left()?)?;
        self.stream.read(part)
    }
}

impl Write for Guest {
    fn write(&mut self, part: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(self.left()?)?;
        self.stream.write(part)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

/// One address, or all addresses of both families where only a port was named.
fn listeners(place: &str) -> Result<Vec<TcpListener>, (String, io::Error)> {
    let bind = |address: SocketAddr| TcpListener::bind(address).map_err(|cause| (address.to_string(), cause));
    let invalid = || (place.to_owned(), io::Error::from(io::ErrorKind::InvalidInput));
    let Ok(port) = place.parse::<u16>() else {
        return Ok(vec![bind(place.parse().map_err(|_| invalid())?)?]);
    };
    let sixth = bind((Ipv6Addr::UNSPECIFIED, port).into());
    match (sixth, bind((Ipv4Addr::UNSPECIFIED, port).into())) {
        (Ok(sixth), Ok(fourth)) => Ok(vec![sixth, fourth]),
        // Most systems let the listener for IPv6 take IPv4 too, and then there is no room for a second.
        (Ok(sixth), Err((_, cause))) if cause.kind() == io::ErrorKind::AddrInUse && serves_both(port) => {
            Ok(vec![sixth])
        }
        // A machine without IPv6.
        (Err((_, cause)), Ok(fourth)) if cause.kind() != io::ErrorKind::AddrInUse => Ok(vec![fourth]),
        (Err(failed), _) | (_, Err(failed)) => Err(failed),
    }
}

/// Whether what listens on IPv6 is reached by IPv4.
fn serves_both(port: u16) -> bool {
    TcpStream::connect_timeout(&(Ipv4Addr::LOCALHOST, port).into(), LIMIT).is_ok()
}

fn accept(listener: &TcpListener, stop: &AtomicBool, serve: &Arc<impl Fn(Guest) + Send + Sync + 'static>) {
    let busy = Arc::new(AtomicUsize::new(0));
    while !stop.load(Memory::Relaxed) {
        let Ok((stream, _)) = listener.accept() else {
            thread::sleep(STEP);
            continue;
        };
        // Too many at once: this one is hung up on.
        if stream.set_nonblocking(false).is_err() || busy.load(Memory::Relaxed) >= MOST {
            continue;
        }
        busy.fetch_add(1, Memory::Relaxed);
        let (serve, busy) = (Arc::clone(serve), Arc::clone(&busy));
        thread::spawn(move || {
            serve(Guest { stream, end: Instant::now() + LONGEST });
            busy.fetch_sub(1, Memory::Relaxed);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_sends_too_slowly_is_hung_up_on() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let mut sender = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let limit = Duration::from_millis(200);
        let mut guest = Guest { stream: listener.accept().unwrap().0, end: Instant::now() + limit };
        let sending = thread::spawn(move || {
            while sender.write_all(b"x").is_ok() {
                thread::sleep(STEP)
            }
        });
        let begun = Instant::now();
        // Every read has an answer in time; all of them together have not.
        assert!(io::copy(&mut guest, &mut io::sink()).is_err());
        assert!(guest.write(b"x").is_err());
        assert!(begun.elapsed() >= limit / 2, "{:?}", begun.elapsed());
        drop(guest);
        sending.join().unwrap();
    }
}
