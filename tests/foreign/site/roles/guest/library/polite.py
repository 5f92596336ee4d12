#!/usr/bin/python
from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.manners import greeting


def main():
    module = AnsibleModule(argument_spec=dict(name=dict(required=True)), supports_check_mode=True)
    if module.params["name"] == "nobody":
        raise ValueError("nobody is there")
    module.exit_json(said=greeting(module.params["name"]))


main()
