use {
    super::{Delta, Failure, Look, Module, Probe},
    crate::{
        act::{Host, Step},
        wire::{Mode, Object, Outcome, Run},
    },
    serde_json::Value,
};

/// Runs a step: looks at each item and, in an apply, brings it about. Reports the outcome of each item by its number.
pub fn run<M: Module>(probe: &mut Probe, run: &Run, report: &mut dyn FnMut(usize, Outcome)) {
    probe.begin(Step::of(run));
    match (M::JOIN, run.mode) {
        (Some(join), Mode::Apply) => joined::<M>(probe, run, join, report),
        _ => {
            for (item, arguments) in run.items.iter().enumerate() {
                probe.begin_item(item);
                let outcome = one::<M>(probe, arguments);
                report(item, outcome);
            }
        }
    }
}

fn one<M: Module>(probe: &mut Probe, arguments: &Object) -> Outcome {
    match look::<M>(probe, arguments) {
        Ok(Look::Same(outcome)) => outcome,
        Ok(Look::Change(delta)) => match probe.step().mode {
            Mode::Look => foresee(probe, delta),
            Mode::Apply => apply(probe, delta),
        },
        Err(failure) => failed(probe, failure),
    }
}

fn look<M: Module>(probe: &Probe, arguments: &Object) -> Result<Look<M::Delta>, Failure> {
    probe.check()?;
    let module: M = serde_json::from_value(Value::Object(arguments.clone()))
        .map_err(|error| Failure::refused(format!("{}: {error}", M::NAME)))?;
    module.look(probe)
}

fn foresee(probe: &mut Probe, delta: impl Delta) -> Outcome {
    let effects = delta.effects();
    probe.foresee(effects.iter().cloned());
    Outcome {
        changed: true,
        unknown: delta
            .unknown()
            .map(|what| format!("known after apply: {what}")),
        msg: delta.message(),
        data: delta.predicted(),
        diff: differences(probe, &delta),
        warnings: delta.warnings(),
        effects,
        ..Outcome::default()
    }
}

fn apply(probe: &mut Probe, delta: impl Delta) -> Outcome {
    let (diff, warnings, msg) = (
        differences(probe, &delta),
        delta.warnings(),
        delta.message(),
    );
    let applied = match Host::of(probe) {
        Some(mut host) => delta.apply(&mut host),
        None => Err(Failure::refused("a dry run cannot apply")),
    };
    let mut outcome = applied.unwrap_or_else(Failure::into_outcome);
    // An apply may find that there was nothing to do (a download that brought the same content).
    if outcome.changed || outcome.failed {
        outcome.diff = diff;
    }
    outcome.warnings.extend(warnings);
    outcome.msg = outcome.msg.or(msg);
    outcome
}

fn differences(probe: &Probe, delta: &impl Delta) -> Vec<crate::wire::Diff> {
    match probe.step().diff {
        true => delta.diff(),
        false => Vec::new(),
    }
}

/// In a dry run, what is missing now may come with what earlier steps would do.
fn failed(probe: &Probe, failure: Failure) -> Outcome {
    let unknown = match (&failure, probe.pending()) {
        (Failure::Unforeseeable(what), _) => Some(format!("known after apply: {what}")),
        (Failure::Missing { .. }, Some(pending)) => Some(format!(
            "known after apply: {failure}; may come with {pending}"
        )),
        _ => None,
    };
    match unknown {
        None => failure.into_outcome(),
        unknown => Outcome {
            changed: true,
            unknown,
            ..Outcome::default()
        },
    }
}

/// All items are looked at first; what they would change is applied as one.
fn joined<M: Module>(
    probe: &mut Probe,
    run: &Run,
    join: fn(Vec<M::Delta>) -> M::Delta,
    report: &mut dyn FnMut(usize, Outcome),
) {
    let (mut changing, mut deltas) = (Vec::new(), Vec::new());
    for (item, arguments) in run.items.iter().enumerate() {
        probe.begin_item(item);
        match look::<M>(probe, arguments) {
            Ok(Look::Same(outcome)) => report(item, outcome),
            Ok(Look::Change(delta)) => {
                changing.push(item);
                deltas.push(delta);
            }
            Err(failure) => report(item, failed(probe, failure)),
        }
    }
    if deltas.is_empty() {
        return;
    }
    let diffs: Vec<_> = deltas
        .iter()
        .map(|delta| differences(probe, delta))
        .collect();
    let outcome = apply(probe, join(deltas));
    for (item, diff) in changing.into_iter().zip(diffs) {
        let outcome = outcome.clone();
        report(item, Outcome { diff, ..outcome });
    }
}
