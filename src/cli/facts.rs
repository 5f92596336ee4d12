use {
    super::{
        ad_hoc::{HowArguments, Mission, word},
        terminal,
    },
    crate::{
        render::FactSheet,
        source::{Kind, Node, Place},
    },
    anyhow::Result,
    clap::Args,
    std::io,
};

#[derive(Clone, Debug, Args)]
pub(super) struct FactsArguments {
    /// The hosts.
    #[arg(value_name = "PATTERN", default_value = "all")]
    pattern: String,
    /// Only facts whose names match, such as `ansible_distribution*` or `memory_mb`.
    #[arg(long, value_name = "GLOB")]
    filter: Vec<String>,
    /// Only these subjects, such as `network`, or all but one, as `!hardware`.
    #[arg(long, value_name = "SUBJECT", value_delimiter = ',')]
    subset: Vec<String>,
    #[command(flatten)]
    how: HowArguments,
}

/// `farcast facts`.
pub(super) fn facts(arguments: &FactsArguments) -> Result<u8> {
    let mission = Mission::new(&arguments.how, &arguments.pattern)?;
    mission.require_hosts()?;
    let sheet = FactSheet::new(io::stdout(), io::stderr());
    let audience = terminal::nobody(&mission.session.redactor).with(sheet);
    mission.carry_out(task(arguments), audience)
}

fn task(arguments: &FactsArguments) -> Node {
    let map = |entries| {
        Node::new(
            Place::outside("the command line", "setup"),
            Kind::Map(entries),
        )
    };
    let given = [
        ("--filter", "filter", &arguments.filter),
        ("--subset", "gather_subset", &arguments.subset),
    ];
    let options = given
        .into_iter()
        .filter(|(_, _, values)| !values.is_empty())
        .map(|(option, name, values)| (word(option, name), list(option, values)))
        .collect();
    map(vec![(word("the command line", "setup"), map(options))])
}

fn list(option: &str, values: &[String]) -> Node {
    let place = Place::outside(option, &values.join(","));
    let words = values.iter().map(|value| word(option, value)).collect();
    Node::new(place, Kind::List(words))
}
