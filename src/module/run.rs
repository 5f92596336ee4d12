use {
    super::{Delta, Failure, Look, Module, Probe, context},
    crate::{
        act::{Host, Step},
        wire::{Diff, Effect, Mode, Object, Outcome, Run},
    },
};

/// Runs a step: looks at each item and, in an apply, brings it about. Reports the outcome of each item by its number; of a
/// step that is not due yet only where there is nothing to change in any.
pub fn run<M: Module>(probe: &mut Probe, run: &Run, report: &mut dyn FnMut(usize, Outcome)) {
    probe.begin(Step::of(run));
    match (M::JOIN, run.mode) {
        _ if probe.step().ahead => ahead(probe, run, M::FILES, boxed_look::<M>, report),
        (Some(join), Mode::Apply) => joined::<M>(probe, run, join, report),
        _ => in_turn(probe, run, M::FILES, boxed_look::<M>, report),
    }
}

/// A delta of any module. Everything but `look` works on these, so that the agent holds it once and not once a module.
type Change = Box<dyn BoxedDelta>;

/// A `Delta` that can be boxed.
trait BoxedDelta {
    fn delta(&self) -> &dyn Shown;
    fn apply(self: Box<Self>, host: &mut Host) -> Result<Outcome, Failure>;
}

/// What there is to see of a delta.
trait Shown {
    fn diff(&self) -> Vec<Diff>;
    fn effects(&self) -> Vec<Effect>;
    fn predicted(&self) -> Object;
    fn unknown(&self) -> Option<String>;
    fn warnings(&self) -> Vec<String>;
    fn message(&self) -> Option<String>;
}

impl<D: Delta> Shown for D {
    fn diff(&self) -> Vec<Diff> {
        Delta::diff(self)
    }

    fn effects(&self) -> Vec<Effect> {
        Delta::effects(self)
    }

    fn predicted(&self) -> Object {
        Delta::predicted(self)
    }

    fn unknown(&self) -> Option<String> {
        Delta::unknown(self)
    }

    fn warnings(&self) -> Vec<String> {
        Delta::warnings(self)
    }

    fn message(&self) -> Option<String> {
        Delta::message(self)
    }
}

impl<D: Delta> BoxedDelta for D {
    fn delta(&self) -> &dyn Shown {
        self
    }

    fn apply(self: Box<Self>, host: &mut Host) -> Result<Outcome, Failure> {
        Delta::apply(*self, host)
    }
}

fn in_turn(
    probe: &mut Probe,
    run: &Run,
    files: bool,
    look: fn(&Probe, &Object) -> Result<Look<Change>, Failure>,
    report: &mut dyn FnMut(usize, Outcome),
) {
    for (item, arguments) in run.items.iter().enumerate() {
        probe.begin_item(item);
        let outcome = match look(probe, arguments) {
            Ok(Look::Same(outcome)) => outcome,
            Ok(Look::Change(change)) => match probe.step().mode {
                Mode::Look => foresee(probe, change.delta()),
                Mode::Apply => apply(probe, change),
            },
            Err(failure) => failed(probe, failure),
        };
        let outcome = match files {
            true => context::settle(probe, arguments, outcome),
            false => outcome,
        };
        report(item, outcome);
    }
}

fn ahead(
    probe: &mut Probe,
    run: &Run,
    files: bool,
    look: fn(&Probe, &Object) -> Result<Look<Change>, Failure>,
    report: &mut dyn FnMut(usize, Outcome),
) {
    let mut same = Vec::new();
    for (item, arguments) in run.items.iter().enumerate() {
        probe.begin_item(item);
        let Ok(Look::Same(outcome)) = look(probe, arguments) else {
            return;
        };
        let outcome = match files {
            true => context::settle(probe, arguments, outcome),
            false => outcome,
        };
        if outcome.failed || outcome.changed {
            return;
        }
        same.push(outcome);
    }
    for (item, outcome) in same.into_iter().enumerate() {
        report(item, outcome);
    }
}

fn boxed_look<M: Module>(probe: &Probe, arguments: &Object) -> Result<Look<Change>, Failure> {
    Ok(match look::<M>(probe, arguments)? {
        Look::Same(outcome) => Look::Same(outcome),
        Look::Change(delta) => Look::Change(Box::new(delta)),
    })
}

fn look<M: Module>(probe: &Probe, arguments: &Object) -> Result<Look<M::Delta>, Failure> {
    probe.check()?;
    // From the map itself: a struct read from any value would bring code for lists along, for every module.
    let module =
        M::deserialize(arguments.clone()).map_err(|error| refused(M::NAME, &error.to_string()))?;
    module.look(probe)
}

fn refused(module: &str, problem: &str) -> Failure {
    Failure::refused(format!("{module}: {problem}"))
}

fn foresee(probe: &mut Probe, delta: &dyn Shown) -> Outcome {
    let effects = delta.effects();
    probe.foresee(effects.iter().cloned());
    Outcome {
        changed: true,
        unknown: delta.unknown(),
        msg: delta.message(),
        data: delta.predicted(),
        diff: differences(probe, delta),
        warnings: delta.warnings(),
        effects,
        ..Outcome::default()
    }
}

fn apply(probe: &mut Probe, change: Change) -> Outcome {
    let delta = change.delta();
    let (diff, warnings, msg) = (differences(probe, delta), delta.warnings(), delta.message());
    let applied = match Host::of(probe) {
        Some(mut host) => change.apply(&mut host),
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

fn differences(probe: &Probe, delta: &dyn Shown) -> Vec<crate::wire::Diff> {
    match probe.step().diff {
        true => delta.diff(),
        false => Vec::new(),
    }
}

/// In a dry run, what is missing now may come with what earlier steps would do.
fn failed(probe: &Probe, failure: Failure) -> Outcome {
    let unknown = match (&failure, probe.pending()) {
        (Failure::Unforeseeable(what), _) => Some(what.clone()),
        (Failure::Missing { .. }, Some(pending)) => {
            Some(format!("{failure}; may come with {pending}"))
        }
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
    let outcome = apply(probe, Box::new(join(deltas)));
    for (item, diff) in changing.into_iter().zip(diffs) {
        let outcome = outcome.clone();
        report(item, Outcome { diff, ..outcome });
    }
}
