//! What the pages say is so: tables list what there is, sessions run as shown, options exist, links lead somewhere.

use {
    farcast::{control, module},
    std::{
        collections::BTreeSet,
        env, fs,
        path::{Path, PathBuf},
        process::Command,
    },
};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const FARCAST: &str = env!("CARGO_BIN_EXE_farcast");

struct Page {
    name: &'static str,
    text: String,
}

/// A block of code: its language and its lines.
struct Block<'a> {
    language: &'a str,
    lines: Vec<&'a str>,
}

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(ROOT).join(path)).unwrap()
}

fn pages() -> Vec<Page> {
    let names = [
        "README.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "docs/architecture.md",
        "docs/ci.md",
        "docs/events.md",
        "docs/inventory.md",
        "docs/speed.md",
        "docs/pull.md",
        "docs/scale.md",
    ];
    let page = |name| Page {
        name,
        text: read(name),
    };
    names.into_iter().map(page).collect()
}

impl Page {
    fn blocks(&self) -> Vec<Block<'_>> {
        let mut blocks = Vec::new();
        let mut open: Option<Block> = None;
        for line in self.text.lines() {
            match (line.strip_prefix("```"), open.take()) {
                (Some(_), Some(block)) => blocks.push(block),
                (Some(language), None) => {
                    let lines = Vec::new();
                    open = Some(Block { language, lines });
                }
                (None, Some(mut block)) => {
                    block.lines.push(line);
                    open = Some(block);
                }
                (None, None) => {}
            }
        }
        assert!(open.is_none(), "{}: a block is not closed", self.name);
        blocks
    }
}

/// The words in backticks in the table rows under a heading of the README.
fn table(heading: &str) -> BTreeSet<String> {
    let readme = read("README.md");
    let (_, part) = readme.split_once(&format!("# {heading}\n")).unwrap();
    let part = part.split("\n#").next().unwrap();
    let rows = part.lines().filter(|line| line.starts_with("| "));
    rows.flat_map(|row| row.split('`').skip(1).step_by(2))
        .map(str::to_owned)
        .collect()
}

fn farcast(arguments: &[&str]) -> (i32, String) {
    let output = Command::new(FARCAST)
        .args(arguments)
        .current_dir(ROOT)
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    (output.status.code().unwrap(), text)
}

fn assert_same(what: &str, said: &BTreeSet<String>, there: &BTreeSet<String>) {
    let missing: Vec<_> = there.difference(said).collect();
    let gone: Vec<_> = said.difference(there).collect();
    assert!(
        missing.is_empty() && gone.is_empty(),
        "README.md, {what}: not listed: {missing:?}; listed and not there: {gone:?}"
    );
}

#[test]
fn the_tables_of_modules_are_the_registries() {
    let said = table("Modules");
    let modules =
        module::all().flat_map(|entry| [entry.name].into_iter().chain(entry.aliases.to_vec()));
    // The controller's part of a module is nothing without the module.
    let whole = |entry: &&control::Entry| !entry.schema().arguments.is_empty();
    let control = control::all().iter().filter(whole).map(|entry| entry.name);
    let imports = ["import_playbook", "import_role", "import_tasks"];
    let there = modules.chain(control).chain(imports);
    assert_same("Modules", &said, &there.map(str::to_owned).collect());
}

#[test]
fn the_table_of_verbs_is_the_command_line() {
    let (_, help) = farcast(&["--help"]);
    let (_, rest) = help.split_once("Commands:\n").unwrap();
    let verb = |line: &str| {
        let name = line.strip_prefix("  ")?.split(' ').next()?;
        (!name.is_empty() && name != "help").then(|| name.to_owned())
    };
    let lines = rest.lines().take_while(|line| !line.is_empty());
    assert_same("Verbs", &table("Verbs"), &lines.filter_map(verb).collect());
}

#[test]
fn the_exit_codes_are_those_of_the_program() {
    let constants = read("src/cli/exit.rs");
    let codes = constants
        .lines()
        .filter_map(|line| line.strip_prefix("pub const "))
        .filter_map(|line| line.split_once(" = "))
        .map(|(_, code)| code.trim_end_matches(';').to_owned())
        .collect();
    assert_same("Exit codes", &table("Exit codes"), &codes);
}

/// Runs each `$ command` of a session as its reader would, and compares what it says.
fn replay(page: &str, session: &Block, home: &Path) {
    let bin = Path::new(FARCAST).parent().unwrap().to_owned();
    let others = env::var_os("PATH").unwrap_or_default();
    let path = env::join_paths([bin].into_iter().chain(env::split_paths(&others))).unwrap();
    let (mut code, mut shown) = (0, Vec::new());
    for command in session
        .lines
        .iter()
        .filter_map(|line| line.strip_prefix("$ "))
    {
        let output = Command::new("sh")
            .args(["-c", &format!("(exit {code}); {command}\n")])
            .current_dir(ROOT)
            .env("PATH", &path)
            .env("HOME", home)
            .env("COLUMNS", "100")
            .env("NO_COLOR", "1")
            .output()
            .unwrap();
        code = output.status.code().unwrap();
        shown.push(format!("$ {command}"));
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8(text).unwrap();
        shown.extend(text.lines().map(|line| line.trim_end().to_owned()));
    }
    assert_eq!(
        shown.join("\n"),
        session.lines.join("\n"),
        "{page}: a session is not as shown"
    );
}

#[test]
fn sessions_run_as_shown() {
    let home = tempfile::tempdir().unwrap();
    let mut sessions = 0;
    for page in pages() {
        for block in page.blocks() {
            if block.language == "console" {
                replay(page.name, &block, home.path());
                sessions += 1;
            }
        }
    }
    assert!(sessions > 0, "no page shows a session");
}

/// The line with a 1 for each variable: `$NAME` of a shell, `${{ name }}` of a workflow.
fn expanded(line: &str) -> String {
    let mut parts = line.split('$');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let word = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        let rest = match part
            .strip_prefix("{{")
            .and_then(|rest| rest.split_once("}}"))
        {
            Some((_, rest)) => rest,
            None => part.trim_start_matches(word),
        };
        let is_variable = rest.len() < part.len();
        text.push(if is_variable { '1' } else { '$' });
        text.push_str(rest);
    }
    text
}

/// The commands of farcast in a line of a script: from its name to whatever ends it.
fn commands(line: &str) -> Option<Vec<String>> {
    let line = expanded(line.split(" # ").next()?);
    let start = line.find("farcast ")?;
    let before = line[..start].chars().next_back();
    if before.is_some_and(|before| !before.is_whitespace() && !"'\"/".contains(before)) {
        return None;
    }
    let quotes: &[char] = &['\'', '"', ')'];
    let plain = || {
        let words = line[start..].split_whitespace();
        words
            .map(|word| word.trim_matches(quotes).to_owned())
            .collect()
    };
    // A command inside the quotes of another language cannot be split as a shell does.
    let words = shlex::split(&line[start..]).unwrap_or_else(plain);
    let goes_on =
        |word: &String| !["", "|", "||", "&&", ";", ">", "2>", "#", "\\"].contains(&word.as_str());
    let words: Vec<String> = words.into_iter().skip(1).take_while(goes_on).collect();
    let verb = words.first()?;
    verb.starts_with(|letter: char| letter.is_ascii_lowercase())
        .then_some(words)
}

#[test]
fn commands_have_verbs_and_options_that_exist() {
    let scripts = ["sh", "yaml", "groovy", "text"];
    let mut checked = 0;
    for page in pages() {
        for block in page.blocks() {
            if !scripts.contains(&block.language) {
                continue;
            }
            for words in block.lines.iter().filter_map(|line| commands(line)) {
                // The last word asks for help, and clap complains of what it does not know before that.
                let words: Vec<&str> = words.iter().map(String::as_str).chain(["--help"]).collect();
                let (code, text) = farcast(&words);
                assert_eq!(code, 0, "{}: farcast {words:?}: {text}", page.name);
                checked += 1;
            }
        }
    }
    assert!(checked > 5, "the pages show commands");
}

#[test]
fn make_has_what_the_pages_ask_of_it() {
    let makefile = read("Makefile");
    for page in pages() {
        for (at, _) in page.text.match_indices("make ") {
            let before = page.text[..at].chars().next_back();
            if !matches!(before, Some('`' | '\n')) {
                continue;
            }
            let rest = &page.text[at + "make ".len()..];
            let word = |letter: &char| letter.is_ascii_lowercase() || *letter == '-';
            let target: String = rest.chars().take_while(word).collect();
            let there = makefile
                .lines()
                .any(|line| line.starts_with(&format!("{target}:")));
            assert!(there, "{}: `make {target}`: no such target", page.name);
        }
    }
}

#[test]
fn links_lead_somewhere() {
    for page in pages() {
        let path = Path::new(ROOT).join(page.name);
        for target in page.text.split("](").skip(1) {
            let target = target.split(')').next().unwrap();
            let target = target.split('#').next().unwrap();
            let there: PathBuf = path.parent().unwrap().join(target);
            assert!(
                target.contains("://") || there.exists(),
                "{}: nothing at {target}",
                page.name
            );
        }
    }
}
