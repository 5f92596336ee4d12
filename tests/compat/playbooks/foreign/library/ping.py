#!/usr/bin/python
"""A person's own module of a name that Ansible has, too."""

from ansible.module_utils.basic import AnsibleModule


def main():
    module = AnsibleModule(argument_spec=dict(data=dict(default="pong")))
    module.exit_json(ping="own " + module.params["data"])


main()
