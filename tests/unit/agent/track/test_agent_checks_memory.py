# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The first result of a check is the one that the process before has remembered, if that is not too old."""

from __future__ import annotations

import asyncio
import io

import pytest
from agent_fakes import instance, table
from running_checks import GATEWAY, TRACKING, begun, configuration, scenario, script, tracking
from waiting import until

from vrrp.agent.log import Log
from vrrp.agent.track.checks import Check, Checks
from vrrp.config.model.configuration import Configuration, Globals
from vrrp.config.model.trackers import File, Tracked, Tracking


def test_a_remembered_result_is_the_first_result(gateways):
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


def test_a_remembered_result_is_for_the_first_configuration_only():
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
def test_a_remembered_result_that_is_too_old_is_ignored(fields, age_s, counts):
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


def test_a_restarted_agent_does_not_write_the_number_of_a_file(tmp_path):
    load = File("load", str(tmp_path / "load"), init=7, init_overwrite=True)
    config = instance(track=Tracking(files=(Tracked("load"),)))
    (tmp_path / "load").write_text("3")

    async def steps(checks, says):
        checks.recall({"something": True})
        checks.apply(Configuration("f", instances=(config,), files=(load,)))
        assert checks.results(config)[0].value == 3

    scenario(steps)
