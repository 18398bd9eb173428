//! The clients that are asked.

use std::sync::LazyLock;

use crate::clients::{self, Client, Demands, Fault, Message, Phrase, Reaction};
use crate::facts::{Identity, Moment, Target};

/// Clients in the order asked for, with what is the same for all that they judge.
#[derive(Clone, Debug)]
pub struct Panel {
    members: Vec<Member>,
    /// What is demanded beyond the name, each once, and by whom.
    demanded: Vec<Demanded>,
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

/// What some clients demand alike.
#[derive(Clone, Debug)]
pub(super) struct Demanded {
    pub(super) demands: &'static Demands,
    /// Who does, and where it stands in the panel.
    pub(super) clients: Vec<(usize, &'static Client)>,
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
        let members = clients.iter().map(member).collect();
        Self { members, demanded: demanded(clients), target: target.cloned() }
    }

    pub(super) fn members(&self) -> &[Member] {
        &self.members
    }

    pub(super) fn demanded(&self) -> &[Demanded] {
        &self.demanded
    }

    pub(super) fn is_aimed_at(&self, target: &Target) -> bool {
        self.target.as_ref() == Some(target)
    }
}

/// Those that go on by themselves whatever they find are left out.
fn demanded(clients: &[&'static Client]) -> Vec<Demanded> {
    let mut list: Vec<Demanded> = Vec::new();
    let stops = |client: &Client| client.demands != Demands::NONE && client.reaction != Reaction::GoesOn;
    for (position, client) in clients.iter().copied().enumerate().filter(|(_, client)| stops(client)) {
        match list.iter_mut().find(|known| *known.demands == client.demands) {
            Some(known) => known.clients.push((position, client)),
            None => list.push(Demanded { demands: &client.demands, clients: vec![(position, client)] }),
        }
    }
    list
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
