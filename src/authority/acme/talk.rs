//! One order, as the authority tells of it: instant-acme's, with every call told in our errors, and sent again where the
//! authority did not take its nonce.

use std::time::{Duration, Instant};

use instant_acme::{
    AuthorizationStatus, ChallengeStatus, ChallengeType, Error as Fault, Identifier, NewOrder, Order, OrderStatus,
};

use super::account::Account;
use super::challenge::{Proof, pause};
use super::http::Http;
use super::jws::MOST_NONCES;
use super::{block_on, problem};
use crate::Error;
use crate::authority::way::{DNS_01, HTTP_01, TLS_ALPN_01};
use crate::error::Problem;

/// Between two questions about the state, unless the authority says how long.
const FIRST_STEP: Duration = Duration::from_millis(250);
const LONGEST_STEP: Duration = Duration::from_secs(5);

/// An order at an authority.
pub(super) struct Talk<'a> {
    order: Order,
    http: &'a Http,
}

/// One name of an order.
pub(super) struct Authorization {
    /// As in the request: with the star of a wildcard.
    pub(super) name: String,
    pub(super) is_proved: bool,
    pub(super) is_lost: bool,
    /// The kinds of proof that are offered.
    pub(super) offered: Vec<String>,
    /// The proof that is wanted, when it is offered and the name is not proved yet.
    pub(super) proof: Option<Proof>,
    /// True when the authority knows that the proof is there to be seen.
    pub(super) is_told: bool,
    /// True when it is offered at all.
    pub(super) is_offered: bool,
    /// Why a proof failed.
    pub(super) problem: Option<Problem>,
}

impl<'a> Talk<'a> {
    pub(super) fn begin(account: &Account, http: &'a Http, new: &NewOrder<'_>) -> Result<Self, Error> {
        let order = called(http, async || account.speaker.new_order(new).await)?;
        Ok(Self { order, http })
    }

    /// Finds an order again.
    pub(super) fn again(account: &Account, http: &'a Http, url: &str) -> Result<Self, Error> {
        let order = called(http, async || account.speaker.order(url.to_owned()).await)?;
        Ok(Self { order, http })
    }

    pub(super) fn url(&self) -> &str {
        self.order.url()
    }

    pub(super) fn status(&mut self) -> OrderStatus {
        self.order.state().status
    }

    /// What the authority says is wrong with the whole order.
    pub(super) fn problem(&mut self) -> Option<Problem> {
        let authority = self.http.authority();
        self.order.state().error.as_ref().map(|found| problem::of(authority, found))
    }

    pub(super) fn refresh(&mut self) -> Result<(), Error> {
        let Self { order, http } = self;
        called(http, async || order.refresh().await.map(|_| ()))
    }

    /// Asks again and again while the order is in the state `busy`; false when `deadline` has come.
    pub(super) fn wait(&mut self, busy: OrderStatus, deadline: Instant) -> Result<bool, Error> {
        let mut step = FIRST_STEP;
        while self.status() == busy {
            let told = self.http.retry_after().filter(|told| !told.is_zero());
            if !pause(told.unwrap_or(step), deadline) {
                return Ok(false);
            }
            self.refresh()?;
            step = (step * 2).min(LONGEST_STEP);
        }
        Ok(true)
    }

    /// The names, and what is wanted for each; no more than were `ordered`.
    pub(super) fn authorizations(&mut self, kind: &ChallengeType, ordered: usize) -> Result<Vec<Authorization>, Error> {
        let Self { order, http } = self;
        // Before the first is fetched: each may be as large as an answer may be, and all of them are kept.
        let count = order.state().authorizations.len();
        if count > ordered {
            return Err(http.not_acme(format!("it wants {count} proofs, and no more than {ordered} were ordered")));
        }
        // A call that failed cannot be made again alone; those before it are not made twice.
        called(http, async || {
            let mut all = order.authorizations();
            while let Some(one) = all.next().await {
                one?;
            }
            Ok(())
        })?;
        let mut found = Vec::new();
        let read = block_on(async {
            let mut all = order.authorizations();
            while let Some(one) = all.next().await {
                let mut one = one?;
                let base = match one.identifier().identifier {
                    Identifier::Dns(name) => name.clone(),
                    Identifier::Ip(address) => address.to_string(),
                    other => other.authorized(false).to_string(),
                };
                let problem = one.challenges.iter().find_map(|challenge| challenge.error.as_ref());
                let mut entry = Authorization {
                    name: one.identifier().to_string(),
                    is_proved: one.status == AuthorizationStatus::Valid,
                    is_lost: !matches!(one.status, AuthorizationStatus::Valid | AuthorizationStatus::Pending),
                    offered: one.challenges.iter().map(|challenge| word(&challenge.r#type)).collect(),
                    proof: None,
                    is_told: false,
                    is_offered: false,
                    problem: problem.map(|found| problem::of(http.authority(), found)),
                };
                let is_open = one.status == AuthorizationStatus::Pending;
                if let Some(challenge) = one.challenge(kind.clone()) {
                    entry.is_offered = true;
                    entry.is_told = challenge.status != ChallengeStatus::Pending;
                    let authorization = challenge.key_authorization();
                    let proof = Proof {
                        name: base,
                        token: challenge.token.clone(),
                        digest: authorization.digest().as_ref().to_vec(),
                        authorization: authorization.as_str().to_owned(),
                    };
                    entry.proof = is_open.then_some(proof);
                }
                found.push(entry);
            }
            Ok(())
        })?;
        read.map_err(|cause| problem::error(http.authority(), cause))?;
        Ok(found)
    }

    /// Tells the authority that the proof of the name at `index` is there to be seen.
    pub(super) fn ready(&mut self, index: usize, kind: &ChallengeType) -> Result<(), Error> {
        let Self { order, http } = self;
        called(http, async || {
            let mut all = order.authorizations();
            let mut at = 0;
            while let Some(one) = all.next().await {
                let mut one = one?;
                if at == index
                    && let Some(mut challenge) = one.challenge(kind.clone())
                {
                    return challenge.set_ready().await;
                }
                at += 1;
            }
            Ok(())
        })
    }

    pub(super) fn finalize(&mut self, request: &[u8]) -> Result<(), Error> {
        let Self { order, http } = self;
        called(http, async || order.finalize_csr(request).await)
    }

    /// The certificate and its chain in PEM, once the order is valid.
    pub(super) fn certificate(&mut self) -> Result<String, Error> {
        let Self { order, http } = self;
        let pem = called(http, async || order.certificate().await)?;
        pem.ok_or_else(|| http.not_acme("a valid order has no certificate".to_owned()))
    }
}

/// Makes a call, again while only its nonce is at fault (RFC 8555 §6.5): what was refused so has not been done.
fn called<T>(http: &Http, mut call: impl AsyncFnMut() -> Result<T, Fault>) -> Result<T, Error> {
    let is_nonce = |fault: &Fault| match fault {
        Fault::Api(found) => problem::of(http.authority(), found).kind == problem::BAD_NONCE,
        _ => false,
    };
    let answer = block_on(async {
        let mut left = MOST_NONCES;
        loop {
            match call().await {
                Err(fault) if is_nonce(&fault) && left > 0 => left -= 1,
                other => return other,
            }
        }
    })?;
    answer.map_err(|cause| problem::error(http.authority(), cause))
}

fn word(kind: &ChallengeType) -> String {
    match kind {
        ChallengeType::Http01 => HTTP_01.to_owned(),
        ChallengeType::Dns01 => DNS_01.to_owned(),
        ChallengeType::TlsAlpn01 => TLS_ALPN_01.to_owned(),
        ChallengeType::Unknown(other) => other.chars().take(40).collect(),
        _ => "another".to_owned(),
    }
}
