//! HTTPS (RFC 9110 §4.2.2): Outlook Anywhere, Autodiscover, webmail.

use super::{Protocol, Scheme};

pub(super) const PROTOCOL: Protocol =
    Protocol { name: "HTTPS", plain: None, implicit: Some(Scheme::new("https", 443)), usual: false };
