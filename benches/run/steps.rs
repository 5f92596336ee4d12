//! The work: so many steps, as a playbook, for pyinfra, and as a shell script by hand.

/// Lines of one file that `lineinfile` holds: each step reads the whole file, so one file must not grow with the steps.
const LINES: usize = 20;

/// The directory on the hosts in which all is made.
pub const PLACE: &str = "/srv/bench";

/// How many steps of each kind.
#[derive(Clone, Copy, Debug)]
pub struct Steps {
    users: usize,
    directories: usize,
    files: usize,
    lines: usize,
}

impl Steps {
    /// The usual mix: two in five write a file; users, directories and lines share the rest.
    pub fn of(total: usize) -> Self {
        let fifth = total / 5;
        Self {
            users: fifth,
            directories: fifth,
            files: total - 3 * fifth,
            lines: fifth,
        }
    }

    /// The mix without users, each of which takes tens of milliseconds to make.
    pub fn without_users(total: usize) -> Self {
        let quarter = total / 4;
        Self {
            users: 0,
            directories: quarter,
            files: total - 2 * quarter,
            lines: quarter,
        }
    }

    /// All steps together.
    pub fn total(&self) -> usize {
        self.users + self.directories + self.files + self.lines
    }

    /// As a playbook.
    pub fn playbook(&self) -> String {
        let user = |i| {
            step(
                "User",
                i,
                "user",
                &format!("name: bench{i}, shell: /bin/sh"),
            )
        };
        let directory = |i| {
            let arguments = format!("path: {PLACE}/directory{i}, state: directory, mode: \"0755\"");
            step("Directory", i, "file", &arguments)
        };
        let file = |i| {
            let arguments =
                format!("content: \"value {i}\\n\", dest: {PLACE}/file{i}, mode: \"0644\"");
            step("File", i, "copy", &arguments)
        };
        let line = |i| {
            let path = lines_file(i);
            let arguments = format!("path: {path}, line: line {i}, create: true, mode: \"0644\"");
            step("Line", i, "lineinfile", &arguments)
        };
        let head = "- hosts: all\n  gather_facts: false\n  tasks:\n".to_owned();
        let steps = (0..self.users).map(user);
        let steps = steps.chain((0..self.directories).map(directory));
        let steps = steps.chain((0..self.files).map(file));
        std::iter::once(head)
            .chain(steps.chain((0..self.lines).map(line)))
            .collect()
    }

    /// The same as a deploy of pyinfra.
    pub fn pyinfra(&self) -> String {
        let Self {
            users,
            directories,
            files,
            lines,
        } = self;
        format!(
            "from io import StringIO\n\
             from pyinfra.operations import files, server\n\
             for i in range({users}):\n    server.user(name=f\"User {{i}}\", user=f\"bench{{i}}\", shell=\"/bin/sh\")\n\
             for i in range({directories}):\n    files.directory(name=f\"Directory {{i}}\", path=f\"{PLACE}/directory{{i}}\", mode=\"755\")\n\
             for i in range({files}):\n    files.put(name=f\"File {{i}}\", src=StringIO(f\"value {{i}}\\n\"), dest=f\"{PLACE}/file{{i}}\", mode=\"644\")\n\
             for i in range({lines}):\n    files.line(name=f\"Line {{i}}\", path=f\"{PLACE}/lines{{i // {LINES}}}\", line=f\"line {{i}}\")\n"
        )
    }

    /// The same as a person would write it for `sh`: may be run twice, and no more careful than that.
    pub fn shell(&self) -> String {
        let user = |i| format!("id bench{i} >/dev/null 2>&1 || useradd -m -s /bin/sh bench{i}\n");
        let directory =
            |i| format!("mkdir -p {PLACE}/directory{i}\nchmod 0755 {PLACE}/directory{i}\n");
        let file =
            |i| format!("printf 'value {i}\\n' > {PLACE}/file{i}\nchmod 0644 {PLACE}/file{i}\n");
        let line = |i| {
            let path = lines_file(i);
            format!(
                "grep -qxF 'line {i}' {path} 2>/dev/null || echo 'line {i}' >> {path}\nchmod 0644 {path}\n"
            )
        };
        let steps = (0..self.users).map(user);
        let steps = steps.chain((0..self.directories).map(directory));
        let steps = steps.chain((0..self.files).map(file));
        let steps = steps.chain((0..self.lines).map(line));
        std::iter::once("set -e\n".to_owned())
            .chain(steps)
            .collect()
    }

    /// What takes all of it away again.
    pub fn undo(&self) -> String {
        let user = |i| format!("userdel -r bench{i} 2>/dev/null; ");
        let users: String = (0..self.users).map(user).collect();
        format!("{users}rm -rf {PLACE}; true")
    }
}

fn lines_file(i: usize) -> String {
    format!("{PLACE}/lines{}", i / LINES)
}

fn step(kind: &str, i: usize, module: &str, arguments: &str) -> String {
    format!("    - name: {kind} {i}\n      {module}: {{{arguments}}}\n")
}
