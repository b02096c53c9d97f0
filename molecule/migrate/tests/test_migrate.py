# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Migrate a pair from keepalived and back, with a failure at each step, while a client asks each millisecond.

The tests follow each other: each begins with the pair that the one before has left.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml
from conftest import A, B, Pair

Figure = Callable[[str], None]
CONF = "/etc/keepalived/keepalived.conf"
LIBRARY = "/usr/local/lib/hotstandby"
DROP_IN = "/run/systemd/system/hotstandby.service.d/broken.conf"
LEFT = re.compile(r"ha_pair +FAILED +(?P<why>.*)")


def shell(pair: Pair, name: str, script: str) -> str:
    return pair.bed.node(name).run(["sh", "-euc", script], check=True).stdout


def services(pair: Pair) -> dict[str, str]:
    """Return the daemon that runs on each node, with a star where it starts at boot; both are named where both run."""
    found = {}
    for name in (A, B):
        words = [
            each + ("*" if shell(pair, name, f"systemctl is-enabled {each} || :").strip() == "enabled" else "")
            for each in ("keepalived", "hotstandby")
            if shell(pair, name, f"systemctl is-active {each} || :").strip() == "active"
        ]
        found[name] = " ".join(words)
    return found


def senders(capture) -> list[str]:
    """Return each change of the sender of advertisements of the pair's virtual router."""
    found: list[str] = []
    for _at, vrrp in capture.adverts(vrid=51):
        if vrrp.priority and found[-1:] != [str(vrrp.source)]:
            found.append(str(vrrp.source))
    return found


@contextlib.contextmanager
def watched(pair: Pair, figure: Figure, what: str, owner: str, moves: int = 0) -> Iterator[None]:
    """Assert that no probe is lost, that the address moves so often, and that ``owner`` alone has it at the end."""
    with pair.probe() as probe, pair.capture() as capture:
        yield
        heard = len(capture.adverts(vrid=51))
        pair.settled_on(owner)
        capture.wait(lambda now: len(now.adverts(vrid=51)) >= heard + 2, 6, "the owner goes on advertising")
        at_the_end = {str(vrrp.source) for _at, vrrp in capture.adverts(vrid=51)[-2:]}
        report = probe.report()
    changes = senders(capture)
    figure(f"{what}: {report.lost} of {report.sent} lost, {len(report.moves)} moves, senders {' '.join(changes)}")
    assert (report.lost, len(report.moves)) == (0, moves), str(report)  # two owners would answer in turns
    # A router that gives way says so with a last advertisement. Two masters side by side would take turns for longer.
    assert len(changes) <= 3 * len(report.moves) + 1, f"two senders: {changes}, {report}"
    assert at_the_end == {pair.bed.node(owner).ip}


def fails(pair: Pair, playbook: str, *arguments: str) -> str:
    """Run a playbook that has to fail. Return the line of the pair."""
    done = pair.run(playbook, *arguments)
    assert done.returncode == 2, done.stdout
    found = LEFT.search(done.stdout)
    assert found, done.stdout
    assert "1111" not in done.stdout
    return found["why"]


KEEPALIVED = {A: "keepalived*", B: "keepalived*"}
OURS = {A: "hotstandby*", B: "hotstandby*"}


@pytest.fixture(scope="module", autouse=True)
def at_the_beginning(pair: Pair) -> None:
    """Wait until keepalived serves, and refuse to begin with anything else."""
    pair.settled_on(A)
    assert services(pair) == KEEPALIVED


def edited(pair: Pair, name: str, expression: str) -> contextlib.ExitStack:
    """Edit the file of keepalived on a node, and put it back at the end."""
    stack = contextlib.ExitStack()
    old = shell(pair, name, f"cat {CONF}")
    shell(pair, name, f"sed -i {expression} {CONF}")
    stack.callback(pair.bed.node(name).write, CONF, old, "0600")
    return stack


def edited_on_both(pair: Pair, expression: str) -> contextlib.ExitStack:
    stack = edited(pair, A, expression)
    stack.enter_context(edited(pair, B, expression))
    return stack


@contextlib.contextmanager
def agent_that_does_not_start(pair: Pair, name: str) -> Iterator[None]:
    """Break the service of the agent on a node, until leaving."""
    shell(pair, name, f"mkdir -p {DROP_IN.rpartition('/')[0]}")
    pair.bed.node(name).write(DROP_IN, "[Service]\nExecStartPre=/bin/false\nRestart=no\n")
    shell(pair, name, "systemctl daemon-reload")
    yield
    shell(pair, name, f"rm {DROP_IN}; systemctl daemon-reload; systemctl reset-failed hotstandby || :")


def lost_at(pair: Pair, folder: Path, name: str, fact: str, of: str = "") -> str:
    """Return an argument with which the connection to a node breaks once it, or the node ``of``, has the fact."""
    good = json.loads((pair.folder / "connection.yml").read_text())["all"]["hosts"][name]["ansible_ssh_args"]
    there = f"hostvars['{of or name}'].{fact} is defined"
    args = f"{{{{ '-o ControlPath=none -o ProxyCommand=false' if {there} else '{good}' }}}}"
    path = folder / "dies.yml"
    path.write_text(json.dumps({"all": {"hosts": {name: {"ansible_ssh_args": args}}}}))
    return f"--inventory={path}"


def test_the_migration_refuses_a_virtual_server_and_names_its_line(pair: Pair, figure: Figure) -> None:
    with watched(pair, figure, "refused: virtual_server", A), edited(pair, B, "'$a virtual_server 10.9.8.7 80 { }'"):
        why = fails(pair, "migrate_from_keepalived")
    assert re.search(rf"node-b: {CONF}:\d+: virtual_server: the load balancer of keepalived", why), why
    assert services(pair) == KEEPALIVED


def test_a_variable_that_is_misspelt_stops_it_before_anything_is_installed(pair: Pair, figure: Figure) -> None:
    with watched(pair, figure, "refused: ha_pair_advrt_int", A):
        why = fails(pair, "migrate_from_keepalived", "-e", "ha_pair_advrt_int=2")
    assert "ha_pair_advrt_int" in why, why
    assert shell(pair, B, f"ls -d {LIBRARY} 2>/dev/null || :") == ""
    assert services(pair) == KEEPALIVED


def test_an_agent_that_cannot_be_installed_leaves_keepalived_alone(pair: Pair, figure: Figure) -> None:
    with watched(pair, figure, "the agent cannot be installed on the standby", A):
        shell(pair, B, f"touch {LIBRARY}")
        why = fails(pair, "migrate_from_keepalived")
        shell(pair, B, f"rm {LIBRARY}")
    assert f"node-b: Install the agent beside keepalived: {LIBRARY}" in why, why
    assert services(pair) == KEEPALIVED


def test_a_file_that_keepalived_has_not_read_is_found_on_the_wire(pair: Pair, figure: Figure) -> None:
    with (
        watched(pair, figure, "refused: another password than that on the wire", A),
        edited_on_both(pair, "s/1111/1112/"),
    ):
        why = fails(pair, "migrate_from_keepalived")
    assert "VI_1: password: our agent would send another one, keepalived sends another one" in why, why
    assert services(pair) == KEEPALIVED


def test_an_agent_that_does_not_start_on_the_standby_gives_the_host_back(pair: Pair, figure: Figure) -> None:
    with watched(pair, figure, "the agent does not start on the standby", A), agent_that_does_not_start(pair, B):
        why = fails(pair, "migrate_from_keepalived")
    assert "node-b: Start our agent in its place: the agent does not start" in why, why
    assert "(keepalived runs on it again)" in why, why
    assert services(pair) == KEEPALIVED


def test_ssh_that_dies_before_the_agent_takes_over_leaves_keepalived_master(
    pair: Pair, figure: Figure, tmp_path: Path
) -> None:
    dies = lost_at(pair, tmp_path, B, "__ha_pair_took_its_place")
    with watched(pair, figure, "ssh dies before the takeover", A):
        why = fails(pair, "migrate_from_keepalived", dies)
    assert "node-b is unreachable (become master)" in why, why
    assert services(pair) == {A: "keepalived*", B: "hotstandby*"}


def test_an_agent_that_does_not_start_on_the_former_master_leaves_ours_master(pair: Pair, figure: Figure) -> None:
    """Go on from where the last test has left the pair."""
    with (
        watched(pair, figure, "the agent does not start on the former master", B, moves=1),
        agent_that_does_not_start(pair, A),
    ):
        why = fails(pair, "migrate_from_keepalived")
    assert "node-a: Start our agent in its place: the agent does not start" in why, why
    assert "(keepalived runs on it again)" in why, why
    assert services(pair) == {A: "keepalived*", B: "hotstandby*"}


def test_ssh_that_dies_before_the_proof_leaves_two_agents_that_work(pair: Pair, figure: Figure, tmp_path: Path) -> None:
    dies = lost_at(pair, tmp_path, A, "__ha_pair_took_its_place")
    with watched(pair, figure, "ssh dies before the proof", B):
        why = fails(pair, "migrate_from_keepalived", dies)
    assert "node-a is unreachable" in why, why
    assert services(pair) == OURS


def test_the_same_command_finishes_it(pair: Pair, figure: Figure) -> None:
    with watched(pair, figure, "the same command finishes it", A, moves=1):
        pair.play("migrate_from_keepalived")
    assert services(pair) == OURS


def test_a_drill_of_the_migrated_pair_loses_nothing(pair: Pair, figure: Figure) -> None:
    with watched(pair, figure, "to the standby and back", A, moves=2):
        output = pair.play("switchover")
        assert re.search(r"node-b +MASTER", output), output
        pair.settled_on(B)
        pair.play("switchover", "-e", f"to={A}")


def test_keepalived_that_does_not_start_leaves_the_agents_in_charge(pair: Pair, figure: Figure) -> None:
    unit = "/run/systemd/system/keepalived.service.d/broken.conf"
    with watched(pair, figure, "keepalived does not start at the rollback", A, moves=2):
        shell(pair, A, f"mkdir -p {unit.rpartition('/')[0]}")
        pair.bed.node(A).write(unit, "[Service]\nExecStartPre=/bin/false\nRestart=no\n")
        shell(pair, A, "systemctl daemon-reload")
        why = fails(pair, "rollback_to_keepalived")
        shell(pair, A, f"rm {unit}; systemctl daemon-reload; systemctl reset-failed keepalived || :")
    assert "node-a: Enable and start keepalived: Unable to start service keepalived.service" in why, why
    assert services(pair) == OURS


def test_ssh_that_dies_in_the_middle_of_the_way_back_leaves_the_agent_master(
    pair: Pair, figure: Figure, tmp_path: Path
) -> None:
    dies = lost_at(pair, tmp_path, B, "__ha_pair_took_its_place", of=A)
    with watched(pair, figure, "ssh dies in the middle of the rollback", B, moves=1):
        why = fails(pair, "rollback_to_keepalived", dies)
    assert "node-b is unreachable" in why, why
    assert services(pair) == {A: "keepalived*", B: "hotstandby*"}


def test_it_rolls_back_without_a_loss(pair: Pair, figure: Figure) -> None:
    with watched(pair, figure, "roll back", A, moves=1):
        pair.play("rollback_to_keepalived")
    assert services(pair) == KEEPALIVED


def test_it_migrates_again_from_the_beginning_without_a_loss(pair: Pair, figure: Figure, tmp_path: Path) -> None:
    with watched(pair, figure, "migrate", A, moves=2):
        output = pair.play("migrate_from_keepalived", "-e", f"migrate_to={tmp_path}")
    assert services(pair) == OURS
    assert "1111" not in output
    assert re.search(r"ha_pair +ok +VI_1: node-a MASTER, node-b BACKUP", output), output
    shared = yaml.safe_load((tmp_path / "group_vars" / "ha_pair.yml").read_text())
    assert shared["ha_pair_instances"][0]["auth_pass"] == "{{ vault_ha_pair_auth_pass }}"
    assert yaml.safe_load((tmp_path / "host_vars" / "node-b.yml").read_text())["ha_pair_priority"] == 90


def test_it_rolls_back_with_the_file_of_today(pair: Pair, figure: Figure) -> None:
    """Roll back with the agent's own file, which keepalived takes."""
    with watched(pair, figure, "roll back with the file of today", A, moves=2):
        pair.play("rollback_to_keepalived", "-e", "rollback_file=today")
    assert services(pair) == KEEPALIVED
    for name in (A, B):
        assert "@hotstandby" in shell(pair, name, f"cat {CONF}")
        assert shell(pair, name, "ls /etc/keepalived/keepalived.conf.*~").strip()
