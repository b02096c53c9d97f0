# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that vrrp_drain and vrrp_state take a reason and an end, predict them, and are changed where these change."""

from __future__ import annotations

import time

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment import (
    maintenance,
    module_drain,
    module_state,
)
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.drain import Drainer
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.module_entry import Module
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.switchover import SwitchoverError
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.protocol import terms
from answering_agent import AnsweringAgent, refuses
from test_deployment_switchover import instance

LATER = "2036-01-01T00:00:00Z"  # the clock of these tests stands still before it
NOON = 2082758400.0 - 10000  # 2035-12-31T21:13:20Z
USUAL = {
    "program": "hotstandby",
    "state": None,
    "name": None,
    "force": False,
    "wait": True,
    "timeout": 1,
    "reason": None,
    "expires": None,
}
DISK = {"reason": "disk", "by": "anna", "expires": LATER, "expires_in_s": 10000.0}


class Node:
    """It is a node whose agent drains and moves at once, and keeps the terms as ours does."""

    def __init__(self, directory, standing=None, drained=False, hold=None, state="BACKUP"):
        self.drained, self.hold, self.state, self.terms = drained, hold, state, standing
        self.directory = str(directory)
        self.old = False  # of a release without terms
        self.agent = AnsweringAgent(self.directory)
        self.agent.replies.update(
            status=lambda request: self.status(),
            drain=lambda request: self.moves(request, drained=True, state="STOP"),
            undrain=lambda request: self.moves(request, drained=False, state="BACKUP"),
            promote=lambda request: self.moves(request, hold="master", state="MASTER"),
            demote=lambda request: self.moves(request, hold="backup", state="BACKUP"),
            release=lambda request: self.moves(request, hold=None),
        )

    def status(self):
        here = self.terms if not self.drained else None
        found = {
            "version": "0.2.0",
            "drained": self.drained,
            "instances": [instance(self.state, hold=self.hold, yielding=False)],
        }
        if not self.old:
            found["maintenance"] = self.terms if self.drained else None
            found["instances"][0]["maintenance"] = here
        return found

    def moves(self, request, **changes):
        same = all(getattr(self, name) == value for name, value in changes.items() if name != "state")
        vars(self).update(changes)
        asked = request.get("maintenance")
        if asked is not None:
            before = terms.parse(self.terms, NOON) if same and self.terms else None
            self.terms = terms.parse(asked, NOON, before).values(NOON)
        elif not same:
            self.terms = None
        return self.status()

    def run(self, module, check=False, **params):
        given = {**USUAL, "runtime_dir": self.directory, **params}
        return module.run(Module({"params": given, "check_mode": check}))

    @property
    def asked(self):
        return [each for each in self.agent.asked if each["command"] != "status"]


@pytest.fixture
def make(tmp_path, monkeypatch):
    """Return ``make(...)``, which returns the one node of a test."""
    nodes = []
    monkeypatch.setattr(time, "time", lambda: NOON)
    monkeypatch.setenv("SUDO_USER", "anna")

    def start(**how):
        nodes.append(Node(tmp_path, **how))
        return nodes[-1]

    yield start
    for node in nodes:
        node.agent.close()


def test_a_drain_keeps_the_reason_and_the_end(make):
    node = make()
    result = node.run(module_drain, state="drained", reason="disk", expires=LATER)
    assert (result["changed"], result["before"]["maintenance"], result["after"]["maintenance"]) == (True, None, DISK)
    assert result["diff"]["after"] == f"drained: true\nreason: disk\nexpires: {LATER}\nVI_1: STOP\n"
    assert node.asked == [{"command": "drain", "maintenance": {"reason": "disk", "expires": LATER, "by": "anna"}}]


@pytest.mark.parametrize(
    ("given", "changed", "now"),
    [
        ({}, False, DISK),
        ({"reason": "disk", "expires": LATER}, False, DISK),
        ({"expires": "2036-01-01T01:00:00+01:00"}, False, DISK),
        ({"reason": "power"}, True, {**DISK, "reason": "power"}),
        ({"expires": "1h"}, True, {**DISK, "expires": "2035-12-31T22:13:20Z", "expires_in_s": 3600.0}),
    ],
)
def test_a_drained_node_is_changed_where_its_terms_change(make, given, changed, now):
    node = make(standing=DISK, drained=True, state="STOP")
    for check in (True, False):
        result = node.run(module_drain, state="drained", check=check, **given)
        assert (result["changed"], result["after"]["maintenance"]) == (changed, now)
    assert len(node.asked) == (1 if changed else 0)


def test_check_mode_foretells_a_drain_with_terms(make):
    node = make()
    result = node.run(module_drain, state="drained", check=True, reason="disk", expires=LATER)
    assert (result["changed"], result["after"]["maintenance"], node.asked) == (True, DISK, [])


def test_the_end_of_a_drain_ends_its_terms(make):
    node = make(standing=DISK, drained=True, state="STOP")
    assert node.run(module_drain, state="active", check=True)["after"]["maintenance"] is None
    result = node.run(module_drain, state="active")
    assert (result["changed"], result["after"]["maintenance"]) == (True, None)
    assert result["diff"]["before"] == f"drained: true\nreason: disk\nexpires: {LATER}\nVI_1: STOP\n"


@pytest.mark.parametrize(("state", "command"), [("backup", "demote"), ("master", "promote")])
def test_a_move_keeps_the_reason_and_the_end(make, state, command):
    node = make()
    given = {"state": state, "reason": "disk", "expires": LATER}
    foretold = node.run(module_state, check=True, **given)
    assert (foretold["changed"], foretold["after"]["maintenance"], node.asked) == (True, DISK, [])
    result = node.run(module_state, **given)
    assert (result["changed"], result["after"]["maintenance"]) == (True, DISK)
    assert [each["command"] for each in node.asked] == [command]
    assert result["diff"]["after"].endswith(f"\nreason: disk\nexpires: {LATER}\n")
    assert not node.run(module_state, **given)["changed"]
    assert node.run(module_state, **{**given, "expires": "1h"})["changed"]
    assert not node.run(module_state, state=state)["changed"]


def test_a_move_to_another_state_begins_with_new_terms(make):
    node = make(standing=DISK, hold="backup")
    foretold = node.run(module_state, state="master", reason="power", check=True)
    assert foretold["after"]["maintenance"] == {"reason": "power", "by": "anna", "expires": None, "expires_in_s": None}
    assert node.run(module_state, state="master", reason="power")["after"] == node.status()["instances"][0]
    assert node.terms == foretold["after"]["maintenance"]
    assert node.run(module_state, state="auto")["after"]["maintenance"] is None


@pytest.mark.parametrize("module", [module_drain, module_state])
@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"expires": "2035-12-31T00:00:00Z"}, "is in the past: on this node it is 2035-12-31T21:13:20Z"),
        ({"expires": "0"}, "is in the past"),
        ({"expires": "soon"}, "expires 'soon' is neither a duration"),
        ({"expires": "2036-01-01T00:00:00"}, "names no time zone"),
        ({"reason": "two\nlines"}, "reason is one line of text"),
        ({"reason": "x" * 201}, "reason has 201 characters"),
    ],
)
def test_bad_terms_are_refused_before_anything_is_asked(make, module, check, given, text):
    node = make(state="MASTER")
    with pytest.raises(SwitchoverError, match=text):
        node.run(module, check=check, state="drained" if module is module_drain else "backup", **given)
    assert node.agent.asked == []


@pytest.mark.parametrize(
    ("module", "state", "text"),
    [
        (module_drain, "active", "reason and expires are for state: drained. Leave them out here"),
        (module_state, "auto", "reason and expires are for state: master or backup. Leave them out here"),
        (module_state, None, "reason and expires are for state: master or backup. Leave them out here"),
    ],
)
def test_terms_belong_to_a_state(module, state, text):
    for given in ({"reason": "disk"}, {"expires": "1h"}):
        with pytest.raises(SwitchoverError, match=text):
            module.run(
                Module(
                    {"params": {**USUAL, "runtime_dir": "/nonexistent", "state": state, **given}, "check_mode": False}
                )
            )


def test_an_empty_text_is_none():
    assert maintenance.wanted({"state": "active", "reason": "", "expires": ""}, ("drained",)) is None


def test_an_agent_of_an_older_release_is_told_of_before_anything_moves(make):
    node = make()
    node.old = True
    for module, state in ((module_drain, "drained"), (module_state, "backup")):
        with pytest.raises(
            SwitchoverError, match=r"the agent 0\.2\.0 runs here: it is of an older release, and keeps no"
        ):
            node.run(module, state=state, reason="disk")
    assert node.asked == []


def test_a_drain_that_fails_gives_a_promotion_its_terms_back(make):
    node = make(standing=DISK, hold="master", state="MASTER")
    node.agent.replies["drain"] = refuses("no")
    drainer = Drainer(node.directory)
    with pytest.raises(SwitchoverError, match="no"):
        drainer.drain(drainer.look(), 1, False)
    assert [each["command"] for each in node.asked] == ["demote", "drain", "promote"]
    assert (node.hold, node.terms) == ("master", DISK)


def test_a_move_that_fails_gives_the_hold_of_before_its_terms_back(make):
    node = make(standing=DISK, hold="backup")
    node.agent.replies["promote"] = lambda request: node.moves(request, hold="master")  # it never becomes MASTER
    with pytest.raises(SwitchoverError, match="it is backup again"):
        node.run(module_state, state="master", timeout=0.05, reason="power")
    assert (node.hold, node.terms) == ("backup", DISK)


def test_the_same_terms_may_be_older():
    assert maintenance.same(None, {"reason": None, "expires": None})
    assert maintenance.same(DISK, {**DISK, "by": "otto", "expires_in_s": 1.0})
    assert not maintenance.same(DISK, None)
    assert maintenance.shown(None) == "" == maintenance.shown({"reason": None, "expires": None})
