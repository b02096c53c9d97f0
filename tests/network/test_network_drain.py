# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a drain as by ``vrrp_drain`` loses nothing, with a standby and without one."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest

from lab.example_pair import VIP, pair
from lab.peers import Agent, Keepalived, assert_one_owner, owners, poll, wait_owner
from lab.run import CHECKOUT

pytestmark = pytest.mark.timing

FAST = {"version": 3, "advert_int": 0.1}

# It runs in the node's namespace, as it asks the kernel as well.
_SCRIPT = """
import json, sys
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.drain import Drainer
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.switchover import SwitchoverError
directory, verb, *arguments = json.loads(sys.argv[1])
drainer = Drainer(directory)
try:
    node = getattr(drainer, verb)(drainer.look(), *arguments)
    print(json.dumps({"drained": node["drained"], "states": [each["state"] for each in node["instances"]]}))
except SwitchoverError as error:
    print(json.dumps({"error": str(error)}))
"""


def _ask(agent: Agent, verb: str, *arguments: Any) -> dict[str, Any]:
    words = json.dumps([str(agent.runtime_dir), verb, *arguments])
    path = f"PYTHONPATH={CHECKOUT / '.ansible' / 'collections'}"
    done = agent.host.run(["env", path, sys.executable, "-c", _SCRIPT, words], check=True)
    return json.loads(done.stdout)


def _drain(agent: Agent, timeout_s: float = 10, force: bool = False) -> dict[str, Any]:
    return _ask(agent, "drain", timeout_s, force)


def _undrain(agent: Agent, timeout_s: float = 10) -> dict[str, Any]:
    return _ask(agent, "undrain", timeout_s)


@pytest.mark.parametrize("peer", [Agent, Keepalived], ids=lambda kind: kind.kind)
def test_a_drain_and_an_undrain_lose_nothing(wire, figure, peer):
    a, b = wire.start_pair(Agent, peer, *pair(**FAST))
    with wire.probe() as probe:
        assert _drain(a) == {"drained": True, "states": ["STOP"]}
        assert_one_owner(wire.segment, VIP, "b")
        assert _undrain(a) == {"drained": False, "states": ["MASTER"]}
        b.wait_state("BACKUP")
        wait_owner(wire.segment, VIP, "a")  # for a moment both have it
        assert_one_owner(wire.segment, VIP, "a")
        report = probe.report()
    figure(f"vrrp_drain and back, beside {peer.kind}: {report.sent} probes, {report.lost} lost")
    assert report.lost == 0, str(report)
    assert [move.to_node for move in report.moves] == ["b", "a"]


def test_a_drain_without_a_standby_is_refused_and_loses_nothing(wire, figure):
    a, b = wire.start_pair(Agent, Agent, *pair(**FAST))
    b.stop()
    with wire.probe() as probe:
        answer = _drain(a)
        assert answer["error"].startswith("nobody takes over VI_1, so this node keeps it. Without a standby a drain")
        assert_one_owner(wire.segment, VIP, "a")
        report = probe.report()
    figure(f"vrrp_drain without a standby, refused: {report.sent} probes, {report.lost} lost")
    assert report.lost == 0, str(report)
    assert (a.client().status()["drained"], a.status()["hold"]) == (False, None)

    assert _drain(a, force=True) == {"drained": True, "states": ["STOP"]}
    assert owners(wire.segment, VIP) == []


def test_a_drained_standby_takes_nothing_and_notices_a_dead_peer(wire):
    a, b = wire.start_pair(Agent, Agent, *pair(**FAST))
    assert _drain(b) == {"drained": True, "states": ["STOP"]}
    a.kill()
    poll(lambda: not owners(wire.segment, VIP), 10, "the address is still somewhere")  # it has a lifetime
    assert _undrain(b) == {"drained": False, "states": ["MASTER"]}
    assert_one_owner(wire.segment, VIP, "b")
