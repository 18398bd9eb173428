//! `certfix csr`, `self-signed` and `fix`: from wishes to a plan, from the plan to files.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use certfix::authority::private::Private;
use certfix::facts::{DistinguishedName, GeneralName, Item, KeyKind, Name, SubjectFault, Target, Text};
use certfix::issue::{Contact, KeyChoice, SigningKey};
use certfix::judge::{Panel, Report, judge};
use certfix::plan::{Output, Plan, Wish, plan};
use certfix::profiles::{self, Profile};
use certfix::report::json::{self, Made};
use certfix::report::text::{self, Page};
use certfix::rules::{Authority, Context, Level};
use certfix::store::Store;
use certfix::{Error, issue};

use crate::args::{CertificateOptions, Csr, Emit, Fix, Format, MadeOptions, RequestOptions, SelfSigned};
use crate::printed::store_flag;
use crate::target::target;
use crate::write::{self, Product};
use crate::{password, renewal, sources, terminal};

pub(crate) fn csr(args: &Csr) -> Result<ExitCode, Error> {
    if let Some(name) = &args.renew {
        return renewal::run(args, name);
    }
    let known = password::given(&args.made.password)?;
    let old = args.from.as_deref().map(|path| sources::read(path, known.as_ref(), &args.made.reach)).transpose()?;
    let subject = old.as_ref().map(sources::the_one).transpose()?;
    let item = subject.as_ref().map(|subject| subject.item);
    let target = target(&args.target, old.as_ref())?;
    let plan = plan(&wish(target, item, &args.made, args.request.profile()?, Output::Request)?)?;
    let key_from = args.made.key_file.as_deref();
    Work { command: "csr", old: item, report: None, key_from, next: None, args: &args.made }
        .request(&plan, &args.request)
}

pub(crate) fn self_signed(args: &SelfSigned) -> Result<ExitCode, Error> {
    if let Some(name) = &args.renew {
        return renewal::self_signed(args, name);
    }
    let known = password::given(&args.made.password)?;
    let old = args.from.as_deref().map(|path| sources::read(path, known.as_ref(), &args.made.reach)).transpose()?;
    let subject = old.as_ref().map(sources::the_one).transpose()?;
    let item = subject.as_ref().map(|subject| subject.item);
    let target = target(&args.target, old.as_ref())?;
    let plan = plan(&wish(target, item, &args.made, profiles::SELF_SIGNED, Output::SelfSigned)?)?;
    let key_from = args.made.key_file.as_deref();
    Work { command: "self-signed", old: item, report: None, key_from, next: None, args: &args.made }
        .certificate(&plan, &args.certificate)
}

pub(crate) fn fix(args: &Fix) -> Result<ExitCode, Error> {
    if let Some(cause) = args.certificate.useless().filter(|_| !args.self_signed) {
        return Err(Error::Conflict { cause: cause.to_owned(), hint: "add --self-signed, or leave that flag out" });
    }
    let known = password::given(&args.made.password)?;
    let evidence = sources::read(&args.source, known.as_ref(), &args.made.reach)?;
    let subject = sources::the_one(&evidence)?;
    let target = target(&args.target, Some(&evidence))?;
    let (profile, output) = match args.self_signed {
        true => (profiles::SELF_SIGNED, Output::SelfSigned),
        false => (args.request.profile()?, Output::Request),
    };
    let plan_for = |profile, output| plan(&wish(target.clone(), Some(subject.item), &args.made, profile, output)?);
    let plan = plan_for(profile, output)?;
    let typed = Target::from(&target);
    // What a public CA forbids is wrong only where one signs; with --ca somebody has said so.
    let authority = match args.request.ca {
        _ if !profile.is_public() => Authority::Private,
        Some(_) => Authority::Public,
        None => Authority::of(subject.item),
    };
    let context = Context { now: args.made.clock.now(), authority, target: Some(&typed), trust: None };
    let report = judge(&subject, Panel::all(), &context);
    let stays = match authority {
        Authority::Private | Authority::Unknown if args.request.ca.is_none() => {
            plan_for(profiles::SELF_SIGNED, Output::SelfSigned)?
        }
        _ => plan.clone(),
    };
    let is_cured = report.findings.iter().any(|finding| finding.hit.calls_for_reissue());
    if !is_cured && !stays.changes_anything(subject.item.identity()) {
        return nothing_to_make(&report, &target, args.made.output.format);
    }
    let key_from = args.made.key_file.as_deref();
    let old = Some(subject.item);
    let work = Work { command: "fix", old, report: Some(&report), key_from, next: None, args: &args.made };
    match args.self_signed {
        true => work.certificate(&plan, &args.certificate),
        false => work.request(&plan, &args.request),
    }
}

/// The plan of `certfix csr` with these arguments, where nothing old is taken over.
pub(crate) fn request_plan(args: &Csr) -> Result<Plan, Error> {
    plan(&wish(target(&args.target, None)?, None, &args.made, args.request.profile()?, Output::Request)?)
}

/// The same of `certfix self-signed`.
pub(crate) fn certificate_plan(args: &SelfSigned) -> Result<Plan, Error> {
    plan(&wish(target(&args.target, None)?, None, &args.made, profiles::SELF_SIGNED, Output::SelfSigned)?)
}

pub(crate) fn wish<'a>(
    target: Name,
    old: Option<Item<'a>>,
    args: &MadeOptions,
    profile: &'static Profile,
    output: Output,
) -> Result<Wish<'a>, Error> {
    let extra =
        args.san.iter().filter(|name| !name.is_empty()).map(|name| general_name(name)).collect::<Result<_, _>>()?;
    let subject = args.subject.as_deref().map(DistinguishedName::parse).transpose();
    let subject = subject.map_err(|SubjectFault { part, cause }| Error::BadSubject { part, cause })?;
    let named = subject.as_ref().and_then(|subject: &DistinguishedName| subject.common_names().next());
    if let Some(named) = named.filter(|named| !named.as_bytes().eq_ignore_ascii_case(target.as_str().as_bytes())) {
        let cause = format!("the common name is the first name, {target}, not {named}");
        return Err(Error::Conflict { cause, hint: "leave CN out of --subject" });
    }
    Ok(Wish { target, extra, old, subject, profile, output })
}

/// An address when it reads as one, a DNS name otherwise.
fn general_name(typed: &str) -> Result<GeneralName, Error> {
    if let Some(address) = Target::typed(typed.as_bytes()).address() {
        return Ok(GeneralName::Address(address));
    }
    let name = Name::parse(typed);
    let name = name.map_err(|fault| Error::BadName { name: typed.to_owned(), fault: fault.to_string() })?;
    Ok(GeneralName::from(&name))
}

/// The hints where there is a key of that name.
const NEXT_REQUEST: &str = "certfix never overwrites; certfix csr --renew NAME makes the next request for a key that is there, \
                            --store DIR names another folder";
const NEXT_CERTIFICATE: &str = "certfix never overwrites; certfix self-signed --renew NAME makes the next certificate for a key \
                                that is there, --store DIR names another folder";

/// What is being made, and from what.
pub(crate) struct Work<'a> {
    pub(crate) command: &'static str,
    /// The certificate or request that names and subject come from.
    pub(crate) old: Option<Item<'a>>,
    /// What is wrong with it; only where it is to be mended.
    pub(crate) report: Option<&'a Report<'a>>,
    /// The file that the private key is read from; a new key is made without one.
    pub(crate) key_from: Option<&'a Path>,
    /// What to do with a request, where more is known of who signs than the kind of CA.
    pub(crate) next: Option<String>,
    pub(crate) args: &'a MadeOptions,
}

impl Work<'_> {
    /// Makes and writes one request, or one for each name; or prints what makes it elsewhere.
    fn request(&self, plan: &Plan, options: &RequestOptions) -> Result<ExitCode, Error> {
        let contact = options.contact.written(options.emit)?;
        write::ensure_used(&self.args.new_password, self.args.encrypt_key, "--encrypt-key")?;
        if let Some(format) = options.emit {
            return self.emit(plan, format, contact);
        }
        let plans = if options.one_per_name { plan.split_one_per_name()? } else { vec![plan.clone()] };
        write::ensure_free(&plans, self.args).map_err(write::if_there(NEXT_REQUEST))?;
        let keys: Vec<SigningKey> = plans.iter().map(|_| self.key()).collect::<Result<_, _>>()?;
        let keyed = plans.into_iter().zip(&keys);
        let plans: Vec<Plan> = keyed.map(|(plan, key)| plan.for_key(key.public.kind.clone())).collect();
        let mut products = Vec::with_capacity(plans.len());
        for (plan, key) in plans.iter().zip(keys) {
            let request = issue::request(plan, &key)?;
            let mut product = Product::request(plan, key, request);
            if options.contact.new_key_rq {
                product.add_new_key_rq(contact)?;
            }
            products.push(product);
        }
        self.deliver(&products)
    }

    /// Makes and writes a self-signed certificate.
    fn certificate(&self, plan: &Plan, options: &CertificateOptions) -> Result<ExitCode, Error> {
        let args = self.args;
        write::ensure_used(&args.new_password, args.encrypt_key || options.pfx, "--encrypt-key or --pfx")?;
        write::ensure_free(std::slice::from_ref(plan), args).map_err(write::if_there(NEXT_CERTIFICATE))?;
        let key = self.key()?;
        let plan = plan.clone().for_key(key.public.kind.clone());
        let certificate = issue::self_signed(&plan, &key, args.clock.now(), options.days())?;
        let mut product = Product::certificate(&plan, key, certificate);
        if options.pfx && !args.dry_run {
            let password = password::new(&args.new_password, "the PKCS#12 file")?;
            product.add_pfx(&password, options.pfx_for.into())?;
        }
        self.deliver(&[product])
    }

    fn emit(&self, plan: &Plan, format: Emit, contact: Contact<'_>) -> Result<ExitCode, Error> {
        if self.args.output.format == Format::Json {
            let cause = "--emit prints a file that has a format of its own".to_owned();
            return Err(Error::Conflict { cause, hint: "leave --format json out" });
        }
        self.ensure_key_is_used(format)?;
        let script = |format| Ok::<_, Error>((self.kind().kind(), issue::emit(plan, self.kind(), format)?));
        let (kind, script) = match format {
            Emit::OpensslCnf => script(issue::Emit::OpensslCnf)?,
            Emit::CertreqInf => script(issue::Emit::CertreqInf)?,
            Emit::ExchangePs1 => script(issue::Emit::ExchangePs1)?,
            Emit::NewKeyRq => self.new_key_request(plan, contact)?,
        };
        let plan = plan.clone().for_key(kind);
        match self.old {
            // What becomes of the old names stands in no script.
            Some(old) => {
                let told = terminal::aside(|page| {
                    if let Some(report) = self.report {
                        text::faults(report, page)?;
                    }
                    text::plan(&plan, Some(old.identity()), page)
                });
                told.or_else(|error| if terminal::is_unread(&error) { Ok(()) } else { Err(error) })?;
            }
            None => plan.notes.iter().for_each(|note| terminal::remark(note)),
        }
        terminal::print(&script)?;
        Ok(ExitCode::SUCCESS)
    }

    /// Fails when a flag says something of a key that this format does not have, or does not write.
    fn ensure_key_is_used(&self, format: Emit) -> Result<(), Error> {
        let args = self.args;
        let elsewhere = |flag| format!("{flag} goes with --emit newkeyrq alone: the others make a key where they run");
        let (cause, hint) = match format {
            Emit::NewKeyRq if args.encrypt_key && args.key_file.is_some() => (
                "--emit newkeyrq writes no copy of the key of --key-file that --encrypt-key could encrypt".to_owned(),
                "leave --encrypt-key out, or pass --new-key-rq in place of --emit newkeyrq",
            ),
            Emit::NewKeyRq => return Ok(()),
            _ if args.key_file.is_some() => (elsewhere("--key-file"), "leave --key-file out, or pass --emit newkeyrq"),
            _ if args.encrypt_key => (elsewhere("--encrypt-key"), "leave --encrypt-key out, or pass --emit newkeyrq"),
            _ => return Ok(()),
        };
        Err(Error::Conflict { cause, hint })
    }

    /// The kind of key, and `NewKeyRq.txt`. A request without its key is worth nothing, so a new key is written first.
    fn new_key_request(&self, plan: &Plan, contact: Contact<'_>) -> Result<(KeyKind, String), Error> {
        let args = self.args;
        if args.dry_run && args.key_file.is_none() {
            let cause = "--dry-run would lose the key of --emit newkeyrq".to_owned();
            return Err(Error::Conflict { cause, hint: "leave --dry-run out, or pass --key-file FILE" });
        }
        let key = self.key()?;
        let kind = key.public.kind.clone();
        let request = issue::request(plan, &key)?;
        let text = issue::emit(plan, self.kind(), issue::Emit::NewKeyRq(&request, contact))?;
        if args.key_file.is_none() {
            for file in write::all(&[Product::request(plan, key, request)], args)?.iter().flatten() {
                terminal::remark(&format!("wrote {}", Text::of_path(file)));
            }
        }
        Ok((kind, text))
    }

    fn kind(&self) -> KeyChoice {
        self.args.key.unwrap_or_default()
    }

    /// The key of `--key-file`, or a new one; slow kinds show that they are being made.
    fn key(&self) -> Result<SigningKey, Error> {
        let args = self.args;
        let Some(path) = &args.key_file else { return write::generate(self.kind()) };
        let key = sources::key(path, password::given(&args.password)?.as_ref())?;
        if !args.encrypt_key && !args.dry_run {
            write::tell_of_open_copy(path);
        }
        // Whoever mends a certificate with its key does not mean another one.
        match self.old.filter(|old| self.report.is_some() && old.identity().key != key.public) {
            Some(old) => Err(Error::ForeignKey {
                key: path.display().to_string(),
                certificate: old.identity().subject.to_string(),
            }),
            None => Ok(key),
        }
    }

    /// Writes the files unless it is a dry run, then says what there is.
    fn deliver(&self, products: &[Product<'_>]) -> Result<ExitCode, Error> {
        let args = self.args;
        let files: Vec<Vec<PathBuf>> = match args.dry_run {
            true => vec![Vec::new(); products.len()],
            false => write::all(products, args)?,
        };
        self.say(products, &files)
    }

    /// Says what there is.
    pub(crate) fn say(&self, products: &[Product<'_>], files: &[Vec<PathBuf>]) -> Result<ExitCode, Error> {
        match self.args.output.format {
            Format::Json => {
                let made: Vec<Made<'_>> = products
                    .iter()
                    .zip(files)
                    .map(|(product, files)| product.made(files.clone(), self.key_from))
                    .collect();
                let text = json::made(self.command, &made);
                terminal::print(&text)?;
            }
            Format::Text => terminal::text(|page| self.describe(products, files, page))?,
        }
        Ok(ExitCode::SUCCESS)
    }

    fn describe(&self, products: &[Product<'_>], files: &[Vec<PathBuf>], page: &mut Page<'_>) -> std::io::Result<()> {
        if let Some(report) = self.report {
            text::faults(report, page)?;
        }
        let advice = match self.key_from {
            Some(path) => format!("the private key, a copy of {}", Text::of_path(path)),
            None => "the private key: keep it, there is no other copy".to_owned(),
        };
        for (index, (product, files)) in products.iter().zip(files).enumerate() {
            if index > 0 {
                page.line("")?;
            }
            // The old names are the same for all.
            text::plan(product.plan, self.old.filter(|_| index == 0).map(Item::identity), page)?;
            text::key_of(product.key_kind(), self.key_from, page)?;
            match self.args.dry_run {
                true => page.field("wrote", "nothing (--dry-run)")?,
                false => text::made(files, &advice, page)?,
            }
        }
        match self.next_step(products, files).filter(|_| !self.args.goes_on) {
            // On one line, however long: what is a command can be copied.
            Some(next) => page.line(&format!("Next: {next}")),
            None => Ok(()),
        }
    }

    fn next_step(&self, products: &[Product<'_>], files: &[Vec<PathBuf>]) -> Option<String> {
        let file = files.first()?.last()?;
        if self.next.is_some() {
            return self.next.clone();
        }
        let shown = Text::of_path(file).to_string();
        let file = text::argument_of(&shown);
        let product = products.first()?;
        let profile = product.plan.profile;
        let ca = profile.name;
        let own = if profile.is_public() { None } else { self.own_authority() };
        Some(match (product.is_request(), products.len(), own) {
            (true, 1, Some(own)) => {
                format!(
                    "send {shown} to {ca}, or: certfix ca sign {file}{own} --install{}",
                    store_flag(&self.args.store)
                )
            }
            (true, 1, None) => format!("send {shown} to {ca}."),
            (true, many, _) => format!("send the {many} requests to {ca}, each for a certificate of its own."),
            (false, ..) => format!("certfix check {file}"),
        })
    }

    /// How `ca sign` is told which CA of the store is meant, if it has any: one alone need not be named.
    fn own_authority(&self) -> Option<&'static str> {
        match Private::all(&Store::open(&self.args.store)).map(|all| all.len()) {
            Ok(0) | Err(_) => None,
            Ok(1) => Some(""),
            Ok(_) => Some(" --ca NAME"),
        }
    }
}

/// Says that a new certificate would change nothing, and what to do where something is wrong all the same.
fn nothing_to_make(report: &Report<'_>, target: &Name, format: Format) -> Result<ExitCode, Error> {
    let source = &report.subject.evidence.source;
    match format {
        Format::Json => {
            let text = json::made("fix", &[]);
            terminal::print(&text)?;
        }
        Format::Text if report.worst() > Some(Level::Note) => terminal::text(|page| {
            text::faults(report, page)?;
            page.line(&format!("{source}: a new certificate is no cure; nothing was written"))
        })?,
        Format::Text => {
            terminal::text(|page| page.line(&format!("{source}: nothing wrong for {target}; nothing was written")))?
        }
    }
    Ok(ExitCode::SUCCESS)
}
