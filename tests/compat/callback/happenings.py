"""Writes what happens in a run of ansible-playbook as JSON lines, one happening a line, for tests/compat_playbooks.rs."""

import json
import os

from ansible.playbook.handler import Handler
from ansible.playbook.task_include import TaskInclude
from ansible.plugins.callback import CallbackBase

# What a step's result holds besides what the step says.
AROUND = {"changed", "failed", "skipped", "skip_reason", "false_condition", "invocation", "attempts",
          "exception", "unreachable", "warnings", "deprecations", "failed_when_result", "ansible_loop_var", "ansible_index_var",
          "ansible_loop"}


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "happenings"

    def __init__(self):
        super().__init__()
        self.free = False
        self.at = {}
        self.file = open(os.environ["COMPAT_HAPPENINGS"], "w", encoding="utf-8")

    def tell(self, *fields):
        self.file.write(json.dumps(fields, default=str) + "\n")
        self.file.flush()

    def stands(self, host, task):
        """Where hosts do not wait for each other, each says at which step it is."""
        if self.free and self.at.get(host) != task._uuid:
            self.at[host] = task._uuid
            self.tell("at", host, "handler" if isinstance(task, Handler) else "task", task.get_name().strip())

    def said(self, result, failed):
        """What debug, fail and assert say; the words of other steps are each program's own."""
        module = result._task.action.rpartition(".")[2]
        data = dict(result._result)
        if data.get("censored"):
            return {"censored": True}
        if module == "debug" and not failed:
            variable = data.get("ansible_loop_var", "item")
            index = data.get("ansible_index_var")
            return {name: value for name, value in data.items()
                    if name not in AROUND and name not in (variable, index) and not name.startswith("_ansible")}
        if module in ("fail", "assert") and failed:
            return {"msg": data.get("msg")}
        return {}

    def finished(self, result, status):
        if result._task.action.rpartition(".")[2] == "meta":
            return
        included = isinstance(result._task, TaskInclude)
        if included and status in ("ok", "changed"):
            return
        self.stands(result._host.get_name(), result._task)
        told = {} if status in ("skipped", "unreachable") or result._result.get("unreachable") else self.said(result, status in ("failed", "ignored"))
        label = self.host_label(result)
        if "results" in result._result:
            told = {}
            # The items of a loop may be delegated each to another host.
            label = result._host.get_name() if "{{" in label else label
        self.tell("result", label, status, told)

    def item(self, result, status):
        if isinstance(result._task, TaskInclude) and status in ("ok", "changed"):
            return
        self.stands(result._host.get_name(), result._task)
        label = self._get_item_label(result._result)
        told = {} if status == "skipped" else self.said(result, status in ("failed", "ignored"))
        self.tell("item", self.host_label(result), str(label), status, told)

    @staticmethod
    def status(result):
        return "changed" if result._result.get("changed") else "ok"

    def v2_playbook_on_play_start(self, play):
        self.free = play.strategy.rpartition(".")[2] in ("free", "host_pinned")
        self.at = {}
        self.tell("play", play.get_name().strip())

    def v2_playbook_on_no_hosts_matched(self):
        self.tell("nobody")

    def v2_playbook_on_no_hosts_remaining(self):
        pass

    def v2_playbook_on_task_start(self, task, is_conditional):
        if not self.free and task.action.rpartition(".")[2] != "meta":
            self.tell("task", task.get_name().strip())

    def v2_playbook_on_cleanup_task_start(self, task):
        self.tell("task", task.get_name().strip())

    def v2_playbook_on_handler_task_start(self, task):
        if not self.free and task.action.rpartition(".")[2] != "meta":
            self.tell("handler", task.get_name().strip())

    def v2_runner_on_ok(self, result):
        self.finished(result, self.status(result))

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self.finished(result, "ignored" if ignore_errors else "failed")

    def v2_runner_on_skipped(self, result):
        self.finished(result, "skipped")

    def v2_runner_on_unreachable(self, result):
        self.finished(result, "ignored" if result._task.ignore_unreachable else "unreachable")

    def v2_runner_item_on_ok(self, result):
        self.item(result, self.status(result))

    def v2_runner_item_on_failed(self, result):
        self.item(result, "failed")

    def v2_runner_item_on_skipped(self, result):
        self.item(result, "skipped")

    def v2_runner_retry(self, result):
        data = result._result
        self.stands(result._host.get_name(), result._task)
        self.tell("retry", self.host_label(result), data["retries"] - data["attempts"])

    def v2_playbook_on_include(self, included_file):
        if self.free:
            for host in included_file._hosts:
                self.stands(host.name, included_file._task)
                self.tell("includes", host.name, str(included_file._filename))
            return
        self.tell("included", str(included_file._filename), sorted(host.name for host in included_file._hosts))

    def v2_playbook_on_stats(self, stats):
        names = {"ok": stats.ok, "changed": stats.changed, "unreachable": stats.dark, "failed": stats.failures,
                 "skipped": stats.skipped, "rescued": stats.rescued, "ignored": stats.ignored}
        for host in sorted(stats.processed):
            self.tell("recap", host, {name: counts.get(host, 0) for name, counts in names.items()})
        custom = {(name if host == "_run" else f"{host}.{name}"): value
                  for host, values in stats.custom.items() for name, value in values.items()}
        self.tell("stats", custom)
