# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A set of checks asks once for all instances that track the same, and each gets its own result."""

from __future__ import annotations

import asyncio
import io
from dataclasses import replace
from ipaddress import ip_address

import pytest
from agent_fakes import instance, table
from running_checks import GATEWAY, scenario, script, tracking
from waiting import until

from vrrp.agent.log import Log
from vrrp.agent.track import checks as checks_module
from vrrp.agent.track.checks import Checks
from vrrp.config.model.configuration import Configuration, SyncGroup
from vrrp.config.model.trackers import (
    File,
    Process,
    Tracked,
    TrackedGateway,
    TrackedHttp,
    TrackedTcp,
    TrackedUnit,
    Tracking,
)
from vrrp.protocol.priority import CheckResult


def whole(*instances):
    return Configuration("f", instances=instances)


def test_one_gateway_is_asked_once_for_every_instance(gateways):
    other = TrackedGateway(GATEWAY.address, weight=-20, device="eth0")
    slow = TrackedGateway(GATEWAY.address, interval_s=2.0)
    configs = [tracking(GATEWAY), tracking(other, slow, name="VI_2")]

    async def steps(checks, says):
        checks.apply(whole(*configs))
        await until(lambda: all(result.ok for config in configs for result in checks.results(config)))
        assert [result.weight for result in checks.results(configs[1])] == [-20, 0]
        assert {result.kind for result in checks.results(configs[1])} == {"gateway"}

    scenario(steps)
    assert [(each.device, each.interval_s) for each in gateways.asked] == [("eth0", 1.0), ("eth0", 2.0)]


def test_scripts_come_before_gateways(gateways):
    config = tracking(GATEWAY, scripts=(Tracked("chk"),))

    async def steps(checks, says):
        checks.apply(Configuration("f", scripts=(script(),), instances=(config,)))
        assert [result.kind for result in checks.results(config)] == ["script", "gateway"]

    scenario(steps)


def test_a_reload_with_another_weight_does_not_ask_the_gateway_again(gateways):
    heavier = TrackedGateway(GATEWAY.address, weight=-50)

    async def steps(checks, says):
        checks.apply(whole(tracking(GATEWAY)))
        await until(lambda: checks.results(tracking(GATEWAY))[0].ok)
        checks.apply(whole(tracking(heavier)))
        assert checks.results(tracking(heavier))[0].ok is True
        await asyncio.sleep(0)

    scenario(steps)
    assert len(gateways.asked) == 1


def test_a_gateway_with_other_times_keeps_the_result_of_before(gateways):
    quicker = TrackedGateway(GATEWAY.address, interval_s=0.5, timeout_s=0.5)

    async def steps(checks, says):
        checks.apply(whole(tracking(GATEWAY)))
        await until(lambda: checks.results(tracking(GATEWAY))[0].ok)
        gateways.dead.add("192.168.8.1")
        checks.apply(whole(tracking(quicker)))
        assert checks.results(tracking(quicker))[0].ok is True
        await until(lambda: checks.results(tracking(quicker))[0].ok is False)

    scenario(steps)


def test_the_address_owner_may_ask_from_its_virtual_address(gateways, monkeypatch):
    sources_of_others = []

    class Recorded(checks_module.GatewayCheck):
        def __init__(self, asked, table, virtual, *more):
            sources_of_others.append(virtual)
            super().__init__(asked, table, virtual, *more)

    monkeypatch.setattr(checks_module, "GatewayCheck", Recorded)
    owner, other = tracking(GATEWAY, priority=255), instance("VI_2", ("192.168.8.101/24",))

    async def run():
        virtual = frozenset(entry.address for each in (owner, other) for entry in each.addresses)
        checks = Checks(lambda: None, Log(io.StringIO()), table=table, virtual=lambda: virtual)
        checks.apply(whole(owner, other))
        try:
            return {str(address) for address in sources_of_others[0]()}
        finally:
            await checks.stop()

    assert asyncio.run(run()) == {"192.168.8.101/24"}


SERVICES = Tracking(
    tcp=(TrackedTcp(ip_address("192.168.8.1"), 80, weight=-5),),
    http=(TrackedHttp("http://192.168.8.1/", weight=-6),),
    units=(TrackedUnit("nginx.service", weight=-7),),
)


@pytest.fixture
def services(monkeypatch):
    """Let all services answer. Returns the list of the checks that asked."""
    asked = []

    async def ask(check):
        asked.append((check.kind, check.name))
        return ""

    for kind in (checks_module.TcpCheck, checks_module.HttpCheck, checks_module.UnitCheck):
        monkeypatch.setattr(kind, "ask", ask)
    return asked


def test_one_service_is_asked_once_for_every_instance(services):
    heavy = replace(SERVICES, tcp=(replace(SERVICES.tcp[0], weight=-50),))
    configs = [instance(track=SERVICES), instance("VI_2", track=heavy)]

    async def steps(checks, says):
        checks.apply(whole(*configs))
        assert [result.ok for result in checks.results(configs[0])] == [None, None, None]
        await until(lambda: all(result.ok for config in configs for result in checks.results(config)))
        found = [(result.kind, result.name, result.weight) for result in checks.results(configs[1])]
        assert found == [
            ("tcp", "192.168.8.1:80", -50),
            ("http", "http://192.168.8.1/", -6),
            ("unit", "nginx.service", -7),
        ]

    scenario(steps)
    assert sorted(services) == [
        ("http", "http://192.168.8.1/"),
        ("tcp", "192.168.8.1:80"),
        ("unit", "nginx.service"),
    ]


def test_trackers_of_a_sync_group_count_for_its_members(services):
    configs = [instance(), instance("VI_2"), instance("VI_3")]
    group = SyncGroup("G", 1, ("VI_1", "VI_2"), track=Tracking(units=SERVICES.units))

    async def steps(checks, says):
        checks.apply(Configuration("f", instances=tuple(configs), sync_groups=(group,)))
        found = [[result.kind for result in checks.results(config)] for config in configs]
        assert found == [["unit"], ["unit"], []]

    scenario(steps)


def test_results_of_interfaces_come_from_the_kernel():
    links = {"eth1": "has no carrier", "eth2": ""}
    config = instance(track=Tracking(interfaces=(Tracked("eth1", -9), Tracked("eth2", 0, reverse=True))))

    async def run():
        checks = Checks(lambda: None, Log(io.StringIO()), table=table, virtual=frozenset, trouble=links.get)
        checks.apply(whole(config))
        try:
            return checks.results(config)
        finally:
            await checks.stop()

    assert asyncio.run(run()) == (
        CheckResult("eth1", "interface", False, -9, "has no carrier"),
        CheckResult("eth2", "interface", True, 0, "", reverse=True),
    )


def test_a_file_has_a_result_at_once_and_is_written_once(tmp_path):
    load = File("load", str(tmp_path / "load"), init=7, init_overwrite=True)
    config = instance(track=Tracking(files=(Tracked("load", -2),)))
    both = Configuration("f", instances=(config,), files=(load,))
    (tmp_path / "load").write_text("3")

    async def steps(checks, says):
        checks.apply(both)
        assert checks.results(config) == (CheckResult("load", "file", False, -2, "it says 7", value=7),)
        (tmp_path / "load").write_text("8")
        checks.apply(Configuration("f", instances=(config,), files=(replace(load, init=9),)))
        assert checks.results(config)[0].value == 8  # a reload writes nothing

    scenario(steps)


def test_a_check_that_was_not_asked_has_no_result():
    config = instance(track=replace(SERVICES, scripts=(Tracked("chk", 0, reverse=True),)))

    async def steps(checks, says):
        assert [(result.kind, result.ok) for result in checks.results(config)] == [
            ("script", None),
            ("tcp", None),
            ("http", None),
            ("unit", None),
        ]

    scenario(steps)


def test_a_process_is_counted_once_for_every_instance():
    tracks = [Tracking(processes=(Tracked("me", weight=weight),)) for weight in (0, -20)]
    configs = [instance(name, track=track) for name, track in zip(("VI_1", "VI_2"), tracks)]
    with open("/proc/self/comm", encoding="utf-8") as file:
        me = Process("me", file.read().rstrip("\n"))

    async def steps(checks, says):
        checks.apply(Configuration("f", processes=(me,), instances=tuple(configs)))
        await until(lambda: checks.results(configs[0])[0].ok)
        found = [checks.results(config)[0] for config in configs]
        assert [(each.kind, each.name, each.ok, each.weight) for each in found] == [
            ("process", "me", True, 0),
            ("process", "me", True, -20),
        ]
        assert len(checks._watches) == 1

    scenario(steps)


def test_a_new_definition_goes_on_from_what_the_old_one_said():
    """Another check with another subject says nothing about it."""
    before, other, after = script(name="a"), script(name="b", command=("/bin/false",)), script(name="a", interval_s=7)

    def whole_of(*scripts):
        track = Tracking(scripts=tuple(Tracked(each.name) for each in scripts))
        return Configuration("f", scripts=scripts, instances=(instance(track=track),))

    async def steps(checks, says):
        checks.apply(whole_of(other, before))
        config = whole_of(other, before).instances[0]
        await until(lambda: [each.ok for each in checks.results(config)] == [False, True])
        checks.apply(whole_of(after, other))
        config = whole_of(after, other).instances[0]
        assert [each.ok for each in checks.results(config)] == [True, False], "before any new answer"

    scenario(steps)
