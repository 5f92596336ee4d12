use {regex::bytes::Regex, std::sync::LazyLock};

/// How a module is written, which says how it gets its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A program that the host's machine runs: a file of JSON.
    Binary,
    /// A script that says `WANT_JSON`: the same.
    WantJson,
    /// Any other script: a file of `name=value` words.
    Words,
    /// A script with a mark in the place of its arguments.
    Within,
    /// Python with Ansible's `module_utils`.
    Python,
    /// For Windows.
    PowerShell,
}

/// What stands in a script for its arguments as JSON.
pub const ARGUMENTS_MARK: &str = "<<INCLUDE_ANSIBLE_MODULE_JSON_ARGS>>";

/// What old modules have in place of an import of `module_utils`.
const COMMON_MARK: &str = "#<<INCLUDE_ANSIBLE_MODULE_COMMON>>";

/// So much of a file's beginning tells whether it is text.
const BEGINNING: usize = 1024;

/// Imports of `module_utils`: Ansible's own, a collection's by its name, or a neighbour's.
static USES_MODULE_UTILS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let of_collection = r"ansible_collections\.[^.]+\.[^.]+\.plugins\.";
    let from = format!(r"from +(?:\.{{2,}} *|ansible\.|{of_collection})module_utils.* +import ");
    let import = format!(r"import +(?:ansible\.module_utils\.|{of_collection}module_utils)");
    Regex::new(&format!("(?-u){from}|{import}")).ok()
});

impl Kind {
    /// Tells the kind by the content, as Ansible does.
    pub fn of(content: &[u8]) -> Self {
        let has = |mark: &str| contains(content, mark.as_bytes());
        let uses_utils = || {
            USES_MODULE_UTILS
                .as_ref()
                .is_some_and(|uses| uses.is_match(content))
        };
        match () {
            () if is_binary(content) => Self::Binary,
            () if has(COMMON_MARK) || uses_utils() => Self::Python,
            () if is_power_shell(content) => Self::PowerShell,
            () if has(ARGUMENTS_MARK) => Self::Within,
            () if has("WANT_JSON") => Self::WantJson,
            () => Self::Words,
        }
    }
}

/// The interpreter that a script's first line names, with its options; nothing where it names none.
pub fn interpreter(content: &[u8]) -> Option<Vec<String>> {
    let line = content.split(|byte| *byte == b'\n').next()?;
    let line = String::from_utf8_lossy(line);
    let words = shlex::split(line.strip_prefix("#!")?.trim())?;
    (!words.is_empty()).then_some(words)
}

/// Text has no control characters but those that move the cursor, ring or escape.
fn is_binary(content: &[u8]) -> bool {
    let beginning = &content[..content.len().min(BEGINNING)];
    let is_text = |byte: &u8| matches!(byte, 7..=10 | 12 | 13 | 27 | 32..=126 | 128..);
    !beginning.iter().all(is_text)
}

fn is_power_shell(content: &[u8]) -> bool {
    let text = String::from_utf8_lossy(content).to_lowercase();
    let marks = [
        "# powershell_common",
        "#requires -module",
        "#requires -version",
        "#ansiblerequires -",
    ];
    marks.iter().any(|mark| text.contains(mark))
}

fn contains(content: &[u8], mark: &[u8]) -> bool {
    content.windows(mark.len()).any(|window| window == mark)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_told_by_content() {
        for (content, kind) in [
            ("\x7fELF\x02\x01\x01\0", Kind::Binary),
            ("#!/bin/sh\n# WANT_JSON\n", Kind::WantJson),
            ("#!/bin/sh\necho\n", Kind::Words),
            (
                "#!/usr/bin/perl\n<<INCLUDE_ANSIBLE_MODULE_JSON_ARGS>>",
                Kind::Within,
            ),
            (
                "from ansible.module_utils.basic import AnsibleModule\n",
                Kind::Python,
            ),
            ("from ansible.module_utils import basic\n", Kind::Python),
            ("import ansible.module_utils.basic\n", Kind::Python),
            ("from ..module_utils.x import y\n", Kind::Python),
            (
                "from ansible_collections.a.b.plugins.module_utils.c import d\n",
                Kind::Python,
            ),
            ("#<<INCLUDE_ANSIBLE_MODULE_COMMON>>\n", Kind::Python),
            (
                "#AnsibleRequires -CSharpUtil Ansible.Basic\n",
                Kind::PowerShell,
            ),
            (
                "import json  # WANT_JSON, no module_utils\n",
                Kind::WantJson,
            ),
        ] {
            assert_eq!(Kind::of(content.as_bytes()), kind, "{content}");
        }
    }

    #[test]
    fn an_interpreter_may_have_options() {
        let words = |text: &str| interpreter(text.as_bytes());
        let env = ["/usr/bin/env", "python3"].map(str::to_owned).to_vec();
        assert_eq!(words("#! /usr/bin/env python3\nx"), Some(env));
        assert_eq!(words("#!/bin/sh"), Some(vec!["/bin/sh".to_owned()]));
        assert_eq!(words("echo\n#!/bin/sh"), None);
    }
}
