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
    urgencies: Urgencies,
    /// For each of the client's phrases, what it says of the panel's target, when it says nothing of the certificate.
    ready: Vec<Option<Message<'static>>>,
}

/// What some clients demand alike.
#[derive(Clone, Debug)]
pub(super) struct Demanded {
    pub(super) demands: &'static Demands,
    /// Who does, and where it stands in the panel.
    clients: Vec<(usize, &'static Client)>,
    /// For each kind of fault, whether one of them looks at it.
    heeded: [bool; Fault::COUNT],
}

/// How early a client speaks of each kind of fault: what [`Client::urgency`] says, to be asked very often.
#[derive(Clone, Copy, Debug, Default)]
struct Urgencies([Option<u8>; Fault::COUNT]);

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
        let member = |&client: &&'static Client| Member {
            client,
            alike: alike(client),
            urgencies: Urgencies::of(client),
            ready: ready(client),
        };
        let members = clients.iter().map(member).collect();
        Self { members, demanded: demanded(clients), target: target.cloned() }
    }

    /// True when no client is in it.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
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
            None => list.push(Demanded {
                demands: &client.demands,
                clients: vec![(position, client)],
                heeded: [false; Fault::COUNT],
            }),
        }
    }
    for one in &mut list {
        one.heeded = Fault::EVERY.map(|fault| one.heeding(fault).next().is_some());
    }
    list
}

impl Urgencies {
    fn of(client: &Client) -> Self {
        Self(Fault::EVERY.map(|fault| client.urgency(fault).and_then(|urgency| u8::try_from(urgency).ok())))
    }

    fn get(&self, fault: Fault) -> Option<u8> {
        self.0[fault as usize]
    }
}

impl Demanded {
    /// True when somebody looks at this kind of fault.
    pub(super) fn heeds(&self, fault: Fault) -> bool {
        self.heeded[fault as usize]
    }

    /// Those that look at it.
    pub(super) fn heeding(&self, fault: Fault) -> impl Iterator<Item = (usize, &'static Client)> {
        self.clients.iter().copied().filter(move |(_, client)| client.heeds(fault))
    }
}

impl Member {
    /// How early the client speaks of this kind of fault; none when it does not look at it.
    pub(super) fn urgency(&self, fault: Fault) -> Option<u8> {
        self.urgencies.get(fault)
    }

    /// True when the client says something of this kind of fault.
    pub(super) fn complains(&self, fault: Fault) -> bool {
        self.client.reaction != Reaction::GoesOn && self.urgency(fault).is_some()
    }

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
