use {
    super::Room,
    std::{io::ErrorKind, net::TcpListener},
};

const PLAY: &str = r#"
- hosts: all
  gather_facts: false
  vars_files: [vars.yml]
  tasks:
    - set_fact:
        port: "{{ base + 1 }}"
    - debug:
        msg: "{{ inventory_hostname }} {{ port }} {{ hostvars[inventory_hostname].port }} {{ groups['all'] | length }}"
    - assert:
        that: port == 81
    - include_vars: vars.yml
    - include_tasks: more.yml
      loop: [1, 2]
    - command: /bin/false
      when: port == 80
    - command: "/bin/echo {{ item }}"
      loop: [a, b]
      when: item == 'c'
    - ping:
      when: false
      become: true
      delegate_to: other
    - block:
        - fail:
            msg: on purpose
      rescue:
        - debug:
            var: ansible_failed_result.msg
      always:
        - meta: flush_handlers
    - group_by:
        key: "port_{{ port }}"
    - add_host:
        name: third
        groups: [late]
    - copy:
        src: "{{ undefined_here }}"
        dest: /nowhere
      when: port == 80
"#;

#[test]
fn engine_steps_touch_no_host() {
    // Whoever would reach a host comes here.
    let door = TcpListener::bind("127.0.0.1:0").unwrap();
    door.set_nonblocking(true).unwrap();
    let port = door.local_addr().unwrap().port();
    let inventory = format!(
        "one\ntwo\nother\n[all:vars]\nansible_host=127.0.0.1\nansible_port={port}\nansible_connection=russh\n"
    );
    let room = Room::new()
        .with("hosts", &inventory)
        .with("vars.yml", "base: 80\n")
        .with("more.yml", "- debug:\n    msg: more {{ item }}\n")
        .with("play.yml", PLAY);
    let told = room.farcast("apply -i hosts play.yml --timeout 5").good();
    assert!(told.contains("one 81 81 3"), "{told}");
    assert!(told.contains("more 2"), "{told}");
    let came = door.accept();
    assert!(
        came.is_err_and(|error| error.kind() == ErrorKind::WouldBlock),
        "a host was reached"
    );
}
