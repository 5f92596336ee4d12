#!/bin/sh
# Prints everything at once.
cat <<'JSON'
{
  "_meta": {"hostvars": {"s1": {"a": 1, "t": {"__ansible_unsafe": "{{ x }}"}}, "s3": {"b": [1.0, "two"]}, "absent": {}}},
  "web": {"hosts": ["s1", "s2"], "vars": {"kind": "web", "ansible_group_priority": 3}, "children": ["inner"]},
  "inner": {"hosts": ["s3"]},
  "plain": ["s2", "s4"],
  "alone": {"only": "variables"}
}
JSON
