use {
    super::{
        DockerContainer, ImageComparison, NameMismatch, Pull, PullForecast, State,
        comparison::{Comparison, Comparisons},
        networks::{Joined, Moves, joined},
        options::{Surroundings, settings},
        setting::{Difference, Kind, Setting},
        work::Work,
    },
    crate::{
        act::{Failure, Probe},
        module::docker::{Engine, Reference, foresight::Foreseen, reference::same_id, text::plain},
        wire::{Diff, Mode, Object, Side},
    },
    serde_json::{Value, json},
    std::time::Duration,
};

/// What has to be done with a container.
#[derive(Default)]
pub(super) struct Plan {
    /// As it is now.
    pub container: Option<Value>,
    /// The image to be pulled, after which there has to be another plan.
    pub pulls: Option<Reference>,
    /// The image that is there before the pull.
    pub image: Option<Value>,
    pub works: Vec<Work>,
    /// Wait until it is healthy.
    pub waits: bool,
    pub differences: Vec<Difference>,
    /// Dry run: what only an apply can tell.
    pub unknown: Option<String>,
    /// Whether it is made, though it is not there now.
    makes: bool,
    removes: bool,
}

/// The images that matter.
#[derive(Default)]
struct Images {
    /// That which is asked for.
    wanted: Option<Value>,
    /// That whose own settings count.
    compared: Option<Value>,
    /// An earlier step of a dry run makes it.
    coming: bool,
}

impl Plan {
    /// Looks what has to be done. `pulled`: the image is as new as it can be.
    pub(super) fn make(
        request: &DockerContainer,
        probe: &Probe,
        engine: &Engine,
        pulled: bool,
    ) -> Result<Self, Failure> {
        let mut plan = Self {
            container: engine.container(probe, &request.name)?,
            ..Self::default()
        };
        let foreseen = Foreseen::container(&request.name);
        match foreseen.there(probe) {
            Some(false) => plan.container = None,
            Some(true) if plan.container.is_none() && request.state != State::Absent => {
                return Err(Failure::Unforeseeable(format!(
                    "what is to change in container {} once it is there",
                    request.name
                )));
            }
            _ => {}
        }
        if let (Some(runs), Some(container)) = (foreseen.runs(probe), &mut plan.container) {
            container["State"]["Running"] = runs.into();
        }
        match request.state {
            State::Absent => plan.remove(request),
            _ => plan.present(request, probe, engine, pulled)?,
        }
        Ok(plan)
    }

    /// Whether there is anything to do but wait.
    pub(super) fn changes(&self) -> bool {
        !self.works.is_empty() || self.pulls.is_some() || self.unknown.is_some()
    }

    /// The return values that are known.
    pub(super) fn values(&self) -> Object {
        let container = self.container.iter();
        container
            .map(|found| ("container".to_owned(), found.clone()))
            .collect()
    }

    fn is(&self, what: &str) -> bool {
        let container = self.container.as_ref();
        container.is_some_and(|container| container["State"][what] == true)
    }

    fn removing(&self) -> bool {
        let container = self.container.as_ref();
        container.is_some_and(|container| container["State"]["Status"] == "removing")
    }

    fn remove(&mut self, request: &DockerContainer) {
        if self.container.is_some() && !self.removing() {
            self.take_away(request);
            self.removes = true;
        }
    }

    fn stop(&mut self, request: &DockerContainer) {
        if self.is("Paused") {
            self.works.push(Work::Unpause);
        }
        self.works.push(match request.force_kill {
            true => Work::Kill(request.kill_signal.clone()),
            false => Work::Stop,
        });
    }

    fn take_away(&mut self, request: &DockerContainer) {
        if self.is("Running") {
            self.stop(request);
        }
        let volumes = !request.keep_volumes;
        self.works.push(Work::Remove { volumes });
    }

    fn present(
        &mut self,
        request: &DockerContainer,
        probe: &Probe,
        engine: &Engine,
        pulled: bool,
    ) -> Result<(), Failure> {
        if request.state == State::Present && request.image.is_none() {
            return Err(Failure::refused(
                "state is present but all of the following are missing: image",
            ));
        }
        let comparisons = Comparisons::read(request.comparisons.as_ref())?;
        let images = self.images(request, probe, engine, pulled)?;
        let around = Surroundings {
            probe,
            engine,
            image: images.compared.as_ref(),
            strict_labels: comparisons.of("labels", Kind::Map) == Comparison::Strict,
        };
        let wanted = settings(request, &around)?;
        let networks = joined(request, &around)?;
        let there = self.container.is_some() && !self.removing();
        let mode = comparisons.of("networks", Kind::Maps);
        let mut anew = !there;
        if there {
            anew = self.compare(request, &comparisons, &images, &wanted)?;
        } else {
            self.makes = true;
            if self.removing() {
                self.works.push(Work::AwaitRemoval(removal(request)));
            }
            self.list(request, &wanted, &networks);
        }
        if let Some(container) = self.container.as_ref().filter(|_| there) {
            let mode = match request.networks {
                None if mode == Comparison::Strict => Comparison::AllowMorePresent,
                _ => mode,
            };
            let moves = Moves::plan(&networks, container, mode);
            self.differences.extend(moves.differences);
            if !anew {
                self.works.extend(moves.leaves.into_iter().map(Work::Leave));
                self.works.extend(moves.joins.into_iter().map(Work::Join));
            }
        }
        if anew {
            self.create(request, &wanted, &networks, mode)?;
        }
        self.run(request, anew);
        Ok(())
    }

    fn images(
        &mut self,
        request: &DockerContainer,
        probe: &Probe,
        engine: &Engine,
        pulled: bool,
    ) -> Result<Images, Failure> {
        let current = match self
            .container
            .as_ref()
            .and_then(|found| found["Image"].as_str())
        {
            Some(id) => engine.image(probe, id)?,
            None => None,
        };
        let Some(given) = &request.image else {
            return Ok(Images {
                compared: current,
                ..Images::default()
            });
        };
        let reference = Reference::read(given, "latest");
        let name = reference.to_string();
        let foreseen = Foreseen::image(&name).there(probe);
        let coming = foreseen == Some(true);
        let wanted = engine
            .image(probe, &name)?
            .filter(|_| foreseen != Some(false));
        match (&reference, request.pull()?) {
            (Reference::Id(_), _) if wanted.is_none() && !coming => {
                return Err(Failure::refused(format!(
                    "Cannot find image with ID {given}"
                )));
            }
            (Reference::Id(_), _) => {}
            (_, Pull::Never) if wanted.is_none() && !coming => {
                return Err(Failure::refused(format!(
                    "Cannot find image with name {name}, and pull=never"
                )));
            }
            (_, Pull::Always) if !pulled => {
                let told = request.pull_check_mode_behavior == PullForecast::Always;
                let applies = probe.step().mode == Mode::Apply;
                if applies || told || wanted.is_none() {
                    self.pulls = Some(reference);
                }
                if told && !applies && wanted.is_some() {
                    self.unknown = Some(format!("whether the registry has another image {name}"));
                }
            }
            _ if wanted.is_none() && !coming && !pulled => self.pulls = Some(reference),
            _ => {}
        }
        self.image = wanted.clone();
        Ok(Images {
            compared: match request.image_comparison {
                ImageComparison::CurrentImage if current.is_some() => current,
                _ if coming => None,
                _ => wanted.clone(),
            },
            wanted,
            coming,
        })
    }

    /// Compares a container that is there; tells whether it has to be made anew.
    fn compare(
        &mut self,
        request: &DockerContainer,
        comparisons: &Comparisons,
        images: &Images,
        wanted: &[Setting],
    ) -> Result<bool, Failure> {
        let Some(container) = &self.container else {
            return Ok(true);
        };
        let mut fixed = Vec::new();
        if comparisons.of("image", Kind::Value) == Comparison::Strict {
            fixed.extend(image_differences(request, images, container));
        }
        let mut limits = Vec::new();
        let mut update = Object::new();
        for setting in wanted {
            let mode = comparisons.of(setting.name, setting.kind);
            let found = setting.differences(container, mode);
            match &setting.update {
                Some((key, value)) => {
                    update.insert((*key).into(), value.clone());
                    limits.extend(found);
                }
                None => fixed.extend(found),
            }
        }
        let certain = !fixed.is_empty() || request.recreate;
        let name = || request.image.as_deref().unwrap_or_default();
        if images.coming && !certain {
            self.unknown = Some(format!("whether image {} comes out another one", name()));
        }
        if certain {
            fixed.push(Difference {
                name: "recreated".into(),
                before: "no".into(),
                after: "yes".into(),
            });
        }
        let updates = !limits.is_empty();
        fixed.extend(limits);
        self.differences = fixed;
        if certain {
            self.take_away(request);
            self.works.push(Work::AwaitRemoval(removal(request)));
        } else if updates {
            self.works.push(Work::Update(update));
        }
        Ok(certain)
    }

    /// All that a container that is not there yet will have.
    fn list(&mut self, request: &DockerContainer, wanted: &[Setting], networks: &[Joined]) {
        let mut add = |name: &str, after: String| {
            self.differences.push(Difference {
                name: name.into(),
                before: String::new(),
                after,
            });
        };
        add("image", request.image.clone().unwrap_or_default());
        for setting in wanted.iter().filter(|setting| !setting.name.is_empty()) {
            add(setting.name, setting.text());
        }
        if !networks.is_empty() {
            let names: Vec<&str> = networks
                .iter()
                .map(|network| network.name.as_str())
                .collect();
            add("networks", names.join(", "));
        }
    }

    fn create(
        &mut self,
        request: &DockerContainer,
        wanted: &[Setting],
        networks: &[Joined],
        mode: Comparison,
    ) -> Result<(), Failure> {
        let current = self
            .container
            .as_ref()
            .map(|container| plain(&container["Image"]));
        let Some(image) = request.image.clone().or(current) else {
            return Err(Failure::refused(
                "Cannot create container when image is not specified!",
            ));
        };
        let mut body = Object::new();
        wanted.iter().for_each(|setting| setting.send(&mut body));
        body.insert("Image".into(), image.into());
        let own = request.network_mode.as_deref();
        let (first, others): (Vec<_>, Vec<_>) = networks.iter().partition(|network| {
            request.networks_cli_compatible && own == Some(network.name.as_str())
        });
        if let Some(first) = first.first() {
            let mut places = Object::new();
            places.insert(first.name.clone(), first.config());
            body.insert(
                "NetworkingConfig".into(),
                json!({"EndpointsConfig": places}),
            );
        }
        let platform = request.platform.clone();
        self.works.push(Work::Create { body, platform });
        self.works.extend(
            others
                .into_iter()
                .map(|network| Work::Join(network.clone())),
        );
        let usual = matches!(own, None | Some("default" | "bridge"));
        let strict = mode == Comparison::Strict && request.networks.is_some();
        if strict && usual && networks.iter().all(|network| network.name != "bridge") {
            self.works.push(Work::Leave("bridge".into()));
        }
        Ok(())
    }

    /// Lets it run, or stop.
    fn run(&mut self, request: &DockerContainer, anew: bool) {
        let runs = self.is("Running") && !anew;
        let paused = self.is("Paused") && !anew;
        let starts = matches!(request.state, State::Started | State::Healthy);
        let differ = |before: &str, after: &str| Difference {
            name: "state".into(),
            before: before.into(),
            after: after.into(),
        };
        let before = if self.is("Running") {
            "running"
        } else {
            "stopped"
        };
        if starts && !runs {
            self.works.push(Work::Start);
            if before != "running" {
                self.differences.push(differ(before, "running"));
            }
        } else if starts && request.restart {
            self.works.push(Work::Restart);
            self.differences.push(differ(before, "restarted"));
        } else if request.state == State::Stopped && runs {
            self.stop(request);
            self.differences.push(differ(before, "stopped"));
        } else if !starts && anew && before == "running" {
            self.differences.push(differ(before, "stopped"));
        }
        match request.paused {
            Some(wanted) if starts && wanted != paused => {
                self.works
                    .push(if wanted { Work::Pause } else { Work::Unpause });
                self.differences.push(Difference {
                    name: "paused".into(),
                    before: paused.to_string(),
                    after: wanted.to_string(),
                });
            }
            _ => {}
        }
        let health = self
            .container
            .as_ref()
            .map(|found| &found["State"]["Health"]["Status"]);
        let well = matches!(
            health.and_then(Value::as_str),
            None | Some("" | "none" | "healthy")
        );
        self.waits = request.state == State::Healthy && !(runs && well && self.works.is_empty());
    }

    /// What to show.
    pub(super) fn diff(&self, name: &str) -> Vec<Diff> {
        let side = |pick: fn(&Difference) -> &str| {
            let pairs = self.differences.iter();
            Side::State(
                pairs
                    .map(|it| (it.name.clone(), pick(it).to_owned()))
                    .collect(),
            )
        };
        let whole = |state: &str| Side::State([("state".to_owned(), state.to_owned())].into());
        let before = if self.is("Running") {
            "running"
        } else {
            "stopped"
        };
        let mut diffs = Vec::new();
        if let Some(image) = &self.pulls {
            diffs.push(Diff {
                what: format!("image {image}"),
                before: match &self.image {
                    Some(image) => Side::State([("id".to_owned(), plain(&image["Id"]))].into()),
                    None => Side::Absent,
                },
                after: Side::State(
                    [("id".to_owned(), "known after apply (pulled)".to_owned())].into(),
                ),
            });
        }
        let (before, after) = match (self.makes, self.removes) {
            (true, _) => (Side::Absent, side(|it| &it.after)),
            (_, true) => (whole(before), Side::Absent),
            _ => (side(|it| &it.before), side(|it| &it.after)),
        };
        if self.makes || self.removes || !self.differences.is_empty() {
            diffs.push(Diff {
                what: format!("container {name}"),
                before,
                after,
            });
        }
        diffs
    }

    /// Whether it is there afterwards, and runs.
    pub(super) fn outcome(&self, request: &DockerContainer) -> (bool, bool) {
        let runs = match request.state {
            State::Absent => return (false, false),
            State::Started | State::Healthy => true,
            State::Stopped => false,
            State::Present => self.is("Running") && self.works.is_empty(),
        };
        (true, runs)
    }
}

fn removal(request: &DockerContainer) -> Option<Duration> {
    let seconds = request.removal_wait_timeout?;
    Duration::try_from_secs_f64(seconds).ok()
}

fn image_differences(
    request: &DockerContainer,
    images: &Images,
    container: &Value,
) -> Vec<Difference> {
    let mut differences = Vec::new();
    let mut differ = |name: &str, before: &Value, after: &str| {
        differences.push(Difference {
            name: name.into(),
            before: plain(before),
            after: after.into(),
        });
    };
    if let Some(wanted) = images.wanted.as_ref().filter(|_| !images.coming)
        && !same_id(&plain(&wanted["Id"]), &plain(&container["Image"]))
    {
        differ("image", &container["Image"], &plain(&wanted["Id"]));
    }
    let name = &container["Config"]["Image"];
    if let Some(given) = &request.image
        && request.image_name_mismatch == NameMismatch::Recreate
        && !same_name(given, name.as_str().unwrap_or_default())
    {
        differ("image_name", name, given);
    }
    differences
}

/// Docker tells the name that was given; Podman writes it out.
fn same_name(given: &str, found: &str) -> bool {
    let local = found.contains('/') && !given.contains('/');
    given == found || local && Reference::read(given, "latest").is(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_images_may_be_written_out() {
        assert!(same_name("app", "app") && same_name("app", "localhost/app:latest"));
        assert!(same_name("redis:7", "docker.io/library/redis:7"));
        assert!(!same_name("app", "app:latest") && !same_name("app:1", "localhost/app:2"));
    }
}
