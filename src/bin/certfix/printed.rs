//! Commands that certfix prints: each names the store that it is about, so that it works where it is pasted.

use std::path::{Path, PathBuf};

use certfix::Error;
use certfix::facts::Name;
use certfix::report::text;
use certfix::store::{self, Store};
use clap::Command;

use crate::args;

/// The store that commands take when none is named. An empty variable is none.
pub(crate) fn usual_store() -> PathBuf {
    let named = std::env::var_os("CERTFIX_STORE").filter(|named| !named.is_empty());
    named.unwrap_or_else(|| ".".into()).into()
}

/// True when commands find this store in any shell. That of `CERTFIX_STORE` they find in this one alone: who reads the mail of
/// cron has another.
pub(crate) fn is_found_everywhere(store: &Path) -> bool {
    store == Path::new(".") && usual_store() == store
}

/// What has to follow a command for it to find this store: ` --store DIR`, or nothing.
pub(crate) fn store_flag(store: &Path) -> String {
    match is_found_everywhere(store) {
        true => String::new(),
        false => format!(" --store {}", text::argument_of(&store.display().to_string())),
    }
}

/// The same sentence, in which every command that takes a store names this one.
pub(crate) fn in_store(sentence: &str, store: &Path) -> String {
    const PROGRAM: &str = "certfix ";
    let flag = store_flag(store);
    let mut pieces = sentence.split(PROGRAM);
    let mut text = pieces.next().unwrap_or_default().to_owned();
    if flag.is_empty() || text == sentence {
        return sentence.to_owned();
    }
    let mut whole = args::command();
    // The flags of commands are there only when they are built.
    whole.build();
    for piece in pieces {
        text.push_str(PROGRAM);
        match length_of_command(piece, &whole) {
            Some(length) => text.extend([&piece[..length], &*flag, &piece[length..]]),
            None => text.push_str(piece),
        }
    }
    text
}

/// What to do about an error of work on a store and a key of it, if it is about such, which every command then names.
pub(crate) fn hint(error: &Error, store: Option<&Path>, key: Option<&str>) -> String {
    match (store, error.key().as_deref().or(key)) {
        (Some(store), Some(key)) => of_key(&in_store(error.hint(), store), store, key),
        (Some(store), None) => in_store(error.hint(), store),
        (None, _) => error.hint().to_owned(),
    }
}

/// The same sentence, in which every command about a key of the store names this one, or its last request.
pub(crate) fn of_key(sentence: &str, store: &Path, name: &str) -> String {
    const ABOUT_A_KEY: [&str; 6] =
        ["certfix order ", "certfix bind ", "csr --renew ", "self-signed --renew ", "renew --now ", "keys show "];
    const SIGN: &str = "ca sign ";
    let fill = |text: String, command: &str| {
        text.replace(&format!("{command}NAME"), &format!("{command}{}", text::quoted(name)))
    };
    let named = ABOUT_A_KEY.into_iter().fold(sentence.to_owned(), fill);
    let Ok(name) = Name::parse(name) else { return named };
    let folder = Store::open(store).path(&name);
    let renewal = folder.join(store::RENEWAL).join(store::REQUEST);
    let request = if renewal.is_file() { renewal } else { folder.join(store::REQUEST) };
    let request = text::argument_of(&request.display().to_string());
    named.replace(&format!("{SIGN}REQUEST"), &format!("{SIGN}{request}"))
}

/// How long a command is that takes a store: its words, flags with their values, and what is to be filled in.
fn length_of_command(text: &str, whole: &Command) -> Option<usize> {
    let (mut command, mut length, mut is_value) = (whole, 0, false);
    for word in text.split(' ') {
        let bare = word.trim_end_matches([',', ';', ':', '.', ')']);
        let below = command.find_subcommand(bare);
        let long = bare.strip_prefix("--");
        let flag = command.get_arguments().find(|argument| long.is_some() && argument.get_long() == long);
        let is_blank = !bare.is_empty() && bare.bytes().all(|byte| byte.is_ascii_uppercase());
        if !is_value && below.is_none() && flag.is_none() && !is_blank {
            break;
        }
        is_value = !is_value && flag.is_some_and(|flag| flag.get_action().takes_values());
        command = below.unwrap_or(command);
        length += usize::from(length > 0) + bare.len();
        if bare != word {
            break;
        }
    }
    command.get_arguments().any(|argument| argument.get_id() == "store").then_some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_of_a_sentence_names_the_store() {
        let store = Path::new("my keys");
        for (sentence, named) in [
            (
                "certfix undo puts it back; see certfix keys, or certfix ca list.",
                "certfix undo --store 'my keys' puts it back; see certfix keys --store 'my keys', or certfix ca list \
                 --store 'my keys'.",
            ),
            ("make it: certfix csr --fqdn NAME", "make it: certfix csr --fqdn NAME --store 'my keys'"),
            ("certfix csr --key rsa-2048 makes it", "certfix csr --key rsa-2048 --store 'my keys' makes it"),
            ("certfix reads PEM; certfix check says why", "certfix reads PEM; certfix check says why"),
            ("certfix ca list shows all", "certfix ca list --store 'my keys' shows all"),
            ("name a file", "name a file"),
        ] {
            assert_eq!(in_store(sentence, store), named);
        }
    }

    #[test]
    fn commands_about_a_key_name_it_and_others_do_not() {
        for (sentence, named) in [
            (
                "certfix csr --renew NAME --new-key, certfix order NAME",
                "certfix csr --renew '*.b.c' --new-key, certfix order '*.b.c'",
            ),
            ("certfix ca init NAME; certfix csr --fqdn NAME", "certfix ca init NAME; certfix csr --fqdn NAME"),
            ("certfix ca sign REQUEST --ca NAME", "certfix ca sign 'my keys/_wildcard.b.c/request.csr' --ca NAME"),
        ] {
            assert_eq!(of_key(sentence, Path::new("my keys"), "*.b.c"), named);
        }
    }

    #[test]
    fn a_store_that_looks_like_a_flag_is_a_folder() {
        assert_eq!(store_flag(Path::new("-keys")), " --store ./-keys");
    }
}
