//! What was answered, and the command that it amounts to.

use std::path::Path;

use certfix::Error;
use certfix::facts::{Attribute, AttributeKind, StringKind, Text};
use certfix::input::Password;
use certfix::issue::KeyChoice;
use certfix::plan::Plan;
use certfix::profiles::{self, Profile};
use certfix::report::text::quoted;

use super::online::Online;
use crate::args::{self, Csr, New, SelfSigned, parsed};
use crate::make;
use crate::printed::is_found_everywhere;

/// Everything that was answered so far; what was not is empty.
#[derive(Clone)]
pub(super) struct Answers {
    pub(super) road: Road,
    pub(super) authority: &'static Profile,
    pub(super) online: Online,
    pub(super) store: String,
    pub(super) password: Option<Password>,
    pub(super) key: KeyChoice,
    pub(super) organization: String,
    pub(super) unit: String,
    pub(super) domain: String,
    pub(super) common_name: String,
    pub(super) more_names: String,
    pub(super) country: String,
    pub(super) state: String,
    pub(super) locality: String,
    pub(super) contact: String,
    pub(super) phone: String,
}

/// Where the request goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Road {
    /// Into a file that somebody sends to an authority.
    File,
    /// To an online authority, at once.
    Online,
    /// Nowhere: the certificate signs itself.
    SelfSigned,
}

/// The command with its arguments.
pub(super) enum Order {
    Request(Box<Csr>),
    Online(Box<Csr>, Box<args::Order>),
    Certificate(Box<SelfSigned>),
}

/// Stands where the common name will, so that every other answer is tried for what it is itself.
const STAND_IN: &str = "remote.contoso.com";

impl Road {
    /// Every road, in the order of the list.
    pub(super) const ALL: [Self; 3] = [Self::File, Self::Online, Self::SelfSigned];

    /// What the list calls it.
    pub(super) const fn says(self) -> &'static str {
        match self {
            Self::File => "a file, for an authority",
            Self::Online => "an online authority, at once",
            Self::SelfSigned => "nobody: self-signed",
        }
    }

    const fn command(self) -> &'static str {
        match self {
            Self::File | Self::Online => "csr",
            Self::SelfSigned => "self-signed",
        }
    }
}

impl Answers {
    pub(super) fn new(args: &New) -> Self {
        let empty = String::new;
        Self {
            road: Road::File,
            authority: profiles::PUBLIC,
            online: Online::default(),
            store: args.store.clone(),
            password: None,
            key: KeyChoice::default(),
            organization: empty(),
            unit: empty(),
            domain: empty(),
            common_name: empty(),
            more_names: empty(),
            country: empty(),
            state: empty(),
            locality: empty(),
            contact: empty(),
            phone: empty(),
        }
    }

    /// The arguments of the command, without its name.
    fn arguments(&self) -> Vec<String> {
        let mut arguments = Vec::new();
        let mut add = |flag: &str, value: &str| add(&mut arguments, flag, value);
        add("--fqdn", &self.common_name);
        add("--san", &self.more_names);
        add("--subject", &self.subject());
        if self.road == Road::File && self.authority != profiles::PUBLIC {
            add("--ca", self.authority.id);
        }
        if self.key != KeyChoice::default() {
            add("--key", self.key.id());
        }
        if self.road == Road::Online {
            add("--ca", self.online.profile());
        }
        add("--store", self.store_flag());
        if self.road == Road::File {
            add("--contact", &self.contact);
            add("--phone", &self.phone);
            arguments.push("--new-key-rq".to_owned());
        }
        if self.password.is_some() {
            arguments.push("--encrypt-key".to_owned());
        }
        arguments
    }

    /// The folder, where it has to be said. Left out, it would come from the environment, if that names one.
    fn store_flag(&self) -> &str {
        if is_found_everywhere(Path::new(&self.store)) { "" } else { &self.store }
    }

    /// In the order in which Key Manager writes the subject, common name last.
    fn subject(&self) -> String {
        let attributes = [
            (AttributeKind::Country, &self.country),
            (AttributeKind::State, &self.state),
            (AttributeKind::Locality, &self.locality),
            (AttributeKind::Organization, &self.organization),
            (AttributeKind::OrganizationalUnit, &self.unit),
        ];
        let given = attributes.into_iter().filter(|(_, value)| !value.is_empty());
        let shown = given
            .map(|(kind, value)| Attribute { kind, value: Text::from(&**value), string: StringKind::Utf8 }.to_string());
        shown.collect::<Vec<_>>().join(",")
    }

    /// The command as a shell takes it. No password is in it: the command asks for one.
    pub(super) fn command_line(&self) -> String {
        let line = |command: &str, arguments: &[String]| {
            let arguments: Vec<String> = arguments.iter().map(|argument| quoted(argument)).collect();
            format!("certfix {command} {}", arguments.join(" "))
        };
        let first = line(self.road.command(), &self.arguments());
        match self.road {
            Road::Online => format!("{first} && {}", line("order", &self.order_arguments())),
            Road::File | Road::SelfSigned => first,
        }
    }

    fn order_arguments(&self) -> Vec<String> {
        self.online.arguments(&self.common_name, self.store_flag())
    }

    /// The very arguments that the printed command has, read as those of the command line are.
    pub(super) fn order(&self) -> Result<Order, Error> {
        Ok(match self.road {
            Road::File => Order::Request(self.request()?),
            Road::Online => {
                let mut request = self.request()?;
                request.made.goes_on = true;
                Order::Online(request, Box::new(parsed(self.order_arguments())?))
            }
            Road::SelfSigned => {
                let mut args: Box<SelfSigned> = Box::new(parsed(self.arguments())?);
                args.made.new_password.typed.clone_from(&self.password);
                Order::Certificate(args)
            }
        })
    }

    fn request(&self) -> Result<Box<Csr>, Error> {
        let mut args: Box<Csr> = Box::new(parsed(self.arguments())?);
        args.made.new_password.typed.clone_from(&self.password);
        Ok(args)
    }

    /// Why these answers make no plan with this `change`, if they do not. Other names play no part, because they may have
    /// to be changed too, each when it is asked for.
    pub(super) fn try_with(&self, change: impl FnOnce(&mut Self)) -> Result<(), String> {
        let mut changed = self.without_names();
        change(&mut changed);
        let planned = changed.order().and_then(|order| order.plan());
        planned.map(|_| ()).map_err(|error| error.to_string())
    }

    /// What there is to say beforehand of the answers so far, names apart.
    pub(super) fn notes(&self) -> Vec<String> {
        let planned = self.without_names().order().and_then(|order| order.plan());
        planned.map(|plan| plan.notes).unwrap_or_default()
    }

    fn without_names(&self) -> Self {
        Self { common_name: STAND_IN.to_owned(), more_names: String::new(), ..self.clone() }
    }
}

/// Adds a flag, unless there is nothing to say.
pub(super) fn add(arguments: &mut Vec<String>, flag: &str, value: &str) {
    match value {
        "" => {}
        // It would be taken for a flag.
        value if value.starts_with('-') => arguments.push(format!("{flag}={value}")),
        value => arguments.extend([flag.to_owned(), value.to_owned()]),
    }
}

impl Order {
    pub(super) fn plan(&self) -> Result<Plan, Error> {
        match self {
            Self::Request(args) | Self::Online(args, _) => make::request_plan(args),
            Self::Certificate(args) => make::certificate_plan(args),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    fn answers() -> Answers {
        let args = parsed(vec!["--store".to_owned(), "keys".to_owned()]).unwrap();
        Answers { common_name: "mail.contoso.com".to_owned(), ..Answers::new(&args) }
    }

    #[test]
    fn subjects_keep_what_separates_their_parts() {
        let answers = Answers { organization: r"A, B + C\D = E's".into(), country: "US".into(), ..answers() };
        let plan = answers.order().unwrap().plan().unwrap();
        assert_eq!(plan.subject.to_string(), r"C=US, O=A\, B \+ C\\D = E's, CN=mail.contoso.com");
        let quoted = r"--subject 'C=US,O=A\, B \+ C\\D = E'\''s'";
        assert!(answers.command_line().contains(quoted), "{}", answers.command_line());
        for organization in ["#1 Pizza Ltd", r#""Acme" <GmbH>; a=b"#, "Bücher \u{202e}"] {
            let plan =
                Answers { organization: organization.into(), ..self::answers() }.order().unwrap().plan().unwrap();
            let told = plan.subject.attributes().find(|attribute| attribute.kind == AttributeKind::Organization);
            assert_eq!(told.unwrap().value.as_str(), Some(organization));
        }
    }

    #[test]
    fn no_answer_is_taken_for_a_flag() {
        let answers = Answers { store: "--dry-run".into(), phone: "-1".into(), ..answers() };
        let Order::Request(args) = answers.order().unwrap() else { panic!("it is a request") };
        assert_eq!((args.made.dry_run, args.made.store.to_str()), (false, Some("--dry-run")));
        assert_eq!(args.request.contact.phone.as_deref(), Some("-1"));
    }

    #[test]
    fn no_password_is_in_the_command() {
        let answers = Answers { password: Some(Password::new("secret".into())), ..answers() };
        let line = answers.command_line();
        assert!(line.ends_with("--encrypt-key") && !line.contains("secret"), "{line}");
    }

    #[test]
    fn names_may_have_blanks_between() {
        let answers = Answers { more_names: "b.contoso.com, c.contoso.com".into(), ..answers() };
        let plan = answers.order().unwrap().plan().unwrap();
        let names: Vec<String> = plan.general_names().map(ToString::to_string).collect();
        assert_eq!(names, ["mail.contoso.com", "b.contoso.com", "c.contoso.com"]);
    }
}
