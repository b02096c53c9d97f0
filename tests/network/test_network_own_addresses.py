# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that an address that the agent has not set stays, and that one that an agent has set is removed."""

from __future__ import annotations

import json
import shutil
import struct
import time

import pytest

from lab.example_pair import ADDRESS_B, VIP, pair
from lab.peers import Agent, Keepalived, poll
from vrrp.agent.process.saved_state import boot_id

A, B = pair(version=3, advert_int=0.1)
STATIC = "10.66.0.1/24"
SAID = f"{VIP} is this host's own address on eth0"


def has(host, address=VIP):
    return f"inet {address}/24" in host.ip("-4", "addr", "show", "dev", "eth0")


def set_by_hand(host, address=VIP):
    host.ip("addr", "add", f"{address}/24", "dev", "eth0")


def refused(agent):
    """Start the agent; check that it ends and names the address, and return its log."""
    agent.start()
    poll(lambda: not agent.running, 10, "the end of the agent", agent.tail)
    assert agent.process.returncode == 1
    said = agent.log_text()
    assert "is this host's own address on eth0" in said
    return said


@pytest.mark.parametrize("address", [VIP, ADDRESS_B])
def test_a_start_refuses_an_address_of_the_host_and_leaves_it(wire, address):
    if address == VIP:
        set_by_hand(wire.b)
    config = B.but(virtual_ipaddress=(f"{address}/24",))
    agent = Agent(wire.b, config.text())
    wire.started.append(agent)
    assert f"ip address del {address}/24 dev eth0" in refused(agent)
    done = agent.host.run(agent.command("check", str(agent.config)), env=agent.environment(), check=False)
    assert done.returncode == 1
    assert f"{agent.config}:" in done.stderr
    assert f"{address} is this host's own address on eth0" in done.stderr
    assert "outside every subnet" not in done.stderr
    assert has(wire.b, address)


@pytest.mark.parametrize("lease_s", [0, 3])
@pytest.mark.parametrize("ledger", [True, False])
def test_an_address_of_an_agent_is_not_refused_after_sigkill(wire, lease_s, ledger):
    before = ("global_defs {", f"    @hotstandby vip_lease {lease_s}", "}")
    agent = wire.start(Agent, wire.a, A, *before)
    agent.wait_state("MASTER")
    checked = agent.host.run(agent.command("check", str(agent.config)), env=agent.environment(), check=False)
    assert (checked.returncode, SAID in checked.stderr) == (0, False), checked.stderr
    agent.kill()
    assert has(wire.a)
    if not ledger:
        shutil.rmtree(agent.runtime_dir)
    agent.start()
    agent.wait_state("MASTER")
    assert agent.stop() == 0
    assert not has(wire.a)


def test_a_standby_takes_off_what_an_agent_left_whose_ledger_is_gone(wire):
    agent = wire.start(Agent, wire.b, B, "global_defs {", "    @hotstandby vip_lease 0", "}")
    agent.wait_state("MASTER")
    agent.kill()
    shutil.rmtree(agent.runtime_dir)
    wire.start(Agent, wire.a, A).wait_state("MASTER")
    agent.start()
    agent.wait_state("BACKUP")
    assert not has(wire.b)


@pytest.mark.parametrize("priority", [100, 255])
@pytest.mark.parametrize("ledger", [True, False])
def test_an_address_of_the_host_stays_through_the_life_of_an_agent(wire, priority, ledger):
    """It is there before an owner starts, or is set by hand on a running standby."""
    config = B.but(priority=priority)
    if priority == 255:
        set_by_hand(wire.b)
        agent = wire.start(Agent, wire.b, config)
    else:
        master = wire.start(Agent, wire.a, A)
        master.wait_state("MASTER")
        agent = wire.start(Agent, wire.b, config)
        agent.wait_state("BACKUP")
        set_by_hand(wire.b)
        assert master.stop() == 0
    agent.wait_state("MASTER")
    assert agent.cli("demote", "VI_1").returncode
    wire.b.ip("link", "set", "eth0", "mtu", "1400")
    assert has(wire.b)
    agent.kill()
    if not ledger:
        shutil.rmtree(agent.runtime_dir)
    else:
        agent.cli("cleanup")
    assert has(wire.b)
    if priority == 255:
        agent.start()
        agent.wait_state("MASTER")
        assert agent.stop() == 0
    else:
        refused(agent)
    assert has(wire.b)
    assert "valid_lft forever" in wire.b.ip("-4", "addr", "show", "dev", "eth0", "to", VIP)


def test_an_address_that_a_master_has_cannot_be_set_by_hand(wire):
    agent = wire.start(Agent, wire.b, B)
    agent.wait_state("MASTER")
    with pytest.raises(Exception, match="already assigned"):
        set_by_hand(wire.b)  # the agent has it already: it remains the agent's
    assert agent.stop() == 0
    assert not has(wire.b)


def test_a_reload_that_names_an_address_of_the_host_is_refused(wire):
    agent = wire.start(Agent, wire.b, B)
    agent.wait_state("MASTER")
    agent.write(B.but(virtual_ipaddress=(f"{VIP}/24", f"{ADDRESS_B}/24"), priority=50).text())
    planned = agent.cli("plan", str(agent.config))
    assert planned.returncode
    assert f"{ADDRESS_B} is this host's own address on eth0" in planned.stderr
    done = agent.cli("reload")
    assert done.returncode
    assert "the old configuration stays in force" in done.stderr
    assert f"{ADDRESS_B} is this host's own address on eth0" in done.stderr
    assert agent.status()["priority"] == B.priority
    assert has(wire.b, ADDRESS_B)
    agent.write(B.but(priority=50).text())
    assert agent.cli("reload").returncode == 0
    assert agent.stop() == 0
    assert (has(wire.b), has(wire.b, ADDRESS_B)) == (False, True)


def test_an_address_that_keepalived_left_is_refused(wire):
    """keepalived 2.2.7 sets no protocol number, so its address looks like the host's own."""
    other = wire.start(Keepalived, wire.b, B)
    poll(lambda: has(wire.b), 10, "the address", other.tail)
    other.kill()
    agent = Agent(wire.b, B.text())
    wire.started.append(agent)
    said = refused(agent)
    assert SAID in said
    wire.b.ip("addr", "del", f"{VIP}/24", "dev", "eth0")
    agent.start()
    agent.wait_state("MASTER")


def old_ledger(agent, host, beat_at):
    """Write the ledger that release 0.3.0 leaves when it is killed as MASTER, with its last beat at ``beat_at``."""
    index = int(host.ip("-o", "link", "show", "dev", "eth0").split(":")[0])
    both = {"version": 3, "hold": None, "removals": []}
    virtual = {
        **both,
        **{"identity": ["eth0", 51, 4], "name": "VI_1", "state": "MASTER", "interval_cs": 10, "slot": 0},
        **{"mandate_s": 0.3, "installed": [[index, f"{VIP}/24"]]},
    }
    static = {
        **both,
        **{"identity": ["", 0, 0], "name": "static", "state": "BACKUP", "interval_cs": 100, "slot": 1024},
        **{"mandate_s": 3.0, "installed": [[index, STATIC]]},
    }
    content = {"format": 1, "boot_id": boot_id(), "drained": False, "checks": {}, "firewall": False, "promoted": []}
    content |= {"macvlans": [], "parents": {}, "instances": [virtual, static]}
    agent.runtime_dir.mkdir(mode=0o700)
    (agent.runtime_dir / "ledger.json").write_text(json.dumps(content))
    (agent.runtime_dir / "pulse").write_bytes(struct.pack("=1024d", beat_at, *[0.0] * 1023))


@pytest.mark.parametrize("beside", [True, False], ids=["standby", "alone"])
def test_an_address_that_release_0_3_0_left_is_taken_over(wire, beside):
    """It set no protocol number. If it is killed in an upgrade, the next agent must still start."""
    if beside:
        wire.start(Agent, wire.a, A).wait_state("MASTER")
    set_by_hand(wire.b)
    wire.b.ip("addr", "add", STATIC, "dev", "eth0")
    before = ("global_defs {", "    @hotstandby vip_lease 0", "}", "static_ipaddress {", f"    {STATIC} dev eth0", "}")
    agent = Agent(wire.b, B.text("NodeB", *before))
    wire.started.append(agent)
    old_ledger(agent, wire.b, time.monotonic())
    agent.start()
    agent.wait_state("BACKUP" if beside else "MASTER")
    poll(lambda: has(wire.b) is not beside, 5, "one owner", agent.tail)
    assert agent.stop() == 0
    assert wire.b.addresses() == {f"{ADDRESS_B}/24"}


def test_an_address_that_was_set_by_hand_since_is_the_host_s_own(wire):
    agent = Agent(wire.b, B.text())
    wire.started.append(agent)
    old_ledger(agent, wire.b, time.monotonic() - 60)
    set_by_hand(wire.b)
    assert SAID in refused(agent)
    assert has(wire.b)
