//! SMTP from mail clients: port 587 (RFC 6409), and 465 with TLS from the first byte (RFC 8314 §3.3).

use super::{Plain, Protocol, Scheme, smtp};

pub(super) const PROTOCOL: Protocol = Protocol {
    name: "SMTP submission",
    // It greets as SMTP does, and SMTP is the better guess.
    plain: Some(Plain { scheme: Scheme::new("submission", 587), greets: |_| false, upgrade: smtp::upgrade }),
    implicit: Some(Scheme::new("submissions", 465)),
    usual: true,
};
