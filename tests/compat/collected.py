"""Renders expressions with the collections of the ansible package, family by family.

[{"vars": …, "expressions": […]}, …] in; for each family a list of {"value": the list of it, as Python prints it} or {"error": …} out.
"""

import json
import sys

from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import init_plugin_loader
from ansible.template import Templar, trust_as_template


def plain(value):
    """The value without ansible's own types."""
    if isinstance(value, dict):
        return {plain(key): plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, tuple):
        return tuple(plain(item) for item in value)
    if isinstance(value, str):
        return str(value)
    return value


def answer(expression, variables):
    templar = Templar(DataLoader(), variables)
    try:
        value = templar.template(trust_as_template(expression))
        return {"value": repr([plain(value)])}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


def main():
    init_plugin_loader()
    families = json.load(sys.stdin)
    json.dump([[answer(each, family["vars"]) for each in family["expressions"]] for family in families], sys.stdout)


main()
