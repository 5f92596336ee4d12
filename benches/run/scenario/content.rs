//! Content: a large file beside scp, a tree of small files beside rsync, and that tree once more, unchanged.

use std::{
    cell::Cell,
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
};

use super::Scenario;
use crate::{
    Outcome,
    bench::Bench,
    command::finish,
    memory,
    race::{Entrant, race},
    record::{Record, Series, Unit},
    stage::Stage,
    steps::PLACE,
};

const LARGE: u64 = 1 << 30;
const DIRECTORIES: usize = 100;
const FILES: usize = 100;

pub const CONTENT: Scenario = Scenario {
    name: "content",
    work: "a file of 1 GiB, and a tree of 10,000 small files",
    measure,
};

fn measure(bench: &Bench, record: &mut Record) -> Outcome<()> {
    let stage = Stage::up(bench, 1)?;
    let room = bench.room()?;
    large_file(&stage, room.path(), record)?;
    tree(&stage, room.path(), record)
}

/// A step that copies.
pub fn copy(source: &str, to: &str) -> String {
    format!(
        "- hosts: all\n  gather_facts: false\n  tasks:\n    - copy: {{src: {source:?}, dest: {PLACE}/{to}, mode: \"0644\"}}\n"
    )
}

/// Writes bytes that do not compress: what is measured is the way, not the content.
pub fn noise(path: &Path, bytes: u64) -> io::Result<()> {
    let mut source = File::open("/dev/urandom")?.take(bytes);
    io::copy(&mut source, &mut File::create(path)?).map(drop)
}

fn large_file(stage: &Stage, room: &Path, record: &mut Record) -> Outcome<()> {
    let file = room.join("large");
    noise(&file, LARGE)?;
    let playbook = stage.write("large.yml", &copy(&file.to_string_lossy(), "large"))?;
    let inventory = stage.inventory(1)?;
    let address = stage.first()?;
    let empty = || stage.on_first(&format!("rm -rf {PLACE}; mkdir -p {PLACE}; sync"));
    // The agent is on the host already.
    finish(stage.apply(
        &inventory,
        &stage.write("ping.yml", "- hosts: all\n  tasks: [{ping: }]\n")?,
    ))?;
    let scp = || {
        let mut command = stage.command("scp".as_ref());
        command.args(stage.ssh_words()).arg(&file);
        command.arg(format!("root@{address}:{PLACE}/large"));
        finish(command).map(drop)
    };
    let apply = || finish(stage.apply(&inventory, &playbook)).map(drop);
    let entrants = vec![
        Entrant::new("1 GiB: scp", scp).after(empty),
        Entrant::new("1 GiB: farcast", apply).after(empty),
    ];
    record.series.extend(race(stage.bench.runs, entrants));
    let throughput = record.ratio("1 GiB: scp", "1 GiB: farcast");
    record.at_least("1 GiB: throughput ÷ scp", Unit::Times, throughput, 0.8);
    empty()?;
    let (own, agent) = memory::with_agents(stage.apply(&inventory, &playbook), &stage.root()?)?;
    for (who, peak) in [("farcast", own), ("its agent", agent)] {
        let what = format!("1 GiB: memory of {who}");
        record
            .series
            .push(Series::new(&what, Unit::Mebibytes, vec![peak]));
        record.at_most(&what, Unit::Mebibytes, Some(peak), 64.0);
    }
    fs::remove_file(&file)?;
    Ok(())
}

fn tree(stage: &Stage, room: &Path, record: &mut Record) -> Outcome<()> {
    let tree = small_files(room)?;
    // The slash means the same to rsync and to `copy`: what is in it.
    let source = format!("{}/", tree.display());
    let playbook = stage.write("tree.yml", &copy(&source, "tree/"))?;
    let inventory = stage.inventory(1)?;
    let address = stage.first()?;
    let ssh = shlex::try_join(stage.ssh_words().iter().map(String::as_str))?;
    let rsync = || {
        let mut command = stage.command("rsync".as_ref());
        command.args(["-a", "-e", &format!("ssh {ssh}"), &source]);
        command.arg(format!("root@{address}:{PLACE}/tree/"));
        finish(command).map(drop)
    };
    let apply = || finish(stage.apply(&inventory, &playbook)).map(drop);
    let empty = || stage.on_first(&format!("rm -rf {PLACE}; mkdir -p {PLACE}; sync"));
    let is_there = Cell::new(false);
    // Both find the tree as the same farcast left it.
    let copied = || match is_there.replace(true) {
        true => Ok(()),
        false => apply().and_then(|()| rsync()).and_then(|()| apply()),
    };
    let entrants = vec![
        Entrant::new("10,000 files: rsync -a", rsync).after(empty),
        Entrant::new("10,000 files: farcast", apply).after(empty),
    ];
    record.series.extend(race(stage.bench.runs, entrants));
    let entrants = vec![
        Entrant::new("unchanged: rsync -a", rsync).after(copied),
        Entrant::new("unchanged: farcast", apply).after(copied),
    ];
    record.series.extend(race(stage.bench.runs, entrants));
    let throughput = record.ratio("10,000 files: rsync -a", "10,000 files: farcast");
    record.at_least(
        "10,000 files: throughput ÷ rsync -a",
        Unit::Times,
        throughput,
        0.8,
    );
    let ratio = record.ratio("unchanged: farcast", "unchanged: rsync -a");
    record.at_most(
        "unchanged tree: farcast ÷ rsync -a",
        Unit::Times,
        ratio,
        2.0,
    );
    Ok(())
}

/// Files of one to four KiB, with the mode that the playbook asks for.
fn small_files(room: &Path) -> Outcome<PathBuf> {
    let tree = room.join("tree");
    for directory in 0..DIRECTORIES {
        let directory = tree.join(format!("part{directory}"));
        fs::create_dir_all(&directory)?;
        for file in 0..FILES {
            noise(
                &directory.join(format!("file{file}")),
                1024 + 32 * file as u64,
            )?;
        }
    }
    Ok(tree)
}
