# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scripts are really run: on time, as their user, one at a time, and one that does not end is ended."""

from __future__ import annotations

import asyncio
import io
from types import SimpleNamespace

import pytest
from agent_fakes import gone
from running_checks import TRACKING, begun, configuration, scenario, script
from waiting import until

from vrrp.agent.log import Log
from vrrp.agent.process import subprocesses
from vrrp.agent.process.subprocesses import ScriptResult
from vrrp.agent.track import checks as checks_module
from vrrp.agent.track.checks import Check
from vrrp.config.model.configuration import Globals


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


def test_a_changed_script_keeps_the_result_of_before_until_it_has_run(tmp_path):
    async def steps(checks, says):
        checks.apply(configuration(script(interval_s=3600)))
        await until(lambda: says() is True)
        checks.apply(configuration(script(command=("/bin/false",), interval_s=3600)))
        assert says() is True
        await until(lambda: says() is False)

    scenario(steps)


def test_a_script_that_is_not_tracked_is_not_run(tmp_path):
    witness = tmp_path / "witness"
    other = script(name="other", command=("/bin/touch", str(witness)), interval_s=0.01)

    async def steps(checks, says):
        checks.apply(configuration(script(interval_s=0.01), other))
        await until(lambda: says() is True)

    scenario(steps)
    assert not witness.exists()


def test_the_end_of_the_agent_ends_a_running_script(tmp_path):
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
        return ScriptResult(status=0)

    monkeypatch.setattr(checks_module.subprocesses, "run", run)

    async def steps(checks, says):
        checks.apply(configuration(wanted, **settings))
        await until(lambda: seen)

    scenario(steps)
    return seen[0]


@pytest.mark.parametrize(
    ("own", "expected"), [((None, None), ("keep", "grp")), (("me", None), ("me", None)), (("me", "us"), ("me", "us"))]
)
def test_a_script_runs_as_its_own_user_or_as_script_user(monkeypatch, own, expected):
    wanted = script(user=own[0], group=own[1])
    how = recorded(monkeypatch, wanted, script_user="keep", script_group="grp")
    assert how[1:3] == expected


def test_a_script_that_others_can_write_is_not_run_as_root(tmp_path, monkeypatch):
    monkeypatch.setattr(subprocesses.os, "geteuid", lambda: 0)
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


def test_user_and_security_make_a_script_another_one():
    def defined(settings, **fields):
        return Check(script(**fields), settings, lambda: None, Log(io.StringIO())).definition

    assert defined(Globals()) == defined(Globals(router_id="other")) == defined(Globals(), weight=5)
    assert defined(Globals()) != defined(Globals(enable_script_security=True))
    assert defined(Globals()) != defined(Globals(script_user="keep"))
    assert defined(Globals(), user="me") == defined(Globals(script_user="keep"), user="me")


def test_a_check_ends_even_when_its_cancellation_is_swallowed(monkeypatch):
    runs = []

    async def run(command, *how):
        runs.append(command)
        if len(runs) > 1:
            raise RuntimeError("it goes on")
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:  # as wait_for() of Python 3.11 does when the script ends at that moment
            return ScriptResult(status=0)

    monkeypatch.setattr(checks_module.subprocesses, "run", run)

    async def steps():
        said = []
        check = Check(script(interval_s=0.001), Globals(), lambda: said.append(check.ok), Log(io.StringIO()))
        check.start()
        await until(lambda: runs)
        await asyncio.wait_for(check.stop(), 10)
        return said

    assert asyncio.run(steps()) == []
    assert len(runs) == 1


def test_a_bug_leaves_no_old_result(monkeypatch):
    text = io.StringIO()

    async def run(command, *how):
        raise RuntimeError("a bug")

    async def well(command, *how):
        return ScriptResult(status=0)

    monkeypatch.setattr(checks_module.subprocesses, "run", run)

    async def steps():
        checks = begun(text)
        checks.apply(configuration(script()))
        try:
            await until(lambda: checks.results(TRACKING)[0].ok is False)
            said = checks.results(TRACKING)[0].detail
            monkeypatch.setattr(checks_module.subprocesses, "run", well)
            checks.apply(configuration(script()))  # a reload asks again
            await until(lambda: checks.results(TRACKING)[0].ok)
            return said
        finally:
            await checks.stop()

    assert asyncio.run(steps()) == "internal error: see the log of the agent"
    assert "RuntimeError: a bug" in text.getvalue()


def test_a_script_that_sigkill_does_not_end_is_not_run_a_second_time(monkeypatch):
    """One that waits for a file server which does not answer: the classical way for a check to hang."""
    runs, left, again = [], SimpleNamespace(returncode=None), SimpleNamespace(returncode=None)

    async def run(command, *how):
        runs.append(command)
        return {1: ScriptResult(timed_out=True, left=left), 4: ScriptResult(timed_out=True, left=again)}.get(
            len(runs), ScriptResult(status=0)
        )

    monkeypatch.setattr(checks_module.subprocesses, "run", run)

    async def steps():
        check = Check(script(), Globals(), lambda: None, Log(io.StringIO()))
        assert [(await check.ask()).text for _again in range(3)] == ["timed out"] * 3
        assert len(runs) == 1
        left.returncode = -9
        assert [(await check.ask()).ok for _again in range(4)] == [True, True, False, False]
        assert len(runs) == 4

    asyncio.run(steps())
