use std::{collections::BTreeSet, ops::Range};

use minijinja::{
    machinery::ast::{BinOpKind, CallArg, CompareOpKind, Expr, Stmt},
    machinery::{parse, parse_expr},
};

use super::{Engine, builtin};

/// A variable that a template reads where it has to be there.
#[derive(Clone, Debug, PartialEq)]
pub struct Need {
    pub name: String,
    /// Its bytes in the template.
    pub range: Range<usize>,
    /// It is read whatever the values are; else a condition or an empty list may spare it.
    pub certain: bool,
}

/// What a template asks of its variables.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Needs {
    pub needs: Vec<Need>,
    /// Variables that the template stands the absence of: it gives them a default, or asks whether they are defined.
    pub guarded: BTreeSet<String>,
}

/// Names that mean something inside every template.
const OWN: &[&str] = &["loop", "self", "super", "caller", "varargs", "kwargs"];

impl Engine {
    /// What a bare expression, as in `when:`, needs; nothing where it is no expression.
    pub fn needs_of_expression(&self, source: &str) -> Needs {
        let mut reader = Reader::default();
        if let Ok(tree) = parse_expr(source) {
            reader.expr(&tree, true);
        }
        self.needs(reader)
    }

    /// What a text with templates in it, or the content of a template file, needs; nothing where it is no template.
    pub fn needs_of_text(&self, source: &str) -> Needs {
        let mut reader = Reader::default();
        if let Ok(tree) = parse(source, "", builtin::syntax()) {
            reader.statement(&tree, true);
        }
        self.needs(reader)
    }

    fn needs(&self, reader: Reader) -> Needs {
        let Reader {
            mut found,
            bound,
            called,
        } = reader;
        found.needs.retain(|need| {
            let name = &need.name;
            let function = called.contains(&need.range.start) || name == "omit";
            let own = OWN.contains(&name.as_str()) || (function && self.is_global(name));
            let fine = bound.contains(name) || found.guarded.contains(name);
            !own && !fine
        });
        found
    }
}

/// Goes through a syntax tree. What a template assigns anywhere counts as assigned everywhere in it.
#[derive(Default)]
struct Reader {
    found: Needs,
    bound: BTreeSet<String>,
    /// Where names stand that are called as functions.
    called: BTreeSet<usize>,
}

impl Reader {
    fn statement(&mut self, statement: &Stmt, certain: bool) {
        match statement {
            Stmt::Template(template) => self.all(&template.children, certain),
            Stmt::EmitExpr(emit) => self.expr(&emit.expr, certain),
            Stmt::EmitRaw(_) | Stmt::Continue(_) | Stmt::Break(_) => {}
            Stmt::ForLoop(each) => {
                self.bind(&each.target);
                self.expr(&each.iter, certain);
                self.option(each.filter_expr.as_ref());
                self.all(&each.body, false);
                self.all(&each.else_body, false);
            }
            Stmt::IfCond(choice) => {
                self.expr(&choice.expr, certain);
                self.all(&choice.true_body, false);
                self.all(&choice.false_body, false);
            }
            Stmt::WithBlock(with) => {
                for (target, expr) in &with.assignments {
                    self.bind(target);
                    self.expr(expr, false);
                }
                self.all(&with.body, certain);
            }
            Stmt::Set(set) => {
                self.bind(&set.target);
                self.expr(&set.expr, false);
            }
            Stmt::SetBlock(set) => {
                self.bind(&set.target);
                self.option(set.filter.as_ref());
                self.all(&set.body, certain);
            }
            Stmt::AutoEscape(escape) => self.all(&escape.body, certain),
            Stmt::FilterBlock(filter) => self.all(&filter.body, certain),
            Stmt::Block(block) => self.all(&block.body, false),
            Stmt::Import(import) => self.bind(&import.name),
            Stmt::FromImport(import) => import
                .names
                .iter()
                .for_each(|(name, alias)| self.bind(alias.as_ref().unwrap_or(name))),
            Stmt::Extends(_) | Stmt::Include(_) => {}
            Stmt::Macro(declared) => self.function(declared),
            Stmt::CallBlock(call) => {
                self.args(&call.call.args, false);
                self.function(&call.macro_decl);
            }
            Stmt::Do(call) => self.args(&call.call.args, certain),
        }
    }

    fn function(&mut self, declared: &minijinja::machinery::ast::Macro) {
        self.bound.insert(declared.name.to_owned());
        declared.args.iter().for_each(|arg| self.bind(arg));
        declared
            .defaults
            .iter()
            .for_each(|expr| self.expr(expr, false));
        self.all(&declared.body, false);
    }

    fn all(&mut self, statements: &[Stmt], certain: bool) {
        for statement in statements {
            self.statement(statement, certain);
        }
    }

    fn option(&mut self, expr: Option<&Expr>) {
        expr.into_iter().for_each(|expr| self.expr(expr, false));
    }

    fn bind(&mut self, target: &Expr) {
        let mut names = Vec::new();
        variables(target, &mut names);
        self.bound.extend(names);
    }

    fn expr(&mut self, expr: &Expr, certain: bool) {
        match expr {
            Expr::Var(var) => {
                let span = var.span();
                self.found.needs.push(Need {
                    name: var.id.to_owned(),
                    range: span.start_offset as usize..span.end_offset as usize,
                    certain,
                });
            }
            Expr::Const(_) => {}
            Expr::Slice(slice) => {
                self.expr(&slice.expr, certain);
                for part in [&slice.start, &slice.stop, &slice.step] {
                    self.option(part.as_ref());
                }
            }
            Expr::UnaryOp(op) => self.expr(&op.expr, certain),
            Expr::BinOp(op) => {
                let both = !matches!(op.op, BinOpKind::ScAnd | BinOpKind::ScOr);
                if matches!(op.op, BinOpKind::In) {
                    self.membership(&op.left, &op.right);
                }
                self.expr(&op.left, certain);
                self.expr(&op.right, certain && both);
            }
            Expr::Compare(compare) => {
                self.expr(&compare.expr, certain);
                for op in &compare.ops {
                    if matches!(op.op, CompareOpKind::In | CompareOpKind::NotIn) {
                        self.membership(&compare.expr, &op.expr);
                    }
                    self.expr(&op.expr, certain);
                }
            }
            Expr::IfExpr(choice) => {
                self.expr(&choice.test_expr, certain);
                self.expr(&choice.true_expr, false);
                self.option(choice.false_expr.as_ref());
            }
            Expr::Filter(filter) => self.filter(filter, certain),
            Expr::Test(test) => {
                match test.name.rsplit('.').next() {
                    Some("defined" | "undefined") => self.guard(&test.expr),
                    _ => self.expr(&test.expr, certain),
                }
                self.args(&test.args, certain);
            }
            Expr::GetAttr(attr) => self.expr(&attr.expr, certain),
            Expr::GetItem(item) => {
                self.expr(&item.expr, certain);
                self.expr(&item.subscript_expr, certain);
            }
            Expr::Call(call) => {
                if let Expr::Var(var) = &call.expr {
                    self.called.insert(var.span().start_offset as usize);
                }
                self.expr(&call.expr, certain);
                self.args(&call.args, certain);
            }
            Expr::List(list) => list.items.iter().for_each(|item| self.expr(item, certain)),
            Expr::Tuple(tuple) => tuple.items.iter().for_each(|item| self.expr(item, certain)),
            Expr::Map(map) => map
                .keys
                .iter()
                .chain(&map.values)
                .for_each(|item| self.expr(item, certain)),
        }
    }

    fn filter(&mut self, filter: &minijinja::machinery::ast::Filter, certain: bool) {
        match filter.name.rsplit('.').next() {
            Some("default" | "d") => {
                filter.expr.iter().for_each(|expr| self.guard(expr));
                self.args(&filter.args, false);
            }
            Some("ternary") => {
                filter.expr.iter().for_each(|expr| self.expr(expr, certain));
                self.args(&filter.args, false);
            }
            _ => {
                filter.expr.iter().for_each(|expr| self.expr(expr, certain));
                self.args(&filter.args, certain);
            }
        }
    }

    fn args(&mut self, args: &[CallArg], certain: bool) {
        for arg in args {
            match arg {
                CallArg::Pos(expr)
                | CallArg::Kwarg(_, expr)
                | CallArg::PosSplat(expr)
                | CallArg::KwargSplat(expr) => self.expr(expr, certain),
            }
        }
    }

    fn guard(&mut self, expr: &Expr) {
        let mut names = Vec::new();
        variables(expr, &mut names);
        self.found.guarded.extend(names);
    }

    /// `'name' in vars`, and the same of a host's variables.
    fn membership(&mut self, left: &Expr, right: &Expr) {
        let mut names = Vec::new();
        variables(right, &mut names);
        let asks = names
            .iter()
            .any(|name| name == "vars" || name == "hostvars");
        if let (true, Expr::Const(constant)) = (asks, left)
            && let Some(name) = constant.value.as_str()
        {
            self.found.guarded.insert(name.to_owned());
        }
    }
}

/// Every variable in an expression.
fn variables(expr: &Expr, names: &mut Vec<String>) {
    let mut reader = Reader::default();
    reader.expr(expr, false);
    names.extend(reader.found.needs.into_iter().map(|need| need.name));
    names.extend(reader.found.guarded);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::fixture;

    fn text(source: &str) -> String {
        shown(fixture::engine().needs_of_text(source))
    }

    /// The names that are needed; those in brackets perhaps.
    fn shown(needs: Needs) -> String {
        let name = |need: &Need| match need.certain {
            true => need.name.clone(),
            false => format!("({})", need.name),
        };
        needs.needs.iter().map(name).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn says_what_is_read_for_certain_and_what_perhaps() {
        assert_eq!(
            text("{{ a.b + c[d] }} {{ e if f else g }}"),
            "a c d f (e) (g)"
        );
        assert_eq!(text("{% if a %}{{ b }}{% endif %}"), "a (b)");
        let condition = fixture::engine().needs_of_expression("a and b.c or d");
        assert_eq!(shown(condition), "a (b) (d)");
    }

    #[test]
    fn what_has_a_default_or_is_asked_for_is_not_needed() {
        assert_eq!(text("{{ a.b | lower | default(c) }}"), "(c)");
        assert_eq!(text("{{ a is defined and a.b }}"), "");
        assert_eq!(text("{{ 'a' in vars and a }}"), "vars");
    }

    #[test]
    fn what_the_template_itself_names_is_not_needed() {
        assert_eq!(
            text("{% for a, b in c %}{{ a }}{{ loop.index }}{% endfor %}"),
            "c"
        );
        assert_eq!(
            text("{% set a = 1 %}{{ a }}{{ omit }}{{ lookup('x', b) }}"),
            "b"
        );
        assert_eq!(text("{% macro m(a) %}{{ a }}{% endmacro %}{{ m(1) }}"), "");
    }

    #[test]
    fn a_need_knows_its_bytes() {
        let needs = fixture::engine().needs_of_text("x {{ abc }}").needs;
        assert_eq!(needs[0].range, 5..8);
    }
}
