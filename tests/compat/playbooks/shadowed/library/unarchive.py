#!/usr/bin/python
# WANT_JSON
"""Stands in for Ansible's own module and says what it was given."""

import json
import sys

with open(sys.argv[1]) as file:
    given = json.load(file)
given = {name: value for name, value in given.items() if not name.startswith("_ansible")}
print(json.dumps({"changed": False, "shadow": "unarchive", "given": sorted(given.items())}))
