use {
    super::{
        Act, Failure, Host, Source, Write,
        write::{Temporary, flush},
    },
    crate::wire::{Diff, Effect, Object},
    std::{
        collections::BTreeMap,
        fs::File,
        io::{BufRead, BufReader},
    },
};

/// At most so many drafts lie beside their places at a time, to be validated together.
const DRAFTS: usize = 1024;

/// So many files, …
const ASKED: usize = 16 * 1024;

/// … and so many bytes of content where there are several, are asked for at a time. Should one fail, the rest of them comes for
/// nothing.
const BYTES: u64 = 64 * 1024 * 1024;

/// Up to so many files are flushed; nobody waits for the disk for each of more.
const FEW: usize = 16;

/// Gives many files their contents, each as [`Write`] does. What the controller has to send comes in one stream.
#[derive(Clone, Debug, Default)]
pub struct Writes(Vec<Write>);

/// Files whose contents are asked for together. Where one is to be validated, all are drafts until that is done.
struct Batch<'a> {
    writes: &'a [Write],
    validated: bool,
    drafts: Vec<Option<Temporary>>,
    values: Object,
}

impl Writes {
    pub fn new(writes: Vec<Write>) -> Self {
        Self(writes)
    }
}

impl Act for Writes {
    fn perform(&self, host: &mut Host) -> Result<Object, Failure> {
        let mut values = Object::new();
        let mut rest = &self.0[..];
        while !rest.is_empty() {
            let (batch, later) = rest.split_at(together(rest));
            values.extend(Batch::new(batch).perform(host)?);
            rest = later;
        }
        Ok(values)
    }

    fn diff(&self) -> Vec<Diff> {
        self.0.iter().flat_map(Write::diff).collect()
    }

    fn effects(&self) -> Vec<Effect> {
        self.0.iter().flat_map(Write::effects).collect()
    }
}

/// How many of these make a batch; at least one.
fn together(writes: &[Write]) -> usize {
    // While content comes no program can run.
    let most = match writes.iter().any(Write::is_validated) {
        true => DRAFTS,
        false => ASKED,
    };
    let mut bytes = 0;
    let fits = writes.iter().take(most).take_while(|write| {
        bytes += write.source().announced();
        bytes <= BYTES
    });
    fits.count().max(1)
}

impl<'a> Batch<'a> {
    fn new(writes: &'a [Write]) -> Self {
        Self {
            writes,
            validated: writes.iter().any(Write::is_validated),
            drafts: writes.iter().map(|_| None).collect(),
            values: Object::new(),
        }
    }

    fn perform(mut self, host: &mut Host) -> Result<Object, Failure> {
        let mut coming = vec![false; self.writes.len()];
        self.receive(host, &mut coming)?;
        for (index, write) in self.writes.iter().enumerate() {
            if !coming[index] {
                let source = write.source();
                self.draft(index, |file, draft| source.copy(host, file, draft.path()))?;
            }
        }
        for (write, draft) in self.writes.iter().zip(&self.drafts) {
            if let Some(draft) = draft {
                write.validate_draft(host, draft)?;
            }
        }
        for (write, draft) in self.writes.iter().zip(self.drafts) {
            if let Some(draft) = draft {
                self.values.extend(write.settle(draft)?);
            }
        }
        Ok(self.values)
    }

    /// Makes the drafts whose content only the controller has, and tells which these are.
    fn receive(&mut self, host: &Host, coming: &mut [bool]) -> Result<(), Failure> {
        let mut places: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        let mut wanted = Vec::new();
        for (index, write) in self.writes.iter().enumerate() {
            let Source::Content(content) = write.source() else {
                continue;
            };
            if host.at_hand(content).is_some() {
                continue;
            }
            coming[index] = true;
            let same = places.entry(&content.sha256).or_default();
            if same.is_empty() {
                wanted.push(content.sha256.as_str());
            }
            same.push(index);
        }
        if wanted.is_empty() {
            return Ok(());
        }
        host.receive(&wanted, &mut |index, bytes| {
            let same = places.get(wanted[index]).map_or(&[][..], Vec::as_slice);
            self.fill(host, same, bytes)
        })
    }

    /// Writes a content to all drafts that want it.
    fn fill(
        &mut self,
        host: &Host,
        same: &[usize],
        bytes: &mut dyn BufRead,
    ) -> Result<(), Failure> {
        let Some((first, others)) = same.split_first() else {
            return Ok(());
        };
        self.draft(*first, |file, draft| host.pour(bytes, file, draft.path()))?;
        for other in others {
            let whole = self.drafts[*first]
                .as_ref()
                .map_or(self.writes[*first].path(), Temporary::path);
            let whole = File::open(whole).map_err(Failure::io("read", whole))?;
            let mut reader = BufReader::new(whole);
            self.draft(*other, |file, draft| {
                host.pour(&mut reader, file, draft.path())
            })?;
        }
        Ok(())
    }

    fn draft(
        &mut self,
        index: usize,
        fill: impl FnOnce(&mut File, &Temporary) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let write = &self.writes[index];
        let (draft, mut file) = write.draft()?;
        fill(&mut file, &draft)?;
        write.dress(&draft, &file)?;
        if self.writes.len() <= FEW {
            flush(&file).map_err(Failure::io("write", draft.path()))?;
        }
        match self.validated {
            true => self.drafts[index] = Some(draft),
            false => self.values.extend(write.settle(draft)?),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use {
        super::*,
        crate::{
            act::{Alone, Bits, Probe, Scratch, Step, Watch},
            wire::Mode,
        },
        std::fs,
    };

    fn host_after(test: impl FnOnce(&mut Host, &[Write]), scratch: &Scratch, count: usize) {
        let mut probe = Probe::new(Box::new(Alone), Watch::default());
        let mut step = Step::default();
        step.mode = Mode::Apply;
        probe.begin(step);
        let bits = Bits {
            mode: 0o640,
            uid: rustix::process::geteuid().as_raw(),
            gid: rustix::process::getegid().as_raw(),
        };
        let write = |index: usize| {
            let path = scratch.at(&format!("f{index}"));
            let source = Source::Bytes(index.to_string().into());
            Write::plan(&probe, &path, None, source, bits).unwrap()
        };
        let writes: Vec<Write> = (0..count).map(write).collect();
        test(&mut Host::of(&mut probe).unwrap(), &writes);
    }

    #[test]
    fn few_and_many_are_all_in_their_places_and_nothing_beside() {
        for count in [1, FEW, FEW + 1, DRAFTS + 1] {
            let scratch = Scratch::new();
            let perform = |host: &mut Host, writes: &[Write]| {
                Writes::new(writes.to_vec()).perform(host).unwrap();
            };
            host_after(perform, &scratch, count);
            for index in 0..count {
                assert_eq!(scratch.read(&format!("f{index}")), index.to_string());
            }
            assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), count);
        }
    }

    #[test]
    fn one_that_fails_leaves_the_others_of_its_batch_as_they_were() {
        let scratch = Scratch::new();
        let perform = |host: &mut Host, writes: &[Write]| {
            let mut writes = writes.to_vec();
            writes[3] = writes[3].clone().validate(Some("no placeholder"));
            writes.swap(0, 3);
            assert!(Writes::new(writes).perform(host).is_err());
        };
        host_after(perform, &scratch, 5);
        assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 0);
    }
}
