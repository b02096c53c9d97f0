# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test the test case made from a record: it passes, and it fails when the router does something else."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from recorded import SECRET, Recorded, anything, failover

import vrrp
from testcase import main, source
from vrrp.protocol import timers
from vrrp.protocol.event_codec import Record
from vrrp.protocol.states import SavedRouterState, State

MODULE_UTILS = Path(vrrp.__file__).parents[1]
CHANGED = """\
from vrrp.protocol import timers

timers.skew_time_s = lambda version, priority, interval_cs: 0.5
"""


def made(record: Record) -> str:
    return source(record, "{:.3f}".format)


def run(text: str) -> None:
    """Call the test functions of a module."""
    names: dict = {}
    exec(compile(text, "made.py", "exec"), names)
    functions = [value for name, value in names.items() if name.startswith("test_")]
    assert functions
    for function in functions:
        function()


def pytest_on(tmp_path, text: str):
    (tmp_path / "test_made.py").write_text(text, encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        str(tmp_path),
        str(tmp_path),
    ]
    return subprocess.run(
        command, cwd=tmp_path, env={"PYTHONPATH": str(MODULE_UTILS)}, capture_output=True, text=True, check=False
    )


def test_pytest_runs_it_and_it_passes(tmp_path):
    done = pytest_on(tmp_path, made(failover().record()))
    assert done.returncode == 0, done.stdout
    assert "1 passed" in done.stdout


def test_pytest_runs_it_and_it_fails_where_the_router_has_changed(tmp_path):
    (tmp_path / "conftest.py").write_text(CHANGED, encoding="utf-8")
    done = pytest_on(tmp_path, made(failover().record()))
    assert done.returncode == 1
    assert "assert router.deadline == near(1003.6484375)" in done.stdout


@pytest.mark.parametrize("limit", [7, 256])
@pytest.mark.parametrize("seed", range(10))
def test_any_record_becomes_a_test_that_passes(seed, limit):
    run(made(anything(seed, limit).record()))


def test_a_test_fails_on_another_action(monkeypatch):
    record = failover().record()
    *others, last = record.steps
    run(made(record))
    with pytest.raises(AssertionError):
        run(made(Record(record.header, (*others, replace(last, actions=())))))


def test_a_test_fails_on_another_duration(monkeypatch):
    text = made(failover().record())
    monkeypatch.setattr(timers, "interval_s", lambda interval_cs: 1.01)
    with pytest.raises(AssertionError):
        run(text)


def test_a_test_is_made_of_literals():
    text = made(failover().record())
    assert "assert router.start(now=1000.0) == (" in text
    assert 'Notify(state="BACKUP", priority=90, reason="it has just started")' in text
    assert "for now in evenly(1001.001, 1040.04, 40):" in text
    assert "    # 1000.000\n" in text
    assert "record" not in [line.split(" ")[1].rsplit(".", 1)[-1] for line in text.splitlines() if " import " in line]


def test_a_test_holds_no_password():
    assert SECRET.decode() not in made(failover().record())


def test_a_strange_name_is_still_a_function():
    record = failover().record()
    strange = replace(record.header, instance='web "1"\n\\ é', interface="'''")
    run(made(Record(strange, record.steps)))


def test_a_test_without_a_run_does_not_define_evenly():
    story = Recorded()
    story.feed("start", SavedRouterState(State.MASTER, story.now - 1.0, 100, None))
    story.feed("stop")
    text = made(story.record())
    run(text)
    assert "evenly" not in text


def test_a_memory_is_spelled_out():
    story = Recorded()
    story.feed("fault_changed", ("interface eth0 is down",))
    story.feed("fault_changed", ())
    story.feed("start", SavedRouterState(State.MASTER, story.now - 1.0, 100, None))
    text = made(story.record())
    run(text)
    assert "memory=SavedRouterState(state=State.MASTER, last_at=999.0, interval_cs=100)" in text


def test_a_file_with_one_record_is_printed_as_a_test(tmp_path, capsys):
    file = tmp_path / "events-VI_1.jsonl"
    file.write_text(failover().text())
    assert main(str(file)) == 0
    run(capsys.readouterr().out)


def test_a_test_is_made_of_one_record(tmp_path, capsys):
    file = tmp_path / "events.jsonl"
    file.write_text(failover().text() * 2)
    assert main(str(file)) == 1
    expected = f"error: {file}: it holds 2 records (VI_1, VI_1), and a test case is made of one\n"
    assert capsys.readouterr().err == expected


def test_a_record_without_entries_is_no_test(tmp_path, capsys):
    file = tmp_path / "events.jsonl"
    file.write_text(failover().text().splitlines()[0])
    assert main(str(file)) == 1
    assert capsys.readouterr().err == f"error: {file}: it has no entries yet\n"
