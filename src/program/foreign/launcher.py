# Runs a module that farcast packed. The last line calls `run` with the arguments.


def run(arguments):
    import sys

    sys.path[:] = [path for path in sys.path if path not in ("", ".")]

    import base64
    import json
    import os
    import shutil
    import tempfile

    try:
        os.getcwd()
    except OSError:
        os.chdir("/")
    given = sys.argv[1:]
    sys.argv[1:] = []
    room = os.path.realpath(given[0] if given else tempfile.mkdtemp(prefix=".farcast-"))
    try:
        archive = os.path.join(room, "module.zip")
        with open(archive, "wb") as file:
            file.write(base64.b64decode(ARCHIVE))
        arguments = json.loads(base64.b64decode(arguments).decode("utf-8"))
        arguments["_ansible_tmpdir"] = room
        parameters = json.dumps({"ANSIBLE_MODULE_ARGS": arguments}).encode("utf-8")
        sys.path.insert(0, archive)
        from ansible.module_utils._internal._ansiballz import _loader

        _loader.run_module(
            json_params=parameters, profile="legacy", module_fqn=FULL_NAME, modlib_path=archive, extensions={}
        )
    finally:
        if not given:
            shutil.rmtree(room, ignore_errors=True)


