# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test the output and the exit status of the command."""

from __future__ import annotations

import io
import json
import subprocess
import sys

import pytest
from cli_parts import GOOD, MODULE_UTILS, STATUS

from vrrp import cli
from vrrp.client import AgentError, AgentUnreachable

pytest_plugins = ["cli_parts"]
pytestmark = pytest.mark.usefixtures("machine")


def test_status_as_json_is_all_of_it(agent, capsys):
    agent.answers["status"] = STATUS
    assert cli.main(["status", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == STATUS
    assert agent.asked == [("/run/hotstandby", "status")]


@pytest.mark.parametrize("verb", ["promote", "demote", "release"])
def test_a_move_says_what_came_of_it(agent, capsys, verb):
    agent.answers[verb] = STATUS["instances"][0]
    assert cli.main([verb, "VI_1", "--runtime-dir", "/r"]) == 0
    assert capsys.readouterr().out == "VI_1: MASTER because no master was heard; our 100\n"
    assert agent.asked == [("/r", verb, "VI_1")]


FORESEEN = {
    "changed": True,
    "plan": {"instances": [{"name": "VI_2", "kind": "added"}], "scripts": []},
    "texts": ["VI_1 priority: 100 -> 80"],
    "mastership": [
        {"instance": "VI_1", "state": "MASTER", "moves": None, "why": "its priority falls"},
        {"instance": "VI_2", "state": "MASTER", "moves": True, "why": "it goes"},
        {"instance": "VI_3", "state": "BACKUP", "moves": False, "why": "nothing"},
    ],
    "warnings": ["f:1: warning: odd"],
}


def test_a_plan_says_what_would_change_and_who_would_move(agent, capsys, tmp_path):
    file = tmp_path / "new.conf"
    file.write_text(GOOD)
    agent.answers["plan"] = FORESEEN
    assert cli.main(["plan", str(file), "--runtime-dir", "/r"]) == 0
    output, errors = capsys.readouterr()
    assert output == (
        "VI_2: added\nVI_1 priority: 100 -> 80\nVI_1: mastership may move: its priority falls\n"
        "VI_2: mastership moves: it goes\nVI_3: mastership stays: nothing\n"
    )
    assert errors == "f:1: warning: odd\n"
    assert agent.asked == [("/r", "plan", GOOD, str(file))]
    assert cli.main(["plan", str(file), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == FORESEEN


def test_a_plan_of_nothing(agent, capsys, tmp_path):
    (tmp_path / "f").write_text(GOOD)
    agent.answers["plan"] = {**FORESEEN, "changed": False, "plan": {"instances": [], "scripts": []}, "texts": [],
                             "mastership": [], "warnings": []}  # fmt: skip
    assert cli.main(["plan", str(tmp_path / "f")]) == 0
    assert capsys.readouterr().out == "nothing would change\n"
    assert cli.main(["plan", str(tmp_path / "nothere")]) == 1


@pytest.mark.parametrize("verb", ["drain", "undrain"])
def test_a_drain_shows_what_came_of_it(agent, capsys, verb):
    agent.answers[verb] = STATUS
    assert cli.main([verb, "--runtime-dir", "/r"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines if line[0] != " "] == ["INSTANCE", "VI_1", "web"]
    assert agent.asked == [("/r", verb)]


@pytest.mark.parametrize("words", [["drain"], ["promote", "VI_1"], ["demote", "VI_1"]])
def test_a_reason_and_an_end_go_to_the_agent(agent, capsys, monkeypatch, words):
    monkeypatch.setenv("SUDO_USER", "anna")
    answer = STATUS if words == ["drain"] else STATUS["instances"][0]
    agent.answers[words[0]] = {**answer, "maintenance": None}
    assert cli.main([*words, "--reason", "kernel update", "--expires", "2h"]) == 0
    said = {"reason": "kernel update", "expires": "2h", "by": "anna"}
    assert agent.asked == [("/run/hotstandby", *words, said)]
    assert capsys.readouterr().err == ""


def test_an_agent_that_keeps_no_reason_is_told_of(agent, capsys):
    agent.answers["drain"] = STATUS
    assert cli.main(["drain", "--reason", "kernel update"]) == 1
    text = "error: this agent did what was asked, but it is of an older release, and keeps no reason and no end: deploy"
    assert capsys.readouterr().err.startswith(text)


@pytest.mark.parametrize("verb", ["undrain", "release VI_1", "reload"])
def test_undrain_release_and_reload_take_no_reason(agent, verb):
    with pytest.raises(SystemExit) as caught:
        cli.main([*verb.split(), "--reason", "disk"])
    assert (caught.value.code, agent.asked) == (2, [])


@pytest.mark.parametrize(
    ("more", "state_dir"), [([], None), (["--state-dir", "/var/lib/hotstandby"], "/var/lib/hotstandby")]
)
def test_run_passes_on_where_the_state_is(monkeypatch, more, state_dir):
    from vrrp.agent import main

    asked = []
    monkeypatch.setattr(main, "run", lambda *arguments: asked.append(arguments) or 0)
    assert cli.main(["run", "--config", "/f", "--runtime-dir", "/r", *more]) == 0
    assert asked == [("/f", "/r", state_dir)]


def test_a_drain_that_is_refused_says_why(agent, capsys):
    agent.answers["drain"] = AgentError("cannot drain this node: it owns the addresses of VI_1")
    assert cli.main(["drain"]) == 1
    assert capsys.readouterr().err == "error: cannot drain this node: it owns the addresses of VI_1\n"


def test_cleanup_says_what_it_has_removed(monkeypatch, capsys):
    from vrrp.agent import cleanup

    asked = []
    done = ["removed VIPs that a dead agent has left behind: 192.168.8.100/24"]
    monkeypatch.setattr(cleanup, "remove", lambda runtime_dir: asked.append(runtime_dir) or done)
    assert cli.main(["cleanup", "--runtime-dir", "/r"]) == 0
    assert capsys.readouterr() == ("removed VIPs that a dead agent has left behind: 192.168.8.100/24\n", "")
    assert asked == ["/r"]


def test_cleanup_where_nothing_is_left_says_nothing(tmp_path, capsys):
    assert cli.main(["cleanup", "--runtime-dir", str(tmp_path)]) == 0
    assert capsys.readouterr() == ("", "")


def test_reload_says_what_changed(agent, capsys):
    agent.answers["reload"] = {
        "added": ["b"],
        "removed": ["c"],
        "changed": ["a"],
        "changes": ["a priority: 90 -> 80"],
        "warnings": ["f:3:1: warning: careful"],
    }
    assert cli.main(["reload"]) == 0
    said = capsys.readouterr()
    assert said.out == "b: added\nc: removed\na: changed\na priority: 90 -> 80\n"
    assert said.err == "f:3:1: warning: careful\n"


def test_reload_of_the_same_file_says_so(agent, capsys):
    agent.answers["reload"] = {"added": [], "removed": [], "changed": [], "changes": [], "warnings": []}
    assert cli.main(["reload"]) == 0
    assert capsys.readouterr().out == "nothing has changed\n"


def test_no_exits_with_1_and_its_problems(agent, capsys):
    agent.answers["reload"] = AgentError("the file is not valid", ("f:3:1: error: x", "f:4:1: error: y"))
    assert cli.main(["reload"]) == 1
    assert capsys.readouterr().err == "error: the file is not valid\nf:3:1: error: x\nf:4:1: error: y\n"


def test_without_an_agent_a_command_exits_with_3(agent, capsys):
    agent.answers["status"] = AgentUnreachable("no agent is running")
    assert cli.main(["status"]) == 3
    assert capsys.readouterr().err == "error: no agent is running\n"


def test_run_refuses_a_bad_file_before_it_touches_anything(tmp_path, capsys):
    file = tmp_path / "bad.conf"
    file.write_text(GOOD.replace("priority 100", "priority 256"))
    assert cli.main(["run", "--config", str(file), "--runtime-dir", str(tmp_path / "run")]) == 1
    assert f"{file}:4:" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_python_m_runs_it():
    environment = {"PYTHONPATH": str(MODULE_UTILS), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "vrrp.cli", "status", "--runtime-dir", "/nonexistent"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (3, "")
    assert "/nonexistent/control.sock" in done.stderr


def test_status_of_one_instance(agent, capsys):
    agent.answers["status"] = STATUS
    assert cli.main(["status", "web"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["INSTANCE", "web", "BACKUP"]
    assert cli.main(["status", "nobody"]) == 1
    assert capsys.readouterr() == ("", "error: there is no instance nobody; there are: VI_1, web\n")


class Closed(io.StringIO):
    """It is a pipe whose reader has gone, as head(1) does."""

    def write(self, text):
        raise BrokenPipeError


@pytest.mark.parametrize("words", [[], ["--json"], ["VI_1"]])
def test_the_verdict_holds_when_nobody_reads_the_status(agent, monkeypatch, words):
    agent.answers["status"] = STATUS
    monkeypatch.setattr(sys, "stdout", Closed())
    assert cli.main(["status", *words]) == 0
    assert cli.main(["status", "--check", *words]) == 4, "VI_1 lacks an address"


def test_the_help_says_what_the_exit_status_means(capsys):
    with pytest.raises(SystemExit):
        cli.main(["--help"])
    assert "Exit status: 0 done, 1 the agent" in capsys.readouterr().out


def test_a_status_without_instances_names_the_file(agent, capsys):
    agent.answers["status"] = {**STATUS, "instances": []}
    assert cli.main(["status"]) == 0
    assert capsys.readouterr().out == "no instances in /etc/hotstandby/hotstandby.conf\n"


def test_an_older_agent_without_warnings_is_shown_too(agent, capsys):
    agent.answers["status"] = {**STATUS, "instances": [{**STATUS["instances"][1]}]}
    assert cli.main(["status"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2
