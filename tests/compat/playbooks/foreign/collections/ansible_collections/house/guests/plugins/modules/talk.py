#!/usr/bin/python
from ansible.module_utils.basic import AnsibleModule

from ..module_utils.talk import words


def main():
    module = AnsibleModule(argument_spec=dict(count=dict(type="int", required=True)), supports_check_mode=True)
    module.exit_json(words=words(module.params["count"]))


main()
