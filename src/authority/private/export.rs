//! How machines come to trust a CA: one text for each, with the certificate in it.

/// One way to have a root trusted.
#[derive(Debug)]
pub struct Trust {
    /// What `certfix ca export --for` takes.
    pub id: &'static str,
}

/// All of them.
pub const ALL: &[Trust] = &[];
