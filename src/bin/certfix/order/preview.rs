//! What will be ordered, and what the authority will do to the order of the names.

use std::process::ExitCode;

use certfix::Error;
use certfix::authority::{Online, acme};
use certfix::error::Ordering;
use certfix::facts::{GeneralName, Item};
use certfix::plan::{DropReason, Output, Plan, Wish, plan};
use certfix::profiles::Profile;
use certfix::report::{json, text};
use certfix::store::Contents;

use crate::args::{Format, Order};
use crate::{ask, keys, terminal};

/// The request as this authority will sign it.
pub(super) fn preview(key: &Contents, profile: &'static Profile, online: &Online) -> Result<Plan, Error> {
    let request = acme::request(key)?;
    let target = keys::name(&key.folder.name())?;
    let wish = Wish {
        target: target.clone(),
        extra: Vec::new(),
        old: Some(Item::Request(request)),
        subject: None,
        profile,
        output: Output::Request,
    };
    let mut plan = plan(&wish)?.for_key(request.identity.key.kind.clone());
    // A profile of the authority may sign what its usual one does not.
    let allowed = |reason: &DropReason| match reason {
        DropReason::Duplicate => true,
        DropReason::Address(_) => online.profile.is_some(),
        _ => false,
    };
    if let Some(dropped) = plan.dropped.iter().find(|dropped| !allowed(&dropped.reason)) {
        let (name, reason) = (dropped.name.to_string(), dropped.reason.to_string());
        return Err(Error::Unsigned { name, profile: profile.name, reason });
    }
    if !matches!(request.identity.names.entries.first(), Some(first) if *first == GeneralName::from(&target)) {
        plan.notes.insert(0, format!("the request does not begin with {target}; certfix fix puts it first"));
    }
    Ok(plan)
}

/// Says what will become of the order of the names, and asks whether to order one certificate for each name instead.
pub(super) fn splits(plan: &Plan, args: &Order) -> Result<bool, Error> {
    if !args.dry_run {
        plan.notes.iter().for_each(|note| terminal::remark(note));
    }
    let Some(first) = plan.sorted_first() else { return Ok(false) };
    if args.manner.yes || args.dry_run {
        return Ok(false);
    }
    if !terminal::can_ask() {
        let (ca, target) = (plan.profile.name.to_owned(), plan.target.to_string());
        return Err(Ordering::WouldSort { ca, first: first.to_string(), target }.into());
    }
    let items = [
        "one certificate for each name, each with a key of its own".to_owned(),
        format!("one certificate that begins with {first}"),
        "none".to_owned(),
    ];
    match ask::one_of("Certificates to order", &items, 0)? {
        Some(0) => Ok(true),
        Some(1) => Ok(false),
        _ => Err(Ordering::Declined { key: plan.target.to_string() }.into()),
    }
}

/// Says what would be ordered.
pub(super) fn say(plan: &Plan, online: &Online, splits: bool, format: Format) -> Result<ExitCode, Error> {
    let plans = if splits { plan.split_one_per_name()? } else { vec![plan.clone()] };
    match format {
        Format::Json => {
            let entries: Vec<_> = plans.iter().map(|plan| super::entry("", online).planned(plan)).collect();
            terminal::print(&json::ordered(&entries, &[]))?;
        }
        Format::Text => {
            let (directory, proof) = (&online.directory, online.challenge.description());
            terminal::text(|page| text::would_order(&plans, directory, &proof, page))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
