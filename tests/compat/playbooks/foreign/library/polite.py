#!/usr/bin/python
from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.house import greeting


def main():
    module = AnsibleModule(
        argument_spec=dict(
            name=dict(required=True),
            count=dict(type="int", default=1),
            way=dict(choices=["loud", "low"], default="low"),
            secret=dict(no_log=True),
        ),
    )
    if module.params["name"] == "nobody":
        raise ValueError("nobody is there")
    if module.params["name"] == "enemy":
        module.fail_json(msg="go away", reason="enemy", rc=5)
    module.warn("mind the step")
    module.deprecate("greetings are old", version="9.9", collection_name="house.guests")
    module.exit_json(changed=True, said=[greeting(module.params["name"])] * module.params["count"], check=module.check_mode)


main()
