//! A plan that was made like one thing, told against another: a renewal asks for what the last request asked for, and what
//! people have is what the CA made of it.

use super::{CommonNamePlan, DropReason, DroppedName, Plan, Reason};
use crate::facts::Identity;

impl Plan {
    /// The same with its reasons told against what is there now.
    #[must_use]
    pub fn compared_with(mut self, now: &Identity) -> Self {
        let entries = &now.names.entries;
        for (index, planned) in self.names.iter_mut().enumerate() {
            let place = entries.iter().position(|entry| entry.is_same(&planned.name));
            planned.reason = match place {
                None => Reason::Added,
                Some(_) if index > 0 => Reason::Kept,
                Some(place) if entries.iter().take(place).all(|entry| entry.dns().is_none()) => Reason::First(None),
                Some(_) => Reason::MovedFirst(None),
            };
        }
        for entry in entries {
            let is_known = self.general_names().chain(self.dropped.iter().map(|dropped| &dropped.name));
            if !is_known.into_iter().any(|name| entry.is_same(name)) {
                self.dropped.push(DroppedName { name: entry.clone(), reason: DropReason::NotAsked });
            }
        }
        if self.common_name != CommonNamePlan::TooLong {
            let is_target = |text: &[u8]| text.eq_ignore_ascii_case(self.target.as_str().as_bytes());
            self.common_name = match now.subject.common_names().next_back() {
                None => CommonNamePlan::Added,
                Some(text) if is_target(text.as_bytes()) => CommonNamePlan::Kept,
                Some(text) => CommonNamePlan::Replaced(text.clone()),
            };
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Output, Wish, plan};
    use crate::facts::fixture::{leaf, name, subject};
    use crate::facts::{DistinguishedName, Item};
    use crate::profiles::PUBLIC;

    #[test]
    fn tells_what_becomes_of_what_the_ca_made_of_the_last_request() {
        let mut asked = leaf(["remote.contoso.com", "autodiscover.contoso.com", "mail.contoso.com"]);
        asked.identity.subject = DistinguishedName::default();
        let wish = Wish {
            target: name("remote.contoso.com"),
            extra: Vec::new(),
            old: Some(Item::Certificate(&asked)),
            subject: None,
            profile: PUBLIC,
            output: Output::Request,
        };
        let mut now = leaf(["Autodiscover.contoso.com", "remote.contoso.com", "www.remote.contoso.com"]).identity;
        now.subject = subject(&["autodiscover.contoso.com"]);
        let plan = plan(&wish).unwrap().compared_with(&now);
        let reasons: Vec<String> = plan.names.iter().map(|planned| planned.reason.to_string()).collect();
        assert_eq!(reasons, ["moved first", "kept", "added"]);
        let dropped: Vec<String> = plan.dropped.iter().map(|one| format!("{}: {}", one.name, one.reason)).collect();
        assert_eq!(dropped, ["www.remote.contoso.com: the last request did not ask for it"]);
        assert_eq!(plan.common_name.to_string(), "was autodiscover.contoso.com");
    }
}
