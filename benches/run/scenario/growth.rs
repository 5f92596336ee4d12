//! How a run's time grows with steps, hosts, items and the size of a file: a line through four or more sizes.

use super::{Scenario, content, items};
use crate::{
    Outcome,
    bench::Bench,
    command::finish,
    fit::Fit,
    race::{Entrant, race},
    record::{Record, Series, Unit},
    stage::Stage,
    steps::{PLACE, Steps},
};

pub const GROWTH: Scenario = Scenario {
    name: "growth",
    work: "growth with steps, hosts, items and file size",
    measure,
};

const STEPS: [usize; 5] = [200, 400, 800, 1600, 3200];
const HOSTS: [usize; 4] = [5, 10, 15, 20];
const ITEMS: [usize; 5] = [200, 400, 800, 1600, 3200];
/// In MiB.
const SIZES: [usize; 4] = [32, 64, 128, 256];

/// What grows faster than in a straight line is steeper than this; what is flatter is welcome.
const STEEPEST: f64 = 1.2;

fn measure(bench: &Bench, record: &mut Record) -> Outcome<()> {
    // Hosts that only wait cost next to nothing.
    let stage = Stage::up(bench, HOSTS[HOSTS.len() - 1])?;
    steps(&stage, record)?;
    hosts(&stage, record)?;
    loops(&stage, record)?;
    sizes(&stage, record)
}

fn steps(stage: &Stage, record: &mut Record) -> Outcome<()> {
    let inventory = stage.inventory(1)?;
    let mut entrants = Vec::new();
    for count in STEPS {
        let text = Steps::without_users(count).playbook();
        let playbook = stage.write(&format!("steps{count}.yml"), &text)?;
        finish(stage.apply(&inventory, &playbook))?;
        let inventory = &inventory;
        let work = move || finish(stage.apply(inventory, &playbook)).map(drop);
        entrants.push(Entrant::new(format!("steps: {count}"), work));
    }
    judge(record, "steps", &STEPS, race(stage.bench.runs, entrants));
    Ok(())
}

fn hosts(stage: &Stage, record: &mut Record) -> Outcome<()> {
    let playbook = stage.write("twenty.yml", &Steps::without_users(20).playbook())?;
    let mut entrants = Vec::new();
    for count in HOSTS {
        let inventory = stage.inventory(count)?;
        let playbook = &playbook;
        let apply = move || {
            let mut command = stage.apply(&inventory, playbook);
            command.arg("-f").arg(count.to_string());
            finish(command).map(drop)
        };
        apply()?;
        entrants.push(Entrant::new(format!("hosts: {count}"), apply));
    }
    judge(record, "hosts", &HOSTS, race(stage.bench.runs, entrants));
    Ok(())
}

fn loops(stage: &Stage, record: &mut Record) -> Outcome<()> {
    let inventory = stage.inventory(1)?;
    let mut entrants = Vec::new();
    for count in ITEMS {
        let text = items::play(
            "file",
            "path: \"PLACE/item{{ item }}\", state: directory",
            count,
        );
        let playbook = stage.write(&format!("items{count}.yml"), &text)?;
        finish(stage.apply(&inventory, &playbook))?;
        let inventory = &inventory;
        let work = move || finish(stage.apply(inventory, &playbook)).map(drop);
        entrants.push(Entrant::new(format!("items: {count}"), work));
    }
    judge(record, "items", &ITEMS, race(stage.bench.runs, entrants));
    Ok(())
}

fn sizes(stage: &Stage, record: &mut Record) -> Outcome<()> {
    let room = stage.bench.room()?;
    let inventory = stage.inventory(1)?;
    let mut entrants = Vec::new();
    for size in SIZES {
        let file = room.path().join(format!("noise{size}"));
        content::noise(&file, (size as u64) << 20)?;
        let text = content::copy(&file.to_string_lossy(), "large");
        let playbook = stage.write(&format!("size{size}.yml"), &text)?;
        let inventory = &inventory;
        let work = move || finish(stage.apply(inventory, &playbook)).map(drop);
        let empty = move || stage.on_first(&format!("rm -f {PLACE}/large; mkdir -p {PLACE}; sync"));
        entrants.push(Entrant::new(format!("MiB: {size}"), work).after(empty));
    }
    judge(
        record,
        "file size",
        &SIZES,
        race(stage.bench.runs, entrants),
    );
    Ok(())
}

/// Fits a line through the medians, and judges how steep the growth is.
fn judge(record: &mut Record, what: &str, sizes: &[usize], series: Vec<Series>) {
    let medians = sizes.iter().zip(&series);
    let points: Option<Vec<(f64, f64)>> = medians
        .map(|(size, series)| Some((*size as f64, series.median?)))
        .collect();
    record.series.extend(series);
    let fit = points.map(|points| Fit::through(&points));
    let mut figure = |name: &str, unit, value: Option<f64>| {
        let name = format!("{what}: {name}");
        record
            .series
            .push(Series::new(&name, unit, value.into_iter().collect()));
    };
    figure("base", Unit::Seconds, fit.as_ref().map(|fit| fit.base));
    figure(
        "each one more",
        Unit::Seconds,
        fit.as_ref().map(|fit| fit.slope),
    );
    figure(
        "R² of a straight line",
        Unit::Count,
        fit.as_ref().map(|fit| fit.r_squared),
    );
    let exponent = fit.map(|fit| fit.exponent);
    record.at_most(
        &format!("growth with {what}: exponent"),
        Unit::Count,
        exponent,
        STEEPEST,
    );
}
