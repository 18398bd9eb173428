//! Plain text that came with the reply to STARTTLS and could be taken for a protected answer.

use super::endpoints::each;
use super::{Check, Context, Hit, Placed, Rule, Source};
use crate::facts::Survey;

pub(super) const RULE: Rule = Rule {
    code: "text-after-starttls",
    title: "plain text follows the reply to STARTTLS",
    why: "What arrives in the clear after that reply must be thrown away. A client that keeps it takes it for an answer that \
          TLS protected, so whoever stands in between can speak in the server's name.",
    fix: "Update the server; if it is up to date, look for a device in between that adds the text.",
    source: Source::Vendor("CVE-2011-0411", "https://www.postfix.org/CVE-2011-0411.html"),
    fault: None,
    check: Check::Survey(check),
};

fn check(survey: &Survey, _: &Context<'_>) -> Vec<Placed> {
    each(survey, |endpoint| Some(Hit::warn(format!("it sent '{}'", endpoint.injected.as_ref()?))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::{answers, survey};
    use crate::rules::endpoints::tests::{nothing, only};

    #[test]
    fn shows_the_text_that_was_added() {
        let mut endpoint = answers("smtp", 0);
        endpoint.injected = Some("250 OK".into());
        assert_eq!(only(&RULE, &survey([endpoint])).hit.detail, "it sent '250 OK'");
    }

    #[test]
    fn is_content_when_nothing_follows() {
        nothing(&RULE, &survey([answers("smtp", 0)]));
    }
}
