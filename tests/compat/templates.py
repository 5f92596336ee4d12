"""Renders expressions with ansible-core: {"vars": …, "expressions": […]} in, a list of {"value": …} or {"error": …} out."""

import json
import sys

from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar, trust_as_template


def main():
    asked = json.load(sys.stdin)
    answers = []
    for expression in asked["expressions"]:
        templar = Templar(DataLoader(), asked["vars"])
        try:
            value = templar.template(trust_as_template(expression))
            json.dumps(value)
            answers.append({"value": value})
        except Exception as error:
            answers.append({"error": f"{type(error).__name__}: {error}"})
    json.dump(answers, sys.stdout)


main()
