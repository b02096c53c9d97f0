# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Count how often the processes of a node parse its file: the agent, its children, and the module vrrp_config."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from lab.example_pair import pair
from lab.peers import Agent

COLLECTIONS = Path(__file__).parents[2] / ".ansible" / "collections"
A, _B = pair(version=3, advert_int=0.1)
COUNTED = """\
import os, sys
from importlib import import_module

package, main, who = sys.argv.pop(1), sys.argv.pop(1), sys.argv.pop(1)
loader = import_module(package + ".vrrp.config.loader" if package else "vrrp.config.loader")
parse = loader.parse

def counted(text, *rest):
    with open(os.environ["PARSES"], "a") as file:
        file.write(who + "\\n")
    return parse(text, *rest)

loader.parse = counted
if package:
    account = import_module(package + ".deployment.account")
    account.Account.owner = lambda self: (os.getuid(), os.getgid())
sys.exit(import_module(package + main).main())
"""


class CountedAgent(Agent):
    """It writes a line to ``parses`` for each text that it or a child of it parses."""

    @property
    def parses(self) -> Path:
        return self.folder / "parses"

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-c", COUNTED, "", "vrrp.cli", "agent", *words]

    def environment(self) -> dict[str, str]:
        return {**super().environment(), "PARSES": str(self.parses)}

    def parsed(self) -> list[str]:
        """Return who has parsed since the last call."""
        found = self.parses.read_text().splitlines() if self.parses.exists() else []
        self.parses.write_text("")
        return found

    def configure(self, text: str, check: bool = False) -> dict[str, Any]:
        """Run vrrp_config on this node, as ``hotstandby module`` does, and return its result."""
        places = {"path": str(self.config), "runtime_dir": str(self.runtime_dir)}
        params = {
            "content": text,
            "confirm": None,
            "start": False,
            "master_of": [],
            "peer_key": "",
            "program": "hotstandby",
            **places,
        }
        package = "ansible_collections.hotstandby.vrrp.plugins.module_utils"
        words = [sys.executable, "-c", COUNTED, package, ".deployment.module_entry", "module", "module", "vrrp_config"]
        done = self.host.run(
            words,
            input=json.dumps({"params": params, "check_mode": check}),
            env={**os.environ, "PYTHONPATH": str(COLLECTIONS), "PARSES": str(self.parses)},
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


@pytest.fixture
def agent(wire):
    """Return an agent that is MASTER; what its start has parsed is forgotten."""
    started = wire.start(CountedAgent, wire.a, A)
    started.wait_state("MASTER")
    assert started.parsed() == ["agent"]
    return started


def text_of(priority):
    return A.but(priority=priority).text("NodeA")


def test_a_changed_file_is_parsed_once_on_its_node(agent):
    told = agent.configure(text_of(120), check=True)
    assert (told["changed"], agent.parsed()) == (True, ["agent"])
    assert agent.status()["base_priority"] == 100
    result = agent.configure(text_of(120))
    assert (result["reloaded"], result["plan"], agent.parsed()) == (True, told["plan"], ["agent"])
    assert agent.status()["base_priority"] == 120
    again = agent.configure(text_of(120))
    assert (again["changed"], agent.parsed()) == (False, ["module"])


def test_a_refused_file_leaves_the_old_one(agent):
    result = agent.configure(text_of(300))
    assert result["failed"] and "priority 300 is out of range" in result["problems"][0]
    assert agent.parsed() == ["agent", "module"]
    assert "priority 100" in agent.config.read_text()


def test_without_an_agent_the_module_and_the_start_parse_it(agent):
    assert agent.stop() == 0
    assert agent.configure(text_of(120))["written"]
    assert agent.parsed() == ["module", "module"], "the new text, and the old one for the plan"
    agent.start()
    agent.wait_log(r"Entering MASTER STATE", count=2)
    assert (agent.parsed(), agent.status()["base_priority"]) == (["agent"], 120)
