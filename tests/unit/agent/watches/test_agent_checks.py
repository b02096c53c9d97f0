# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rises and falls as keepalived counts them; scripts that are really run."""

from __future__ import annotations

import asyncio
import io
from dataclasses import replace
from ipaddress import ip_address
from types import SimpleNamespace

import pytest
from agent_fakes import gone, instance, table

from vrrp.agent.life import process
from vrrp.agent.life.process import Outcome
from vrrp.agent.telling.log import Log
from vrrp.agent.watches import checks as checks_module
from vrrp.agent.watches.checks import Check, Checks
from vrrp.config.model import Configuration, Globals, SyncGroup
from vrrp.config.trackers import (
    File,
    Script,
    Tracked,
    TrackedGateway,
    TrackedHttp,
    TrackedTcp,
    TrackedUnit,
    Tracking,
)
from vrrp.protocol.tracking import CheckResult

OUTCOMES = {
    "+": Outcome(status=0),
    "-": Outcome(status=1),
    "2": Outcome(status=2),
    "t": Outcome(timed_out=True),
    "k": Outcome(signal=9),
    "e": Outcome(error="cannot run /x: No such file or directory"),
}


def script(**fields):
    return Script(**{"name": "chk", "command": ("/bin/true",), **fields})


def observed(results, **fields):
    """Feed results, one letter each; return what the check says after each, and the log."""
    text = io.StringIO()
    changes = []
    check = Check(script(**fields), Globals(), lambda: changes.append(check.ok), Log(text))
    says = []
    for letter in results:
        check.observe(OUTCOMES[letter])
        says.append({True: "up", False: "down", None: "?"}[check.ok])
    lines = [line.split(" ", 2)[2] for line in text.getvalue().splitlines()]
    return " ".join(says), lines, check, changes


@pytest.mark.parametrize(
    ("rise", "fall", "results", "says"),
    [
        (1, 1, "+-+", "up down up"),
        (1, 3, "+---", "up up up down"),
        (1, 3, "+--+---", "up up up up up up down"),  # a success between them starts the count anew
        (3, 1, "+-+++", "up down down down up"),
        (2, 2, "+--+-++", "up up down down down down up"),
        (3, 3, "+", "up"),  # the first result decides at once,
        (3, 3, "-", "down"),  # whichever it is
        (1, 2, "-+-", "down up up"),
    ],
)
def test_rise_and_fall(rise, fall, results, says):
    assert observed(results, rise=rise, fall=fall)[0] == says


def test_init_fail_is_failed_until_it_has_risen():
    says, _lines, check, _changes = observed("+", rise=2, init_fail=True)
    assert says == "down"
    check.observe(OUTCOMES["+"])
    assert check.ok is True


@pytest.mark.parametrize("letter", "-t")
def test_a_changed_script_with_init_fail_can_still_fail(letter):
    good = observed("+", init_fail=True)[2]
    changed = Check(script(init_fail=True, interval_s=2.0), Globals(), lambda: None, Log(io.StringIO()))
    changed.follow(good)
    assert changed.ok is True
    changed.observe(OUTCOMES[letter])
    assert changed.ok is False


def test_it_says_nothing_before_its_first_result():
    check = Check(script(), Globals(), lambda: None, Log(io.StringIO()))
    assert check.result(-10).ok is None


def test_who_listens_is_told_of_changes_only():
    assert observed("+++--+")[3] == [True, False, True]


def test_the_log_speaks_as_keepalived_does():
    assert observed("+--2+")[1] == [
        "VRRP_Script(chk) succeeded",
        "Script `chk` now returning 1",
        "VRRP_Script(chk) failed (exited with status 1)",
        "Script `chk` now returning 2",
        "Script `chk` now returning 0",
        "VRRP_Script(chk) succeeded",
    ]


@pytest.mark.parametrize(
    ("letter", "line", "detail"),
    [
        ("t", "VRRP_Script(chk) timed_out", "timed out"),
        ("k", "VRRP_Script(chk) failed (due to signal 9)", "due to signal 9"),
        ("e", "VRRP_Script(chk) failed (cannot run /x: No such file or directory)", OUTCOMES["e"].error),
    ],
)
def test_the_ways_to_fail(letter, line, detail):
    _says, lines, check, _changes = observed(letter)
    assert lines == [line]
    assert check.result(-10).detail == detail


def test_a_failed_check_tells_its_newest_reason():
    _says, _lines, check, changes = observed("-t")
    assert check.result(0).detail == "timed out"
    assert changes == [False, False]


def configuration(*scripts, tracked=("chk",), **settings):
    track = tuple(Tracked(name) for name in tracked)
    return Configuration("f", Globals(**settings), tuple(scripts), (instance(track=Tracking(scripts=track)),))


async def until(condition, within_s=10.0):
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within_s
    while not condition():
        assert loop.time() < deadline, "it did not happen in time"
        await asyncio.sleep(0.005)


TRACKING = instance(track=Tracking(scripts=(Tracked("chk"),)))


def begun(text=None):
    return Checks(lambda: None, Log(text or io.StringIO()), table=table, virtual=frozenset)


def scenario(steps):
    """Run ``steps(checks, says)`` with a set of checks that really run; end them afterwards."""

    async def run():
        checks = begun()
        try:
            await steps(checks, lambda: checks.results(TRACKING)[0].ok)
        finally:
            await checks.stop()

    asyncio.run(run())


def test_a_script_is_run_again_and_again(tmp_path):
    runs, bad = tmp_path / "runs", tmp_path / "bad"
    command = ("/bin/sh", "-c", f"echo x >> {runs}; [ ! -e {bad} ]")

    async def steps(checks, says):
        checks.apply(configuration(script(command=command, interval_s=0.02)))
        await until(lambda: says() is True)
        bad.touch()
        await until(lambda: says() is False)
        bad.unlink()
        await until(lambda: says() is True)

    scenario(steps)
    assert len(runs.read_text().splitlines()) >= 3


def test_two_runs_of_one_script_never_overlap(tmp_path):
    busy, overlap, runs = tmp_path / "busy", tmp_path / "overlap", tmp_path / "runs"
    command = ("/bin/sh", "-c", f"mkdir {busy} || touch {overlap}; sleep 0.03; rmdir {busy}; echo x >> {runs}")

    async def steps(checks, says):
        checks.apply(configuration(script(command=command, interval_s=0.001)))
        await until(lambda: runs.exists() and len(runs.read_text()) >= 8)

    scenario(steps)
    assert not overlap.exists()


def test_a_reload_leaves_a_script_alone_that_is_as_it_was(tmp_path):
    runs = tmp_path / "runs"
    same = script(command=("/bin/sh", "-c", f"echo x >> {runs}"), interval_s=3600)

    async def steps(checks, says):
        checks.apply(configuration(same))
        await until(lambda: says() is True)
        checks.apply(configuration(same, router_id="other"))
        assert says() is True
        await until(lambda: True)

    scenario(steps)
    assert runs.read_text() == "x\n"


def test_a_changed_script_says_what_the_old_one_said_until_it_has_run(tmp_path):
    async def steps(checks, says):
        checks.apply(configuration(script(interval_s=3600)))
        await until(lambda: says() is True)
        checks.apply(configuration(script(command=("/bin/false",), interval_s=3600)))
        assert says() is True
        await until(lambda: says() is False)

    scenario(steps)


def test_what_nobody_tracks_is_not_run(tmp_path):
    witness = tmp_path / "witness"
    other = script(name="other", command=("/bin/touch", str(witness)), interval_s=0.01)

    async def steps(checks, says):
        checks.apply(configuration(script(interval_s=0.01), other))
        await until(lambda: says() is True)

    scenario(steps)
    assert not witness.exists()


def test_the_end_ends_a_script_that_runs(tmp_path):
    pid = tmp_path / "pid"
    command = ("/bin/sh", "-c", f"echo $$ > {pid}; exec sleep 60")

    async def steps(checks, says):
        checks.apply(configuration(script(command=command, timeout_s=60)))
        await until(lambda: pid.exists() and pid.read_text())

    scenario(steps)
    assert gone(int(pid.read_text()))


def recorded(monkeypatch, wanted, **settings):
    """The arguments with which this script is run first."""
    seen = []

    async def run(command, *how):
        seen.append(how)
        return Outcome(status=0)

    monkeypatch.setattr(checks_module.process, "run", run)

    async def steps(checks, says):
        checks.apply(configuration(wanted, **settings))
        await until(lambda: seen)

    scenario(steps)
    return seen[0]


@pytest.mark.parametrize(
    ("own", "expected"), [((None, None), ("keep", "grp")), (("me", None), ("me", None)), (("me", "us"), ("me", "us"))]
)
def test_it_runs_as_its_own_user_or_else_as_script_user(monkeypatch, own, expected):
    wanted = script(user=own[0], group=own[1])
    how = recorded(monkeypatch, wanted, script_user="keep", script_group="grp")
    assert how[1:3] == expected


def test_a_script_that_anybody_can_change_is_not_run_as_root_and_says_why(tmp_path, monkeypatch):
    monkeypatch.setattr(process.os, "geteuid", lambda: 0)
    file, witness, text = tmp_path / "script", tmp_path / "witness", io.StringIO()
    file.write_text(f"#!/bin/sh\ntouch {witness}\n")
    file.chmod(0o777)

    async def steps():
        checks = begun(text)
        checks.apply(configuration(script(command=(str(file),)), enable_script_security=True))
        try:
            await until(lambda: checks.results(TRACKING)[0].ok is False)
            return checks.results(TRACKING)[0].detail
        finally:
            await checks.stop()

    assert asyncio.run(steps()).endswith(f"others than root can change {file}")
    assert not witness.exists()


def test_what_makes_a_script_another_one():
    def defined(settings, **fields):
        return Check(script(**fields), settings, lambda: None, Log(io.StringIO())).definition

    assert defined(Globals()) == defined(Globals(router_id="other")) == defined(Globals(), weight=5)
    assert defined(Globals()) != defined(Globals(enable_script_security=True))
    assert defined(Globals()) != defined(Globals(script_user="keep"))
    assert defined(Globals(), user="me") == defined(Globals(script_user="keep"), user="me")


def test_it_ends_even_when_its_cancellation_is_swallowed(monkeypatch):
    runs = []

    async def run(command, *how):
        runs.append(command)
        if len(runs) > 1:
            raise RuntimeError("it goes on")
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:  # as wait_for() of Python 3.11 does when the script ends at that moment
            return Outcome(status=0)

    monkeypatch.setattr(checks_module.process, "run", run)

    async def steps():
        said = []
        check = Check(script(interval_s=0.001), Globals(), lambda: said.append(check.ok), Log(io.StringIO()))
        check.start()
        await until(lambda: runs)
        await asyncio.wait_for(check.stop(), 10)
        return said

    assert asyncio.run(steps()) == []
    assert len(runs) == 1


GATEWAY = TrackedGateway(ip_address("192.168.8.1"))


@pytest.fixture
def gateways(monkeypatch):
    """Gateways that answer unless they are in the set ``dead``; ``asked`` has every question."""

    class Neighbours:
        dead: set = set()
        asked: list = []

    async def ask(check):
        Neighbours.asked.append(check.gateway)
        return "no answer" if str(check.gateway.address) in Neighbours.dead else ""

    Neighbours.dead, Neighbours.asked = set(), []
    monkeypatch.setattr(checks_module.GatewayCheck, "ask", ask)
    return Neighbours


def tracking(*gateways, name="VI_1", scripts=(), **fields):
    return instance(name, track=Tracking(scripts=scripts, gateways=gateways), **fields)


def whole(*instances):
    return Configuration("f", instances=instances)


def test_one_question_serves_every_instance_that_asks_the_same(gateways):
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


def test_a_reload_leaves_a_gateway_alone_whose_weight_alone_changed(gateways):
    heavier = TrackedGateway(GATEWAY.address, weight=-50)

    async def steps(checks, says):
        checks.apply(whole(tracking(GATEWAY)))
        await until(lambda: checks.results(tracking(GATEWAY))[0].ok)
        checks.apply(whole(tracking(heavier)))
        assert checks.results(tracking(heavier))[0].ok is True
        await asyncio.sleep(0)

    scenario(steps)
    assert len(gateways.asked) == 1


def test_a_gateway_with_other_times_says_what_the_old_one_said(gateways):
    quicker = TrackedGateway(GATEWAY.address, interval_s=0.5, timeout_s=0.5)

    async def steps(checks, says):
        checks.apply(whole(tracking(GATEWAY)))
        await until(lambda: checks.results(tracking(GATEWAY))[0].ok)
        gateways.dead.add("192.168.8.1")
        checks.apply(whole(tracking(quicker)))
        assert checks.results(tracking(quicker))[0].ok is True
        await until(lambda: checks.results(tracking(quicker))[0].ok is False)

    scenario(steps)


def test_the_address_owner_may_ask_from_its_virtual_address(gateways):
    owner, other = tracking(GATEWAY, priority=255), instance("VI_2", ("192.168.8.101/24",))

    async def run():
        virtual = frozenset(entry.address for each in (owner, other) for entry in each.addresses)
        checks = Checks(lambda: None, Log(io.StringIO()), table=table, virtual=lambda: virtual)
        checks.apply(whole(owner, other))
        try:
            return {str(address) for address in checks._not_ours()}
        finally:
            await checks.stop()

    assert asyncio.run(run()) == {"192.168.8.101/24"}


def test_what_was_remembered_is_the_first_result(gateways):
    config = Configuration(
        "f", scripts=(script(fall=2),), instances=(tracking(GATEWAY, scripts=TRACKING.track.scripts),)
    )
    tracked = config.instances[0]

    async def before():
        checks = begun()
        checks.apply(config)
        assert checks.remember() == {}
        try:
            await until(lambda: all(result.ok for result in checks.results(tracked)))
            return checks.remember()
        finally:
            await checks.stop()

    said = asyncio.run(before())
    assert sorted(said.values()) == [True, True] and sorted(key.split()[0] for key in said) == ["gateway", "script"]

    async def after(recalled):
        checks = begun()
        checks.recall(recalled)
        checks.apply(config)
        try:
            return [(result.ok, result.detail) for result in checks.results(tracked)]
        finally:
            await checks.stop()

    assert asyncio.run(after(said)) == [(True, ""), (True, "")]
    failed = "it had failed before the agent was restarted"
    assert asyncio.run(after(dict.fromkeys(said, False))) == [(False, failed), (False, failed)]
    assert asyncio.run(after(dict.fromkeys(said, "yes"))) == [(None, ""), (None, "")]
    assert asyncio.run(after({f"{key}0": True for key in said})) == [(None, ""), (None, "")]


def test_a_remembered_good_check_falls_as_usual(tmp_path):
    failing = script(command=("/bin/false",), interval_s=0.01, fall=3)
    config = configuration(failing)
    told, logged = [], io.StringIO()

    async def run():
        checks = Checks(
            lambda: told.append(checks.results(TRACKING)[0].ok), Log(logged), table=table, virtual=frozenset
        )
        key = Check(failing, Globals(), lambda: None, Log(io.StringIO())).key
        checks.recall({key: True})
        checks.apply(config)
        assert checks.results(TRACKING)[0].ok is True
        try:
            await until(lambda: told)
        finally:
            await checks.stop()

    asyncio.run(run())
    assert told[0] is False


def test_what_was_recalled_is_for_the_first_configuration_only():
    async def run():
        checks = begun()
        checks.recall({Check(script(), Globals(), lambda: None, Log(io.StringIO())).key: True})
        checks.apply(configuration())
        checks.apply(configuration(script()))
        try:
            return checks.results(TRACKING)[0].ok
        finally:
            await checks.stop()

    assert asyncio.run(run()) is None


@pytest.mark.parametrize(
    ("fields", "age_s", "counts"),
    [
        ({}, 0.0, True),
        ({}, 4.9, True),
        ({}, 5.1, False),
        ({"interval_s": 60.0, "timeout_s": 10.0}, 69.0, True),
        ({"interval_s": 60.0, "timeout_s": 10.0}, 71.0, False),
    ],
)
def test_what_was_said_long_ago_means_nothing(fields, age_s, counts):
    asked = script(command=("/bin/sleep", "60"), **fields)

    async def run():
        checks = begun()
        checks.recall({Check(asked, Globals(), lambda: None, Log(io.StringIO())).key: True}, age_s)
        checks.apply(configuration(asked))
        try:
            return checks.results(TRACKING)[0].ok
        finally:
            await checks.stop()

    assert asyncio.run(run()) is (True if counts else None)


SERVICES = Tracking(
    tcp=(TrackedTcp(ip_address("192.168.8.1"), 80, weight=-5),),
    http=(TrackedHttp("http://192.168.8.1/", weight=-6),),
    units=(TrackedUnit("nginx.service", weight=-7),),
)


@pytest.fixture
def services(monkeypatch):
    """All of them answer; who asked whom."""
    asked = []

    async def ask(check):
        asked.append((check.kind, check.name))
        return ""

    for kind in (checks_module.TcpCheck, checks_module.HttpCheck, checks_module.UnitCheck):
        monkeypatch.setattr(kind, "ask", ask)
    return asked


def test_services_are_asked_once_for_all_who_ask_the_same(services):
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


def test_what_the_sync_group_tracks_counts_for_its_members(services):
    configs = [instance(), instance("VI_2"), instance("VI_3")]
    group = SyncGroup("G", 1, ("VI_1", "VI_2"), track=Tracking(units=SERVICES.units))

    async def steps(checks, says):
        checks.apply(Configuration("f", instances=tuple(configs), sync_groups=(group,)))
        found = [[result.kind for result in checks.results(config)] for config in configs]
        assert found == [["unit"], ["unit"], []]

    scenario(steps)


def test_the_kernel_tells_of_interfaces():
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


def test_a_file_is_known_at_once_and_begins_with_its_number_once(tmp_path):
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


def test_a_successor_does_not_begin_a_file_anew(tmp_path):
    load = File("load", str(tmp_path / "load"), init=7, init_overwrite=True)
    config = instance(track=Tracking(files=(Tracked("load"),)))
    (tmp_path / "load").write_text("3")

    async def steps(checks, says):
        checks.recall({"something": True})
        checks.apply(Configuration("f", instances=(config,), files=(load,)))
        assert checks.results(config)[0].value == 3

    scenario(steps)


def test_before_it_is_asked_nothing_is_known():
    config = instance(track=replace(SERVICES, scripts=(Tracked("chk", 0, reverse=True),)))

    async def steps(checks, says):
        assert [(result.kind, result.ok) for result in checks.results(config)] == [
            ("script", None),
            ("tcp", None),
            ("http", None),
            ("unit", None),
        ]

    scenario(steps)


def test_a_bug_leaves_no_old_answer(monkeypatch):
    text = io.StringIO()

    async def run(command, *how):
        raise RuntimeError("a bug")

    async def well(command, *how):
        return Outcome(status=0)

    monkeypatch.setattr(checks_module.process, "run", run)

    async def steps():
        checks = begun(text)
        checks.apply(configuration(script()))
        try:
            await until(lambda: checks.results(TRACKING)[0].ok is False)
            said = checks.results(TRACKING)[0].detail
            monkeypatch.setattr(checks_module.process, "run", well)
            checks.apply(configuration(script()))  # a reload asks again
            await until(lambda: checks.results(TRACKING)[0].ok)
            return said
        finally:
            await checks.stop()

    assert asyncio.run(steps()) == "internal error: see the log of the agent"
    assert "RuntimeError: a bug" in text.getvalue()


def test_a_script_that_not_even_sigkill_ends_has_failed_and_is_not_run_beside_itself(monkeypatch):
    """One that waits for a file server which does not answer: the classical way for a check to hang."""
    runs, left, again = [], SimpleNamespace(returncode=None), SimpleNamespace(returncode=None)

    async def run(command, *how):
        runs.append(command)
        return {1: Outcome(timed_out=True, left=left), 4: Outcome(timed_out=True, left=again)}.get(
            len(runs), Outcome(status=0)
        )

    monkeypatch.setattr(checks_module.process, "run", run)

    async def steps():
        check = Check(script(), Globals(), lambda: None, Log(io.StringIO()))
        assert [(await check.ask()).text for _again in range(3)] == ["timed out"] * 3
        assert len(runs) == 1
        left.returncode = -9
        assert [(await check.ask()).ok for _again in range(4)] == [True, True, False, False]
        assert len(runs) == 4

    asyncio.run(steps())
