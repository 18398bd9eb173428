//! The clients that are asked.

use crate::clients::{self, Client};

/// Clients in the order asked for, with what is the same for all that they judge.
#[derive(Clone, Debug)]
pub struct Panel {
    members: Vec<Member>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Member {
    pub(super) client: &'static Client,
    /// Position of the first that compares names in the same way.
    pub(super) alike: usize,
}

impl Panel {
    /// Every client there is.
    pub fn all() -> Self {
        Self::new(clients::ALL)
    }

    /// These clients; none is as good as many.
    pub fn new(clients: &[&'static Client]) -> Self {
        let alike = |client: &Client| clients.iter().position(|other| other.names == client.names).unwrap_or_default();
        Self { members: clients.iter().map(|client| Member { client, alike: alike(client) }).collect() }
    }

    pub(super) fn members(&self) -> impl ExactSizeIterator<Item = Member> {
        self.members.iter().copied()
    }
}
