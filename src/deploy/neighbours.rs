//! Services that a commit leaves alone, though what it changes may reach them: they keep their certificates.

use std::time::Duration;

use super::material::Material;
use super::prove::{Wanted, Watch};
use super::stage::Staged;
use crate::Error;
use crate::error::Deploying;
use crate::facts::sha256_hex;
use crate::told::{Tell, Told};

/// A binding in its place, and where it presents its certificate.
pub(super) struct Neighbour<'a> {
    material: &'a Material,
    staged: &'a Staged,
    watches: Vec<Watch>,
}

impl<'a> Neighbour<'a> {
    /// Those that share a program or a place with what is due. A place that presents something else already is left out: the
    /// commit is not to blame for it.
    pub(super) fn all(
        in_place: &'a [(Material, Staged)],
        due: &[(Material, Staged)],
        others: &[String],
    ) -> Result<Vec<Self>, Error> {
        let near = in_place.iter().filter(|(_, staged)| due.iter().any(|(_, changed)| is_near(staged, changed)));
        let looked_at = near.map(|(material, staged)| {
            let name = material.server_name();
            let watches = staged.endpoints.iter().map(|endpoint| Watch::new(endpoint, name.as_ref()));
            let mut one = Self { material, staged, watches: watches.collect::<Result<_, _>>()? };
            let wanted = one.wanted(others);
            one.watches.retain(|watch| watch.presents(&wanted));
            Ok(one)
        });
        looked_at.collect()
    }

    /// Looks at every place until the certificate of before is there to stay.
    ///
    /// # Errors
    /// [`Deploying::TakenAway`] when it is not there in time.
    pub(super) fn prove(&self, others: &[String], patience: Duration, tell: Tell<'_>) -> Result<(), Error> {
        let wanted = self.wanted(others);
        for watch in &self.watches {
            tell(Told::Step(&format!("looking at {}", watch.endpoint)));
            watch.prove(&wanted, patience).map_err(|cause| {
                let (service, key) = (self.staged.binding.to_string(), self.staged.key.clone());
                Error::from(Deploying::TakenAway { service, key, cause: Box::new(cause) })
            })?;
        }
        Ok(())
    }

    fn wanted<'b>(&self, others: &'b [String]) -> Wanted<'b>
    where
        'a: 'b,
    {
        Wanted { sha256: sha256_hex(&self.material.leaf.der), target: &self.material.target, others }
    }
}

fn is_near(staged: &Staged, changed: &Staged) -> bool {
    (staged.reload.is_some() && staged.reload == changed.reload)
        || staged.endpoints.iter().any(|endpoint| changed.endpoints.contains(endpoint))
}
