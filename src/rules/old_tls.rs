//! Versions of TLS that are no longer to be used.

use super::endpoints::each;
use super::{Check, Context, Hit, Placed, Rule, Source};
use crate::facts::{Survey, TlsVersion};

pub(super) const RULE: Rule = Rule {
    code: "old-tls",
    title: "the service speaks versions of TLS that have ended",
    why: "TLS 1.0, TLS 1.1 and SSL are no longer to be used. Clients of today refuse a server that has nothing newer, whatever \
          its certificate says; Windows Server 2008 has nothing newer than TLS 1.0 unless it was updated. The other way \
          round, an old client cannot reach a server that has only new versions: Outlook Express on Windows XP is reported to \
          say no more than 0x800CCC0B.",
    fix: "Let the service speak TLS 1.2 or 1.3; where it cannot, put a server in front of it that can.",
    source: Source::Rfc(8996, "2"),
    fault: None,
    check: Check::Survey(check),
};

fn check(survey: &Survey, _: &Context<'_>) -> Vec<Placed> {
    each(survey, |endpoint| {
        let mut versions: Vec<TlsVersion> = endpoint.answers().map(|(_, answer)| answer.version).collect();
        versions.sort_unstable();
        versions.dedup();
        // Others may be for those that name another server, or none.
        let newest = endpoint.main_answer()?.version;
        let old: Vec<&str> = versions.iter().filter(|version| version.is_old()).map(|version| version.name()).collect();
        match (old.is_empty(), newest.is_old()) {
            (true, _) => None,
            (false, true) => Some(Hit::refuse(format!("nothing newer than {newest} is answered"))),
            (false, false) => Some(Hit::note(format!("beside {newest} it answers {}", old.join(" and ")))),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::{answers, answers_with, survey};
    use crate::rules::Level;
    use crate::rules::endpoints::tests::{nothing, only};

    #[test]
    fn refuses_a_service_that_has_nothing_newer() {
        let found = only(&RULE, &survey([answers_with("imaps", 0, TlsVersion::Tls10)]));
        assert_eq!((found.hit.level, &*found.hit.detail), (Level::Refused, "nothing newer than TLS 1.0 is answered"));
    }

    #[test]
    fn notes_one_that_still_answers_old_clients() {
        let mut endpoint = answers("imaps", 0);
        endpoint.looks.extend(answers_with("imaps", 0, TlsVersion::Tls11).looks);
        let found = only(&RULE, &survey([endpoint]));
        assert_eq!((found.hit.level, &*found.hit.detail), (Level::Note, "beside TLS 1.3 it answers TLS 1.1"));
    }

    #[test]
    fn is_content_with_new_versions() {
        nothing(&RULE, &survey([answers("imaps", 0)]));
    }
}
