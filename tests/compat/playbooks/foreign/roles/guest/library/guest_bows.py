#!/usr/bin/python
from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils import manners


def main():
    AnsibleModule(argument_spec={}).exit_json(does=manners.bow())


main()
