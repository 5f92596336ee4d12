//! What can be said of a condition without its values: that it gives something else than true or false.

use minijinja::machinery::{
    ast::{BinOpKind, Expr, UnaryOpKind},
    parse_expr,
};

use super::describe;

/// Filters that never give a boolean.
const OTHERS: &[(&str, &str)] = &[
    ("length", "a number"),
    ("count", "a number"),
    ("int", "a number"),
    ("float", "a number"),
    ("wordcount", "a number"),
    ("string", "a string"),
    ("lower", "a string"),
    ("upper", "a string"),
    ("trim", "a string"),
    ("join", "a string"),
    ("replace", "a string"),
    ("regex_replace", "a string"),
    ("regex_search", "a string or nothing"),
    ("basename", "a string"),
    ("dirname", "a string"),
    ("list", "a list"),
    ("map", "a list"),
    ("select", "a list"),
    ("reject", "a list"),
    ("selectattr", "a list"),
    ("rejectattr", "a list"),
    ("regex_findall", "a list"),
    ("intersect", "a list"),
    ("difference", "a list"),
    ("union", "a list"),
    ("unique", "a list"),
    ("sort", "a list"),
    ("split", "a list"),
    ("dict2items", "a list"),
    ("combine", "a map"),
];

/// What a condition gives that is no boolean, where that is certain as soon as this part of it decides.
pub fn never_boolean(source: &str) -> Option<&'static str> {
    given(&parse_expr(source.trim()).ok()?)
}

fn given(expr: &Expr) -> Option<&'static str> {
    match expr {
        Expr::Const(constant) => {
            let boolean = constant.value.kind() == minijinja::value::ValueKind::Bool;
            (!boolean).then(|| describe(&constant.value))
        }
        Expr::List(_) => Some("a list"),
        Expr::Map(_) => Some("a map"),
        Expr::Filter(filter) => {
            let name = filter
                .name
                .strip_prefix("ansible.builtin.")
                .unwrap_or(filter.name);
            OTHERS
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, what)| *what)
        }
        Expr::UnaryOp(op) => match op.op {
            UnaryOpKind::Not => None,
            UnaryOpKind::Neg => Some("a number"),
        },
        Expr::BinOp(op) => match op.op {
            BinOpKind::ScAnd | BinOpKind::ScOr => given(&op.right).or_else(|| given(&op.left)),
            BinOpKind::Concat => Some("a string"),
            BinOpKind::Add
            | BinOpKind::Sub
            | BinOpKind::Mul
            | BinOpKind::Div
            | BinOpKind::FloorDiv
            | BinOpKind::Rem
            | BinOpKind::Pow => Some("a number or text"),
            _ => None,
        },
        Expr::IfExpr(choice) => {
            let no = choice.false_expr.as_ref().and_then(given)?;
            given(&choice.true_expr).and(Some(no))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_only_what_is_certain() {
        assert_eq!(never_boolean("x | length"), Some("a number"));
        assert_eq!(
            never_boolean("x is defined and x | regex_search('a')"),
            Some("a string or nothing")
        );
        for fine in [
            "x",
            "x.y",
            "x | bool",
            "x | length > 0",
            "not x | length",
            "f(x)",
            "true",
            "'a' in x",
            "x | first",
        ] {
            assert_eq!(never_boolean(fine), None, "{fine}");
        }
    }
}
