use super::Room;

pub const INVENTORY: &str = "[web]\nw1\nw2\n[db]\nd1\n";

pub const SITE: &str = r#"
- name: First
  hosts: all
  tags: p
  roles:
    - role: base
      tags: [r]
  pre_tasks:
    - debug: msg=1
      tags: [x, y]
  tasks:
    - name: never by itself
      debug:
      tags: never
    - import_tasks: more.yml
    - include_tasks: more.yml
      tags: i
    - block:
        - name: in a block
          debug:
        - ping:
      rescue:
        - name: rescued
          debug:
      tags: b
    - meta: flush_handlers
  handlers:
    - name: a handler
      debug:
- hosts: web:!w2
  vars: {what: second}
  name: The {{ what }}
  tasks:
    - name: raw {{ what }}
      ansible.builtin.ping:
- hosts: [db, web]
  tasks:
    - action: ping
- import_playbook: other.yml
"#;

pub fn room() -> Room {
    Room::new()
        .with("hosts", INVENTORY)
        .with("site.yml", SITE)
        .with("more.yml", "- name: imported\n  debug:\n  tags: z\n")
        .with(
            "other.yml",
            "- hosts: db\n  gather_facts: false\n  tasks:\n    - ping:\n",
        )
        .with(
            "roles/base/tasks/main.yml",
            "- name: from a role\n  ping:\n- ping:\n",
        )
}

#[test]
fn lists_all_there_is() {
    let told = room().farcast("apply -i hosts site.yml --list-hosts --list-tasks --list-tags");
    insta::assert_snapshot!(told.good().trim(), @r#"
    playbook: site.yml

      play #1 (all): First	TAGS: [p]
        pattern: ['all']
        hosts (3):
          w1
          w2
          d1
        tasks:
          debug	TAGS: [p, x, y]
          base : from a role	TAGS: [p, r]
          ping	TAGS: [p, r]
          never by itself	TAGS: [never, p]
          imported	TAGS: [p, z]
          include_tasks	TAGS: [i, p]
          in a block	TAGS: [b, p]
          ping	TAGS: [b, p]
          meta	TAGS: [p]
          TASK TAGS: [b, i, never, p, r, x, y, z]

      play #2 (web:!w2): The second	TAGS: []
        pattern: ['web:!w2']
        hosts (1):
          w1
        tasks:
          raw {{ what }}	TAGS: []
          TASK TAGS: []

      play #3 (db,web): db,web	TAGS: []
        pattern: ['db', 'web']
        hosts (3):
          d1
          w1
          w2
        tasks:
          ping	TAGS: []
          TASK TAGS: []

      play #4 (db): db	TAGS: []
        pattern: ['db']
        hosts (1):
          d1
        tasks:
          ping	TAGS: []
          TASK TAGS: []
    "#);
}

#[test]
fn only_checks() {
    let room = room();
    let told = room.farcast("apply -i hosts site.yml --syntax-check");
    assert_eq!(
        told.good(),
        "
playbook: site.yml
"
    );
    let broken = Room::new().with("site.yml", "- hosts: all\n  taks: []\n");
    let said = broken.farcast("apply -i a, site.yml --syntax-check").bad();
    assert!(said.contains("site.yml:2:3"), "{said}");
}

#[test]
fn asks_before_each_step_until_told_to_go_on() {
    let steps = ["one", "two", "three", "four"]
        .map(|name| format!("    - name: {name}\n      set_stats: {{data: {{ran: {name}}}}}\n"));
    let text = format!(
        "- hosts: localhost\n  gather_facts: false\n  tasks:\n{}",
        steps.concat()
    );
    let room = Room::new().with("play.yml", &text);
    let shown = room
        .farcast_at_terminal("apply --step play.yml", "y\nn\nc\n")
        .good();
    let asked = |name: &str| shown.contains(&format!("TASK: {name} (N)o/(y)es/(c)ontinue:"));
    let ran = |name: &str| shown.contains(&format!("TASK [{name}]"));
    let all = ["one", "two", "three", "four"];
    assert_eq!(all.map(asked), [true, true, true, false], "{shown}");
    assert_eq!(all.map(ran), [true, false, true, true], "{shown}");
}
