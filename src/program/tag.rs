/// Which steps `--tags` and `--skip-tags` leave, as Ansible documents them.
#[derive(Clone, Debug, Default)]
pub struct TagFilter {
    only: Vec<String>,
    skip: Vec<String>,
}

impl TagFilter {
    /// Takes the tags to run (none means all) and those to skip.
    pub fn new(only: Vec<String>, skip: Vec<String>) -> Self {
        Self { only, skip }
    }

    /// Whether a step with these tags runs.
    pub fn selects(&self, tags: &[String]) -> bool {
        self.wanted(tags) && !self.skipped(tags)
    }

    fn wanted(&self, tags: &[String]) -> bool {
        let has = |name: &str| tags.iter().any(|tag| tag == name);
        let asks = |name: &str| self.only.iter().any(|tag| tag == name);
        let named = tags.iter().any(|tag| asks(tag));
        let all = self.only.is_empty() || asks("all");
        if has("always") || named {
            return true;
        }
        if has("never") {
            return false;
        }
        all || (asks("tagged") && !tags.is_empty()) || (asks("untagged") && tags.is_empty())
    }

    fn skipped(&self, tags: &[String]) -> bool {
        let asks = |name: &str| self.skip.iter().any(|tag| tag == name);
        let always = tags.iter().any(|tag| tag == "always");
        tags.iter().any(|tag| asks(tag))
            || (asks("all") && (!always || asks("always")))
            || (asks("tagged") && !tags.is_empty())
            || (asks("untagged") && tags.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selects(only: &[&str], skip: &[&str], tags: &[&str]) -> bool {
        let own = |list: &[&str]| list.iter().map(|tag| tag.to_string()).collect::<Vec<_>>();
        TagFilter::new(own(only), own(skip)).selects(&own(tags))
    }

    #[test]
    fn follows_the_documented_special_tags() {
        assert!(selects(&[], &[], &["a"]));
        assert!(!selects(&["b"], &[], &["a"]));
        assert!(selects(&["b"], &[], &["always"]));
        assert!(!selects(&["b"], &["always"], &["always"]));
        assert!(!selects(&[], &[], &["never", "a"]));
        assert!(selects(&["a"], &[], &["never", "a"]));
        assert!(selects(&["tagged"], &[], &["a"]) && !selects(&["tagged"], &[], &[]));
        assert!(selects(&["untagged"], &[], &[]) && !selects(&["untagged"], &[], &["a"]));
        assert!(!selects(&[], &["a"], &["a", "b"]));
    }
}
