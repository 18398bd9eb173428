//! What services present: before a commit, and until they present what was committed.

use std::thread::sleep;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::look::{Answer, Endpoint, Presented, View};
use super::material::names;
use crate::Error;
use crate::error::Deploying;
use crate::facts::{Cause, Certificate, KeysOffered, Name, Sni, Step, Trouble};

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(100);
/// How often in a row the certificate has to be there: processes that a service lets go may still answer.
const IN_A_ROW: u32 = 3;

/// A place where a service shows its certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watch {
    /// As it was named: `imaps://127.0.0.1:993`.
    pub endpoint: String,
    /// What it presented before: SHA-256 in hexadecimal digits; None when nothing could be had of it.
    pub before: Option<String>,
    /// What it presented besides: to clients of the other kind of key, or on another address.
    #[serde(default)]
    beside: Vec<String>,
    /// True when it had one for each kind of key. Of no use once a commit has ended.
    #[serde(skip)]
    is_pair: bool,
    /// True when it has to answer: somebody named it, or it answered before.
    pub must_answer: bool,
    /// The server name that is sent.
    name: Option<String>,
}

/// What a place presents in the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// The certificate that was committed.
    Committed {
        /// What else is to be known of it.
        remarks: Vec<String>,
    },
    /// Nothing listens there, as before.
    Silent,
}

/// What a place has to present.
pub(super) struct Wanted<'a> {
    /// SHA-256 of the certificate, in hexadecimal digits.
    pub(super) sha256: String,
    /// The name that people type.
    pub(super) target: &'a str,
    /// The certificates that other bindings commit: a service may have one of each kind of key.
    pub(super) others: &'a [String],
}

impl Watch {
    /// A place that has to answer, and that nobody has looked at yet.
    ///
    /// # Errors
    /// The endpoint cannot be understood.
    pub(super) fn new(endpoint: &str, name: Option<&Name>) -> Result<Self, Error> {
        Endpoint::parse(endpoint)?;
        let name = name.map(|name| name.as_str().to_owned());
        let (endpoint, beside) = (endpoint.to_owned(), Vec::new());
        Ok(Self { endpoint, before: None, beside, is_pair: false, must_answer: true, name })
    }

    /// Looks once, before anything changes.
    ///
    /// # Errors
    /// As [`Watch::new`].
    pub(super) fn begin(endpoint: &str, name: Option<&Name>, is_named: bool) -> Result<Self, Error> {
        let mut watch = Self::new(endpoint, name)?;
        let seen = watch.look();
        watch.must_answer = is_named || seen.is_ok();
        let seen = seen.into_iter().flat_map(|view| view.answers).filter_map(|(_, seen)| seen.ok());
        let seen: Vec<Answer> = seen.collect();
        watch.is_pair = !seen.is_empty() && seen.iter().all(|answer| answer.presented.len() > 1);
        for one in seen.into_iter().flat_map(|answer| answer.presented) {
            match &watch.before {
                None => watch.before = Some(one.sha256),
                Some(before) if *before == one.sha256 || watch.beside.contains(&one.sha256) => {}
                Some(_) => watch.beside.push(one.sha256),
            }
        }
        Ok(watch)
    }

    /// The same, where nothing was changed: what it presents now is not from before.
    pub(super) fn without_past(self) -> Self {
        Self { before: None, beside: Vec::new(), is_pair: false, ..self }
    }

    /// True when clients of every kind of key get what they shall get now.
    pub(super) fn presents(&self, wanted: &Wanted<'_>) -> bool {
        self.look().is_ok_and(|view| judge_all(&view, |seen| self.remarks(seen, wanted)).is_ok())
    }

    /// Looks until what was there before is there to stay.
    ///
    /// # Errors
    /// [`Deploying::NotPresented`] when it is not there in time.
    pub(super) fn wait_for(&self, sha256: &str, patience: Duration) -> Result<Shown, Error> {
        self.wait(sha256, patience, |seen| match seen.presented.first() {
            Some(one) if one.sha256 != sha256 && !self.beside.contains(&one.sha256) => Err(self.instead(one)),
            _ => Ok(Vec::new()),
        })
    }

    /// Looks until clients of every kind of key get what they shall get.
    ///
    /// # Errors
    /// [`Deploying::NotPresented`] when they do not in time.
    pub(super) fn prove(&self, wanted: &Wanted<'_>, patience: Duration) -> Result<Shown, Error> {
        self.wait(&wanted.sha256, patience, |seen| self.remarks(seen, wanted))
    }

    /// `judge` says what is to be remarked on what one address presents, or why it does not count.
    fn wait(
        &self,
        sha256: &str,
        patience: Duration,
        judge: impl Fn(&Answer) -> Result<Vec<String>, String>,
    ) -> Result<Shown, Error> {
        let deadline = Instant::now() + patience;
        let mut in_a_row = 0;
        loop {
            let judged = match self.look() {
                Ok(view) => judge_all(&view, &judge),
                Err(_) if !self.must_answer => return Ok(Shown::Silent),
                Err(trouble) => Err(failed(&trouble)),
            };
            let cause = match judged {
                Ok(remarks) => {
                    in_a_row += 1;
                    if in_a_row == IN_A_ROW {
                        return Ok(Shown::Committed { remarks });
                    }
                    sleep(PAUSE);
                    continue;
                }
                Err(cause) => cause,
            };
            in_a_row = 0;
            if Instant::now() >= deadline {
                return Err(Error::from(Deploying::NotPresented {
                    endpoint: self.endpoint.clone(),
                    sha256: sha256.to_owned(),
                    cause,
                }));
            }
            sleep(PAUSE);
        }
    }

    /// What there is to say where the wanted certificate is among those that are presented. One that stands beside it has to
    /// name the host too, and to be another binding's or to stay while an earlier one gives way.
    fn remarks(&self, answer: &Answer, wanted: &Wanted<'_>) -> Result<Vec<String>, String> {
        let seen = &*answer.presented;
        if seen.iter().all(|one| one.sha256 != wanted.sha256) {
            return Err(seen.first().map_or_else(String::new, |one| self.instead(one)));
        }
        let Some(other) = seen.iter().find(|one| one.sha256 != wanted.sha256) else { return Ok(self.lost(answer)) };
        let cert = Certificate::from_der(&other.der).ok().filter(|cert| names(cert, wanted.target));
        match cert {
            Some(_) if wanted.others.contains(&other.sha256) => Ok(Vec::new()),
            Some(cert) if !self.has_lost_nothing(seen, &wanted.sha256) => {
                let whom = clients(other.keys);
                Ok(vec![format!("{whom} get another one, {}, which ends {}", other.sha256, cert.not_after.date())])
            }
            _ => Err(self.joined(other)),
        }
    }

    /// What is said where one certificate has taken the place of a pair. Whoever changes the kind of the only key means it.
    fn lost(&self, answer: &Answer) -> Vec<String> {
        let lost = answer.refused.filter(|_| self.is_pair).map(clients);
        lost.map(|whom| format!("{whom} got a certificate before and get nothing now")).into_iter().collect()
    }

    /// True when the certificate came, and all that were there before are still there: none has given way to it.
    fn has_lost_nothing(&self, seen: &[Presented], sha256: &str) -> bool {
        let mut before = self.before.iter().chain(&self.beside);
        let is_there = |known: &String| known != sha256 && seen.iter().any(|one| one.sha256 == *known);
        self.before.is_some() && before.all(is_there)
    }

    /// What is said of a certificate in the place of the wanted one.
    fn instead(&self, one: &Presented) -> String {
        if self.is_from_before(one) {
            return "it still presents the one from before".to_owned();
        }
        format!("it presents {}", one.sha256)
    }

    /// What is said of one that may not stand beside it.
    fn joined(&self, one: &Presented) -> String {
        let whom = clients(one.keys);
        let what = if self.is_from_before(one) { "still get the one from before" } else { "get another one" };
        format!("{whom} {what}, {}, which another line or file of its configuration names", one.sha256)
    }

    fn is_from_before(&self, one: &Presented) -> bool {
        self.before.iter().chain(&self.beside).any(|known| *known == one.sha256)
    }

    fn look(&self) -> Result<View, Trouble> {
        let name = self.name.as_deref().and_then(|name| Name::parse(name).ok());
        let endpoint = Endpoint::parse(&self.endpoint);
        let endpoint =
            endpoint.map_err(|error| Trouble { step: Step::Connect, cause: Cause::Io(error.to_string()) })?;
        endpoint.look(&name.map_or(Sni::Absent, Sni::Target))
    }
}

/// All addresses that answer have to present what they shall. Others do not count, and are told.
fn judge_all(view: &View, judge: impl Fn(&Answer) -> Result<Vec<String>, String>) -> Result<Vec<String>, String> {
    let mut remarks = Vec::new();
    for (address, seen) in &view.answers {
        let judged = seen.as_ref().map_err(failed).and_then(&judge);
        let is_one = view.answers.len() + view.silent.len() == 1;
        for remark in judged.map_err(|cause| if is_one { cause } else { format!("on {address} {cause}") })? {
            if !remarks.contains(&remark) {
                remarks.push(remark);
            }
        }
    }
    remarks.extend(view.silent.iter().map(|address| format!("{address} does not answer")));
    Ok(remarks)
}

fn failed(trouble: &Trouble) -> String {
    format!("{} failed: {}", trouble.step, trouble.cause)
}

fn clients(keys: KeysOffered) -> &'static str {
    match keys {
        KeysOffered::Any => "clients that take any key",
        KeysOffered::Rsa => "clients that take RSA keys alone",
        KeysOffered::Ecdsa => "clients that take elliptic keys alone",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn presented(sha256: &str) -> Answer {
        let presented = Presented { sha256: sha256.to_owned(), der: Vec::new(), keys: KeysOffered::Any };
        Answer { presented: vec![presented], refused: None }
    }

    #[test]
    fn every_address_has_to_present_it_but_those_that_are_silent() {
        let watch = Watch {
            endpoint: "imaps://localhost:993".to_owned(),
            before: Some("old".to_owned()),
            beside: Vec::new(),
            is_pair: false,
            must_answer: true,
            name: None,
        };
        let wanted = Wanted { sha256: "new".to_owned(), target: "mail.contoso.test", others: &[] };
        let judged = |answers: Vec<Result<&str, Trouble>>, silent: &[&str]| {
            let address = |text: &str| text.parse().unwrap();
            let answers = ["127.0.0.1", "::1"].iter().zip(answers);
            let answers = answers.map(|(at, seen)| (address(at), seen.map(presented)));
            let view = View { answers: answers.collect(), silent: silent.iter().map(|at| address(at)).collect() };
            judge_all(&view, |seen| watch.remarks(seen, &wanted))
        };
        let fails = |cause: &str| Err(cause.to_owned());
        assert_eq!(judged(vec![Ok("new"), Ok("new")], &[]), Ok(Vec::new()));
        assert_eq!(judged(vec![Ok("new")], &["::1"]), Ok(vec!["::1 does not answer".to_owned()]));
        assert_eq!(judged(vec![Ok("new"), Ok("old")], &[]), fails("on ::1 it still presents the one from before"));
        assert_eq!(judged(vec![Ok("other")], &["::1"]), fails("on 127.0.0.1 it presents other"));
        assert_eq!(judged(vec![Ok("other")], &[]), fails("it presents other"));
        let closed = Trouble { step: Step::Handshake, cause: Cause::Closed };
        let said = "on ::1 the TLS handshake failed: the server closed the connection";
        assert_eq!(judged(vec![Ok("new"), Err(closed)], &[]), fails(said));
    }
}
