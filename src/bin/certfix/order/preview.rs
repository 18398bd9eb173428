//! What will be ordered, and what the authority will do to the order of the names.

use std::process::ExitCode;

use certfix::Error;
use certfix::authority::{Online, acme};
use certfix::error::Ordering;
use certfix::facts::{GeneralName, Item, Text};
use certfix::plan::{DropReason, DroppedName, Output, Plan, PlannedName, Reason, Wish, plan};
use certfix::profiles::Profile;
use certfix::report::{json, text};
use certfix::store::Contents;

use crate::args::{Format, Order};
use crate::{ask, keys, terminal};

/// The request as this authority will sign it, under the profile of its own that is asked for.
pub(super) fn preview(key: &Contents, usual: &'static Profile, online: &Online) -> Result<Plan, Error> {
    let asked = online.profile.as_deref();
    let own = asked.and_then(|asked| usual.under(asked));
    let profile = own.unwrap_or(usual);
    let request = acme::request(key)?;
    let target = keys::target(Some(Item::Request(request)), &key.folder)?;
    let wish = Wish {
        target: target.clone(),
        extra: Vec::new(),
        old: Some(Item::Request(request)),
        subject: None,
        profile,
        output: Output::Request,
    };
    let mut plan = plan(&wish)?.for_key(request.identity.key.kind.clone());
    if let Some(asked) = asked.filter(|_| own.is_none()) {
        keep_addresses(&mut plan);
        if !usual.own_profiles.is_empty() {
            let asked = Text::from(asked);
            plan.notes
                .push(format!("nothing is known of the profile {asked}; this is as {} signs without it", usual.name));
        }
    }
    plan.notes.extend(own.filter(|own| own.says != usual.says).map(|own| own.says.to_owned()));
    if let Some(dropped) = plan.dropped.iter().find(|dropped| dropped.reason != DropReason::Duplicate) {
        let (name, reason) = (dropped.name.to_string(), dropped.reason.to_string());
        return Err(Error::Unsigned { name, profile: profile.name, reason });
    }
    if !matches!(request.identity.names.entries.first(), Some(first) if *first == GeneralName::from(&target)) {
        plan.notes.insert(0, format!("the request does not begin with {target}; certfix fix puts it first"));
    }
    Ok(plan)
}

/// A profile that nothing is known of may sign what the usual one does not.
fn keep_addresses(plan: &mut Plan) {
    let is_address = |dropped: &DroppedName| matches!(dropped.reason, DropReason::Address(_));
    let (addresses, dropped) = std::mem::take(&mut plan.dropped).into_iter().partition::<Vec<_>, _>(is_address);
    plan.dropped = dropped;
    plan.names.extend(addresses.into_iter().map(|DroppedName { name, .. }| PlannedName { name, reason: Reason::Kept }));
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
        _ => Err(Ordering::Declined { key: args.name.clone() }.into()),
    }
}

/// Says what would be ordered.
pub(super) fn say(
    key: &Contents,
    plan: &Plan,
    online: &Online,
    splits: bool,
    format: Format,
) -> Result<ExitCode, Error> {
    let plans = if splits { plan.split_one_per_name()? } else { vec![plan.clone()] };
    // Each of several has a key of its own, called as its name.
    let name = |plan: &Plan| if splits { plan.target.to_string() } else { key.folder.name() };
    match format {
        Format::Json => {
            let entries: Vec<_> = plans.iter().map(|plan| super::entry(&name(plan), online).planned(plan)).collect();
            terminal::print(&json::ordered(&entries, &[]))?;
        }
        Format::Text => {
            let (directory, proof) = (&online.directory, online.challenge.description());
            terminal::text(|page| text::would_order(&plans, directory, &proof, page))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
