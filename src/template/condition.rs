//! What counts as true.

use minijinja::value::Value;

use super::{Engine, ErrorKind, TemplateError, convert::describe};

/// Whether a condition is a template as a whole. Strictly, one that only holds a template is an expression (and wrong); else every
/// template in it is rendered first.
pub(super) fn is_template(source: &str, strict: bool) -> bool {
    let whole = || {
        ["{{", "{%", "{#"]
            .iter()
            .any(|mark| source.starts_with(mark))
            && ["}}", "%}", "#}"].iter().any(|mark| source.ends_with(mark))
    };
    match strict {
        true => whole(),
        false => whole() || (Engine::is_template(source) && !quoted(source)),
    }
}

/// Whether every template of a condition stands in a string, where it is rendered by itself.
fn quoted(source: &str) -> bool {
    minijinja::machinery::parse_expr(source).is_ok()
}

/// The truth of a value.
///
/// # Errors
/// Strictly, only booleans have one.
pub(super) fn decided(value: &Value, source: &str, strict: bool) -> Result<bool, TemplateError> {
    if !strict || value.kind() == minijinja::value::ValueKind::Bool {
        return Ok(value.is_true());
    }
    let message = match source {
        "" => "a condition is empty".to_owned(),
        source => format!(
            "the condition '{source}' gives {}, no boolean",
            describe(value)
        ),
    };
    let mut error = TemplateError::new(ErrorKind::Failed, message);
    error.help = Some(
        "say what is meant (`is defined`, `| length > 0`, `| bool`), or set allow_broken_conditionals in ansible.cfg".into(),
    );
    Err(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strictly_only_booleans_are_true_or_false() {
        assert!(decided(&Value::from("x"), "x", false).unwrap());
        assert!(decided(&Value::from(true), "x", true).unwrap());
        let error = decided(&Value::from("x"), "name", true).unwrap_err();
        assert_eq!(
            error.message,
            "the condition 'name' gives a string, no boolean"
        );
    }

    #[test]
    fn templates_in_strings_are_part_of_an_expression() {
        assert!(!is_template("'{{ x }}' == 'y'", false));
        assert!(is_template("{{ x }} == 'y'", false));
        assert!(!is_template("{{ x }} == 'y'", true));
    }
}
