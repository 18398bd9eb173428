//! A server of our own for as long as a proof is shown: a few connections at once, each with a time limit.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering as Memory};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::Error;
use crate::error::{Ordering, io_cause};

/// Connections that are served at once; an authority asks from about five places.
const MOST: usize = 32;
/// For one read or write of one connection.
const LIMIT: Duration = Duration::from_secs(5);
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
        serve: impl Fn(TcpStream) + Send + Sync + 'static,
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

fn accept(listener: &TcpListener, stop: &AtomicBool, serve: &Arc<impl Fn(TcpStream) + Send + Sync + 'static>) {
    let busy = Arc::new(AtomicUsize::new(0));
    while !stop.load(Memory::Relaxed) {
        let Ok((stream, _)) = listener.accept() else {
            thread::sleep(STEP);
            continue;
        };
        let limited = stream.set_nonblocking(false).is_ok()
            && stream.set_read_timeout(Some(LIMIT)).is_ok()
            && stream.set_write_timeout(Some(LIMIT)).is_ok();
        // Too many at once: this one is hung up on.
        if !limited || busy.load(Memory::Relaxed) >= MOST {
            continue;
        }
        busy.fetch_add(1, Memory::Relaxed);
        let (serve, busy) = (Arc::clone(serve), Arc::clone(&busy));
        thread::spawn(move || {
            serve(stream);
            busy.fetch_sub(1, Memory::Relaxed);
        });
    }
}
