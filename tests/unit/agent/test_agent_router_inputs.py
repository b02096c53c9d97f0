# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each input of the state machine has a typed method, which records it and has it followed."""

from __future__ import annotations

import inspect

import pytest
from agent_fakes import OWN, PEER

from vrrp.agent.router_inputs import RouterInputs
from vrrp.protocol.actions import InstallAddresses
from vrrp.protocol.event_codec import INPUTS
from vrrp.protocol.event_log import EventLog
from vrrp.protocol.override import CommandRefused
from vrrp.protocol.router import VirtualRouter
from vrrp.protocol.states import Parameters

OWN_WAY = {"start", "advertisement", "expire", "abort"}  # of an instance, which does something before what they ask for
GIVEN = {
    "priority_changed": (90,),
    "fault_changed": (("interface eth0 is down",),),
    "source_changed": (OWN,),
    "conflict": (PEER, "02:00:00:00:00:09"),
    "parameters_changed": (Parameters(2, 51, 80, 100),),
    "group_changed": ("G",),
    "group_fault_changed": (("sync group G: VI_2 is in FAULT",), 20.0),
    "wait": (20.0,),
    "note": ("drained by root: kernel update",),
    "give_up": (20.0, True, "sync group G: VI_2 gave up"),
}


class Parts:
    """A router that has started. ``followed`` are the actions of each input, and when it was."""

    def __init__(self):
        self.router, self.journal, self.followed = VirtualRouter(Parameters(2, 51, 100, 100)), EventLog(), []
        self.router.start(1.0)
        self.inputs = RouterInputs(self.router, self.journal, lambda *followed: self.followed.append(followed))


def test_there_is_a_method_for_each_input():
    methods = {name: method for name, method in inspect.getmembers(RouterInputs, inspect.isfunction) if name[0] != "_"}
    assert set(methods) == set(INPUTS) - OWN_WAY
    for name, method in methods.items():
        signature, expected = inspect.signature(method), inspect.signature(getattr(VirtualRouter, name))
        assert list(signature.parameters) == list(expected.parameters)
        assert [each.annotation for each in signature.parameters.values()] == [
            each.annotation for each in expected.parameters.values()
        ]


@pytest.mark.parametrize("name", sorted(set(INPUTS) - OWN_WAY))
def test_each_input_is_recorded_and_its_actions_are_done(name):
    parts, arguments = Parts(), GIVEN.get(name, ())
    again = VirtualRouter(Parameters(2, 51, 100, 100))
    again.start(1.0)
    getattr(parts.inputs, name)(*arguments, 10.0)
    expected = getattr(again, name)(*arguments, 10.0)
    assert parts.followed == [(expected, 10.0)]
    assert vars(parts.router) == vars(again)
    (entry,) = parts.journal
    assert (entry.first_at, entry.name, entry.arguments, entry.actions) == (10.0, name, arguments, expected)


def test_a_refusal_is_no_input():
    parts = Parts()
    parts.router.fault_changed(("interface eth0 is down",), 2.0)
    with pytest.raises(CommandRefused):
        parts.inputs.promote(10.0)
    assert (list(parts.journal), parts.followed) == ([], [])


def test_an_input_is_recorded_before_its_actions_are_done():
    """The actions may cause another input."""
    parts, lengths = Parts(), []
    parts.inputs = RouterInputs(parts.router, parts.journal, lambda *_: lengths.append(len(parts.journal)))
    parts.inputs.promote(10.0)
    assert lengths == [1]
    (entry,) = parts.journal
    assert isinstance(entry.actions[0], InstallAddresses)
