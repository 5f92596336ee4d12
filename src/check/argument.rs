use crate::{module::ArgumentError, playbook::Action, source::Fault};

/// The fault for arguments that a module does not accept: the first at its place, the others as notes.
pub fn bad_arguments(action: &Action, errors: &[ArgumentError]) -> Fault {
    let place = |error: &ArgumentError| {
        let node = action.arg(&error.argument);
        node.map_or(&action.name.place, |node| &node.place).clone()
    };
    let name = action.name.as_str().unwrap_or_default();
    let mut errors = errors.iter();
    let Some(first) = errors.next() else {
        return Fault::new(format!("`{name}`: its arguments are wrong")).at(&action.name.place);
    };
    let fault = Fault::new(format!("`{name}`: {first}"))
        .at(&place(first))
        .help(format!("`farcast doc {name}` lists the arguments"));
    errors.fold(fault, |fault, error| {
        fault.note(error.to_string(), &place(error))
    })
}
