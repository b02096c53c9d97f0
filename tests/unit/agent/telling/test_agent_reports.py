# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A signal asks for a report: which file is written, what is logged, and what a second signal does."""

from __future__ import annotations

import asyncio
import io
import os
from types import SimpleNamespace

import pytest
from agent_fakes import Bench, instance
from virtual_time import play

from vrrp.agent.telling.log import Log
from vrrp.agent.telling.reports import DATA, STATS, Reports
from vrrp.config.model import Configuration


class Scene:
    """As much of an agent as a report looks at; ``events`` are the instances that the recorder was asked to write."""

    def __init__(self, directory):
        self.text = io.StringIO()
        self.bench = Bench(instance()).start(1.0)
        self.bench.instance.counters.sent = 7
        running = {"VI_1": self.bench.instance}
        self.events = []
        agent = SimpleNamespace(
            configuration=Configuration("/f.conf", instances=(self.bench.instance.config,)),
            instances=running,
            everyone=lambda: iter(running.values()),
            network=SimpleNamespace(kernel=self.bench.kernel),
            recorder=SimpleNamespace(write_in_turns=lambda instances: self.events.extend(i.name for i in instances)),
            clock=lambda: 10.0,
        )
        self.reports = Reports(str(directory), Log(self.text), agent)

    def lines(self):
        return [line.split(" ", 2)[2] for line in self.text.getvalue().splitlines()]

    def asked(self, *names):
        async def scenario():
            for name in names:
                getattr(self.reports, name)()
            await asyncio.sleep(1.0)

        play(scenario)
        return self


def test_the_files_have_their_names():
    assert (DATA, STATS) == ("hotstandby.data", "hotstandby.stats")


def test_the_counts_are_written_and_no_events(tmp_path):
    scene = Scene(tmp_path).asked("stats")
    text = (tmp_path / "hotstandby.stats").read_text()
    assert text.startswith("VRRP Instance: VI_1\n  Advertisements:\n    Received: 0\n    Sent: 7\n")
    assert text.endswith("\n") and not text.endswith("\n\n")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["hotstandby.stats"]
    assert scene.events == []
    assert scene.lines() == [
        f"Printing VRRP stats for process({os.getpid()}) on signal",
        f"wrote {tmp_path}/hotstandby.stats",
    ]


def test_the_state_is_written_and_the_events_too(tmp_path):
    scene = Scene(tmp_path).asked("data")
    text = (tmp_path / "hotstandby.data").read_text()
    assert " VRRP Instance = VI_1\n" in text and "   State = BACKUP\n" in text
    assert scene.events == ["VI_1"]
    assert scene.lines() == [
        f"Printing VRRP data for process({os.getpid()}) on signal",
        f"wrote {tmp_path}/hotstandby.data",
    ]


def test_while_one_is_written_a_second_signal_asks_for_no_other(tmp_path):
    scene = Scene(tmp_path).asked("stats", "stats")
    assert [line.split()[0] for line in scene.lines()] == ["Printing", "Printing", "wrote"]
    assert [line.split()[0] for line in scene.asked("stats").lines()[3:]] == ["Printing", "wrote"]


def test_the_two_files_do_not_wait_for_each_other(tmp_path):
    Scene(tmp_path).asked("data", "stats")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["hotstandby.data", "hotstandby.stats"]


@pytest.mark.parametrize("name", ["stats", "data"])
def test_without_its_directory_it_says_so_and_is_ready_for_the_next_signal(tmp_path, name):
    scene = Scene(tmp_path / "no").asked(name)
    wrong = f"error: cannot write hotstandby.{name} to {tmp_path}/no: No such file or directory"
    assert scene.lines()[1:] == [wrong]
    (tmp_path / "no").mkdir()
    assert scene.asked(name).lines()[-1] == f"wrote {tmp_path}/no/hotstandby.{name}"
