//! The TXT records of one name.

use hickory_resolver::proto::rr::{RData, RecordType};

use super::answer::Reply;
use super::{Question, Resolver};
use crate::facts::Name;

impl Resolver {
    /// The TXT records of `name`, each as one text; none when there are none. Nothing is remembered from the last time.
    ///
    /// # Errors
    /// Why it is not known, in few words.
    pub fn texts(&self, name: &str) -> Result<Vec<Vec<u8>>, String> {
        let name = Name::parse(name).map_err(|fault| fault.to_string())?;
        self.client.clear_cache();
        match self.ask(vec![Question::new(&name, RecordType::TXT)]).pop() {
            Some(Reply::Records(records)) => Ok(records
                .iter()
                .filter_map(|record| match &record.data {
                    RData::TXT(text) => Some(text.txt_data.concat()),
                    _ => None,
                })
                .collect()),
            Some(Reply::Failed(cause)) => Err(cause),
            _ => Ok(Vec::new()),
        }
    }
}
