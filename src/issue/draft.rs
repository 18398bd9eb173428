//! What a plan will become, to be judged before anything is made for good.

use std::path::PathBuf;

use super::{KeyChoice, generate, request, self_signed};
use crate::Error;
use crate::facts::{Evidence, GeneralName, Moment, Source};
use crate::plan::{Output, Plan};
use crate::profiles::Order;

/// The request, or the certificate that would live `days` days from `at`, with a key that is thrown away. Where the CA
/// is known to sort names, they are in the order that the certificate will have.
///
/// # Errors
/// As [`request`].
pub fn draft(plan: &Plan, output: Output, key: KeyChoice, at: Moment, days: i64) -> Result<Evidence, Error> {
    let key = generate(key)?;
    let mut evidence = Evidence::new(Source::File(PathBuf::from("draft")));
    match output {
        Output::SelfSigned => evidence.certificates.push(self_signed(plan, &key, at, days)?),
        Output::Request => {
            let mut request = request(plan, &key)?;
            if plan.profile.order == Order::Sorts {
                request.identity.names.entries.sort_by_key(GeneralName::to_string);
            }
            evidence.requests.push(request);
        }
    }
    Ok(evidence)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Name;
    use crate::plan::{Wish, plan};
    use crate::profiles;

    fn first_name(profile: &'static profiles::Profile) -> String {
        let name = |name: &str| Name::parse(name).unwrap();
        let extra = vec![GeneralName::from(&name("autodiscover.contoso.com"))];
        let target = name("remote.contoso.com");
        let output = Output::Request;
        let plan = plan(&Wish { target, extra, old: None, subject: None, profile, output }).unwrap();
        let evidence = draft(&plan, output, KeyChoice::P256, Moment::from_unix(0), 1).unwrap();
        evidence.requests[0].identity.names.entries[0].to_string()
    }

    #[test]
    fn shows_the_order_that_a_ca_makes_of_the_names() {
        assert_eq!(first_name(profiles::find("letsencrypt").unwrap()), "autodiscover.contoso.com");
        assert_eq!(first_name(profiles::find("private").unwrap()), "remote.contoso.com");
    }
}
