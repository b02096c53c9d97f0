# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that each playbook which changes or judges a pair wants both hosts of it, step by step."""

from __future__ import annotations

import pytest
import yaml
from fake_nodes import TOP, living, pair, play

#: ticket.yml is about an event, and simulate.yml about the inventory: neither asks a host.
PLAYBOOKS = sorted({path.stem for path in (TOP / "playbooks").glob("*.yml")} - {"ticket", "simulate"})
WORDS = {
    "drain": ["-e", "drain=web-b"],
    "drill": ["-e", "drill=switchover"],
    "rolling_update": ["-e", "update_packages=nginx"],
    "switchover": ["-e", "to=web-b"],
}
WEB = {"ha_pair": {"children": {"web": pair("web", [living(4, "MASTER", 4), living(5, "BACKUP", 4)])}}}


def with_strategy(playbook, strategy):
    plays = yaml.safe_load((TOP / "playbooks" / f"{playbook}.yml").read_text(encoding="utf-8"))
    return yaml.safe_dump([{**each, "strategy": strategy} for each in plays], sort_keys=False)


@pytest.mark.parametrize("playbook", PLAYBOOKS)
@pytest.mark.parametrize("strategy", ["free", "host_pinned"])
def test_a_strategy_in_which_one_host_goes_ahead_is_refused(tmp_path, playbook, strategy):
    text = with_strategy(playbook, strategy)
    done = play(tmp_path, WEB, playbook, *WORDS.get(playbook, ()), text=text)
    assert done.returncode not in (0, 124) and (done.done, done.asked) == ([], [])
    assert "Stop strategy free" in done.output and "say strategy linear" in done.output


@pytest.mark.parametrize("playbook", [name for name in PLAYBOOKS if name != "status"])
@pytest.mark.parametrize("host", ["web-a", "web-b"])
def test_half_a_pair_is_refused(tmp_path, playbook, host):
    done = play(tmp_path, WEB, playbook, *WORDS.get(playbook, ()), "--limit", host)
    assert (done.returncode, done.done, done.asked) == (2, [], [])
    other = {"web-a": "web-b", "web-b": "web-a"}[host]
    assert f"This play leaves out {other}: leave out --limit, or let it name both." in done.output


def test_the_status_of_half_a_pair_says_that_it_is_half(tmp_path):
    done = play(tmp_path, WEB, "status", "--limit", "web-b")
    assert done.returncode == 2
    assert "web-a: NOT ASKED: this play leaves it out (leave out --limit, or let it name both hosts)" in done.output
    assert "web-b  VI_1      BACKUP" in done.output and "no node is master" not in done.output
