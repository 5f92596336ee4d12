use {
    super::batch::Batch,
    crate::{control::Change, program::Step, source::Fault, template, variable::Growth},
    std::sync::Arc,
};

impl Batch<'_> {
    /// Makes a change that a step asks for on the controller; `once` says that it counts for every host.
    pub(super) fn change(
        &self,
        host: &str,
        step: &Arc<Step>,
        change: Change,
        once: bool,
    ) -> Result<(), Fault> {
        let world = &self.runner.world;
        let everyone: Vec<String> = if once {
            self.context.active()
        } else {
            vec![host.to_owned()]
        };
        match change {
            Change::Set(values) => everyone.iter().for_each(|host| {
                world.remember(host, |memory| memory.set(values.clone()));
            }),
            Change::Facts(values) => everyone.iter().for_each(|host| {
                world.remember(host, |memory| memory.learn(values.clone()));
            }),
            Change::Include(vars) => everyone.iter().for_each(|host| {
                world.remember(host, |memory| memory.include(vars.clone()));
            }),
            Change::AddHost { name, groups, vars } => {
                let vars: Vec<_> = vars
                    .iter()
                    .map(|(name, value)| (name.clone(), template::to_node(value, &step.task.place)))
                    .collect();
                world.grow(Growth::Host { name, groups, vars })?;
            }
            Change::GroupBy { group, parents } => {
                world.grow(Growth::Group {
                    host: host.to_owned(),
                    group,
                    parents,
                })?;
            }
            Change::Stats {
                data,
                aggregate,
                per_host,
            } => self.runner.sink.note(|recap| {
                let prefix = if per_host {
                    format!("{host}.")
                } else {
                    String::new()
                };
                for (name, value) in &data {
                    let (name, value) = (format!("{prefix}{name}"), template::to_json(value));
                    match aggregate {
                        true => super::statistic::aggregate(&mut recap.stats, name, value),
                        false => drop(recap.stats.insert(name, value)),
                    }
                }
            }),
        }
        Ok(())
    }
}
