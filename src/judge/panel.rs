//! The clients that are asked.

use std::sync::LazyLock;

use crate::clients::{self, Client, Demands, Fault, Message, Phrase};
use crate::facts::{Identity, Moment, Target};

/// Clients in the order asked for, with what is the same for all that they judge.
#[derive(Clone, Debug)]
pub struct Panel {
    members: Vec<Member>,
    /// Those that demand something beyond the name; most do not.
    demanding: Vec<&'static Client>,
    /// The one that the members' messages speak of.
    target: Option<Target>,
}

#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) client: &'static Client,
    /// Position of the first that compares names in the same way.
    pub(super) alike: usize,
    /// For each of the client's phrases, what it says of the panel's target, when it says nothing of the certificate.
    ready: Vec<Option<Message<'static>>>,
}

impl Panel {
    /// Every client there is.
    pub fn all() -> &'static Self {
        static ALL: LazyLock<Panel> = LazyLock::new(|| Panel::new(clients::ALL, None));
        &ALL
    }

    /// These clients; none is as good as many. They are quicker where all that they judge has this target.
    pub fn new(clients: &[&'static Client], target: Option<&Target>) -> Self {
        let alike = |client: &Client| clients.iter().position(|other| other.names == client.names).unwrap_or_default();
        let ready = |client: &'static Client| match target {
            Some(target) => client.words.iter().map(|(_, phrase)| phrase.aimed(target)).collect(),
            None => Vec::new(),
        };
        let member = |client: &&'static Client| Member { client, alike: alike(client), ready: ready(client) };
        let demanding = clients.iter().copied().filter(|client| client.demands != Demands::NONE);
        Self { members: clients.iter().map(member).collect(), demanding: demanding.collect(), target: target.cloned() }
    }

    pub(super) fn members(&self) -> &[Member] {
        &self.members
    }

    pub(super) fn demanding(&self) -> &[&'static Client] {
        &self.demanding
    }

    pub(super) fn is_aimed_at(&self, target: &Target) -> bool {
        self.target.as_ref() == Some(target)
    }
}

impl Member {
    /// What the client shows its user when it complains of `fault`; `date` is the day the life ended or begins.
    pub(super) fn words(
        &self,
        is_aimed: bool,
        fault: Fault,
        target: &Target,
        identity: &Identity,
        date: Option<Moment>,
    ) -> Option<Message<'_>> {
        let (index, phrase) = Phrase::of(self.client, fault, target, identity)?;
        match self.ready.get(index) {
            Some(Some(message)) if is_aimed => Some(message.borrowed()),
            _ => Some(phrase.filled(target, identity, date)),
        }
    }
}
