# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Count how often vrrp_config and the agent's own plan and reload parse the file of a node, together.

tests/network/test_network_parses.py counts it with an agent in a process of its own.
"""

from __future__ import annotations

import os
from types import SimpleNamespace

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment import module_config, running_release
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.account import Account
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.config_file import Refused
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.module_entry import Module
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.agent.control.confirmed_reload import ConfirmedReload
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.agent.control.plan import Current
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.agent.control.reload import Reload
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.agent.control.server import reply_of
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.agent.instances import Instances
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.agent.log import Log
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.agent.netlink.links import InterfaceTable, dump
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.config import loader
from answering_agent import AnsweringAgent

OLD = """\
vrrp_instance VI_1 {
    interface nosuch0
    virtual_router_id 51
    priority 100
    virtual_ipaddress {
        192.168.8.100/24
    }
}
"""
NEW = OLD.replace("100\n", "120\n")
INCLUDING = OLD.replace("priority 100", "include priority.conf")
KEY = "    auth_hmac {\n        key 1 file:%s\n        active_key 1\n    }\n    virtual_ip"
NOBODY = 2**22 + 1  # above every number that the kernel gives to a process


class Inline:
    """It does the work of a child at once."""

    @staticmethod
    def run(function, then):
        return then(function())


class Node:
    """It has a file at ``path``, vrrp_config, and the commands of an agent. ``parsed`` are the texts, in order."""

    def __init__(self, folder):
        self.folder, self.path, self.parsed = folder, folder / "a.conf", []
        self.before_reload = lambda: None
        self.warnings = []
        self._agent = None

    def start(self, text):
        """Write a file and start an agent with it."""
        self.path.touch(0o600)
        self.path.write_text(text)
        report = loader.inspect_here(text, str(self.path))
        self.configuration, self.digest = report.configuration, report.digest
        service = SimpleNamespace(reloading=lambda: None, ready=lambda: None)
        timer = SimpleNamespace(cancel=lambda: None)
        log = Log(open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
        self.listeners = []
        self._confirmed = ConfirmedReload(Instances(), self._overhear, lambda *_: timer, lambda: 0.0, log)
        reload = Reload(
            Inline(),
            self._current,
            self._apply,
            lambda: False,
            service,
            lambda delay_s, callback: timer,
            self._confirmed,
            log,
        )
        self._agent = AnsweringAgent(
            str(self.folder),
            status=lambda request: {
                "pid": NOBODY,
                "config": str(self.path),
                "config_sha256": self.digest,
                "confirm_s": self._confirmed.remaining_s(0.0),
            },
            plan=lambda request: reply_of(lambda: reload.plan(request)),
            reload=lambda request: reply_of(lambda: (self.before_reload(), reload.reload())[1]),
            confirmed_reload=lambda request: reply_of(lambda: reload.confirmed(request)),
        )
        self.parsed.clear()

    def stop(self):
        if self._agent is not None:
            self._agent.close()

    def _overhear(self, listeners):
        self.listeners = list(listeners)

    def hears_the_master(self):
        """Have the agent hear the master with the configuration that it tries."""
        self.listeners[0]._heard()
        self._confirmed._confirm()

    def _current(self):
        return Current(self.configuration, self.digest, (), frozenset(), False, dump(InterfaceTable()))

    def _apply(self, configuration, digest):
        self.configuration, self.digest = configuration, digest

    def run(self, text, check=False, confirm=None):
        """Run vrrp_config, and return its result."""
        params = {
            "content": text,
            "path": str(self.path),
            "runtime_dir": str(self.folder),
            "confirm": confirm,
            "peer_key": "",
        }
        params.update(program="hotstandby", start=False, master_of=[])
        module = Module({"params": params, "check_mode": check})
        self.warnings = module._warnings
        return module_config.run(module)

    def refuse(self, text, check=False):
        """Run vrrp_config, which refuses the text and leaves the file as it is. Return the error."""
        before = self.path.read_text()
        with pytest.raises(Refused) as caught:
            self.run(text, check)
        assert (self.path.read_text(), self.commands("reload")) == (before, 0)
        return caught.value

    def commands(self, name):
        return self._agent.commands.count(name)


@pytest.fixture
def node(tmp_path, monkeypatch):
    monkeypatch.setattr(Account, "owner", lambda account: (os.getuid(), os.getgid()))
    made, parse = Node(tmp_path), loader.parse

    def noted(text, *rest):
        made.parsed.append(text)
        return parse(text, *rest)

    monkeypatch.setattr(loader, "parse", noted)
    yield made
    made.stop()


def test_a_changed_file_is_parsed_once(node):
    node.start(OLD)
    result = node.run(NEW)
    assert node.parsed == [NEW]
    assert (result["changed"], result["written"], result["reloaded"]) == (True, True, True)
    assert [each["name"] for each in result["plan"]["instances"]] == ["VI_1"]
    assert (node.path.read_text(), node.configuration.instances[0].priority) == (NEW, 120)
    node.parsed.clear()
    assert node.run(NEW)["changed"] is False
    assert node.parsed == [NEW]


def test_a_file_to_be_confirmed_is_tried_and_not_written(node):
    node.start(OLD)
    result = node.run(NEW, confirm=30)
    assert (result["changed"], result["written"], result["reloaded"]) == (True, False, True)
    assert (node.path.read_text(), node.configuration.instances[0].priority) == (OLD, 100)
    assert (node.commands("confirmed_reload"), node.commands("reload")) == (1, 0)
    assert node.parsed == [NEW]
    node.hears_the_master()
    assert node.configuration.instances[0].priority == 120
    written = node.run(NEW)
    assert (written["written"], written["reloaded"], node.path.read_text()) == (True, False, NEW)


@pytest.mark.parametrize(("final", "priority"), [("NEW", 120), ("OLD", 100)])
def test_a_file_that_the_agent_tries_is_made_final_by_a_reload(node, final, priority):
    """The reload ends the wait, also where the file is what is in force: a master that comes later changes nothing."""
    node.start(OLD)
    node.run(NEW, confirm=30)
    assert len(node.listeners) == 1
    assert node.run({"NEW": NEW, "OLD": OLD}[final])["reloaded"] is True
    assert (node.commands("reload"), node.listeners) == (1, [])
    assert node.configuration.instances[0].priority == priority
    assert node.run({"NEW": NEW, "OLD": OLD}[final])["changed"] is False


def test_check_mode_tries_nothing(node):
    node.start(OLD)
    assert node.run(NEW, check=True, confirm=30)["changed"] is True
    assert node.commands("confirmed_reload") == 0


def test_a_confirm_time_that_the_agent_refuses_is_an_error(node):
    node.start(OLD)
    with pytest.raises(Refused, match="confirm_s is a number of seconds"):
        node.run(NEW, confirm=900)


def test_a_changed_file_is_parsed_once_in_check_mode(node):
    node.start(OLD)
    result = node.run(NEW, check=True)
    assert node.parsed == [NEW]
    assert (result["changed"], result["reloaded"], node.path.read_text()) == (True, True, OLD)
    assert [each["kind"] for each in result["plan"]["instances"]] == ["changed"]
    assert [each["instance"] for each in result["mastership"]] == ["VI_1"]


@pytest.mark.parametrize("check", [True, False])
def test_a_file_in_force_is_parsed_once_and_the_agent_is_not_asked(node, check):
    node.start(OLD)
    assert node.run(OLD, check)["changed"] is False
    assert (node.parsed, node.commands("plan")) == ([OLD], 0)


def test_a_file_that_both_refuse_is_explained_by_the_module(node):
    """It is parsed a second time: root sees more, and all problems are told at once."""
    node.start(OLD)
    bad = NEW.replace("51", "512").replace("nosuch0", "nosuch0\n    nonsense")
    error = node.refuse(bad)
    assert node.parsed == [bad] * 2
    assert str(error).startswith(f"the configuration for {node.path} is not valid\n")
    assert [each.split(": ")[0] for each in error.problems] == [f"{node.path}:3:5", f"{node.path}:4:23"]


@pytest.mark.parametrize("check", [True, False])
def test_a_file_that_the_agent_alone_refuses_is_left_out(node, check, monkeypatch):
    node.start(OLD)
    key = node.folder / "key"
    key.write_text("k" * 32)
    text = NEW.replace("    virtual_ip", KEY % key)
    plan = node._agent.replies["plan"]

    def unreadable(request):
        key.rename(node.folder / "away")
        try:
            return plan(request)
        finally:
            (node.folder / "away").rename(key)

    node._agent.replies["plan"] = unreadable
    error = node.refuse(text, check)
    assert node.parsed == [text] * 2
    assert str(error).startswith(f"the agent would not take the file: {node.path} is not valid\n")
    assert "the file of key 1 cannot be read" in error.problems[0]
    assert any("interface nosuch0 does not exist" in each for each in node.warnings)


def test_a_file_that_includes_others_is_parsed_once(node):
    (node.folder / "priority.conf").write_text("priority 100\n")
    node.start(INCLUDING)
    result = node.run(INCLUDING)
    assert (result["changed"], result["plan"]["instances"], result["mastership"]) == (False, [], [])
    assert node.parsed == [INCLUDING]
    node.parsed.clear()
    (node.folder / "priority.conf").write_text("priority 120\n")
    result = node.run(INCLUDING)
    assert node.parsed == [INCLUDING]
    assert (result["written"], result["reloaded"], node.configuration.instances[0].priority) == (False, True, 120)


def test_a_file_that_another_one_is_missing_for_and_then_is_there(node):
    text = OLD + "include more.conf\n"
    node.start(text)
    assert (node.run(text)["changed"], node.parsed) == (False, [text])
    (node.folder / "more.conf").write_text("global_defs {\n    vrrp_version 3\n}\n")
    assert node.run(text)["reloaded"]
    assert node.configuration.instances[0].version == 3


def test_an_included_file_that_changes_before_the_reload_is_parsed_again(node):
    (node.folder / "priority.conf").write_text("priority 110\n")
    node.start(OLD)
    node.before_reload = lambda: (node.folder / "priority.conf").write_text("priority 130\n")
    assert node.run(INCLUDING)["reloaded"]
    assert node.parsed == [INCLUDING] * 2
    assert node.configuration.instances[0].priority == 130


def test_a_key_file_that_changes_before_the_reload_is_read_again(node):
    key = node.folder / "key"
    key.write_text("k" * 32)
    text = NEW.replace("    virtual_ip", KEY % key)
    node.start(OLD)
    node.before_reload = lambda: key.write_text("n" * 32)
    assert node.run(text)["reloaded"]
    assert (node.parsed, node.configuration.instances[0].hmac.keys[0].secret) == ([text], b"n" * 32)


def test_the_environment_of_the_agent_counts(node, monkeypatch):
    text = NEW.replace("120", "${_ENV RANK}")
    node.start(OLD)

    def with_environment(answer):
        def answered(request):
            with monkeypatch.context() as patch:
                patch.setenv("RANK", "130")
                return answer(request)

        return answered

    for command in ("plan", "reload"):
        node._agent.replies[command] = with_environment(node._agent.replies[command])
    assert node.run(text)["reloaded"]
    assert (node.parsed, node.configuration.instances[0].priority) == ([text], 130)
    assert node.run(text)["changed"] is False


def test_without_an_agent_the_module_parses_each_text_once(node):
    node.path.write_text(OLD)
    assert node.run(NEW)["written"]
    assert node.parsed == [NEW, OLD]


def test_an_agent_of_an_older_release_is_not_asked(node, monkeypatch):
    node.start(OLD)
    monkeypatch.setattr(running_release, "release_of", lambda pid: "0123456789abcdef")
    result = node.run(NEW)
    assert (result["written"], result["reloaded"]) == (True, False)
    assert (node.parsed, node._agent.commands) == ([NEW, OLD], [])


def test_an_agent_that_lists_no_programs_is_no_reason_to_check_less(node):
    node.start(OLD)
    plan = node._agent.replies["plan"]
    node._agent.replies["plan"] = lambda request: plan({**request, "programs": False})
    node.refuse(NEW.replace("    virtual_ip", "    notify /nonexistent/told\n    virtual_ip"))


@pytest.mark.parametrize("running", [True, False])
def test_a_program_that_cannot_run_is_refused_in_the_same_words(node, running):
    if running:
        node.start(OLD)
    text = "global_defs {\n    script_user nobodyhere\n}\n" + NEW
    text = text.replace("    virtual_ip", "    notify /nonexistent/told\n    virtual_ip")
    with pytest.raises(Refused) as caught:
        node.run(text)
    assert node.parsed == [text]
    assert caught.value.problems == (
        f"{node.path}:2:17: error: there is no user nobodyhere on this machine (create it, or name another one)",
        f"{node.path}:8:12: error: cannot run /nonexistent/told: No such file or directory"
        " (put it there first, or correct the path)",
    )
    assert str(caught.value).startswith(f"the configuration for {node.path} is not valid\n")


def test_warnings_are_the_same_with_an_agent_and_without(node):
    doubtful = NEW.replace("priority 120", "priority 110\n    priority 120\n    smtp_alert")
    script = node.folder / "told"
    script.write_text("exit 0\n")  # the kernel does not run it, a shell does
    script.chmod(0o755)
    doubtful = doubtful.replace("    virtual_ip", f"    notify {script}\n    virtual_ip")
    node.run(doubtful, check=True)
    alone = node.warnings
    node.start(OLD)
    node.run(doubtful, check=True)
    assert len(alone) == 4
    assert sorted(node.warnings) == sorted(alone)


def test_a_text_that_cannot_be_sent_is_judged_here(node):
    node.start(OLD)
    with pytest.raises(Refused, match="the file is not UTF-8"):
        node.run(NEW.replace("VI_1", "VI_\udce9"))
