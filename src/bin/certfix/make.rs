//! `certfix csr`, `self-signed` and `fix`: from wishes to a plan, from the plan to files.

use std::path::PathBuf;
use std::process::ExitCode;

use certfix::facts::{DistinguishedName, Evidence, GeneralName, Item, Moment, Name, NameFault, PrivateKey, Target};
use certfix::judge::{Inference, Report, infer_target, judge};
use certfix::plan::{Output, Plan, Wish, plan};
use certfix::profiles::{self, Profile};
use certfix::report::json::{self, Made};
use certfix::report::text;
use certfix::rules::{Authority, Context, Level};
use certfix::{Error, clients, issue};

use crate::args::{CertificateOptions, Csr, Emit, Fix, Format, MadeOptions, RequestOptions, SelfSigned, TargetFrom};
use crate::write::{self, Product};
use crate::{password, sources, terminal};

pub(crate) fn csr(args: &Csr) -> Result<ExitCode, Error> {
    let known = password::given(&args.made.password)?;
    let old = args.from.as_deref().map(|path| sources::read(path, known.as_ref())).transpose()?;
    let subject = old.as_ref().map(sources::the_one).transpose()?;
    let item = subject.as_ref().map(|subject| subject.item);
    let target = target(&args.target, old.as_ref())?;
    let profile = profiles::find(&args.request.ca)?;
    let plan = plan(&wish(target, item, &args.made, profile, Output::Request)?)?;
    request("csr", &plan, None, &args.request, &args.made)
}

pub(crate) fn self_signed(args: &SelfSigned) -> Result<ExitCode, Error> {
    let known = password::given(&args.made.password)?;
    let old = args.from.as_deref().map(|path| sources::read(path, known.as_ref())).transpose()?;
    let subject = old.as_ref().map(sources::the_one).transpose()?;
    let item = subject.as_ref().map(|subject| subject.item);
    let target = target(&args.target, old.as_ref())?;
    let plan = plan(&wish(target, item, &args.made, profiles::SELF_SIGNED, Output::SelfSigned)?)?;
    certificate("self-signed", &plan, None, &args.certificate, &args.made)
}

pub(crate) fn fix(args: &Fix) -> Result<ExitCode, Error> {
    let known = password::given(&args.made.password)?;
    let evidence = sources::read(&args.source, known.as_ref())?;
    let subject = sources::the_one(&evidence)?;
    let target = target(&args.target, Some(&evidence))?;
    let (profile, output) = match args.self_signed {
        true => (profiles::SELF_SIGNED, Output::SelfSigned),
        false => (profiles::find(&args.request.ca)?, Output::Request),
    };
    let plan = plan(&wish(target.clone(), Some(subject.item), &args.made, profile, output)?)?;
    let typed = Target::from(&target);
    let context = Context {
        now: args.made.clock.now(),
        authority: Authority::of(subject.item),
        target: Some(&typed),
        trust: None,
    };
    let all = clients::select("all")?;
    let report = judge(&subject, &all, &context);
    let identity = subject.item.identity();
    if report.worst() < Some(Level::Warning) && !plan.changes_anything(identity) {
        return nothing_wrong(&report, &target, args.made.output.format);
    }
    if args.made.output.format == Format::Text && args.request.emit.is_none() {
        terminal::text(|page| {
            for finding in report.findings.iter().filter(|finding| finding.hit.level > Level::Note) {
                page.line(&format!("{}[{}]: {}", finding.hit.level.word(), finding.rule.code, finding.rule.title))?;
                page.field("detail", &finding.hit.detail)?;
            }
            page.line("")
        })?;
    }
    match args.self_signed {
        true => certificate("fix", &plan, Some(subject.item), &args.certificate, &args.made),
        false => request("fix", &plan, Some(subject.item), &args.request, &args.made),
    }
}

/// The name to put first: given, or beyond doubt, or asked for.
fn target(from: &TargetFrom, old: Option<&Evidence>) -> Result<Name, Error> {
    if let Some(typed) = from.typed()? {
        return certifiable(&typed.text().to_string());
    }
    let Some(evidence) = old else { return Err(Error::NoNames) };
    let subject = sources::the_one(evidence)?;
    match infer_target(&subject) {
        Inference::Certain(target) => certifiable(&target.to_string()),
        Inference::Candidates(candidates) => match choose(&candidates) {
            Some(chosen) => certifiable(&chosen),
            None => Err(Error::NoTarget { source: evidence.source.to_string(), candidates }),
        },
    }
}

/// Asks which of the candidates it is; None when nobody is there to say.
fn choose(candidates: &[String]) -> Option<String> {
    if candidates.is_empty() || !terminal::can_ask() {
        return None;
    }
    let prompt = dialoguer::Select::new().with_prompt("Which name do people type into their mail client?");
    let chosen = prompt.items(candidates).default(0).interact_opt().ok()??;
    candidates.get(chosen).cloned()
}

/// A name that may be put first: a host name, not a wildcard, not an address.
fn certifiable(typed: &str) -> Result<Name, Error> {
    let bad = |fault: NameFault| Error::BadName { name: typed.to_owned(), fault: fault.to_string() };
    if let Some(address) = Target::typed(typed.as_bytes()).address() {
        return Err(Error::AddressAsTarget { address: address.to_string() });
    }
    let name = Name::parse_for_certificate(typed).map_err(bad)?;
    if name.is_wildcard() {
        return Err(bad(NameFault::Star { position: 1 }));
    }
    if name.is_public_suffix() {
        return Err(Error::PublicSuffix { name: typed.to_owned() });
    }
    Ok(name)
}

fn wish<'a>(
    target: Name,
    old: Option<Item<'a>>,
    args: &MadeOptions,
    profile: &'static Profile,
    output: Output,
) -> Result<Wish<'a>, Error> {
    let extra =
        args.san.iter().filter(|name| !name.is_empty()).map(|name| general_name(name)).collect::<Result<_, _>>()?;
    let subject = args.subject.as_deref().map(DistinguishedName::parse).transpose();
    let subject = subject.map_err(|part| Error::BadSubject { part })?;
    Ok(Wish { target, extra, old, subject, profile, output })
}

/// An address when it reads as one, a DNS name otherwise.
fn general_name(typed: &str) -> Result<GeneralName, Error> {
    if let Some(address) = Target::typed(typed.as_bytes()).address() {
        return Ok(GeneralName::Address(address));
    }
    let name = Name::parse_for_certificate(typed);
    let name = name.map_err(|fault| Error::BadName { name: typed.to_owned(), fault: fault.to_string() })?;
    Ok(GeneralName::from(&name))
}

/// Makes and writes one request, or one for each name; or prints what makes it elsewhere.
fn request(
    command: &str,
    plan: &Plan,
    old: Option<Item<'_>>,
    options: &RequestOptions,
    args: &MadeOptions,
) -> Result<ExitCode, Error> {
    if let Some(format) = options.emit {
        return emit(plan, format, args);
    }
    let plans = if options.one_per_name { plan.split_one_per_name()? } else { vec![plan.clone()] };
    let mut products = Vec::with_capacity(plans.len());
    for plan in &plans {
        let key = key(args)?;
        let request = issue::request(plan, &key)?;
        products.push(Product::request(plan, key, request));
    }
    deliver(command, &products, old, args)
}

/// Makes and writes a self-signed certificate.
fn certificate(
    command: &str,
    plan: &Plan,
    old: Option<Item<'_>>,
    options: &CertificateOptions,
    args: &MadeOptions,
) -> Result<ExitCode, Error> {
    let key = key(args)?;
    let now: Moment = args.clock.now();
    let certificate = issue::self_signed(plan, &key, now, options.days)?;
    let mut product = Product::certificate(plan, key, certificate);
    if options.pfx && !args.dry_run {
        let password =
            password::new(args.new_password_file.as_ref(), args.new_password_env.as_ref(), "the PKCS#12 file")?;
        product.add_pfx(&password, options.pfx_for.into())?;
    }
    deliver(command, &[product], old, args)
}

fn emit(plan: &Plan, format: Emit, args: &MadeOptions) -> Result<ExitCode, Error> {
    let script = match format {
        Emit::OpensslCnf => issue::emit(plan, args.key, issue::Emit::OpensslCnf)?,
        Emit::CertreqInf => issue::emit(plan, args.key, issue::Emit::CertreqInf)?,
        Emit::ExchangePs1 => issue::emit(plan, args.key, issue::Emit::ExchangePs1)?,
        Emit::NewKeyRq => {
            let request = issue::request(plan, &key(args)?)?;
            issue::emit(plan, args.key, issue::Emit::NewKeyRq(&request))?
        }
    };
    terminal::raw(|out| std::io::Write::write_all(out, script.as_bytes()))?;
    Ok(ExitCode::SUCCESS)
}

/// The key of `--key-file`, or a new one; slow kinds show that they are being made.
fn key(args: &MadeOptions) -> Result<PrivateKey, Error> {
    let Some(path) = &args.key_file else { return write::working(args.key, || issue::generate(args.key)) };
    let known = password::given(&args.password)?;
    let evidence = sources::read(path, known.as_ref())?;
    let source = evidence.source.to_string();
    if let Some(key) = evidence.open_keys().next() {
        issue::check(key, &source)?;
        return Ok(key.clone());
    }
    Err(if evidence.keys.is_empty() { Error::NoKey { source } } else { Error::NeedsPassword { source } })
}

/// Writes the files unless it is a dry run, then says what there is.
fn deliver(
    command: &str,
    products: &[Product<'_>],
    old: Option<Item<'_>>,
    args: &MadeOptions,
) -> Result<ExitCode, Error> {
    let files: Vec<Vec<PathBuf>> = match args.dry_run {
        true => vec![Vec::new(); products.len()],
        false => write::all(products, args)?,
    };
    match args.output.format {
        Format::Json => {
            let made: Vec<Made<'_>> =
                products.iter().zip(&files).map(|(product, files)| product.made(files.clone())).collect();
            let text = json::made(command, &made);
            terminal::raw(|out| std::io::Write::write_all(out, text.as_bytes()))?;
        }
        Format::Text => terminal::text(|page| {
            for (product, files) in products.iter().zip(&files) {
                text::plan(product.plan, old.map(Item::identity), page)?;
                match args.dry_run {
                    true => page.field("wrote", "nothing (--dry-run)")?,
                    false => text::made(product.key_kind(), files, page)?,
                }
            }
            match next_step(products, &files) {
                Some(next) => page.paragraph(0, &next),
                None => Ok(()),
            }
        })?,
    }
    Ok(ExitCode::SUCCESS)
}

fn next_step(products: &[Product<'_>], files: &[Vec<PathBuf>]) -> Option<String> {
    let first = files.first()?.last()?;
    let first = certfix::facts::Text::new(first.as_os_str().as_encoded_bytes());
    Some(match products.first() {
        Some(product) if product.is_request() => {
            format!("Next: send {first} to the CA ({}).", product.plan.profile.name)
        }
        _ => format!("Next: certfix check {first}"),
    })
}

fn nothing_wrong(report: &Report<'_>, target: &Name, format: Format) -> Result<ExitCode, Error> {
    let source = &report.subject.evidence.source;
    match format {
        Format::Json => {
            let text = json::made("fix", &[]);
            terminal::raw(|out| std::io::Write::write_all(out, text.as_bytes()))?;
        }
        Format::Text => {
            terminal::text(|page| page.line(&format!("{source}: nothing wrong for {target}; nothing was written")))?
        }
    }
    Ok(ExitCode::SUCCESS)
}
