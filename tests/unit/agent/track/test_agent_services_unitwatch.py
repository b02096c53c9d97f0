# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A check of a unit asks systemctl, and judges its answer."""

from __future__ import annotations

import asyncio
import io

import pytest

from vrrp.agent.log import Log
from vrrp.agent.process.subprocesses import ScriptResult
from vrrp.agent.track import services
from vrrp.agent.track.services import UnitCheck
from vrrp.config.model.trackers import TrackedUnit


@pytest.mark.parametrize(
    ("outcome", "why"),
    [
        (ScriptResult(status=0), ""),
        (ScriptResult(status=3), "it is not active"),
        (ScriptResult(status=4), "there is no such unit"),
        (ScriptResult(status=1), "systemctl exited with status 1"),
        (ScriptResult(signal=9), "systemctl ended by signal 9"),
        (ScriptResult(timed_out=True), "no answer within 2 s"),
        (ScriptResult(error="cannot run systemctl: No such file"), "cannot run systemctl: No such file"),
    ],
)
def test_each_answer_of_systemctl_is_judged(monkeypatch, outcome, why):
    asked = []

    async def run(command, timeout_s):
        asked.append((command, timeout_s))
        return outcome

    monkeypatch.setattr(services.subprocesses, "run", run)
    made = UnitCheck(TrackedUnit("nginx.service", timeout_s=2.0), lambda: None, Log(io.StringIO()))
    assert asyncio.run(made.ask()) == why
    assert asked == [(("systemctl", "is-active", "--quiet", "--", "nginx.service"), 2.0)]


def test_a_unit_is_told_by_its_name():
    text = io.StringIO()
    made = UnitCheck(TrackedUnit("nginx.service", weight=0), lambda: None, Log(text))
    made.observe("it is not active")
    result = made.result(-5)
    assert (result.label, result.ok, result.detail) == ("unit nginx.service", False, "it is not active")
    assert "Unit(nginx.service) failed (it is not active)" in text.getvalue()
