use crate::{
    control, module,
    playbook::{Action, nearest_keyword},
    source::Fault,
};

/// The fault for an action that is no module and no control step.
pub fn unknown_module(action: &Action) -> Fault {
    let name = action.name.as_str().unwrap_or_default();
    let fault = Fault::new(format!("there is no module `{name}`"))
        .at(&action.name.place)
        .label("unknown module");
    let short = name.rsplit('.').next().unwrap_or(name);
    let steps = control::all().iter().map(|entry| entry.name);
    let near = module::registry::nearest(name).or_else(|| module::argument::nearest(short, steps));
    match (near, nearest_keyword(name)) {
        (Some(near), _) => fault.help(format!("did you mean `{near}`?")),
        (None, Some(keyword)) => fault.help(format!("did you mean the keyword `{keyword}`?")),
        (None, None) => fault.help("`farcast doc` lists the modules"),
    }
}
