# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test the command history: durations over restarts, boots and set clocks, for people and for programs."""

from __future__ import annotations

import json
import time

import pytest
from cli_parts import STATUS, FakeClient

from vrrp import cli
from vrrp.agent.process import history_file
from vrrp.agent.process.history_file import HistoryEntry
from vrrp.cli_history import Now, history_lines, lasted, terms
from vrrp.client import AgentUnreachable

pytest_plugins = ["cli_parts"]
pytestmark = pytest.mark.usefixtures("utc")

NOON = 1_700_000_000.25  # 2023-11-14 22:13:20 UTC
LONG_REASON = "192.168.8.4 has been silent for 3.65 s, " * 4


def entry(state, seconds, instance="VI_1", boot="b", set_by=0.0, **fields):
    """Return an entry so many seconds after noon; the wall clock had been set by so many seconds then."""
    known = {"priority": 100, "reason": f"why {state}", "peer": "", "first": False, **fields}
    return HistoryEntry(NOON + seconds + set_by, boot, 50.0 + seconds, instance, state, **known)


STORY = [
    entry("BACKUP", 0, first=True),
    entry("BACKUP", 0, "web", first=True),
    entry("MASTER", 3.6, reason=LONG_REASON, peer="192.168.8.4"),
    entry("BACKUP", 600),
]


def now(seconds=700.0, boot="b", set_by=0.0):
    return Now(NOON + seconds + set_by, boot, 50.0 + seconds)


def told(entries, states=None, **present):
    return [lasted(each) for each in terms(entries, now(**present), states or {})]


@pytest.fixture
def kept(tmp_path, agent, monkeypatch):
    """Return a directory with the story. The agent says that it is MASTER of VI_1, and BACKUP of web.

    The clock stands still soon after it: how long a state has lasted so far decides how wide a column is.
    """
    monkeypatch.setattr(time, "time", lambda: NOON + 700.0)
    agent.answers["status"] = STATUS
    assert history_file.append(str(tmp_path), STORY) == ""
    return str(tmp_path)


def test_a_state_lasts_until_the_next_one_of_the_same_instance():
    assert told(STORY) == ["3.6s", "-", "9m 56s", "-"]


def test_the_last_state_lasts_while_the_agent_says_the_same():
    assert told(STORY, {"VI_1": "BACKUP", "web": "FAULT"})[1::2] == ["11m 40s so far", "1m 40s so far"]
    assert told(STORY, {"VI_1": "MASTER"})[1::2] == ["-", "-"], "it is not on the disk yet, or was lost"


def test_a_clock_that_is_set_changes_no_duration():
    story = [entry("MASTER", 0), entry("BACKUP", 60, set_by=-3600), entry("MASTER", 90, set_by=86400)]
    assert told(story, {"VI_1": "MASTER"}, seconds=100.0) == ["1m 0s", "30s", "10s so far"]


def test_over_a_boot_the_wall_clock_has_the_duration():
    story = [entry("BACKUP", 0), entry("MASTER", 100, boot="c"), entry("BACKUP", 50, boot="d")]
    assert told(story) == ["1m 40s", "-", "-"], "a time that runs backwards tells nothing"


def test_when_a_dead_master_has_ended_is_not_known():
    story = [entry("MASTER", 0), entry("BACKUP", 3600, boot="c", first=True), entry("MASTER", 4000, boot="c")]
    assert told(story) == ["at most 1h 0m", "6m 40s", "-"]


@pytest.mark.parametrize("columns", [80, 60])
def test_no_line_is_longer_than_the_terminal(columns):
    found = terms([*STORY, entry("MASTER", 650, "a-very-long-name-of-an-instance", reason="\033[2J")], now(), {})
    lines = history_lines(found, columns)
    assert max(map(len, lines)) <= columns
    assert any(line.startswith("2023-11-14 22:13:20  VI_1              BACKUP  3.6s") for line in lines)
    assert "\033" not in "".join(lines)


def test_the_command_prints_a_table(kept, capsys):
    assert cli.main(["history", "--state-dir", kept]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["TIME", "INSTANCE", "STATE", "LASTED", "WHY"]
    assert [line.split()[2] for line in lines if line.startswith("2023")] == ["VI_1", "web", "VI_1", "VI_1"]


@pytest.mark.parametrize(
    ("words", "count"),
    [(["VI_1"], 3), (["web"], 1), (["nobody"], 0), (["--since", "2023-11-14T22:13:21"], 2), (["--since", "1s"], 0)],
)
def test_one_instance_or_a_part_of_the_time(kept, capsys, words, count):
    assert cli.main(["history", "--json", *words, "--state-dir", kept]) == 0
    assert len(capsys.readouterr().out.splitlines()) == count


def test_programs_get_json_lines(kept, capsys):
    cli.main(["history", "--json", "VI_1", "--state-dir", kept])
    values = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert values[1] == {
        "time": "2023-11-14T22:13:23.850Z",
        "instance": "VI_1",
        "state": "MASTER",
        "priority": 100,
        "reason": LONG_REASON,
        "peer": "192.168.8.4",
        "lasted_s": 596.4,
        "at_most": False,
        "still": False,
    }
    assert (values[0]["peer"], values[2]["lasted_s"]) == (None, None)


def test_it_works_without_an_agent(kept, capsys, agent):
    agent.answers["status"] = AgentUnreachable("no agent is running")
    assert cli.main(["history", "--state-dir", kept]) == 0
    assert "so far" not in capsys.readouterr().out


def test_nothing_is_said_in_words(agent, capsys, tmp_path):
    agent.answers["status"] = STATUS
    assert cli.main(["history", "--state-dir", str(tmp_path)]) == 0
    assert capsys.readouterr().out == f"{tmp_path} has no change of mastership\n"
    assert cli.main(["history", "--state-dir", str(tmp_path), "--since", "1h"]) == 0
    assert capsys.readouterr().out == f"{tmp_path} has no change of mastership since then\n"


def test_without_the_right_to_read_it_says_what_to_do(kept, capsys, monkeypatch):
    def refuse(directory):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(history_file, "read", refuse)
    assert cli.main(["history", "--state-dir", kept]) == 1
    said = f"error: cannot read the history in {kept}: Permission denied (run this as root)\n"
    assert capsys.readouterr() == ("", said)


def test_an_agent_in_a_directory_of_its_own_has_the_history_there(kept, capsys):
    assert cli.main(["history", "--runtime-dir", kept]) == 0
    assert "VI_1" in capsys.readouterr().out
    assert FakeClient.asked == [(kept, "status")]
