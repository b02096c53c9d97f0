# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Change the agent without a loss: reload, restart, upgrade, crash. 1 ms probes all the while, advert_int 1."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import A, B, Pair, poll

from lab.capture import intervals
from lab.peers import LEASE_GONE_S, assert_one_owner
from lab.run import CHECKOUT
from lab.testbed import VIP

DOWN_S = 3 + (256 - 90) / 256  # Master_Down_Interval of B: its wait before it takes over
HANDOVER_S = 0.1
CURRENT = "/usr/local/lib/hotstandby/current"
RUNTIME = "/run/hotstandby"


@pytest.fixture(autouse=True)
def a_is_master(pair: Pair) -> None:
    poll(pair.bed.owners, [A], f"who has {VIP}")
    poll(lambda: [pair.status(name).get("state") for name in (A, B)], ["MASTER", "BACKUP"], "the states")
    assert_one_owner(pair.bed.segment, VIP, A)


def main_pid(pair: Pair, name: str) -> str:
    return pair.bed.node(name).run(["systemctl", "show", "--property=MainPID", "--value", "hotstandby"]).stdout.strip()


def unnoticed(pair: Pair, figure: Callable[[str], None], what: str, act: Callable[[], object]) -> None:
    """Assert that nothing is lost or moves, the standby never speaks, and the master is never silent for too long."""
    address = pair.bed.node(A).ip
    with pair.probe() as probe, pair.capture() as capture:
        capture.wait(lambda seen: seen.adverts(source=address), 3, "an advertisement of A")
        act()
        said = len(capture.adverts(source=address))
        capture.wait(lambda seen: len(seen.adverts(source=address)) >= said + 2, 6, "A goes on advertising")
        assert_one_owner(pair.bed.segment, VIP, A)
        report = probe.report()
    gap_s = max(intervals([at for at, _unused in capture.adverts(source=address)]))
    figure(
        f"{what}: {report.lost} of {report.sent} lost, {len(report.moves)} moves,"
        f" longest gap {gap_s:.2f} s (the peer waits {DOWN_S:.2f} s)"
    )
    assert (report.lost, report.moves) == (0, []), str(report)
    assert {str(vrrp.source) for _unused, vrrp in capture.adverts()} == {address}, "the standby spoke"
    assert gap_s < DOWN_S


def restarted(pair: Pair, name: str, act: Callable[[], object]) -> Callable[[], None]:
    """Return a function that acts and waits until another process answers."""

    def restart() -> None:
        before = main_pid(pair, name)
        act()
        poll(lambda: bool(pair.status(name)) and main_pid(pair, name) not in (before, "0"), True, f"{name} is back")

    return restart


@pytest.mark.parametrize("name", [A, B])
def test_restart(pair: Pair, figure, name: str) -> None:
    node = pair.bed.node(name)
    again = restarted(pair, name, lambda: node.run(["systemctl", "restart", "hotstandby"], check=True))
    unnoticed(pair, figure, f"systemctl restart on {name}", again)


@pytest.mark.parametrize("name, times", [(A, 3), (B, 1)], ids=["node-a", "node-b"])
def test_crash(pair: Pair, figure, name: str, times: int) -> None:
    """Crash the agent: what survives the first crash must survive the next one as well."""
    node = pair.bed.node(name)
    kill = restarted(pair, name, lambda: node.run(["systemctl", "kill", "--signal=KILL", "hotstandby"], check=True))
    unnoticed(pair, figure, f"SIGKILL on {name}, {times} times", lambda: [kill() for _unused in range(times)])


def test_reload_of_the_same_file(pair: Pair, figure) -> None:
    before, node = main_pid(pair, A), pair.bed.node(A)
    unnoticed(pair, figure, "systemctl reload", lambda: node.run(["systemctl", "reload", "hotstandby"], check=True))
    assert main_pid(pair, A) == before


def test_the_runtime_directory_is_deleted(pair: Pair, figure) -> None:
    """Delete the runtime directory: only root can make it again, and a reload does. The agent is not reported dead."""
    before, node = main_pid(pair, A), pair.bed.node(A)

    def act() -> None:
        node.run(["rm", "-r", RUNTIME], check=True)
        assert f"the agent is running (process {before})" in node.run(["hotstandby", "status"]).stderr
        node.run(["systemctl", "reload", "hotstandby"], check=True)
        assert pair.status(A)["state"] == "MASTER"

    unnoticed(pair, figure, "runtime directory deleted, systemctl reload", act)
    assert main_pid(pair, A) == before
    again = restarted(pair, A, lambda: node.run(["systemctl", "restart", "hotstandby"], check=True))
    unnoticed(pair, figure, "and a restart after that", again)


def test_a_restart_without_the_runtime_directory_hands_over(pair: Pair, figure) -> None:
    """Restart without a runtime directory: there is no ledger for the next process."""
    node = pair.bed.node(A)
    with pair.probe() as probe:
        node.run(["sh", "-c", f"rm -r {RUNTIME}; systemctl restart hotstandby"], check=True)
        probe.wait_answered_by(B)
        probe.wait_answered_by(A, 15)
        report = probe.report()
    figure(f"restart without the runtime directory: {report.lost} of {report.sent} lost, {len(report.moves)} moves")
    assert report.lost == 0, str(report)
    assert [move.to_node for move in report.moves] == [B, A], str(report)


def test_upgrade_by_the_playbook(pair: Pair, figure, tmp_path: Path) -> None:
    """Upgrade as after `ansible-galaxy collection install --upgrade`, then return to this collection."""
    collection = tmp_path / "ansible_collections" / "hotstandby" / "vrrp"
    for part in ("meta", "playbooks", "plugins", "roles"):
        shutil.copytree(CHECKOUT / part, collection / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(CHECKOUT / "galaxy.yml", collection)
    with (collection / "plugins/module_utils/vrrp/cli.py").open("a") as source:
        source.write("\n# A later release.\n")
    pids = [main_pid(pair, name) for name in (A, B)]

    def upgrade() -> None:
        others = os.pathsep.join([str(tmp_path), os.environ["ANSIBLE_COLLECTIONS_PATH"]])
        pair.play("ha_pair", env={"ANSIBLE_COLLECTIONS_PATH": others})

    unnoticed(pair, figure, "upgrade by the playbook", upgrade)
    for name, pid in zip((A, B), pids):
        node = pair.bed.node(name)
        assert main_pid(pair, name) != pid, f"{name} runs the old release"
        assert "A later release." in node.run(["sh", "-c", f"cat $(readlink -f {CURRENT})/vrrp/cli.py"]).stdout, name


def test_stop_and_start(pair: Pair, figure) -> None:
    """Stop the agent and start it: it stays stopped, and loses nothing on either way."""
    node = pair.bed.node(A)
    with pair.probe() as probe:
        node.run(["systemctl", "stop", "hotstandby"], check=True)
        probe.wait_answered_by(B)
        pair.settled_on(B)
        there = set(node.run(["ls", RUNTIME], check=True).stdout.split())  # what auth_hmac has heard must stay
        said = node.run(["hotstandby", "status"]).stderr
        node.run(["systemctl", "start", "hotstandby"], check=True)
        probe.wait_answered_by(A, 15)
        report = probe.report()
    figure(f"systemctl stop, systemctl start: {report.lost} of {report.sent} lost, {len(report.moves)} moves")
    assert report.lost == 0, str(report)
    assert [move.to_node for move in report.moves] == [B, A], str(report)
    assert not there & {"ledger.json", "pulse", "control.sock", "restarting"}, there
    assert "no agent is running" in said, said


def test_drain_survives_a_restart(pair: Pair, figure) -> None:
    node = pair.bed.node(A)
    with pair.probe() as probe:
        node.run(["hotstandby", "drain"], check=True)
        probe.wait_answered_by(B)
        restarted(pair, A, lambda: node.run(["systemctl", "restart", "hotstandby"], check=True))()
        pair.settled_on(B)
        node.run(["hotstandby", "undrain"], check=True)
        probe.wait_answered_by(A, 15)
        report = probe.report()
    figure(f"drain, restart, undrain: {report.lost} of {report.sent} lost, {len(report.moves)} moves")
    assert report.lost == 0, str(report)
    assert [move.to_node for move in report.moves] == [B, A], str(report)


def test_a_frozen_machine_listens_before_it_speaks(pair: Pair, figure) -> None:
    """Suspend A until B is master: awake again it waits for its Master_Down_Interval, then takes it back."""
    node, address = pair.bed.node(A), pair.bed.node(A).ip
    node.freeze()
    try:
        ownership = pair.ownership()
        ownership.watch(lambda found: found == [B], 8, "B alone has it")
        with pair.probe() as probe, pair.capture() as capture:
            capture.wait(lambda seen: seen.adverts(), 3, "an advertisement of B")
            woken, awake = time.time(), pair.ownership()
            node.thaw()
            awake.watch(lambda found: capture.adverts(source=address), 15, "A takes it back")
            probe.wait_answered_by(A)
            pair.settled_on(A)
            report = probe.report()
    finally:
        node.thaw()
    spoke_s = capture.adverts(source=address)[0][0] - woken
    down_s = 3 + (256 - 100) / 256
    figure(
        f"frozen machine: address gone after {ownership.held_s(A):.2f} s, two owners for {ownership.several_s():.2f} s;"
        f" woken, first word after {spoke_s:.2f} s (Master_Down_Interval {down_s:.2f} s), {report.lost} lost"
    )
    assert ownership.held_s(A) <= LEASE_GONE_S
    assert spoke_s >= down_s - 0.05
    assert all(found == [B] for at, found in awake.samples if at < spoke_s - 0.3), f"{VIP}: {awake}"
    assert report.lost == 0, str(report)
    # 5 s after it became master B announces the address once more, which may be in the very moment of the handover.
    moves = report.moves
    assert moves[-1].to_node == A and moves[-1].at_s - moves[0].at_s < HANDOVER_S, str(report)
