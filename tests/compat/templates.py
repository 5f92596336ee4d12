"""Asks ansible-core what templates mean.

In, as JSON: {"vars": a YAML file, "ground": a directory, "cases": [{"kind": …, "text": …}]}.
Out: for each case {"value": as Python writes it} or {"error": …}.
"""

import json
import sys

from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import init_plugin_loader
from ansible.template import Templar, trust_as_template


def plain(value):
    """The value in Python's own types, so that it prints as they do."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, dict):
        return {plain(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    for kind in (int, float, str, bytes):
        if isinstance(value, kind):
            return kind(value)
    return Printed(str(value))


class Printed(str):
    """What is neither number nor text prints as it is."""

    __repr__ = str.__str__


class Oracle:
    def __init__(self, asked):
        init_plugin_loader()
        self.loader = DataLoader()
        self.vars = self.loader.load_from_file(asked["vars"], trusted_as_template=True)
        ground = asked["ground"]
        self.loader.set_basedir(ground)
        self.vars["ansible_search_path"] = [ground]
        self.search = [ground + "/templates", ground]

    def value(self, case):
        templar = Templar(self.loader, self.vars)
        text = trust_as_template(case["text"])
        if case["kind"] == "condition":
            return templar.evaluate_conditional(text)
        if case["kind"] != "file":
            return templar.template(text)
        files = templar.copy_with_new_env(searchpath=self.search)
        made = files.template(text, escape_backslashes=False, overrides={})
        return "" if made is None else str(made)

    def answer(self, case):
        try:
            return {"value": repr([plain(self.value(case))])}
        except Exception as error:
            return {"error": f"{type(error).__name__}: {error}"[:300]}


asked = json.load(sys.stdin)
oracle = Oracle(asked)
json.dump([oracle.answer(case) for case in asked["cases"]], sys.stdout)
