use super::Room;

const HOSTS: &str = "[web]\nw1 a=1\nw2\n[db]\nd1\n[prod:children]\nweb\n";

fn room() -> Room {
    Room::new().with("hosts", HOSTS)
}

#[test]
fn draws_a_graph() {
    insta::assert_snapshot!(room().farcast("inventory -i hosts --graph --vars prod").good(), @r#"
    @prod:
      |--@web:
      |  |--w1
      |  |  |--{a = 1}
      |  |--w2
    "#);
}

#[test]
fn lists_and_exports() {
    let room = room();
    insta::assert_snapshot!(room.farcast("inventory -i hosts --list -l web -e z=1").good(), @r#"
    {
        "_meta": {
            "hostvars": {
                "w1": {
                    "a": 1,
                    "z": "1"
                },
                "w2": {
                    "z": "1"
                }
            },
            "profile": "inventory_legacy"
        },
        "all": {
            "children": [
                "ungrouped",
                "db",
                "prod"
            ]
        },
        "prod": {
            "children": [
                "web"
            ]
        },
        "web": {
            "hosts": [
                "w1",
                "w2"
            ]
        }
    }
    "#);
    insta::assert_snapshot!(room.farcast("inventory -i hosts --list --yaml --export -l w1").good(), @r#"
    all:
      children:
        prod:
          children:
            web:
              hosts:
                w1:
                  a: 1
    "#);
    room.farcast("inventory -i hosts --host w1 --output out")
        .good();
    assert_eq!(room.read("out"), "{\n    \"a\": 1\n}\n");
}

#[test]
fn hides_what_came_out_of_a_vault() {
    let room = room()
        .with("pw", "pw")
        .with("group_vars/web.yml", "token: hunter2\n");
    room.farcast("vault encrypt group_vars/web.yml --vault-id pw")
        .good();
    let graph = room
        .farcast("inventory -i hosts --graph --vars --vault-id pw")
        .good();
    assert!(graph.contains("{token = ********}"), "{graph}");
    assert!(!graph.contains("hunter2"), "{graph}");
}

#[test]
fn says_what_is_to_be_shown() {
    let told = room().farcast("inventory -i hosts");
    assert!(told.bad().contains("--list|--graph|--host"));
}
