# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An instance gets its source address, its priority and its faults from what it tracks."""

from __future__ import annotations

import pytest
from agent_fakes import MAC, OWN, Bench, eth, instance, table

from vrrp.config.model.configuration import Globals
from vrrp.protocol.priority import CheckResult


def test_the_faults_of_all_kinds_are_told_together():
    bench = Bench(instance(), static_faults=lambda name: ("a static route is missing",))
    bench.kernel.table = table(eth(up=False))
    bench.instance.addresses.refused = ("cannot set 192.168.8.100/24",)
    bench.instance.tracking.check_results([CheckResult("web", "script", False, 0)], 1.0)
    bench.instance.tracking.look_at_interface(2.0)
    assert bench.instance.router.own_faults == (
        *("interface eth0 is down", "cannot set 192.168.8.100/24", "script web failed", "a static route is missing"),
    )


def test_a_source_address_that_has_gone_is_kept_until_there_is_another():
    bench = Bench(instance()).start()
    bench.links_become(eth(), addresses=())
    assert (bench.state, bench.instance.tracking.source) == ("FAULT", OWN)


def test_another_source_address_changes_the_packets():
    bench = Bench(instance()).master()
    bench.links_become(eth(mac=MAC), addresses=("192.168.8.5/24",))
    assert bench.state == "MASTER"
    assert str(bench.instance.advertiser.authenticator.expectation.own_source) == "192.168.8.5"


def test_checks_change_the_priority_or_forbid_everything():
    bench = Bench(instance()).master()
    bench.instance.tracking.check_results([CheckResult("web", "script", False, -20)], 11.0)
    assert (bench.state, bench.instance.router.priority) == ("MASTER", 80)
    assert "(VI_1) Changing effective priority from 100 to 80" in bench.lines()
    bench.instance.tracking.check_results([CheckResult("web", "script", False, 0, "exited with status 1")], 12.0)
    assert bench.state == "FAULT"
    assert bench.instance.router.faults == ("script web failed: exited with status 1",)
    bench.instance.tracking.check_results([CheckResult("web", "script", True, 0)], 13.0)
    assert (bench.state, bench.instance.router.priority) == ("BACKUP", 100)


@pytest.mark.parametrize(
    ("ok", "weight", "ready"), [(None, 0, False), (None, 5, True), (True, 0, True), (False, 0, True)]
)
def test_an_instance_begins_when_every_check_that_can_forbid_it_has_a_result(ok, weight, ready):
    bench = Bench(instance())
    bench.instance.tracking.check_results([CheckResult("web", "script", ok, weight)], 0.0)
    assert bench.instance.tracking.ready() is ready


def test_a_reload_with_another_priority_keeps_what_the_checks_say():
    bench = Bench(instance()).start()
    bench.instance.tracking.check_results([CheckResult("web", "script", False, -20)], 1.0)
    bench.instance.reconfigure(instance(priority=150), Globals(), 2.0)
    assert (bench.state, bench.instance.router.priority) == ("BACKUP", 130)
