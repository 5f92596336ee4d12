#!/usr/bin/python3
import json

arguments = json.loads(r'''<<INCLUDE_ANSIBLE_MODULE_JSON_ARGS>>''')
print(json.dumps({"arguments": {name: value for name, value in arguments.items() if not name.startswith("_")}}))
