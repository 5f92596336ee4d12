#!/usr/bin/python
from ansible.module_utils.basic import AnsibleModule


def main():
    module = AnsibleModule(argument_spec=dict(path=dict(required=True)))
    open(module.params["path"], "w").close()
    module.exit_json(changed=True)


main()
