//! A binding and its template become what a commit will do: files with their new contents, commands, places to look at.

use std::path::PathBuf;

use zeroize::Zeroizing;

use super::account;
use super::binding::Binding;
use super::disk::{self, Present, Rights};
use super::material::Material;
use super::page::Page;
use super::sight::Sight;
use super::template::{self, Command, Part, Template};
use super::{edit, nginx};
use crate::Error;
use crate::error::Deploying;
use crate::facts::Text;
use crate::input::holds_private_key;
use crate::issue;
use crate::store::parent;

/// What a commit will do for one binding.
#[derive(Clone, Debug)]
pub struct Staged {
    /// The name of the key's folder.
    pub key: String,
    /// The binding.
    pub binding: Binding,
    /// The files, in the order in which they are written.
    pub files: Vec<Change>,
    /// Asks the service whether it likes its files.
    pub check: Option<Command>,
    /// Makes the service read them.
    pub reload: Option<Command>,
    /// Where it is looked at.
    pub endpoints: Vec<String>,
    /// What whoever bound it may not expect.
    pub remarks: Vec<String>,
    edits: Vec<(PathBuf, Edit)>,
}

const FOR_EVERY_ADDRESS: &str = "--address narrows nothing of what is written here: it says where to look, and tells \
                                 this binding from others of the service";

/// A change of part of a file.
#[derive(Clone, Debug)]
enum Edit {
    Line(edit::Wanted),
    Blocks { listen: String, server_name: String, names: Vec<String>, certificate: String, key: String },
}

impl Edit {
    /// The text with the change in it; why it cannot be made, in words.
    fn apply(&self, text: &str) -> Result<String, String> {
        match self {
            Self::Line(wanted) => Ok(edit::set(text, wanted)),
            Self::Blocks { listen, server_name, names, certificate, key } => {
                nginx::set(text, &nginx::Wanted { listen, server_name, names, certificate, key })
            }
        }
    }
}

/// One file of a service, before and after.
#[derive(Clone, Debug)]
pub struct Change {
    /// The file itself, links followed.
    pub path: PathBuf,
    /// True when a private key is in it, before or after: its lines are not shown.
    pub is_secret: bool,
    pub(super) before: Option<Present>,
    pub(super) after: Present,
}

impl Change {
    pub(super) fn new(path: PathBuf, before: Option<Present>, after: Present) -> Self {
        let is_secret = before.iter().chain([&after]).any(|file| holds_private_key(&file.contents));
        Self { path, is_secret, before, after }
    }

    /// True when a private key is in it, and none will be.
    pub fn takes_key_away(&self) -> bool {
        self.is_secret && !holds_private_key(&self.after.contents)
    }

    /// True when nothing has to be written.
    pub fn is_in_place(&self) -> bool {
        self.before.as_ref() == Some(&self.after)
    }

    /// Files are looked at first and written later: what somebody wrote in between is not lost.
    pub(super) fn ensure_untouched(&self) -> Result<(), Error> {
        if disk::look(&self.path)? == self.before {
            return Ok(());
        }
        Err(Error::from(Deploying::ChangedMeanwhile { path: self.path.clone() }))
    }

    /// What is there now; None when there is no such file.
    pub fn present(&self) -> Option<(&[u8], &Rights)> {
        self.before.as_ref().map(|there| (there.contents.as_slice(), &there.rights))
    }

    /// What will be there.
    pub fn wanted(&self) -> (&[u8], &Rights) {
        (&self.after.contents, &self.after.rights)
    }
}

/// What this binding of the key needs. `earlier` are changes of other bindings: a file that two of them change is changed twice.
///
/// # Errors
/// Those of [`plan`]; [`Deploying::Unusable`] where it is the template.
pub(super) fn stage(
    material: &Material,
    binding: &Binding,
    earlier: &[Staged],
    sight: &Sight,
) -> Result<Staged, Error> {
    let unusable = |cause| {
        let (service, key) = (binding.to_string(), material.name.clone());
        Error::from(Deploying::Unusable { service, key, cause: Box::new(cause) })
    };
    let template = template::load(binding.template_name(), binding.template.as_deref()).map_err(unusable)?;
    plan(&template, material, binding, earlier, sight).map_err(|cause| match cause {
        Error::Deploying(Deploying::BadTemplate { .. } | Deploying::NoValue { .. }) => unusable(cause),
        cause => cause,
    })
}

/// The same for one that is not a binding of the key yet.
pub(super) fn plan(
    template: &Template,
    material: &Material,
    binding: &Binding,
    earlier: &[Staged],
    sight: &Sight,
) -> Result<Staged, Error> {
    let page = Page::new(template, material, binding)?;
    if template.script.is_some() {
        let cause = format!("{} is set up by a script, which a commit does not run", binding.service);
        let hint = "take it away with certfix bind --remove, and run the script that certfix bind prints";
        return Err(Error::Conflict { cause, hint });
    }
    let mut files = Files { page: &page, material, sight, earlier, staged: Vec::new(), edits: Vec::new() };
    for file in &template.files {
        files.write(file)?;
    }
    for setting in &template.settings {
        let (name, line) = (page.render(&setting.name)?, page.render(&setting.line)?);
        let template::Setting { missing, letters, indented, .. } = *setting;
        files.edit(&setting.path, Edit::Line(edit::Wanted { name, line, missing, letters, indented }))?;
    }
    for block in &template.blocks {
        let words = [&block.listen, &block.server_name, &block.certificate, &block.key].map(|word| page.render(word));
        let [listen, server_name, certificate, key] = words;
        let (listen, server_name, certificate, key) = (listen?, server_name?, certificate?, key?);
        let names = material.leaf.identity.names.dns().filter_map(Text::as_str).map(str::to_owned).collect();
        files.edit(&block.path, Edit::Blocks { listen, server_name, names, certificate, key })?;
    }
    let (staged, edits) = (files.staged, files.edits);
    let mut remarks = Vec::new();
    if binding.address.is_some() && !staged.is_empty() && !page.minds_address(template)? {
        remarks.push(FOR_EVERY_ADDRESS.to_owned());
    }
    let own = |line: &Option<String>, of_template: &Option<Command>| match (line, of_template) {
        (Some(line), _) => Ok(Some(Command::Shell(line.clone()))),
        (None, Some(command)) => page.command(command).map(Some),
        (None, None) => Ok(None),
    };
    let endpoints = if binding.endpoints.is_empty() { &template.endpoints } else { &binding.endpoints };
    Ok(Staged {
        key: material.name.clone(),
        binding: binding.clone(),
        files: staged,
        check: own(&binding.check, &template.check)?,
        reload: own(&binding.reload, &template.reload)?,
        endpoints: endpoints.iter().map(|endpoint| page.endpoint(endpoint)).collect::<Result<_, _>>()?,
        remarks,
        edits,
    })
}

/// Fails where a binding would not have what it wants once all of them have been given theirs: the next commit would change it
/// again, and the one after that too.
pub(super) fn ensure_lasting(all: &[Staged]) -> Result<(), Error> {
    let last = |path: &PathBuf| {
        let mut changes = all.iter().flat_map(|staged| &staged.files);
        changes.rfind(|change| change.path == *path).map(|change| change.after.contents.as_slice())
    };
    for staged in all {
        let is_edited = |path| staged.edits.iter().any(|(edited, _)| edited == path);
        let mut written = staged.files.iter().filter(|change| !is_edited(&change.path));
        let overwritten = written.find(|change| last(&change.path) != Some(change.after.contents.as_slice()));
        let undone = staged.edits.iter().find(|(path, edit)| {
            let text = last(path).and_then(|text| std::str::from_utf8(text).ok());
            text.is_some_and(|text| edit.apply(text).is_ok_and(|again| again != text))
        });
        if let Some(path) = overwritten.map(|change| &change.path).or(undone.map(|(path, _)| path)) {
            return Err(Error::WrittenTwice { path: path.clone() });
        }
    }
    Ok(())
}

/// The script of a service that is set up by one, as its system wants it: ASCII with CRLF.
pub(super) fn script(material: &Material, binding: &Binding) -> Result<Option<String>, Error> {
    let template = template::load(binding.template_name(), binding.template.as_deref())?;
    let Some(script) = &template.script else { return Ok(None) };
    let text = Page::new(&template, material, binding)?.render(script)?;
    let text = issue::windows(&text).map_err(|character| {
        let cause = format!("cannot write '{character}' into a script for Windows, which is ASCII");
        Error::Conflict { cause, hint: "write the path of the store and the values of --set in ASCII" }
    })?;
    Ok(Some(text))
}

/// The files of one binding as they come together.
struct Files<'a> {
    page: &'a Page<'a>,
    material: &'a Material,
    sight: &'a Sight,
    earlier: &'a [Staged],
    staged: Vec<Change>,
    edits: Vec<(PathBuf, Edit)>,
}

impl Files<'_> {
    fn write(&mut self, file: &template::FileTemplate) -> Result<(), Error> {
        let Some(path) = self.path(&file.path)? else { return Ok(()) };
        let contents = match &file.text {
            Some(text) => Zeroizing::new(self.page.render(text)?.into_bytes()),
            None => self.material.parts(&file.parts),
        };
        let has_key = file.parts.contains(&Part::Key);
        let mut rights = if has_key { disk::private() } else { disk::public() };
        let [mode, owner, group] = [&file.mode, &file.owner, &file.group].map(|word| self.page.render(word));
        let (mode, owner, group) = (mode?, owner?, group?);
        if !mode.is_empty() {
            let parsed = u32::from_str_radix(&mode, 8).ok().filter(|mode| *mode <= 0o777);
            rights.mode = parsed.ok_or_else(|| self.page.bad(format!("'{mode}' is not a mode such as 0640")))?;
        }
        if !owner.is_empty() {
            rights.owner = account::user(&owner)?;
        }
        if !group.is_empty() {
            rights.group = account::group(&group)?;
        }
        let before = self.sight.look(&path)?;
        if before.is_none() {
            let folder = parent(&path);
            folder.metadata().map_err(|cause| Error::File { action: "find", path: folder.to_owned(), cause })?;
        }
        // What the administrator set stays.
        let mut rights = before.as_ref().map_or(rights, |there| there.rights.clone());
        if has_key {
            rights.close();
        }
        self.add(path, before, contents, rights)
    }

    fn edit(&mut self, path: &str, edit: Edit) -> Result<(), Error> {
        let Some(path) = self.path(path)? else { return Ok(()) };
        let mut earlier = self.earlier.iter().flat_map(|staged| &staged.files).chain(&self.staged);
        let last = earlier.rfind(|change| change.path == path).map(|change| change.after.clone());
        let before = self.sight.look(&path)?;
        let Some(there) = last.as_ref().or(before.as_ref()).cloned() else {
            let cause = std::io::ErrorKind::NotFound.into();
            return Err(Error::File { action: "read", path, cause });
        };
        let text = std::str::from_utf8(&there.contents).map_err(|_| {
            Error::from(Deploying::CannotEdit { path: path.clone(), cause: "it is not UTF-8".to_owned() })
        })?;
        let text = edit.apply(text).map_err(|cause| match edit {
            Edit::Line(_) => Error::from(Deploying::CannotEdit { path: path.clone(), cause }),
            Edit::Blocks { .. } => Deploying::NoBlock { path: path.clone(), cause }.into(),
        })?;
        self.staged.retain(|change| change.path != path);
        let contents = Zeroizing::new(text.into_bytes());
        self.edits.push((path.clone(), edit));
        self.staged.push(Change::new(path, before, Present { contents, rights: there.rights }));
        Ok(())
    }

    /// None where it comes out empty. What is in the store changes with the keys alone: they would be lost.
    fn path(&self, text: &str) -> Result<Option<PathBuf>, Error> {
        let path = self.page.path(text)?;
        let Material { store, folder, .. } = self.material;
        match path {
            Some(path) if path.starts_with(store) || path.starts_with(folder) => {
                let service = self.page.service.to_owned();
                Err(Deploying::InStore { service, path, store: store.clone() }.into())
            }
            path => Ok(path),
        }
    }

    fn add(
        &mut self,
        path: PathBuf,
        before: Option<Present>,
        contents: Zeroizing<Vec<u8>>,
        rights: Rights,
    ) -> Result<(), Error> {
        if self.earlier.iter().flat_map(|staged| &staged.files).chain(&self.staged).any(|change| change.path == path) {
            return Err(Error::WrittenTwice { path });
        }
        self.staged.push(Change::new(path, before, Present { contents, rights }));
        Ok(())
    }
}
