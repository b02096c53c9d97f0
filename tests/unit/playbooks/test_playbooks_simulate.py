# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test the playbook simulate: what it shows and writes, and that it asks no host. test_action_simulate has the rest."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml
from fake_nodes import play

TOP = Path(__file__).parents[3]
PAGE = (TOP / "docs" / "simulation.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^ansible-playbook .*$", PAGE, re.MULTILINE)
FLEET = yaml.safe_load(re.search(r"```yaml\n(.*?)```", (TOP / "docs" / "fleet.md").read_text(), re.DOTALL)[1])
CHECK = {
    "ha_pair_scripts": [{"name": "chk_web", "script": "/usr/bin/true", "interval": 1, "fall": 2}],
    "ha_pair_track_script": ["chk_web"],
}
WRITTEN = [f"hotstandby-reports/simulation.{kind}" for kind in ("html", "svg", "json")]


def fleet():
    """Return the pairs web and db of docs/fleet.md; web has a check."""
    groups = json.loads(json.dumps(FLEET))
    pairs = groups["ha_pair"]["children"]
    pairs["web"]["vars"].update(CHECK)
    return {"ha_pair": {"children": {name: pairs[name] for name in ("web", "db")}}}


def simulate(folder, *arguments, groups=None):
    """Play it against hosts that nobody can reach: what tries to is noted, and fails."""
    ssh = folder / "ssh"
    ssh.write_text(f"#!/bin/sh\necho called >> {folder}/connected\nexit 255\n")
    ssh.chmod(0o755)
    groups = groups or fleet()
    unreachable = {"ansible_connection": "ssh", "ansible_ssh_executable": str(ssh), "ansible_become": True}
    groups["ha_pair"].setdefault("vars", {}).update(unreachable)
    done = play(folder, groups, "simulate", *arguments)
    assert not (folder / "connected").exists()
    assert done.done == []
    return done


def shown(done):
    """Return the lines that the play shows."""
    return json.loads(re.search(r'"msg": (\[.*?\n    \])', done.output, re.DOTALL)[1])


def rows(done):
    """Return what the table says: (pair, instance, fault) -> the three times."""
    lines = shown(done)
    parts = [re.split(r"  +", line) for line in lines[1 : lines.index("") if "" in lines else -len(WRITTEN)]]
    return {tuple(part[:3]): part[3:] for part in parts}


def test_the_usual_faults_have_one_line_each_and_a_report(tmp_path):
    done = simulate(tmp_path)
    assert done.returncode == 0, done.output
    found = rows(done)
    assert [fault for pair, _name, fault in found if pair == "db"] == [
        *("kill db-a", "kill db-b", "split db-a | db-b client", "split db-b | db-a client"),
        *("reload db-a", "reload db-b"),
    ]
    assert len([pair for pair, _name, _fault in found if pair == "web"]) == 8
    assert found["web", "VI_1", "kill web-a"] == ["2.65 s", "3.12 s", "3.59 s"]
    assert found["web", "VI_1", "kill web-b"] == ["0", "0", "0"]
    assert found["web", "VI_1", "break web-a chk_web"] == ["1.65 s", "2.15 s", "2.65 s"]
    assert all(len(line) <= 80 for line in shown(done)) and shown(done)[-3:] == WRITTEN
    page, picture, data = (tmp_path / name for name in WRITTEN)
    report = json.loads(data.read_text())
    assert len(report["instances"]) == len(found)
    assert page.read_text().count("<section") == len(found) and "break web-a chk_web" in page.read_text()
    assert len(ElementTree.parse(picture).getroot()) == len(found)


def test_a_fault_is_taken_as_a_shell_passes_it(tmp_path):
    done = simulate(tmp_path, "-e", "fault=at 10: kill web-a; at 30: boot web-a", "-e", "report_dir=here")
    assert rows(done) == {("web", "VI_1", "kill web-a; boot web-a"): ["2.65 s", "3.12 s", "3.59 s"]}
    assert sorted(path.name for path in (tmp_path / "here").iterdir()) == [
        *("simulation.html", "simulation.json", "simulation.svg")
    ]


def test_a_bad_fault_is_an_error(tmp_path):
    done = simulate(tmp_path, "-e", 'fault="at 10: kill web-x"')
    assert done.returncode == 2
    assert "docs/simulation.md lists what can happen" in " ".join(done.output.split())
    assert done.output.count("did you mean") == 2, "once in the error, once in the result of the task"
    assert not (tmp_path / WRITTEN[0]).exists()


def test_all_mistakes_of_an_inventory_are_in_one_error(tmp_path):
    groups = fleet()
    groups["ha_pair"]["children"]["web"]["vars"]["ha_pair_vips"] = ["192.168.8.900/24"]
    groups["ha_pair"]["children"]["db"]["vars"]["ha_pair_interface"] = "{{ ansible_facts.default_ipv4.interface }}"
    done = simulate(tmp_path, groups=groups)
    said = " ".join(done.output.split())
    assert done.returncode == 2 and "web-a: ha_pair_vips: '192.168.8.900/24' is not" in said
    assert "db-a: ha_pair_interface: " in said and "for this simulation with -e ha_pair_interface=..." in said


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_page_does_what_it_says(tmp_path, command):
    words = shlex.split(command)
    assert words[:4] == ["ansible-playbook", "-i", "inventory.yml", "hotstandby.vrrp.simulate"]
    (tmp_path / "faults.yml").write_text(re.search(r"```yaml\n(fault:.*?)```", PAGE, re.DOTALL)[1])
    done = simulate(tmp_path, *words[4:])
    assert done.returncode == 0, done.output


def test_the_page_has_commands():
    assert len(COMMANDS) >= 4
