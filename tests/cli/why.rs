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
    insta::assert_snapshot!(room().farcast("why port --host w1 -i hosts site.yml").good(), @r#"
    port of w1 is 8080
    in the play `Web servers` (site.yml:1:3)

    Defined, weakest first:
      role defaults          roles/web/defaults/main.yml:1:7  79       role web
      inventory group        hosts:5:6                        80       group web
      playbook group_vars/*  group_vars/web.yml:1:7           82       group web
      inventory host         hosts:2:4                        port=81
    > play vars              site.yml:5:11                    8080

    Defined for a part of the play, which wins there:
      task vars            site.yml:12:20                 1   in this task
      set_fact / register  roles/web/tasks/main.yml:4:20  99  after `web : Change it` has run
      set_fact / register  site.yml:15:17                     after `command` has run

    Read by:
      group_vars/web.yml:2:41        the variable `url`
      roles/web/templates/a.j2:1:11  the template of the task `web : Write it`
      site.yml:10:20                 the task `Show`
      site.yml:13:24                 the task `Other`
    "#);
}

#[test]
fn the_inventory_alone_needs_no_playbook() {
    insta::assert_snapshot!(room().farcast("why port --host w2 -i hosts").good(), @r#"
    port of w2 is 82

    Defined, weakest first:
      inventory group         hosts:5:6               80  group web
    > inventory group_vars/*  group_vars/web.yml:1:7  82  group web

    Read by:
      group_vars/web.yml:2:41  the variable `url`
    "#);
    insta::assert_snapshot!(room().farcast("why url --host w2 -i hosts -e port=1").good(), @r#"
    url of w2 is "http://w2:1/"

    Defined, weakest first:
    > inventory group_vars/*  group_vars/web.yml:2:6  http://{{ inventory_hostname }}:{{ port }}/  group web
    "#);
    insta::assert_snapshot!(room().farcast("why groups --host w2 -i hosts").good(), @r#"
    groups of w2 is {"all":["w1","w2"],"ungrouped":[],"web":["w1","w2"]}

    Defined, weakest first:
    > magic variable  set by farcast
    "#);
    insta::assert_snapshot!(room().farcast("why nothing --host w2 -i hosts").good(), @"nothing of w2 is not defined");
}

#[test]
fn tells_programs_in_json() {
    let told = room().farcast("why url --host w1 -i hosts site.yml --format jsonl");
    insta::assert_snapshot!(told.good(), @r#"
    {"kind":"value","variable":"url","host":"w1","play":"Web servers","defined":true,"value":"http://w1:8080/","error":null}
    {"kind":"definition","play":"Web servers","level":"playbook group_vars/*","wins":true,"text":"http://{{ inventory_hostname }}:{{ port }}/","owner":"group web","only":null,"file":"group_vars/web.yml","line":2,"column":6}
    {"kind":"reader","play":"Web servers","what":"the task `Other`","file":"site.yml","line":13,"column":48}
    "#);
}

#[test]
fn refuses_what_is_not_there() {
    insta::assert_snapshot!(room().farcast("why port --host w3 -i hosts").bad(), @r#"
    × the inventory has no host `w3`
    help: did you mean `w1`?
    "#);
    let told = room()
        .with("db.yml", "- hosts: db\n")
        .farcast("why port --host w1 -i hosts db.yml");
    insta::assert_snapshot!(told.bad(), @r#"
    × no play is for the host `w1`
    help: `farcast apply --list-hosts` says who the plays are for
    "#);
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
