# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that actions are values, which tests can compare with literals, and that none can be changed."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields

import pytest

from vrrp.protocol import actions
from vrrp.protocol.actions import Announce, InstallAddresses, Notify, ReleaseAddresses, RivalHeard, SendAdvertisement

EACH = [
    (SendAdvertisement(90), "SendAdvertisement(priority=90)"),
    (InstallAddresses(), "InstallAddresses()"),
    (ReleaseAddresses(), "ReleaseAddresses()"),
    (Announce(5), "Announce(repeat=5)"),
    (Notify("MASTER", 90, "it won"), "Notify(state='MASTER', priority=90, reason='it won')"),
    (RivalHeard("192.0.2.6", 80), "RivalHeard(address='192.0.2.6', priority=80)"),
]


@pytest.mark.parametrize(("action", "text"), EACH)
def test_an_action_says_what_it_is(action, text):
    assert repr(action) == text


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        (SendAdvertisement(90), SendAdvertisement(90), True),
        (SendAdvertisement(90), SendAdvertisement(91), False),
        (InstallAddresses(), InstallAddresses(), True),
        (InstallAddresses(), ReleaseAddresses(), False),
        (SendAdvertisement(5), Announce(5), False),
        (Notify("FAULT", 90, "a"), Notify("FAULT", 90, "b"), False),
        (RivalHeard("192.0.2.6", 80), RivalHeard("192.0.2.7", 80), False),
    ],
)
def test_two_actions_are_equal_when_kind_and_values_are(one, other, equal):
    assert (one == other) is equal
    assert len({one, other}) == (1 if equal else 2)


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        (SendAdvertisement, ["priority"]),
        (InstallAddresses, []),
        (ReleaseAddresses, []),
        (Announce, ["repeat"]),
        (Notify, ["state", "priority", "reason"]),
        (RivalHeard, ["address", "priority"]),
    ],
)
def test_a_value_has_these_fields_in_this_order(kind, names):
    assert [field.name for field in fields(kind)] == names


def test_an_action_cannot_be_changed():
    action = SendAdvertisement(90)
    with pytest.raises(FrozenInstanceError):
        action.priority = 0
    assert action.priority == 90


def test_an_action_is_one_of_six_kinds():
    assert [kind.__name__ for kind in actions.Action.__args__] == [
        "SendAdvertisement",
        "InstallAddresses",
        "ReleaseAddresses",
        "Announce",
        "Notify",
        "RivalHeard",
    ]
