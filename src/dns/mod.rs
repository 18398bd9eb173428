//! Asks DNS. Every question has a time limit, every answer a size limit, and a failure is never taken for "no".

mod answer;
mod discover;
mod texts;

use std::net::SocketAddr;
use std::time::Duration;

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig};
use hickory_resolver::net::NetError;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::{Name as WireName, RecordType};
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinSet;

use self::answer::{Reply, words};
use crate::Error;
use crate::facts::{Lookup, Name, Resolved};

/// A client of one DNS server, or of those that the system names. Its calls block; do not call it from async code.
pub struct Resolver {
    runtime: Runtime,
    client: TokioResolver,
    /// For one question, with everything that it takes to answer it.
    limit: Duration,
    server: String,
}

/// Questions on their way at once.
const AT_ONCE: usize = 32;
/// CNAME records that are followed from one name, as many as hickory follows.
const LONGEST_CHAIN: usize = 8;

impl Resolver {
    /// Asks as the system is set up to: its servers and its hosts file. Search domains are never added to a name. Each
    /// question gets `limit`.
    ///
    /// # Errors
    /// [`Error::NoResolver`] when the system names no server.
    pub fn system(limit: Duration) -> Result<Self, Error> {
        let (config, _) = hickory_resolver::system_conf::read_system_conf()
            .map_err(|cause| Error::NoResolver { cause: words(&cause) })?;
        Self::new(config, ResolveHosts::Always, limit, "this machine's DNS servers".to_owned())
    }

    /// Asks `server` alone, by UDP and, where an answer is too long for it, by TCP. The hosts file plays no part. Each
    /// question gets `limit`.
    ///
    /// # Errors
    /// [`Error::NoResolver`] when the system refuses to give what a client needs.
    pub fn at(server: SocketAddr, limit: Duration) -> Result<Self, Error> {
        let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()].map(|mut connection| {
            connection.port = server.port();
            connection
        });
        let server_config = NameServerConfig::new(server.ip(), true, connections.to_vec());
        let config = ResolverConfig::from_name_servers(vec![server_config]);
        Self::new(config, ResolveHosts::Never, limit, format!("the DNS server {server}"))
    }

    fn new(config: ResolverConfig, hosts: ResolveHosts, limit: Duration, server: String) -> Result<Self, Error> {
        let refused = |cause: NetError| Error::NoResolver { cause: words(&cause) };
        let runtime = Builder::new_current_thread().enable_all().build().map_err(|cause| refused(cause.into()))?;
        let mut builder = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default());
        let options = builder.options_mut();
        options.use_hosts_file = hosts;
        options.timeout = limit;
        // A lost packet is sent again within the limit; asking anew after it would double the wait.
        options.attempts = 0;
        let client = {
            let _inside = runtime.enter();
            builder.build().map_err(refused)?
        };
        Ok(Self { runtime, client, limit, server })
    }

    /// The addresses of `names`, in their order; many are asked for at once.
    pub fn addresses(&self, names: &[Name]) -> Vec<Lookup> {
        let questions =
            names.iter().flat_map(|name| [RecordType::A, RecordType::AAAA].map(|kind| Question::new(name, kind)));
        let replies = self.ask(questions.collect());
        let mut lookups: Vec<Lookup> = names
            .iter()
            .zip(replies.chunks(2))
            .map(|(name, replies)| answer::lookup(name, &replies[0], &replies[1]))
            .collect();
        self.follow_dead_ends(&mut lookups);
        lookups
    }

    /// A CNAME that leads nowhere is told from a name that is not there, which takes one more question each.
    fn follow_dead_ends(&self, lookups: &mut [Lookup]) {
        let is_open = |lookup: &Lookup| matches!(lookup.answer, Resolved::Unknown | Resolved::NoAddress);
        let open = lookups.iter().enumerate().filter(|(_, lookup)| is_open(lookup));
        let mut ends: Vec<(usize, WireName)> = open.map(|(index, lookup)| (index, wire(&lookup.name))).collect();
        for _ in 0..LONGEST_CHAIN {
            let questions = ends.iter().map(|(_, name)| Question { name: name.clone(), kind: RecordType::CNAME });
            let replies = self.ask(questions.collect());
            let replied = ends.iter().zip(&replies);
            ends = replied
                .filter_map(|((index, _), reply)| Some((*index, answer::extend(&mut lookups[*index], reply)?)))
                .collect();
        }
        for (index, _) in ends {
            lookups[index].answer = Resolved::Failed(format!("more than {LONGEST_CHAIN} CNAME records in a row"));
        }
    }

    /// The replies in the order of the questions.
    fn ask(&self, questions: Vec<Question>) -> Vec<Reply> {
        let mut replies: Vec<Reply> = questions.iter().map(|_| Reply::Failed("not asked".to_owned())).collect();
        self.runtime.block_on(async {
            let mut waiting = questions.into_iter().enumerate();
            let mut asked = JoinSet::new();
            loop {
                while asked.len() < AT_ONCE
                    && let Some((index, question)) = waiting.next()
                {
                    let (client, limit) = (self.client.clone(), self.limit);
                    asked.spawn(async move { (index, question.ask(&client, limit).await) });
                }
                match asked.join_next().await {
                    Some(Ok((index, reply))) => replies[index] = reply,
                    // The task fell over; its question stays without an answer.
                    Some(Err(_)) => {}
                    None => break,
                }
            }
        });
        replies
    }
}

/// One question.
struct Question {
    name: WireName,
    kind: RecordType,
}

impl Question {
    fn new(name: &Name, kind: RecordType) -> Self {
        Self { name: wire(name), kind }
    }

    async fn ask(self, client: &TokioResolver, limit: Duration) -> Reply {
        match tokio::time::timeout(limit, client.lookup(self.name, self.kind)).await {
            Ok(result) => Reply::from(result),
            Err(_) => Reply::failed(&NetError::Timeout),
        }
    }
}

/// The name as it is sent. It is absolute, so that no search domain is added.
fn wire(name: &Name) -> WireName {
    let labels = name.labels().map(str::as_bytes);
    WireName::from_labels(labels).expect("a Name has labels of 1 to 63 octets, 253 in all")
}
