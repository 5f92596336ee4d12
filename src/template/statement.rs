use minijinja::machinery::ast::{CallBlock, Expr, ForLoop, Macro, Stmt};

use super::rewrite::Rewrite;

/// Leads the rewriting to every expression of a statement that is read (not those that are assigned to).
pub(super) fn visit(statement: &Stmt, rewrite: &mut Rewrite) {
    match statement {
        Stmt::Template(template) => all(&template.children, rewrite),
        Stmt::EmitExpr(emit) => rewrite.printed(&emit.expr),
        Stmt::EmitRaw(_) | Stmt::Continue(_) | Stmt::Break(_) => {}
        Stmt::ForLoop(each) => loops(each, rewrite),
        Stmt::IfCond(choice) => {
            rewrite.expr(&choice.expr);
            all(&choice.true_body, rewrite);
            all(&choice.false_body, rewrite);
        }
        Stmt::WithBlock(with) => {
            with.assignments
                .iter()
                .for_each(|(_, expr)| rewrite.expr(expr));
            all(&with.body, rewrite);
        }
        Stmt::Set(set) => rewrite.assigned(&set.expr),
        Stmt::SetBlock(set) => {
            each(&set.filter, rewrite);
            all(&set.body, rewrite);
        }
        Stmt::AutoEscape(escape) => {
            rewrite.expr(&escape.enabled);
            all(&escape.body, rewrite);
        }
        Stmt::FilterBlock(filter) => {
            rewrite.expr(&filter.filter);
            all(&filter.body, rewrite);
        }
        Stmt::Block(block) => all(&block.body, rewrite),
        Stmt::Import(import) => rewrite.template_name(&import.expr),
        Stmt::FromImport(import) => rewrite.template_name(&import.expr),
        Stmt::Extends(extends) => rewrite.template_name(&extends.name),
        Stmt::Include(include) => rewrite.template_name(&include.name),
        Stmt::Macro(declared) => function(declared, rewrite),
        Stmt::CallBlock(call) => call_block(call, rewrite),
        Stmt::Do(call) => rewrite.args(&call.call.args),
    }
}

fn all(statements: &[Stmt], rewrite: &mut Rewrite) {
    statements
        .iter()
        .for_each(|statement| visit(statement, rewrite));
}

fn each(expr: &Option<Expr>, rewrite: &mut Rewrite) {
    expr.iter().for_each(|expr| rewrite.expr(expr));
}

fn loops(each_item: &ForLoop, rewrite: &mut Rewrite) {
    rewrite.each(&each_item.iter);
    each(&each_item.filter_expr, rewrite);
    all(&each_item.body, rewrite);
    all(&each_item.else_body, rewrite);
}

fn function(declared: &Macro, rewrite: &mut Rewrite) {
    declared.defaults.iter().for_each(|expr| rewrite.expr(expr));
    all(&declared.body, rewrite);
}

fn call_block(call: &CallBlock, rewrite: &mut Rewrite) {
    rewrite.args(&call.call.args);
    function(&call.macro_decl, rewrite);
}
