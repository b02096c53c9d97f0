# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rises and falls as keepalived counts them; scripts that are really run."""

from __future__ import annotations

import asyncio
import io

import pytest
from agent_fakes import gone, instance

from vrrp.agent import checks as checks_module
from vrrp.agent import process
from vrrp.agent.checks import Check, Checks
from vrrp.agent.log import Log
from vrrp.agent.process import Outcome
from vrrp.config.model import Configuration, Globals, Script, TrackedScript

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
    changed = Check(script(init_fail=True, interval_s=2.0), Globals(), lambda: None, Log(io.StringIO()), good)
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
    track = tuple(TrackedScript(name) for name in tracked)
    return Configuration("f", Globals(**settings), tuple(scripts), (instance(track_scripts=track),))


async def until(condition, within_s=10.0):
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within_s
    while not condition():
        assert loop.time() < deadline, "it did not happen in time"
        await asyncio.sleep(0.005)


def scenario(steps):
    """Run ``steps(checks, says)`` with a set of checks that really run; end them afterwards."""

    async def run():
        checks = Checks(lambda: None, Log(io.StringIO()))
        try:
            await steps(checks, lambda: checks.results([TrackedScript("chk")])[0].ok)
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
        checks = Checks(lambda: None, Log(text))
        checks.apply(configuration(script(command=(str(file),)), enable_script_security=True))
        try:
            await until(lambda: checks.results([TrackedScript("chk")])[0].ok is False)
            return checks.results([TrackedScript("chk")])[0].detail
        finally:
            await checks.stop()

    assert asyncio.run(steps()).endswith(f"others than root can change {file}")
    assert not witness.exists()


def test_enabling_script_security_starts_a_script_anew():
    check = Check(script(), Globals(), lambda: None, Log(io.StringIO()))
    assert check.runs_like(script(), Globals())
    assert not check.runs_like(script(), Globals(enable_script_security=True))


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
