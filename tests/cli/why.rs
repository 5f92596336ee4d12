use super::Room;

const SITE: &str = r#"- name: Web servers
  hosts: web
  gather_facts: false
  vars:
    port: 8080
  roles:
    - web
  tasks:
    - name: Show
      debug: {var: port}
    - name: Other
      vars: {port: 1}
      debug: {msg: "{{ port | default(3) }} {{ url }}"}
    - command: "true"
      register: port
"#;

fn room() -> Room {
    Room::new()
        .with("hosts", "[web]\nw1 port=81\nw2\n[web:vars]\nport=80\n")
        .with("group_vars/web.yml", "port: 82\nurl: http://{{ inventory_hostname }}:{{ port }}/\n")
        .with("roles/web/defaults/main.yml", "port: 79\n")
        .with(
            "roles/web/tasks/main.yml",
            "- name: Write it\n  template: {src: a.j2, dest: /a}\n- name: Change it\n  set_fact: {port: 99}\n",
        )
        .with("roles/web/templates/a.j2", "listen {{ port }};\n")
        .with("site.yml", SITE)
}

#[test]
fn shows_winners_losers_and_readers() {
    insta::assert_snapshot!(room().farcast("why port --host w1 -i hosts site.yml").good(), @"");
}

#[test]
fn the_inventory_alone_needs_no_playbook() {
    insta::assert_snapshot!(room().farcast("why port --host w2 -i hosts").good(), @"");
    insta::assert_snapshot!(room().farcast("why url --host w2 -i hosts -e port=1").good(), @"");
    insta::assert_snapshot!(room().farcast("why groups --host w2 -i hosts").good(), @"");
    insta::assert_snapshot!(room().farcast("why nothing --host w2 -i hosts").good(), @"");
}

#[test]
fn tells_programs_in_json() {
    let told = room().farcast("why url --host w1 -i hosts site.yml --format jsonl");
    insta::assert_snapshot!(told.good(), @"");
}

#[test]
fn refuses_what_is_not_there() {
    insta::assert_snapshot!(room().farcast("why port --host w3 -i hosts").bad(), @"");
    let told = room()
        .with("db.yml", "- hosts: db\n")
        .farcast("why port --host w1 -i hosts db.yml");
    insta::assert_snapshot!(told.bad(), @"");
}

#[test]
fn hides_what_came_out_of_a_vault() {
    let room = room()
        .with("pw", "pw")
        .with("host_vars/w1.yml", "token: hunter2\n");
    room.farcast("vault encrypt host_vars/w1.yml --vault-id pw")
        .good();
    for options in ["", "--format jsonl"] {
        let told = room
            .farcast(&format!(
                "why token --host w1 -i hosts --vault-id pw {options}"
            ))
            .good();
        assert!(
            told.contains("********") && !told.contains("hunter2"),
            "{told}"
        );
    }
}
