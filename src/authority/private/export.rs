//! How machines come to trust a CA: one text for each kind, with the certificate in it.

use minijinja::context;

use super::Private;
use crate::Error;
use crate::facts::upper_hex;
use crate::issue;

/// One way to have a root trusted. Its text is a script, where one can do it, and tells what to do by hand.
#[derive(Debug, PartialEq, Eq)]
pub struct Trust {
    /// The flag of `certfix ca export`.
    pub id: &'static str,
    /// What is printed.
    pub about: &'static str,
    /// How its file's name ends.
    pub extension: &'static str,
    /// What lines end in.
    line_end: &'static str,
    template: &'static str,
}

/// All of them, in the order of lists.
pub const ALL: &[&Trust] = &[&WINDOWS, &MACOS, &MOBILECONFIG, &DEBIAN, &NSS];

const WINDOWS: Trust = Trust {
    id: "windows",
    about: "A script for PowerShell, and how to do it with certutil and by group policy",
    extension: "ps1",
    line_end: "\r\n",
    template: include_str!("../../../templates/trust/windows.ps1.j2"),
};
const MACOS: Trust = Trust {
    id: "macos",
    about: "A script for a Mac",
    extension: "sh",
    line_end: "\n",
    template: include_str!("../../../templates/trust/macos.sh.j2"),
};
const MOBILECONFIG: Trust = Trust {
    id: "mobileconfig",
    about: "A profile for iPhone, iPad and Mac",
    extension: "mobileconfig",
    line_end: "\n",
    template: include_str!("../../../templates/trust/mobileconfig.j2"),
};
const DEBIAN: Trust = Trust {
    id: "debian",
    about: "A script for Debian, Ubuntu and their kin",
    extension: "sh",
    line_end: "\n",
    template: include_str!("../../../templates/trust/debian.sh.j2"),
};
const NSS: Trust = Trust {
    id: "nss",
    about: "A script for the profiles of Thunderbird, Firefox and other programs with NSS",
    extension: "sh",
    line_end: "\n",
    template: include_str!("../../../templates/trust/nss.sh.j2"),
};

impl Private {
    /// What makes machines of this kind trust the root.
    ///
    /// # Errors
    /// [`Error::Issue`]
    pub fn export(&self, trust: &Trust) -> Result<String, Error> {
        let pem = issue::certificate_pem(&self.root);
        let hash = self.root.sha256();
        let text = issue::render(
            trust.template,
            context! {
                // A name is for people: what could end a quotation or a comment is not written.
                name => plain(&self.name),
                id => self.id(),
                pem => pem.trim_end(),
                base64 => pem.lines().filter(|line| !line.starts_with("-----")).collect::<Vec<_>>().join("\n"),
                sha1 => upper_hex(&self.root.sha1(), ""),
                sha256 => upper_hex(&hash, ""),
                uuids => [uuid(&hash[..16]), uuid(&hash[16..])],
                until => self.root.not_after.date(),
            },
        );
        Ok(text?.replace('\n', trust.line_end))
    }
}

/// Letters, digits and a few signs of any language; anything else becomes a space.
fn plain(name: &str) -> String {
    name.chars().map(|sign| if sign.is_alphanumeric() || "-_.,()".contains(sign) { sign } else { ' ' }).collect()
}

/// 16 octets as a UUID of one's own making (RFC 9562 §5.8), so that the same root replaces itself.
fn uuid(octets: &[u8]) -> String {
    let mut octets = octets.to_vec();
    octets[6] = octets[6] & 0x0f | 0x80;
    octets[8] = octets[8] & 0x3f | 0x80;
    let text = upper_hex(&octets, "");
    [&text[..8], &text[8..12], &text[12..16], &text[16..20], &text[20..]].join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_uuids() {
        assert_eq!(uuid(&[0xff; 16]), "FFFFFFFF-FFFF-8FFF-BFFF-FFFFFFFFFFFF");
    }

    #[test]
    fn lets_no_name_end_a_quotation() {
        assert_eq!(plain("K\u{f6}ln 'CA'"), "K\u{f6}ln  CA ");
        assert!(!plain("$(reboot)`<!-->\n\"&%").contains(['$', '`', '<', '>', '\n', '"', '&', '%']));
    }
}
