//! Makes Jinja2 as minijinja has it follow Ansible: a chain such as `a.b['c'].d()` stays undefined from the first missing
//! link on instead of failing there, `%` formats strings, `<` compares only what has an order, `~` joins what Python prints, and
//! backslashes between the braces of a playbook are plain.
//!
//! The text is changed where the syntax tree says so; [`Rewritten`] leads back from the new text to the old.

use std::ops::Range;

use minijinja::{
    Error,
    machinery::ast::{
        BinOp, BinOpKind, Call, CallArg, Compare, Expr, GetAttr, GetItem, Slice, Spanned, Stmt,
    },
    machinery::{parse, parse_expr},
    syntax::SyntaxConfig,
};

use super::{ErrorKind, TemplateError, edit::Edits, escape, failure, operator, statement};

/// A filter or test that a template names, and where.
#[derive(Debug)]
pub(super) struct Use {
    pub what: &'static str,
    pub name: String,
    pub range: Range<usize>,
}

/// A template's text after the change, and the way back.
#[derive(Debug)]
pub(super) struct Rewritten {
    pub original: String,
    pub text: String,
    pub uses: Vec<Use>,
    edits: Edits,
    /// How far the changed text starts behind the start of what minijinja sees.
    shift: usize,
    /// How far the changed part starts behind the start of the original.
    base: usize,
}

impl Rewritten {
    /// Puts the changed text between two others, as minijinja is to see it.
    pub fn between(mut self, before: &str, after: &str) -> Self {
        self.text = format!("{before}{}{after}", self.text);
        self.shift = before.len();
        self
    }

    /// Says that the text is a part of a longer one, `base` bytes behind its start.
    pub fn within(mut self, original: &str, base: usize) -> Self {
        self.original = original.to_owned();
        self.base = base;
        self
    }

    /// Leads from a byte of what minijinja sees to the byte of the original.
    pub fn origin(&self, offset: usize) -> usize {
        self.base + self.edits.origin(offset.saturating_sub(self.shift))
    }
}

/// What strings mean where they stand.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) enum Strings {
    /// Backslashes escape, as in Jinja2.
    #[default]
    Escaped,
    /// Backslashes are plain, for YAML has read them already.
    Plain,
    /// As in Jinja2; a template in a string is rendered, as conditions have it.
    Rendered,
}

/// Takes a bare expression, which stands `base` bytes behind the start of what a person wrote.
pub(super) fn expression(source: &str, base: usize, strings: Strings) -> Result<Rewritten, Error> {
    let read = escape::muted(source);
    let tree = parse_expr(&read)?;
    let mut rewrite = Rewrite::new(source, base, strings);
    rewrite.strings = strings;
    rewrite.expr(&tree);
    rewrite.finish()
}

/// Takes a text with templates in it; `strings` says what strings between `{{` and `}}` are, those between `{%` and `%}` are escaped.
pub(super) fn template(
    source: &str,
    name: &str,
    syntax: SyntaxConfig,
    strings: Strings,
) -> Result<Rewritten, Error> {
    let read = escape::muted(source);
    let tree = parse(&read, name, syntax.clone())?;
    let mut rewrite = Rewrite::new(source, 0, strings);
    if source.contains("raw") && takes_line_ends(syntax) {
        rewrite.raw_lines();
    }
    statement::visit(&tree, &mut rewrite);
    rewrite.finish()
}

/// Whether the line end behind `{% raw %}` is lost in a syntax.
fn takes_line_ends(syntax: SyntaxConfig) -> bool {
    let tree = parse("{% raw %}\na{% endraw %}", "", syntax);
    let Ok(Stmt::Template(template)) = &tree else {
        return false;
    };
    matches!(template.children.as_slice(), [Stmt::EmitRaw(raw)] if raw.raw == "a")
}

/// The methods that change a list or map.
const CHANGES: [&str; 11] = [
    ".append(",
    ".extend(",
    ".insert(",
    ".pop(",
    ".remove(",
    ".update(",
    ".setdefault(",
    ".sort(",
    ".reverse(",
    ".clear(",
    ".popitem(",
];

pub(super) struct Rewrite<'s> {
    source: &'s str,
    base: usize,
    /// What strings are between braces.
    printed: Strings,
    /// What strings are here.
    strings: Strings,
    edits: Edits,
    uses: Vec<Use>,
    /// The first string that cannot be read.
    mistake: Option<TemplateError>,
}

impl<'s> Rewrite<'s> {
    fn new(source: &'s str, base: usize, printed: Strings) -> Self {
        Self {
            source,
            base,
            printed,
            strings: Strings::default(),
            edits: Edits::default(),
            uses: Vec::new(),
            mistake: None,
        }
    }

    fn finish(mut self) -> Result<Rewritten, Error> {
        if let Some(mistake) = self.mistake {
            return Err(failure::caused(mistake));
        }
        self.edits.order();
        Ok(Rewritten {
            original: self.source.to_owned(),
            text: self.edits.apply(self.source),
            uses: self.uses,
            edits: self.edits,
            shift: 0,
            base: 0,
        })
    }

    /// Lets an include or import search as Ansible does.
    pub(super) fn template_name(&mut self, name: &Expr) {
        self.edits.insert(start(name), "__path(");
        self.expr(name);
        self.edits.insert(end(name), ")");
    }

    /// What `set` assigns: a list or map may be changed afterwards, where the template does such things.
    pub(super) fn assigned(&mut self, expr: &Expr) {
        if !CHANGES.iter().any(|method| self.source.contains(method)) {
            return self.expr(expr);
        }
        match expr {
            Expr::List(_) | Expr::Map(_) => self.growing(expr),
            Expr::Call(call) if matches!(&call.expr, Expr::Var(var) if var.id == "namespace") => {
                for arg in &call.args {
                    match arg {
                        CallArg::Kwarg(_, value @ (Expr::List(_) | Expr::Map(_))) => {
                            self.growing(value);
                        }
                        CallArg::Pos(value) | CallArg::Kwarg(_, value) => self.expr(value),
                        CallArg::PosSplat(value) | CallArg::KwargSplat(value) => self.expr(value),
                    }
                }
            }
            Expr::Var(_) | Expr::Filter(_) | Expr::Call(_) | Expr::GetAttr(_) => {
                self.growing(expr);
            }
            expr => self.expr(expr),
        }
    }

    fn growing(&mut self, expr: &Expr) {
        let from = operator::outer_start(self.source, start(expr), end(expr));
        self.edits.insert(from, "__growing(");
        self.expr(expr);
        self.edits.insert(end(expr), ")");
    }

    /// Jinja2 keeps the line end behind `{% raw %}`, which minijinja takes away as behind any block.
    fn raw_lines(&mut self) {
        for (at, _) in self.source.match_indices("%}\n") {
            let before = self.source[..at].trim_end();
            let block = before.strip_suffix("raw").map(str::trim_end);
            if block.is_some_and(|block| block.ends_with("{%") || block.ends_with("{%-")) {
                self.edits.insert(at + 2, "\n");
            }
        }
    }

    /// What stands between `{{` and `}}`.
    pub(super) fn printed(&mut self, expr: &Expr) {
        self.strings = self.printed;
        self.expr(expr);
        self.strings = Strings::default();
    }

    pub(super) fn expr(&mut self, expr: &Expr) {
        match expr {
            Expr::Var(_) => {}
            Expr::Const(_) => self.constant(expr),
            Expr::Slice(slice) => self.slice(slice, start(expr)),
            Expr::UnaryOp(op) => self.expr(&op.expr),
            Expr::BinOp(op) => self.binary(op),
            Expr::Compare(compare) => self.compare(compare),
            Expr::IfExpr(choice) => {
                self.expr(&choice.test_expr);
                self.expr(&choice.true_expr);
                choice.false_expr.iter().for_each(|expr| self.expr(expr));
            }
            Expr::Filter(filter) => {
                self.uses("filter", filter.name, end(expr));
                filter.expr.iter().for_each(|expr| self.expr(expr));
                self.args(&filter.args);
            }
            Expr::Test(test) => {
                self.uses("test", test.name, end(expr));
                self.expr(&test.expr);
                self.args(&test.args);
            }
            Expr::GetAttr(attr) => self.attribute(attr, start(expr)),
            Expr::GetItem(item) => self.item(item, start(expr)),
            Expr::Call(call) => self.call(call, start(expr)),
            Expr::List(list) => list.items.iter().for_each(|item| self.expr(item)),
            Expr::Tuple(tuple) => tuple.items.iter().for_each(|item| self.expr(item)),
            Expr::Map(map) => map
                .keys
                .iter()
                .chain(&map.values)
                .for_each(|item| self.expr(item)),
        }
    }

    /// Remembers a name; of what ends at `end`, the last word that is this name.
    fn uses(&mut self, what: &'static str, name: &str, end: usize) {
        let at = self.source[..end].rfind(name).unwrap_or(end);
        self.uses.push(Use {
            what,
            name: name.chars().filter(|c| !c.is_whitespace()).collect(),
            range: self.base + at..self.base + at + name.len(),
        });
    }

    pub(super) fn args(&mut self, args: &[CallArg]) {
        for arg in args {
            match arg {
                CallArg::Pos(expr)
                | CallArg::Kwarg(_, expr)
                | CallArg::PosSplat(expr)
                | CallArg::KwargSplat(expr) => self.expr(expr),
            }
        }
    }

    /// `a.b` becomes `(a|__get("b",0,3))`; the numbers say where it stood.
    fn attribute(&mut self, attr: &Spanned<GetAttr>, start: usize) {
        self.expr(&attr.expr);
        let end = attr.span().end_offset as usize;
        let dot = self.dot(end - attr.name.len());
        let name = attr.name;
        self.edits.insert(start, "(");
        let at = self.at(start, end);
        self.edits
            .replace(dot..end, format!("|__get({name:?},{at})"));
        self.edits.insert(end, ")");
    }

    /// `a[b]` becomes `(a|__get(b,0,4))`, and so does `a.0`.
    fn item(&mut self, item: &Spanned<GetItem>, start: usize) {
        self.expr(&item.expr);
        let end = item.span().end_offset as usize;
        let open = self.after(&item.expr);
        let at = self.at(start, end);
        self.edits.insert(start, "(");
        if self.source[open..].starts_with('[') {
            self.edits.replace(open..open + 1, "|__get(");
            self.expr(&item.subscript_expr);
            self.edits.replace(end - 1..end, format!(",{at})"));
        } else {
            let index = &self.source[open + 1..end];
            self.edits
                .replace(open..end, format!("|__get({index},{at})"));
        }
        self.edits.insert(end, ")");
    }

    /// `a.b(c)` becomes `(a|__call("b",0,3,c))`.
    fn call(&mut self, call: &Spanned<Call>, start: usize) {
        match &call.expr {
            Expr::GetAttr(attr) if !is_block(attr) => {
                self.expr(&attr.expr);
                let end = attr.span().end_offset as usize;
                let dot = self.dot(end - attr.name.len());
                let open = end + self.source[end..].find('(').unwrap_or_default();
                let comma = if call.args.is_empty() { "" } else { "," };
                let name = attr.name;
                let at = self.at(start, end);
                self.edits.insert(start, "(");
                self.edits
                    .replace(dot..open + 1, format!("|__call({name:?},{at}{comma}"));
                self.edits.insert(call.span().end_offset as usize, ")");
            }
            Expr::GetAttr(_) => {}
            callee => self.expr(callee),
        }
        if matches!(&call.expr, Expr::Var(var) if ["lookup", "query", "q"].contains(&var.id))
            && self.strings != Strings::Rendered
        {
            self.terms(call.args.get(1..).unwrap_or_default());
        }
        self.args(&call.args);
    }

    /// `a % b` becomes `((a )|__mod( b))`.
    fn binary(&mut self, op: &Spanned<BinOp>) {
        if let Some(named) = operator::ordering(op.op) {
            let at = self.after(&op.left);
            let from = operator::outer_start(self.source, start(&op.left), at);
            let to = operator::outer_end(self.source, at, end(&op.right));
            return self.operation(from..to, (&op.left, &op.right), Some(named));
        }
        let named = match op.op {
            BinOpKind::Rem => Some(("%", "__mod")),
            BinOpKind::Concat => Some(("~", "__cat")),
            BinOpKind::Sub if self.has_times() => Some(("-", "__sub")),
            _ => None,
        };
        let span = op.span().start_offset as usize..op.span().end_offset as usize;
        self.operation(span, (&op.left, &op.right), named);
    }

    /// Chains such as `a < b < c` stay as they are.
    fn compare(&mut self, compare: &Spanned<Compare>) {
        self.expr(&compare.expr);
        compare.ops.iter().for_each(|op| self.expr(&op.expr));
    }

    /// What a loop goes through: `a` becomes `((a)|__each)`.
    pub(super) fn each(&mut self, expr: &Expr) {
        let from = operator::outer_start(self.source, start(expr), end(expr));
        self.edits.insert(from, "((");
        self.expr(expr);
        self.edits.insert(end(expr), ")|__each)");
    }

    /// `a[1:2:3]` becomes `(a|__slice(1,2,3))`; slices without a step stay as they are.
    fn slice(&mut self, slice: &Spanned<Slice>, start: usize) {
        let open = self.after(&slice.expr);
        let parts = [&slice.start, &slice.stop, &slice.step];
        let close = slice.span().end_offset as usize;
        let stepped = slice.step.is_some() && self.source[open..].starts_with('[');
        if stepped {
            self.edits.insert(start, "(");
        }
        self.expr(&slice.expr);
        let mut at = open + 1;
        for (index, part) in parts.into_iter().enumerate() {
            if let Some(part) = part {
                self.expr(part);
                at = self.after(part);
            } else if stepped {
                self.edits.insert(at, "none");
            }
            if stepped && index < 2 {
                let colon = at + self.source[at..].find(':').unwrap_or_default();
                self.edits.replace(colon..colon + 1, ",");
                at = colon + 1;
            }
        }
        if stepped {
            self.edits.replace(open..open + 1, "|__slice(");
            self.edits.replace(close - 1..close, "))");
        }
    }

    /// Turns an operator into a filter, where the operator has one.
    fn operation(
        &mut self,
        span: Range<usize>,
        (left, right): (&Expr, &Expr),
        named: Option<(&str, &str)>,
    ) {
        let at = self.after(left);
        let named = named.filter(|(sign, _)| self.source[at..].starts_with(sign));
        if named.is_some() {
            self.edits.insert(span.start, "((");
        }
        self.expr(left);
        if let Some((sign, filter)) = named {
            self.edits
                .replace(at..at + sign.len(), format!(")|{filter}("));
        }
        self.expr(right);
        if named.is_some() {
            self.edits.insert(span.end, "))");
        }
    }

    /// Whether `-` may stand between two times.
    fn has_times(&self) -> bool {
        self.source.contains("to_datetime") || self.source.contains("now(")
    }

    fn constant(&mut self, expr: &Expr) {
        let range = start(expr)..end(expr);
        let text = &self.source[range.clone()];
        if !text.starts_with(['"', '\'']) {
            return;
        }
        let rendered = self.strings == Strings::Rendered && has_template(text);
        if rendered {
            self.edits.insert(range.start, "__render(");
        }
        // Strings that follow each other are one.
        for literal in escape::literals(text) {
            if text[literal.clone()].contains('\\') {
                let place = range.start + literal.start..range.start + literal.end;
                self.respell(place, &text[literal]);
            }
        }
        if rendered {
            self.edits.insert(range.end, ")");
        }
    }

    /// Writes a string with backslashes as minijinja reads it.
    fn respell(&mut self, range: Range<usize>, text: &str) {
        let spelled = match self.strings {
            Strings::Plain => Ok(escape::doubled(text)),
            Strings::Escaped | Strings::Rendered => escape::respelled(text),
        };
        match spelled {
            Ok(spelled) => self.edits.replace(range, spelled),
            Err(message) => {
                let mut mistake = TemplateError::new(ErrorKind::Syntax, message);
                mistake.range = Some(self.base + range.start..self.base + range.end);
                self.mistake.get_or_insert(mistake);
            }
        }
    }

    /// What a lookup is given: templates in its strings are rendered, as in older playbooks.
    fn terms(&mut self, args: &[CallArg]) {
        for arg in args {
            if let CallArg::Pos(expr) = arg {
                self.term(expr);
            }
        }
    }

    fn term(&mut self, expr: &Expr) {
        match expr {
            Expr::Const(_) if has_template(&self.source[start(expr)..end(expr)]) => {
                self.edits.insert(start(expr), "__render(");
                self.edits.insert(end(expr), ")");
            }
            Expr::List(list) => list.items.iter().for_each(|item| self.term(item)),
            Expr::Tuple(tuple) => tuple.items.iter().for_each(|item| self.term(item)),
            Expr::Map(map) => map.values.iter().for_each(|item| self.term(item)),
            _ => {}
        }
    }

    /// Where a chain stands in what a person wrote, as two arguments.
    fn at(&self, start: usize, end: usize) -> String {
        format!("{},{}", self.base + start, self.base + end)
    }

    fn dot(&self, name: usize) -> usize {
        self.source[..name].rfind('.').unwrap_or(name)
    }

    /// Where the text goes on after an expression and the parentheses around it.
    fn after(&self, expr: &Expr) -> usize {
        let end = end(expr);
        let rest = self.source[end..].trim_start_matches(|c: char| c.is_whitespace() || c == ')');
        self.source.len() - rest.len()
    }
}

fn is_block(attr: &GetAttr) -> bool {
    matches!(&attr.expr, Expr::Var(var) if var.id == "self")
}

fn has_template(text: &str) -> bool {
    ["{{", "{%", "{#"].iter().any(|mark| text.contains(mark))
}

/// The first byte of an expression; minijinja's spans start at the last link of a chain.
pub(super) fn start(expr: &Expr) -> usize {
    let own = expr.span().start_offset as usize;
    match expr {
        Expr::GetAttr(attr) => own.min(start(&attr.expr)),
        Expr::GetItem(item) => own.min(start(&item.expr)),
        Expr::Slice(slice) => own.min(start(&slice.expr)),
        Expr::Call(call) => own.min(start(&call.expr)),
        Expr::Filter(filter) => filter
            .expr
            .as_ref()
            .map_or(own, |expr| own.min(start(expr))),
        Expr::Test(test) => own.min(start(&test.expr)),
        Expr::BinOp(op) => start(&op.left),
        Expr::Compare(compare) => start(&compare.expr),
        Expr::IfExpr(choice) => start(&choice.true_expr),
        _ => own,
    }
}

pub(super) fn end(expr: &Expr) -> usize {
    expr.span().end_offset as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritten(source: &str) -> String {
        expression(source, 0, Strings::Plain).unwrap().text
    }

    #[test]
    fn chains_become_filters_that_know_where_they_stood() {
        assert_eq!(
            rewritten("a.b['c'] + 1"),
            r#"((a|__get("b",0,3))|__get('c',0,8)) + 1"#
        );
        assert_eq!(rewritten("a.0"), "(a|__get(0,0,3))");
        assert_eq!(
            rewritten("(a.b).c is defined"),
            r#"(((a|__get("b",1,4)))|__get("c",0,7)) is defined"#
        );
    }

    #[test]
    fn methods_become_filters() {
        assert_eq!(
            rewritten("a.b.split(',')[0]"),
            r#"(((a|__get("b",0,3))|__call("split",0,9,','))|__get(0,0,17))"#
        );
    }

    #[test]
    fn a_percent_sign_formats() {
        assert_eq!(
            rewritten("'%s' % (a.b)"),
            r#"(('%s' )|__mod( ((a|__get("b",8,11)))))"#
        );
        assert_eq!(rewritten("(a) * 2 % 3"), "(((a) * 2 )|__mod( 3))");
    }

    #[test]
    fn what_is_compared_keeps_its_parentheses() {
        assert_eq!(rewritten("((a) + 1) < (b)"), "((((a) + 1) )|__lt( (b)))");
        assert_eq!(rewritten("f(a <= ')')"), "f(((a )|__le( ')')))");
        assert_eq!(rewritten("(a > b) ~ c"), "(((((a )|__gt( b))) )|__cat( c))");
    }

    #[test]
    fn backslashes_are_plain() {
        assert_eq!(rewritten(r"x | f('\1\'')"), r"x | f('\\1\\\'')");
    }
}
