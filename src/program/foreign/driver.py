"""What farcast asks of the controller's Python: where ansible-core is ("where"), and a module packed with the parts of
module_utils that it needs ("build", with an order in JSON on standard input). Answers in JSON."""

import json
import os
import sys

# A directory named `ansible` where a person happens to work is not the package.
sys.path[:] = [path for path in sys.path if path not in ("", ".")]


def where():
    import ansible
    from ansible import release

    return {
        "core": os.path.dirname(os.path.abspath(ansible.__file__)),
        "sites": [path for path in sys.path if os.path.isdir(os.path.join(path, "ansible_collections"))],
        "version": release.__version__,
    }


def looks_only(source):
    """Whether the module declares that it supports check mode."""
    import ast

    name = "supports_check_mode"
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.keyword) and node.arg == name:
            value = node.value
        elif isinstance(node, ast.Dict):
            pairs = zip(node.keys, node.values)
            value = next((value for key, value in pairs if isinstance(key, ast.Constant) and key.value == name), None)
        else:
            continue
        if isinstance(value, ast.Constant) and value.value is True:
            return True
    return False


def build(order):
    import re

    from ansible import release

    if tuple(int(part) for part in release.__version__.split(".")[:2]) < (2, 19):
        raise RuntimeError("it has ansible-core " + release.__version__ + "; 2.19 or newer is needed")

    from ansible.plugins import loader

    loader.init_plugin_loader(order["collections"])
    for directory in order["module_utils"]:
        loader.module_utils_loader.add_directory(directory)

    from ansible.executor import module_common
    from ansible.parsing.dataloader import DataLoader
    from ansible.template import Templar

    path, name = order["path"], order["name"]
    variables = {"ansible_python_interpreter": "/usr/bin/python3", "ansible_facts": {}}
    built = module_common.modify_module(
        module_name=name,
        module_path=path,
        module_args={},
        templar=Templar(loader=DataLoader(), variables=variables),
        task_vars=variables,
        module_compression="ZIP_DEFLATED",
    )
    # Ansible's text holds the archive in base64; archives begin so.
    archive = re.search(rb"UEsDB[A-Za-z0-9+/]+=*", built.b_module_data)
    try:
        full_name = module_common._get_ansible_module_fqn(path)
    except ValueError:
        full_name = "ansible.legacy." + name
    with open(path, "rb") as file:
        foresees = looks_only(file.read())
    return {"archive": archive.group(0).decode(), "full_name": full_name, "foresees": foresees}


def main():
    out, sys.stdout = sys.stdout, sys.stderr
    try:
        answer = where() if sys.argv[1] == "where" else build(json.load(sys.stdin))
    except Exception as problem:
        answer = {"error": str(problem) or type(problem).__name__}
    json.dump(answer, out)


main()
