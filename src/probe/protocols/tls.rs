//! TLS from the first byte, whatever is spoken in it.

use super::{Protocol, Scheme};

pub(super) const PROTOCOL: Protocol =
    Protocol { name: "TLS", plain: None, implicit: Some(Scheme::without_port("tls")), usual: false };
