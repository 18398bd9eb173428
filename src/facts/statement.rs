//! What is known, who says so, and how sure we are.

/// How sure we are of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// The client was run, or the data decoded.
    Measured,
    /// Read in the vendor's or standard's own text or source.
    Documented,
    /// Read in a forum, issue or copy.
    Reported,
    /// Widely believed; no source found.
    Inferred,
    /// Two sources disagree.
    Contested,
}

impl Mark {
    /// True for what may be said as it stands.
    pub const fn is_sure(self) -> bool {
        matches!(self, Self::Measured | Self::Documented)
    }

    /// How far to believe words, to stand behind them: ` (inferred)`. Nothing is added to what is certain.
    pub(crate) fn hedge(self) -> String {
        if self.is_sure() { String::new() } else { format!(" ({})", self.word()) }
    }

    /// One word for people and JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Measured => "measured",
            Self::Documented => "documented",
            Self::Reported => "reported",
            Self::Inferred => "inferred",
            Self::Contested => "contested",
        }
    }
}

/// One thing known about a client or a CA.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The statement.
    pub text: &'static str,
    /// Where it comes from.
    pub source: &'static str,
    /// How sure we are.
    pub mark: Mark,
}

impl Statement {
    /// A statement with its source.
    pub const fn new(mark: Mark, source: &'static str, text: &'static str) -> Self {
        Self { text, source, mark }
    }
}
