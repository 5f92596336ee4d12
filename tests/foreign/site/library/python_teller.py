#!/usr/bin/python
"""Says who it is, and leaves a file unless it only looks."""

import getpass
import os

from ansible.module_utils.basic import AnsibleModule


def main():
    module = AnsibleModule(
        argument_spec=dict(greeting=dict(required=True), path=dict(type="path"), secret=dict(no_log=True)),
        supports_check_mode=True,
    )
    path = module.params["path"]
    changed = bool(path) and not os.path.exists(path)
    if changed and not module.check_mode:
        open(path, "w").close()
    module.exit_json(
        changed=changed, heard=module.params["greeting"], user=getpass.getuser(), room=os.path.isdir(module.tmpdir)
    )


if __name__ == "__main__":
    main()
