//! The online authority (ACME, RFC 8555): an account, an order for each request, and proofs of its names.
//!
//! Promises: the account's key is on disk before the authority hears of it; an order is on disk before anything is proved
//! for it, and what a proof leaves behind is on disk before it is made; so a run that was killed, or lost the network, is
//! gone on with by the next one, with the same account, key and order. What was put somewhere as a proof is taken away
//! when it has been seen or the order has failed, by the next run at the latest: while the authority may be looking for it,
//! it stays. Every request has one limit on time and one on
//! size; nothing but https is spoken.

mod account;
mod begun;
mod challenge;
mod directory;
mod http;
mod jws;
mod order;
mod problem;
mod renewal_information;
mod talk;

use std::future::Future;

use crate::Error;
use crate::error::Stream;

pub use account::Owner;
pub use directory::{KNOWN, Known, directory, profile_of, usual_profile};
pub use http::Reach;
pub use jws::Binding;
pub use order::{Desk, ensure_provable, finished, order, request};
pub use renewal_information::{Window, window};

/// Waits for instant-acme, which is made for many tasks at once. Here there is one.
fn block_on<F: Future>(future: F) -> Result<F::Output, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    let runtime = runtime.map_err(|cause| Error::Stream { stream: Stream::Runtime, cause })?;
    Ok(runtime.block_on(future))
}

impl Binding {
    /// The HMAC key in a file, in base64url as authorities give it.
    ///
    /// # Errors
    /// [`crate::error::Ordering::BadBinding`] when the file holds anything else; that it cannot be read.
    pub fn read(kid: &str, path: &std::path::Path) -> Result<Self, Error> {
        let text = crate::input::read_text(path)?;
        let key = crate::input::from_base64url(text.trim()).filter(|key| !key.is_empty());
        let bad = || crate::error::Ordering::BadBinding { path: path.to_owned() }.into();
        key.map(|key| Self { kid: kid.to_owned(), key }).ok_or_else(bad)
    }
}
