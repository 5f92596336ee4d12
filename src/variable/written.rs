use {
    crate::{
        source::Node,
        template::{Engine, TemplateError, Value, Variables},
    },
    std::{
        fmt::{self, Debug, Formatter},
        sync::{Arc, OnceLock},
    },
};

/// A variable as it stands in a file. What is the same on every host and at every step is made once and shared by all.
pub struct Written {
    node: Node,
    /// Empty until somebody asks; nothing where the value depends on who does.
    constant: OnceLock<Option<Value>>,
}

/// Only what stands there: the value may be a secret.
impl Debug for Written {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        self.node.fmt(f)
    }
}

impl Written {
    pub(super) fn new(node: Node) -> Self {
        let constant = OnceLock::new();
        Self { node, constant }
    }

    pub(super) fn node(&self) -> &Node {
        &self.node
    }

    /// The value for whoever has these variables.
    pub(super) fn value(
        &self,
        engine: &Engine,
        variables: impl FnOnce() -> Arc<dyn Variables>,
    ) -> Result<Value, TemplateError> {
        let constant = self.constant.get_or_init(|| engine.constant(&self.node));
        match constant {
            Some(value) => Ok(value.clone()),
            None => engine.variable(&self.node, &variables()),
        }
    }
}

#[cfg(test)]
mod tests {
    use {
        super::*,
        crate::{
            source::{SourceFile, yaml},
            template::{Settings, whole},
        },
        std::{
            collections::BTreeMap,
            path::PathBuf,
            sync::atomic::{AtomicUsize, Ordering},
        },
    };

    /// Variables of which one is there.
    #[derive(Debug)]
    struct One(i64);

    impl Variables for One {
        fn get(&self, name: &str) -> Option<Result<Value, TemplateError>> {
            (name == "one").then(|| Ok(Value::from(self.0)))
        }

        fn names(&self) -> Vec<String> {
            vec!["one".to_owned()]
        }

        fn search_path(&self, _: &str) -> Vec<PathBuf> {
            Vec::new()
        }
    }

    /// An engine that counts the vaults which it opens; those that say so cannot be opened.
    fn engine(opened: &Arc<AtomicUsize>) -> Engine {
        let opened = Arc::clone(opened);
        Engine::new(Settings {
            strict_conditions: true,
            environment: BTreeMap::new(),
            configuration: crate::template::Configuration::default(),
            decrypt: Box::new(move |envelope| {
                opened.fetch_add(1, Ordering::Relaxed);
                match envelope.contains("wrong") {
                    true => Err("it is wrong".to_owned()),
                    false => Ok("plain".to_owned()),
                }
            }),
        })
    }

    fn written(text: &str) -> Written {
        let file = SourceFile::new("vars.yml", text);
        Written::new(yaml::load_one(&file).unwrap())
    }

    fn nobody() -> Arc<dyn Variables> {
        panic!("a constant asks for no variables")
    }

    #[test]
    fn what_no_host_can_change_is_made_once_and_shared() {
        let opened = Arc::default();
        let engine = engine(&opened);
        let users = written("- {name: ada, uid: 7}\n- [1, two, !unsafe '{{ no }}']\n");
        let first = users.value(&engine, nobody).unwrap();
        assert_eq!(
            first.to_string(),
            "[{'name': 'ada', 'uid': 7}, [1, 'two', '{{ no }}']]"
        );
        let again = users.value(&engine, nobody).unwrap();
        let list =
            |value: &Value| std::ptr::from_ref(value.downcast_object_ref::<Vec<Value>>().unwrap());
        assert_eq!(list(&first), list(&again));
        let secret = written("!vault '$ANSIBLE_VAULT;x'");
        for _ in 0..2 {
            let value = secret.value(&engine, nobody).unwrap();
            assert_eq!(value, Value::from("plain"));
        }
        assert_eq!(opened.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn of_many_vaults_those_are_opened_that_are_read() {
        let opened = Arc::default();
        let engine = engine(&opened);
        let users = written(
            "- {name: ada, key: !vault '$ANSIBLE_VAULT;x', more: {a: !vault '$ANSIBLE_VAULT;y'}}\n- {name: bob, key: !vault '$ANSIBLE_VAULT;wrong'}\n",
        );
        let users = users.value(&engine, nobody).unwrap();
        let names = users.try_iter().unwrap();
        let names: Vec<_> = names.map(|user| user.get_attr("name").unwrap()).collect();
        assert_eq!(names, [Value::from("ada"), Value::from("bob")]);
        assert_eq!(opened.load(Ordering::Relaxed), 0);
        let ada = users.get_item(&Value::from(0)).unwrap();
        assert_eq!(ada.get_attr("key").unwrap(), Value::from("plain"));
        assert_eq!(opened.load(Ordering::Relaxed), 1);
        assert!(whole(users).is_err());
        assert_eq!(
            whole(ada).unwrap().to_string(),
            "{'name': 'ada', 'key': 'plain', 'more': {'a': 'plain'}}"
        );
    }

    #[test]
    fn what_is_a_template_is_made_for_each_who_asks() {
        let engine = engine(&Arc::default());
        let port = written("{port: '{{ one + 1 }}'}");
        for number in [1, 2] {
            let value = port.value(&engine, || Arc::new(One(number))).unwrap();
            assert_eq!(value.get_attr("port").unwrap(), Value::from(number + 1));
        }
        let key = written("{'{{ one }}': 1}");
        let value = key.value(&engine, || Arc::new(One(7))).unwrap();
        assert_eq!(value.to_string(), "{7: 1}");
    }

    #[test]
    fn a_vault_that_cannot_be_opened_fails_whoever_asks() {
        let engine = engine(&Arc::default());
        let secret = written("!vault '$ANSIBLE_VAULT;wrong'");
        for _ in 0..2 {
            let error = secret.value(&engine, || Arc::new(One(1))).unwrap_err();
            assert!(error.message.contains("it is wrong"), "{error}");
        }
    }
}
