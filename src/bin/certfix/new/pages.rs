//! The questions, page by page in the order of Key Manager (KB Q218445, Q278498).

use certfix::Error;
use certfix::facts::{Name, Text};
use certfix::issue::KeyChoice;
use certfix::plan::target_for_domain;
use certfix::profiles;

use super::answers::{Answers, Order, Road};
use super::online;
use crate::args::New;
use crate::target::certifiable;
use crate::{ask, terminal, write};

/// Questions that belong together.
pub(super) struct Page {
    pub(super) title: &'static str,
    says: &'static str,
    /// Whether it plays a part.
    pub(super) asked: fn(&Answers) -> bool,
    pub(super) questions: &'static [Question],
}

/// Asks for one thing, and keeps the answer.
pub(super) type Question = fn(&mut Answers, &New) -> Result<Turn, Error>;

/// Where a question leads to.
pub(super) enum Turn {
    Next,
    Back,
    /// It was not asked: further in the direction so far.
    Skip,
}

pub(super) const PAGES: &[Page] = &[
    Page {
        title: "Where the request goes",
        says: "Into a file that you send to an authority (CA), to an online one (ACME) that answers at once, or nowhere: a \
               self-signed certificate is trusted by nobody until it is installed on each machine that connects.",
        asked: |_| true,
        questions: &[road, authority],
    },
    Page {
        title: "The online authority",
        says: "It wants to see that the name is yours, each time that it signs. certfix renew asks it again in the same \
               way.",
        asked: online::is_chosen,
        questions: &[online::directory, online::roots, online::proof, online::place, online::email],
    },
    Page {
        title: "The key",
        says: "Each key has a folder of its own, named after the server, in the folder that you name here. Clients of \
               every age know RSA.",
        asked: |_| true,
        questions: &[store, password, key],
    },
    Page {
        title: "Organization and name",
        says: "The common name is what people type into their mail client, such as remote.contoso.com. It comes \
               first in the certificate, because Outlook 2007 reads only the first name.",
        asked: |_| true,
        questions: &[organization, unit, domain, common_name, more_names, look_up],
    },
    Page {
        title: "Where the organization is",
        says: "The country has two letters, such as US, GB, DE or CH; state and city are written in full.",
        asked: |_| true,
        questions: &[country, state, locality],
    },
    Page {
        title: "Whom to contact",
        says: "For the header of NewKeyRq.txt, so that the authority knows whom to ask. It is not in the certificate.",
        asked: |answers| answers.road == Road::File,
        questions: &[contact, phone],
    },
];

/// How to answer.
pub(super) fn welcome() -> Result<(), Error> {
    terminal::aside(|page| {
        page.paragraph(
            0,
            "Enter keeps what is in brackets, a single . leaves a field empty. Esc in a list and < in a field go back. \
             Nothing is written before the last question.",
        )
    })
}

impl Page {
    /// Writes what the page is about.
    pub(super) fn open(&self) -> Result<(), Error> {
        terminal::aside(|page| {
            page.line("")?;
            page.heading(self.title)?;
            page.paragraph(0, self.says)
        })
    }
}

fn road(answers: &mut Answers, _: &New) -> Result<Turn, Error> {
    let items = Road::ALL.map(|road| road.says().to_owned());
    let kept = Road::ALL.iter().position(|road| *road == answers.road).unwrap_or_default();
    take(ask::one_of("The request goes to", &items, kept)?, |at| answers.road = Road::ALL[at])
}

fn authority(answers: &mut Answers, _: &New) -> Result<Turn, Error> {
    if answers.road != Road::File {
        return Ok(Turn::Skip);
    }
    let items: Vec<String> = profiles::ALL.iter().map(|profile| profile.name.to_owned()).collect();
    let kept = profiles::ALL.iter().position(|profile| *profile == answers.authority).unwrap_or_default();
    take(ask::one_of("It is signed by", &items, kept)?, |at| answers.authority = profiles::ALL[at])
}

fn store(answers: &mut Answers, _: &New) -> Result<Turn, Error> {
    // Here the single dot is a folder.
    let kept = answers.store.clone();
    let typed = ask::line("Folder for keys", &kept, plain)?;
    take(typed, |typed| answers.store = if typed.is_empty() { ".".to_owned() } else { typed })
}

fn password(answers: &mut Answers, _: &New) -> Result<Turn, Error> {
    match ask::yes("Protect the key with a password?", answers.password.is_some())? {
        None => Ok(Turn::Back),
        Some(false) => {
            answers.password = None;
            Ok(Turn::Next)
        }
        Some(true) => {
            if answers.password.is_some() {
                match ask::yes("Keep the one that you typed?", true)? {
                    None => return Ok(Turn::Back),
                    Some(true) => return Ok(Turn::Next),
                    Some(false) => {}
                }
            }
            take(ask::new_password("the key file")?, |typed| answers.password = Some(typed))
        }
    }
}

fn key(answers: &mut Answers, _: &New) -> Result<Turn, Error> {
    let items = KeyChoice::ALL.map(|choice| choice.id().to_owned());
    let kept = KeyChoice::ALL.iter().position(|choice| *choice == answers.key).unwrap_or_default();
    take(ask::one_of("Kind and length of the key", &items, kept)?, |at| answers.key = KeyChoice::ALL[at])
}

fn organization(answers: &mut Answers, _: &New) -> Result<Turn, Error> {
    field(answers, "Organization", |answers| &mut answers.organization)
}

fn unit(answers: &mut Answers, _: &New) -> Result<Turn, Error> {
    field(answers, "Organizational unit", |answers| &mut answers.unit)
}

fn domain(answers: &mut Answers, _: &New) -> Result<Turn, Error> {
    let check = |typed: &str| match typed {
        "" => Ok(()),
        typed => target_for_domain(typed, PREFIX).map(|_| ()).map_err(|error| error.to_string()),
    };
    let typed = ask::line("Domain (behind the @)", &answers.domain, check)?;
    take(typed, |typed| {
        // A name of one's own stays; what was only offered follows the domain.
        if offered(&answers.domain).is_none_or(|old| answers.common_name == old) {
            answers.common_name.clear();
        }
        answers.domain = typed;
    })
}

/// What Small Business Server puts before a domain.
const PREFIX: &str = "remote";

fn offered(domain: &str) -> Option<String> {
    target_for_domain(domain, PREFIX).ok().map(|name| name.to_string())
}

fn common_name(answers: &mut Answers, _: &New) -> Result<Turn, Error> {
    let kept = match answers.common_name.is_empty() {
        true => offered(&answers.domain).unwrap_or_default(),
        false => answers.common_name.clone(),
    };
    let check = |typed: &str| {
        certifiable(&Text::from(typed)).map_err(|error| error.to_string())?;
        answers.try_with(|answers| answers.common_name = typed.to_owned())?;
        free(answers, typed).map_err(|error| error.to_string())
    };
    let typed = ask::line("Common name", &kept, check)?;
    take(typed, |typed| answers.common_name = typed)
}

/// Fails when there is a key of this name already.
fn free(answers: &Answers, common_name: &str) -> Result<(), Error> {
    let alone = Answers { common_name: common_name.to_owned(), more_names: String::new(), ..answers.clone() };
    let order = alone.order()?;
    let made = match &order {
        Order::Request(args) | Order::Online(args, _) => &args.made,
        Order::Certificate(args) => &args.made,
    };
    write::ensure_free(&[order.plan()?], made)
}

fn more_names(answers: &mut Answers, _: &New) -> Result<Turn, Error> {
    field(answers, "More names (commas between)", |answers| &mut answers.more_names)
}

fn look_up(answers: &mut Answers, args: &New) -> Result<Turn, Error> {
    match ask::yes("Ask DNS for these names?", false)? {
        None => return Ok(Turn::Back),
        Some(false) => return Ok(Turn::Next),
        Some(true) => {}
    }
    let plan = answers.order()?.plan()?;
    let names: Vec<Name> = plan.general_names().filter_map(|name| name.name()).collect();
    match args.network.resolver() {
        Ok(resolver) => {
            let lookups = resolver.addresses(&names);
            terminal::aside(|page| {
                lookups.iter().try_for_each(|lookup| {
                    let aliases: String = lookup.aliases.iter().map(|alias| format!("CNAME {alias}, ")).collect();
                    page.paragraph(2, &format!("{}: {aliases}{}", lookup.name, lookup.answer))
                })
            })?;
        }
        Err(problem) => terminal::complain(&problem),
    }
    Ok(Turn::Next)
}

fn country(answers: &mut Answers, _: &New) -> Result<Turn, Error> {
    let check = |typed: &str| match typed.as_bytes() {
        [] => Ok(()),
        [first, second] if first.is_ascii_alphabetic() && second.is_ascii_alphabetic() => {
            // ISO 3166-1 reserves UK, and gives the country GB.
            if typed.eq_ignore_ascii_case("uk") {
                Err("the code of the United Kingdom is GB".to_owned())
            } else {
                Ok(())
            }
        }
        _ => Err("write the two letters of its code, such as US".to_owned()),
    };
    take(ask::line("Country", &answers.country, check)?, |typed| answers.country = typed.to_ascii_uppercase())
}

fn state(answers: &mut Answers, _: &New) -> Result<Turn, Error> {
    field(answers, "State or province", |answers| &mut answers.state)
}

fn locality(answers: &mut Answers, _: &New) -> Result<Turn, Error> {
    field(answers, "City", |answers| &mut answers.locality)
}

fn contact(answers: &mut Answers, _: &New) -> Result<Turn, Error> {
    take(ask::line("Your e-mail address", &answers.contact, address)?, |typed| answers.contact = typed)
}

/// An e-mail address, or nothing.
pub(super) fn address(typed: &str) -> Result<(), String> {
    match typed.is_empty() || typed.split('@').filter(|part| !part.is_empty()).count() == 2 {
        true => plain(typed),
        false => Err("write it like hostmaster@contoso.com".to_owned()),
    }
}

fn phone(answers: &mut Answers, _: &New) -> Result<Turn, Error> {
    take(ask::line("Your telephone number", &answers.phone, plain)?, |typed| answers.phone = typed)
}

/// A field of text that may be empty, and that has to make a plan together with what was answered before.
fn field(answers: &mut Answers, label: &str, part: fn(&mut Answers) -> &mut String) -> Result<Turn, Error> {
    let kept = part(answers).clone();
    let check = |typed: &str| {
        plain(typed)?;
        answers.try_with(|answers| typed.clone_into(part(answers)))
    };
    let typed = ask::line(label, &kept, check)?;
    let before = answers.notes();
    let turn = take(typed, |typed| *part(answers) = typed)?;
    let new = answers.notes().into_iter().filter(|note| !before.contains(note));
    terminal::aside(|page| new.into_iter().try_for_each(|note| page.paragraph(2, &note)))?;
    Ok(turn)
}

/// What cannot be shown as it is could not be printed in the command either.
pub(super) fn plain(typed: &str) -> Result<(), String> {
    match Text::from(typed).to_string() == typed {
        true => Ok(()),
        false => Err("it holds a character that cannot be seen".to_owned()),
    }
}

pub(super) fn take<T>(answer: Option<T>, keep: impl FnOnce(T)) -> Result<Turn, Error> {
    Ok(match answer {
        Some(answer) => {
            keep(answer);
            Turn::Next
        }
        None => Turn::Back,
    })
}
