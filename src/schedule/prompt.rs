use {
    super::run::Runner,
    crate::{
        control::fault,
        playbook::{Key, boolean_text},
        program::PlayProgram,
        source::{Fault, Kind, Node},
        template::{self, Value},
        variable::{Scope, Values, Vars},
    },
    std::sync::Arc,
};

/// The schemes of `encrypt`, and what the filter `password_hash` calls them.
const SCHEMES: &[(&str, &str)] = &[("sha256_crypt", "sha256"), ("sha512_crypt", "sha512")];

/// One entry of `vars_prompt`.
struct Prompt<'a> {
    node: &'a Node,
    runner: &'a Runner,
    scope: &'a Arc<Scope>,
}

impl Runner {
    /// Asks for `vars_prompt`, save what `-e` gives. An answer may be a template, unless the prompt is `unsafe`.
    pub(super) fn prompted(
        &self,
        program: &PlayProgram,
        scope: &Arc<Scope>,
    ) -> Result<Vars, Fault> {
        let mut vars = Vec::new();
        for node in program.play.keywords.list(Key::VarsPrompt) {
            let prompt = Prompt {
                node,
                runner: self,
                scope,
            };
            let name = prompt
                .text("name")?
                .ok_or_else(|| Fault::new("a prompt needs `name`").at(&node.place))?;
            if self.world.extra.get(&name).is_none() {
                let answer = prompt.answer(&name)?;
                vars.push((name, answer));
            }
        }
        Ok(Vars::from_entries(vars))
    }
}

impl Prompt<'_> {
    fn value(&self, name: &str) -> Result<Option<Value>, Fault> {
        let engine = &self.runner.world.engine;
        let variables = self.scope.variables();
        let render = |node: &Node| {
            let value = engine.node(node, &variables);
            value.map_err(|error| fault(error, &node.place))
        };
        let value = self.node.get(name).map(render).transpose()?;
        Ok(value.filter(|value| !value.is_none()))
    }

    fn text(&self, name: &str) -> Result<Option<String>, Fault> {
        let value = self.value(name)?;
        Ok(value.map(|value| template::display(&value)))
    }

    fn flag(&self, name: &str, default: bool) -> Result<bool, Fault> {
        let text = self.text(name)?;
        Ok(text.map_or(default, |text| boolean_text(&text) == Some(true)))
    }

    /// The variable's value as a node: a template, or what must not be read as one.
    fn answer(&self, name: &str) -> Result<Node, Fault> {
        let given = self.ask(name)?.filter(|answer| !answer.is_empty());
        let answer = match given {
            Some(answer) => answer,
            // Without a person and a default, Ansible has the text of nothing.
            None => self.text("default")?.unwrap_or_else(|| "None".to_owned()),
        };
        let answer = match self.text("encrypt")? {
            None => answer,
            Some(scheme) => self.encrypted(&answer, &scheme)?,
        };
        let node = |kind| Node::new(self.node.place.clone(), kind);
        let text = node(Kind::String(answer));
        Ok(match self.flag("unsafe", false)? {
            true => node(Kind::Unsafe(Box::new(text))),
            false => text,
        })
    }

    /// What the person says; twice the same, where that is wanted. `None`: nobody is there.
    fn ask(&self, name: &str) -> Result<Option<String>, Fault> {
        let prompt = self.text("prompt")?.unwrap_or_else(|| name.to_owned());
        let question = match self.text("default")? {
            Some(default) => format!("{prompt} [{default}]: "),
            None => format!("{prompt}: "),
        };
        let (echo, twice) = (!self.flag("private", true)?, self.flag("confirm", false)?);
        loop {
            let Some(answer) = self.runner.ask(&question, echo) else {
                let why = "Not prompting as we are not in interactive mode";
                self.runner.sink.warn(why, None);
                return Ok(None);
            };
            let again = format!("confirm {question}");
            if !twice || self.runner.ask(&again, echo).as_ref() == Some(&answer) {
                return Ok(Some(answer));
            }
            let why = "***** VALUES ENTERED DO NOT MATCH ****";
            self.runner.sink.warn(why, None);
        }
    }

    fn encrypted(&self, answer: &str, scheme: &str) -> Result<String, Fault> {
        let name = SCHEMES.iter().find(|(name, _)| *name == scheme);
        let mut locals = Values::from([
            ("answer".to_owned(), Value::from(answer)),
            (
                "scheme".to_owned(),
                name.map_or(scheme, |(_, short)| short).into(),
            ),
        ]);
        let mut filter = "answer | password_hash(scheme".to_owned();
        for option in ["salt", "salt_size"] {
            if let Some(value) = self.value(option)? {
                locals.insert(option.to_owned(), value);
                filter.push_str(&format!(", {option}={option}"));
            }
        }
        filter.push(')');
        let variables = self.scope.with_locals(locals).variables();
        let hash = self.runner.world.engine.expression(&filter, &variables);
        hash.map(|hash| hash.to_string())
            .map_err(|error| fault(error, &self.node.place))
    }
}
