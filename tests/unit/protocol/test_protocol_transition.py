# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that one method of the router does a transition, and nothing else does."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import pytest
from routers import ARTICLE_B, A, T

import vrrp
from vrrp.protocol import router as router_module
from vrrp.protocol.actions import Notify, SendAdvertisement
from vrrp.protocol.router import VirtualRouter
from vrrp.protocol.states import Backup, Fault, MasterSeen
from vrrp.protocol.transition import RouterView, Transition

LIBRARY = Path(vrrp.__file__).parent


@pytest.fixture
def router():
    made = VirtualRouter(ARTICLE_B)
    made.start(T)
    return made


def applied(router, transition):
    return router._apply(transition, T + 1)


def test_a_field_that_a_transition_does_not_name_stays(router):
    before = {**vars(router)}
    assert applied(router, Transition(Backup(T + 9))) == ()
    assert vars(router) == {**before, "condition": Backup(T + 9)}


def test_no_transition_changes_nothing(router):
    before = {**vars(router)}
    assert applied(router, None) == ()
    assert vars(router) == before


def test_a_state_that_is_entered_is_told_last(router):
    said = applied(router, Transition(Fault(), (SendAdvertisement(0),), "broken", entered=True))
    assert said == (SendAdvertisement(0), Notify("FAULT", 90, "broken"))
    assert (router.since, router.reason) == (T + 1, "broken")


def test_a_reason_changes_without_a_new_state(router):
    since = router.since
    assert applied(router, Transition(router.condition, reason="so it is")) == ()
    assert (router.since, router.reason) == (since, "so it is")


def test_a_transition_sets_the_interval_of_the_master(router):
    applied(router, Transition(router.condition, master_interval_cs=20))
    assert router.master_interval_cs == 20


@pytest.mark.parametrize(("hold", "then"), [("master", None), ("backup", "backup"), (None, None)])
def test_a_transition_ends_a_promotion_and_no_demotion(router, hold, then):
    router.hold = hold
    said = applied(router, Transition(Fault(), reason="beaten", entered=True, ends_promotion=True))
    assert router.hold == then
    assert said == (Notify("FAULT", router.priority, "beaten"),)


def test_a_transition_forgets_the_master_that_was_heard(router):
    router.master = MasterSeen(A, 100, 100, T)
    applied(router, Transition(router.condition))
    assert router.master is not None
    applied(router, Transition(router.condition, forgets_master=True))
    assert router.master is None


def assigned(tree):
    """Yield (function, name) for each attribute that a function sets, not only of ``self``."""
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            for node in ast.walk(function):
                if isinstance(node, ast.Attribute) and isinstance(node.ctx, (ast.Store, ast.Del)):
                    yield function.name, node


def test_one_method_of_the_router_changes_what_is_decided():
    set_by = {}
    for function, node in assigned(ast.parse(inspect.getsource(router_module))):
        set_by.setdefault(node.attr, set()).add(function)
    for name in ("condition", "reason", "since", "master_interval_cs"):
        assert set_by[name] == {"__init__", "_apply"}, name


def test_the_library_sets_no_attribute_of_a_router_from_outside():
    names = set(vars(VirtualRouter(ARTICLE_B)))
    found = []
    for path in sorted(LIBRARY.rglob("*.py")):
        for function, node in assigned(ast.parse(path.read_text())):
            owner = ast.unparse(node.value)
            if node.attr in names and ("router" in owner or "members" in owner):
                found.append(f"{path.name} {function}: {owner}.{node.attr}")
    assert found == []


def test_a_router_has_all_that_a_decision_may_look_at(router):
    wanted = [name for name, _value in inspect.getmembers(RouterView) if not name.startswith("_")]
    assert "master_interval_cs" in wanted
    assert [name for name in wanted if not hasattr(router, name)] == []
