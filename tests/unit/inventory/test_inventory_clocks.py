# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that clocks are compared as well as the controller can know, and only where auth_hmac needs them."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory import clocks
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.instances import instances
from two_hosts import VIP, hosts

HOSTS = ["node-a", "node-b"]
KEY = {"keys": [{"id": 1, "key": "x" * 32}]}


def look(ahead=0.0, asked=100.0, before=0.5, took=1.0, after=0.5):
    """Return a look at a host whose clock is ``ahead`` of the controller's."""
    started = asked + before
    clock = {
        "sent": asked,
        "received": started + took + after,
        "started": started + ahead,
        "ended": started + took + ahead,
    }
    return {"clock": clock}


def judge(ahead, **words):
    plan = instances(hosts(vips=[VIP], **({"auth_hmac": {**KEY, **words}} if words is not None else {})))
    errors, warnings = clocks.clocks(HOSTS, {"node-a": look(), "node-b": look(ahead)}, plan)
    assert errors["node-a"] == warnings["node-a"] == []
    return errors["node-b"], warnings["node-b"]


@pytest.mark.parametrize(("ahead", "least"), [(0.0, 0.0), (1.0, 0.0), (5.0, 4.0), (-5.0, 4.0)])
def test_the_time_on_the_way_is_no_difference(ahead, least):
    assert clocks.apart(look(), look(ahead)) == pytest.approx(least)


def test_without_the_controllers_time_the_difference_is_unknown():
    assert clocks.apart(look(), {}) is None and clocks.apart({"clock": {"started": 1.0, "ended": 2.0}}, look()) is None


def test_clocks_beyond_the_window_are_an_error():
    ((error,), warnings) = judge(20.0)
    assert error == (
        "node-b: the clocks of node-a and node-b are at least 19.0 s apart, and auth_hmac of VI_1 takes no "
        "advertisement that is 5 s off: let both take the time from one source "
        "(chrony, systemd-timesyncd; look at timedatectl)"
    )
    assert warnings == [] and judge(-20.0)[0]


def test_clocks_that_are_nearly_too_far_apart_are_a_warning():
    errors, (warning,) = judge(5.0)
    assert errors == [] and "at least 4.0 s apart; auth_hmac of VI_1 allows 5 s" in warning
    assert judge(20.0, mode="permissive")[0] == [] and judge(20.0, mode="permissive")[1]


def test_a_wider_window_and_monotonic_allow_more():
    assert judge(20.0, time_window=60) == judge(20.0, anti_replay="monotonic") == judge(2.0) == ([], [])


def test_clocks_are_compared_where_one_instance_has_a_window():
    plain, signed = {"advert_int": 1}, {"advert_int": 1, "auth_hmac": ["key 1 x", "active_key 1"]}
    counted = {**signed, "auth_hmac": [*signed["auth_hmac"], "anti_replay monotonic"]}
    assert [clocks.compared(each) for each in ([], [plain, counted], [plain, signed])] == [False, False, True]


def test_without_auth_hmac_clocks_do_not_matter():
    plan = instances(hosts(vips=[VIP]))
    assert clocks.clocks(HOSTS, {"node-a": look(), "node-b": look(1000)}, plan)[0] == {"node-a": [], "node-b": []}


@pytest.mark.parametrize(("advert_int", "window"), [(1, 5), (0.5, 5), (4, 12), (200, 300)])
def test_the_usual_window_follows_the_interval(advert_int, window):
    assert clocks.window({"advert_int": advert_int, "auth_hmac": ["key 1 x", "active_key 1"]}) == window
