//! One of the addresses of a service does not answer, another one does.

use super::{Check, Hit, Rule, Source};
use crate::facts::{Cause, Endpoint, Step, Survey, Trouble};

pub(super) const RULE: Rule = Rule {
    code: "address-does-not-answer",
    title: "an address of the server does not answer",
    why: "A client may take any of the addresses that DNS has for the name. One that takes this address fails, or waits for \
          a long time before it tries another.",
    fix: "Let the service listen on this address too, or take the address out of DNS.",
    source: Source::Rfc(8305, "5"),
    fault: None,
    check: Check::Defeat(check),
};

fn check(trouble: &Trouble, endpoint: &Endpoint, survey: &Survey) -> Option<Hit> {
    let answered = |other: &Endpoint| other.service == endpoint.service && other.defeat().is_none();
    let silent = trouble.step == Step::Connect && trouble.cause != Cause::Stopped;
    (silent && survey.endpoints.iter().any(answered))
        .then(|| Hit::warn(format!("{}: {}", endpoint.address, trouble.cause)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::{answers, fails, survey};
    use crate::rules::endpoints::tests::{nothing, only};

    #[test]
    fn warns_of_an_address_where_nothing_listens() {
        let deaf =
            Endpoint { address: "[2001:db8::5]:993".parse().unwrap(), ..fails("imaps", Step::Connect, Cause::Refused) };
        let found = only(&RULE, &survey([answers("imaps", 0), deaf]));
        assert_eq!((&*found.hit.detail, found.endpoints), ("[2001:db8::5]:993: connection refused", vec![1]));
    }

    #[test]
    fn leaves_a_service_that_is_not_there_to_others() {
        nothing(&RULE, &survey([answers("imaps", 0), fails("pop3s", Step::Connect, Cause::Refused)]));
    }
}
