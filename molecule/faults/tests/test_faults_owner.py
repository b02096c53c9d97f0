# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the address has one owner within three seconds, in any way that an agent ends or stops.

Four layers see to that: systemd starts the agent again (restart), its ExecStopPost takes the address off (cleanup), its
watchdog ends what hangs (watchdog), and the kernel ends a lifetime without a renewal (lease). Each row takes some of
them away, so that each is seen to work without the others. advert_int 0.5: the peer itself takes 1.8 s to notice.
"""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from conftest import A, B, Pair, poll

from lab.node import Node
from lab.peers import assert_one_owner
from lab.testbed import VIP

ONE_OWNER_S = 3.0
QUIET_S = 0.8  # more than an interval: another master would have spoken
CONFIG = "/etc/hotstandby/hotstandby.conf"
UNIT = "/etc/systemd/system/hotstandby.service"
DROP_IN = f"{UNIT}.d/fault.conf"
RELEASE = "/usr/local/lib/hotstandby/current"
WITHOUT = {"restart": "Restart=no", "cleanup": "ExecStopPost=", "watchdog": "WatchdogSec=0"}
ALL = ("restart", "cleanup", "watchdog", "lease")

# A real deadlock: the only thread waits for a lock that it holds itself. The product has no part in it.
DEADLOCK = f"""\
import runpy, signal, sys, threading

lock = threading.Lock()


def hang(number, frame):
    with lock:
        lock.acquire()


signal.signal(signal.SIGUSR2, hang)
program = "{RELEASE}/hotstandby.py"
sys.argv = [program, *sys.argv[1:]]
runpy.run_path(program, run_name="__main__")
"""
START_WITH_DEADLOCK = f"""\
ExecStart=
ExecStart=/usr/bin/python3 -IB /usr/local/lib/deadlock.py run --config {CONFIG} --runtime-dir /run/hotstandby
"""


MAIN_PID = '"$(systemctl show --property=MainPID --value hotstandby)"'
JOURNAL_PID = '"$(systemctl show --property=MainPID --value systemd-journald)"'
JOURNAL = "systemd-journald.socket systemd-journald-dev-log.socket systemd-journald.service"


def shell(node: Node, script: str) -> str:
    return node.run(["sh", "-euc", script], check=True, timeout=60).stdout


def at_once(node: Node, script: str) -> float:
    """Run a script. Return when it began, in seconds since this machine was booted."""
    return float(shell(node, f"cut -d' ' -f1 /proc/uptime; {script}").split()[0])


# Faults. Each returns its time.


def kill(node: Node) -> float:
    return at_once(node, "systemctl kill --signal=KILL hotstandby")


def stop_the_process(node: Node) -> float:
    return at_once(node, f"kill -STOP {MAIN_PID}")


def deadlock(node: Node) -> float:
    return at_once(node, f"kill -USR2 {MAIN_PID}")


def no_memory(node: Node) -> float:
    """Allow no further page of memory, then make it give up mastership."""
    as_itself = "setpriv --reuid=hotstandby --regid=hotstandby --clear-groups"  # lowering its own limit needs no right
    shell(node, f"{as_itself} prlimit --pid {MAIN_PID} --as=1048576")
    return at_once(node, "hotstandby demote VI_1 >/dev/null 2>&1 || true")


def fill(node: Node) -> None:
    node.force("mount", "-o", "remount,size=4m", "/run")
    shell(node, "dd if=/dev/zero of=/run/full bs=64k 2>/dev/null || true")


def killed_with_a_full_run(node: Node) -> float:
    fill(node)
    return kill(node)


def killed_with_a_read_only_run(node: Node) -> float:
    node.force("mount", "--bind", "/run/hotstandby", "/run/hotstandby")
    node.force("mount", "-o", "remount,bind,ro", "/run/hotstandby")
    return kill(node)


def killed_without_a_journal(node: Node) -> float:
    shell(node, f"systemctl stop {JOURNAL}")
    return kill(node)


def killed_when_masked(node: Node) -> float:
    shell(node, f"mv {UNIT} /root/ && ln -s /dev/null {UNIT} && systemctl daemon-reload")
    return kill(node)


def killed_and_cannot_start(node: Node) -> float:
    """Kill an agent that cannot start again, as with a broken Python; systemd goes on trying."""
    node.write(f"{UNIT}.d/start.conf", "[Service]\nExecStart=\nExecStart=/bin/false\n")
    shell(node, "systemctl daemon-reload")
    return kill(node)


@dataclass(frozen=True)
class Row:
    """It is a fault, and the layers that are left."""

    fault: Callable[[Node], float]
    left: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.fault.__name__.replace('_', ' ')}: {'+'.join(self.left) if self.left != ALL else 'all'}"


ROWS = [
    Row(kill, ALL),
    Row(kill, ("restart",)),
    Row(kill, ("cleanup",)),
    Row(kill, ("lease",)),
    Row(stop_the_process, ALL),
    Row(stop_the_process, ("watchdog", "restart")),
    Row(stop_the_process, ("lease",)),
    Row(deadlock, ("watchdog", "cleanup")),
    Row(no_memory, ALL),
    Row(killed_with_a_full_run, ("restart", "cleanup")),
    Row(killed_with_a_read_only_run, ALL),
    Row(killed_without_a_journal, ALL),
    Row(killed_when_masked, ("lease",)),
    Row(killed_and_cannot_start, ("restart", "cleanup")),
]


def reset(node: Node) -> None:
    """Undo what the faults did to the node; the agent is left as it is, unless it hangs."""
    mounted = [line.split()[4] for line in node.force("cat", "/proc/1/mountinfo").splitlines()]
    if "/run/hotstandby" in mounted:
        node.force("umount", "/run/hotstandby")
    node.force("mount", "-o", "remount,size=64m", "/run")
    script = f"""
        rm -f /run/full {UNIT}.d/start.conf
        [ ! -e /root/hotstandby.service ] || {{ rm {UNIT}; mv /root/hotstandby.service {UNIT}; }}
        [ {JOURNAL_PID} = 0 ] || kill -CONT {JOURNAL_PID}
        systemctl start {JOURNAL}
        timeout 1 hotstandby status >/dev/null || systemctl kill --signal=KILL hotstandby || true
        """
    shell(node, script)


def prepare(node: Node, left: tuple[str, ...], start: str = "") -> None:
    """Take away the layers that are not left, and restart the agent, so that the watchdog's time counts as well."""
    lines = ["[Service]", *(line for layer, line in WITHOUT.items() if layer not in left), start]
    node.write(DROP_IN, "\n".join(lines) + "\n")
    lease = "" if "lease" in left else "    @hotstandby vip_lease 0"
    script = f"""
        sed -i -e '/vip_lease/d' {CONFIG}
        [ -z {shlex.quote(lease)} ] || sed -i -e '/^global_defs/a\\'{shlex.quote(lease)} {CONFIG}
        systemctl daemon-reload
        systemctl reset-failed hotstandby || true
        systemctl restart hotstandby
        """
    shell(node, script)


@pytest.fixture(scope="module", autouse=True)
def half_a_second(pair: Pair) -> Iterator[None]:
    """Set both to 0.5 s and no preemption: a node that took over stays, so that the other one is the next victim."""
    script = f"""
        cp --archive {CONFIG} /root/
        sed -i -e 's/advert_int .*/advert_int 0.5/' -e 's/state MASTER/state BACKUP/' {CONFIG}
        sed -i -e '/ priority /a\\    nopreempt' {CONFIG}
        systemctl reload hotstandby
        """
    for name in (B, A):
        pair.bed.node(name).write("/usr/local/lib/deadlock.py", DEADLOCK)
        shell(pair.bed.node(name), script)
    yield
    for name in (B, A):
        shell(pair.bed.node(name), f"cp --archive /root/hotstandby.conf {CONFIG} && systemctl reload hotstandby")


def take_over(pair: Pair, victim: str) -> None:
    """Make the victim of the next fault master, without a hold."""
    shell(pair.bed.node(victim), "hotstandby promote VI_1 && hotstandby release VI_1")
    poll(pair.bed.owners, [victim], f"who has {VIP}", 5)


def mended(pair: Pair, node: Node) -> None:
    """Undo everything, then wait for one master, which alone has the address, and a backup."""
    reset(node)
    prepare(node, ALL)
    poll(lambda: sorted(str(pair.status(name).get("state")) for name in (A, B)), ["BACKUP", "MASTER"], "the states", 10)
    (owner,) = [name for name in (A, B) if pair.status(name)["state"] == "MASTER"]
    poll(pair.bed.owners, [owner], f"who has {VIP}", 3)
    assert_one_owner(pair.bed.segment, VIP, owner)


@pytest.fixture
def victim(pair: Pair) -> Iterator[str]:
    """Yield the node that is BACKUP now, so that it can be prepared; mend it afterwards."""
    (master,) = pair.bed.owners()
    name = B if master == A else A
    yield name
    mended(pair, pair.bed.node(name))


def test_without_any_layer_there_are_two_owners(pair: Pair, figure, victim: str) -> None:
    """Show that without any layer there are two owners, so that the layers are what the other tests see."""
    node = pair.bed.node(victim)
    prepare(node, ())
    take_over(pair, victim)
    ownership = pair.ownership()
    kill(node)
    ownership.watch(lambda found: ownership.samples[-1][0] > ONE_OWNER_S + 1)
    figure(f"kill: no layer: two owners for good ({ownership})")
    assert ownership.samples[-1][1] == [A, B], str(ownership)


def one_owner_after(pair: Pair, figure, victim: str, row: Row) -> float:
    """Make the fault on the victim, and return after how many seconds there was one owner. It asserts that there is."""
    node = pair.bed.node(victim)
    addresses = {pair.bed.node(name).ip: name for name in (A, B)}
    prepare(node, row.left, START_WITH_DEADLOCK if row.fault is deadlock else "")
    poll(lambda: pair.status(victim).get("state"), "BACKUP", f"the state of {victim}", 10)
    take_over(pair, victim)
    with pair.capture() as capture:
        capture.wait(lambda seen: seen.adverts(source=node.ip), 3, f"an advertisement of {victim}")
        at = row.fault(node)
        before = len(capture.adverts())
        ownership = pair.ownership()
        ownership.since -= time.clock_gettime(time.CLOCK_BOOTTIME) - at
        since = [0.0]

        def settled(found: list[str]) -> bool:
            """Return whether one owner that also speaks has stayed so for QUIET_S."""
            said = [addresses[str(vrrp.source)] for _unused, vrrp in capture.adverts()[before:] if vrrp.priority]
            now = ownership.samples[-1][0]
            if len(found) != 1 or said[-1:] != found:
                since[0] = now
            return now - since[0] >= QUIET_S

        ownership.watch(settled, 12, "one owner that speaks")
        (owner,) = ownership.samples[-1][1]
    one_s = max((at for at, found in ownership.samples if found != [owner]), default=0.0)
    figure(f"{row}: one owner after {one_s:.2f} s ({ownership}), two for {ownership.several_s():.2f} s")
    assert_one_owner(pair.bed.segment, VIP, owner)
    if row.fault in (stop_the_process, deadlock) and {"watchdog", "cleanup"} <= set(row.left):
        journal = ["journalctl", "--unit=hotstandby", "--output=cat", "--no-pager"]
        said = node.run(journal, check=True).stdout
        assert "so systemd's watchdog has ended it. It is " in said
        assert "Fatal Python error" not in said, "it is one sentence, not a traceback"
    return one_s


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_one_owner_within_three_seconds(pair: Pair, figure, victim: str, row: Row) -> None:
    """Make the fault, and once more where that took too long: a busy machine is late once, a fault of ours twice."""
    if one_owner_after(pair, figure, victim, row) <= ONE_OWNER_S:
        return
    mended(pair, pair.bed.node(victim))
    (master,) = pair.bed.owners()
    again = B if master == A else A
    try:
        assert one_owner_after(pair, figure, again, row) <= ONE_OWNER_S
    finally:
        mended(pair, pair.bed.node(again))


def test_a_full_run_does_not_bring_a_past_mastership_back(pair: Pair, figure, victim: str) -> None:
    """Fill /run after a MASTER was written there: the next process must not believe that record."""
    node = pair.bed.node(victim)
    take_over(pair, victim)
    fill(node)
    shell(node, "hotstandby demote VI_1")
    poll(lambda: pair.status(victim).get("state"), "BACKUP", f"the state of {victim}", 5)
    (owner,) = pair.bed.owners()
    with pair.probe() as probe, pair.capture() as capture:
        kill(node)
        poll(lambda: pair.status(victim).get("state"), "BACKUP", f"the state of {victim}", 10)
        said = len(capture.adverts())
        capture.wait(lambda seen: len(seen.adverts()) >= said + 2, 3, f"{owner} goes on")
        report = probe.report()
    assert not capture.gratuitous_arps(mac=node.mac), capture.summary()
    figure(f"demoted with a full /run, killed: {report.lost} of {report.sent} lost, {len(report.moves)} moves")
    assert not capture.adverts(source=node.ip), capture.summary()
    assert (report.lost, report.moves) == (0, []), str(report)
    assert_one_owner(pair.bed.segment, VIP, owner)


def test_a_journal_that_hangs_or_is_gone_is_nobodys_business(pair: Pair, figure, victim: str) -> None:
    """Stop and end the journal: the master goes on with more to say than any pipe has room for."""
    node = pair.bed.node(victim)
    take_over(pair, victim)
    with pair.probe() as probe:
        shell(node, f"kill -STOP {JOURNAL_PID}")
        shell(node, "for _ in $(seq 8); do hotstandby reload >/dev/null; hotstandby promote VI_1 >/dev/null; done")
        shell(node, f"kill -CONT {JOURNAL_PID}; systemctl stop {JOURNAL}")
        shell(node, "hotstandby release VI_1 >/dev/null")
        report = probe.report()
    figure(f"journal hangs, then stops: {report.lost} of {report.sent} lost, {len(report.moves)} moves")
    assert (report.lost, report.moves) == (0, []), str(report)
    assert pair.status(victim)["state"] == "MASTER"
    assert_one_owner(pair.bed.segment, VIP, victim)
