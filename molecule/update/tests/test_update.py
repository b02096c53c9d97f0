# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Update two pairs: each node does tasks, gets a package and boots, while a client of each address loses nothing.

Each play serves several tests. They come in this order: an update, one with a task that fails, the same command again.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import select
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from conftest import PROBE_PORT, Pair, poll

from lab.host import command
from lab.probe import Report
from lab.probe_process import Probe, Responder
from lab.testbed import Testbed

Fleet = Mapping[str, Pair]
# For the addresses that a client asks: the pair, and who is master of it by the priorities.
ADDRESSES = {
    "192.168.8.201": ("web", "web-a"),
    "192.168.8.202": ("mail", "mail-a"),
    "192.168.8.203": ("mail", "mail-b"),
}
WEB, SMTP, IMAP = ADDRESSES
AFTER_S = 25  # shorter than Pair.settled_on waits

TASKS = """\
- name: Configure nginx
  ansible.builtin.include_role: {name: "{{ update_folder }}/nginx"}

- name: Grow the disk
  ansible.builtin.fail: {msg: the disk is full}
  when: inventory_hostname in broken | default([])
"""
ROLE = {
    "tasks": """\
- name: Write the page
  ansible.builtin.copy: {content: "{{ page }}", dest: /srv/www/new.html, mode: "0644"}
  notify: Restart nginx
""",
    "handlers": """\
- name: Restart nginx
  ansible.builtin.shell: hotstandby status --json >/srv/handler.json
""",
}
# A repository with a newer version than the installed one, of which the node has not heard yet.
REPOSITORY = """\
set -eu
mkdir -p /srv/repository && cd /srv/repository
for version in 1 2; do
    mkdir -p nginx-$version/DEBIAN
    printf 'Package: nginx\\nVersion: %s\\nArchitecture: all\\nMaintainer: lab\\nDescription: lab\\n' $version \\
        | tee nginx-$version/DEBIAN/control >Packages
    dpkg-deb --build nginx-$version >/dev/null
done
dpkg --install nginx-1.deb >/dev/null
printf 'Filename: ./nginx-2.deb\\nSize: %s\\nSHA256: %s\\n' \\
    $(stat --format %s nginx-2.deb) $(sha256sum nginx-2.deb | cut -d ' ' -f 1) >>Packages
echo 'deb [trusted=yes] file:/srv/repository ./' >/etc/apt/sources.list
"""


class Power:
    """It boots each node that shuts itself down, as a machine does, and lets all nodes answer probes."""

    def __init__(self, bed: Testbed):
        self.bed = bed
        self.boots: dict[str, int] = dict.fromkeys(bed.nodes, 0)
        self.failures: list[str] = []
        self._stack = contextlib.ExitStack()
        self._reader, self._writer = os.pipe()

    def __enter__(self) -> Power:
        self._threads = [threading.Thread(target=self._watch, args=(name,)) for name in self.bed.nodes]
        for name, thread in zip(self.bed.nodes, self._threads):
            self._answer(self.bed.segment.hosts[name])
            thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        os.close(self._writer)
        for thread in self._threads:
            thread.join()
        os.close(self._reader)
        self._stack.close()
        assert self.failures == []

    def _answer(self, host: Any) -> None:
        self._stack.enter_context(Responder(host, port=PROBE_PORT, realtime=True))

    def _watch(self, name: str) -> None:
        try:
            while self._down(name):
                command(["podman", "wait", self.bed.node(name).container])
                self.bed.start(name, wired=self._answer)
                self.boots[name] += 1
        except Exception as error:  # in a thread nobody else sees it
            self.failures.append(f"{name}: {error!r}")

    def _down(self, name: str) -> bool:
        """Wait until the node has shut down. Return False when the test is over before."""
        init = os.pidfd_open(self.bed.node(name).pid)
        try:
            ready, _unused, _unused = select.select([init, self._reader], [], [])
        finally:
            os.close(init)
        return self._reader not in ready


@dataclass
class Played:
    """It is the result of a play: its output, what a client of each address noticed, and how often each node booted."""

    output: str
    reports: Mapping[str, Report]
    boots: Mapping[str, int]

    def line(self, pair: str) -> str:
        """Return the line about a pair at the end of the play."""
        found = re.findall(rf'"{pair} +((?:ok|FAILED)[^"]*)"', self.output)
        assert len(found) == 1, self.output
        return found[0]

    def assert_unnoticed(self, figure: Callable[[str], None], what: str, moves: Mapping[str, list[str]]) -> None:
        """Assert that a client of each of these addresses lost nothing, and which nodes answered it, in order."""
        for address in moves:
            report = self.reports[address]
            answered = [report.moves[0].from_node, *(move.to_node for move in report.moves)] if report.moves else []
            figure(f"{what}, {address}: {report.lost} of {report.sent} lost, {' -> '.join(answered) or 'no move'}")
        for address, nodes in moves.items():
            report = self.reports[address]
            assert report.lost == 0, f"{report}\n{self.output}"
            assert [move.to_node for move in report.moves] == nodes, f"{report}\n{self.output}"


@contextlib.contextmanager
def probed(bed: Testbed, *addresses: str) -> Iterator[tuple[dict[str, Report], Power]]:
    """Probe the addresses each millisecond. The reports are there when the block is left."""
    reports: dict[str, Report] = {}
    bed.client.ip("neigh", "flush", "dev", "eth0")
    with Power(bed) as power, contextlib.ExitStack() as stack:
        probes = [stack.enter_context(Probe(bed.client, each, PROBE_PORT, realtime=True)) for each in addresses]
        yield reports, power
        reports.update({probe.target: probe.report() for probe in probes})


def play(
    fleet: Fleet, folder: Path, *, code: int = 0, web: Any, mail: Any,
    then: Callable[[], None] = lambda: None, **variables: Any,
) -> Played:  # fmt: skip
    """Update both pairs, with the failback policy of each. ``then`` waits, still with the probes, for what follows."""
    pair = fleet["web"]
    (folder / "work.yml").write_text(TASKS)
    for part, text in ROLE.items():
        (folder / "nginx" / part).mkdir(parents=True)
        (folder / "nginx" / part / "main.yml").write_text(text)
    policies = {"web": {"vars": {"ha_pair_failback": web}}, "mail": {"vars": {"ha_pair_failback": mail}}}
    (folder / "policies.yml").write_text(json.dumps(policies))
    said = {"update_tasks": f"{folder}/work.yml", "update_folder": str(folder), "ha_pair_update_timeout": 60}
    with probed(pair.bed, *ADDRESSES) as (reports, power):
        done = pair.run(
            "rolling_update", f"--inventory={folder}/policies.yml", "--extra-vars", json.dumps({**said, **variables})
        )
        assert done.returncode == code, done.stdout
        then()
    return Played(done.stdout, reports, power.boots)


def at(fleet: Fleet, address: str) -> Pair:
    """Return the pair of an address, with that address."""
    pair = fleet[ADDRESSES[address][0]]
    return Pair(pair.bed, pair.folder, pair.names, address)


def asked(pair: Pair, node: str) -> dict[str, Any]:
    """Return what the agent of a node tells of itself."""
    done = pair.bed.node(node).run(["hotstandby", "status", "--json"])
    return json.loads(done.stdout) if done.returncode == 0 else {}


def hold(pair: Pair, node: str) -> tuple[Any, Any]:
    """Return what is wanted of the first instance of a node, and why."""
    status = pair.status(node)
    return status["hold"], (status["maintenance"] or {}).get("reason")


def reason_of_drain(pair: Pair, node: str) -> str:
    return (asked(pair, node).get("maintenance") or {}).get("reason") or ""


# An update with a boot


@pytest.fixture(scope="module")
def updated(fleet: Fleet, tmp_path_factory: pytest.TempPathFactory) -> Played:
    for address, (_pair, owner) in ADDRESSES.items():
        at(fleet, address).settled_on(owner)
    for node in fleet["web"].bed.nodes.values():
        node.run(["sh", "-c", REPOSITORY], check=True)
    return play(
        fleet, tmp_path_factory.mktemp("updated"), web="never", mail="immediate",
        update_packages="nginx", update_reboot=True, page="one",
    )  # fmt: skip


def test_each_node_boots_once_and_a_client_loses_nothing(updated: Played, figure) -> None:
    assert set(updated.boots.values()) == {1}, updated.boots
    moves = {WEB: ["web-b"], SMTP: ["mail-b", "mail-a"], IMAP: ["mail-a", "mail-b"]}
    updated.assert_unnoticed(figure, "update with boot", moves)


def test_each_node_is_drained_while_it_boots(fleet: Fleet, updated: Played) -> None:
    for name, node in fleet["web"].bed.nodes.items():
        # The journal of these nodes begins with the boot.
        log = node.run(["journalctl", "--unit", "hotstandby", "--output", "cat"]).stdout
        assert re.search(r"still drained by root: rolling update \(host [12] of 2\)", log), f"{name}: {log}"
        before, _unused, after = log.partition("Drained no more")
        assert "Entering BACKUP STATE" in after and "Entering" not in before, f"{name}: {log}"


def test_packages_get_the_version_that_is_new_in_the_repository(fleet: Fleet, updated: Played) -> None:
    for name, node in fleet["web"].bed.nodes.items():
        version = node.run(["dpkg-query", "--show", "--showformat", "${Version}", "nginx"]).stdout
        assert version == "2", name


def test_handlers_run_while_their_node_is_drained(fleet: Fleet, updated: Played) -> None:
    for name, node in fleet["web"].bed.nodes.items():
        seen = json.loads(node.run(["cat", "/srv/handler.json"], check=True).stdout)
        assert {each["state"] for each in seen["instances"]} == {"STOP"}, name
        assert seen["maintenance"]["reason"].startswith("rolling update ("), name


def test_immediate_gives_each_host_of_an_active_active_pair_its_own(fleet: Fleet, updated: Played) -> None:
    assert updated.line("mail") == "ok      smtp: mail-a MASTER, mail-b BACKUP; imap: mail-b MASTER, mail-a BACKUP"
    at(fleet, SMTP).settled_on("mail-a")
    at(fleet, IMAP).settled_on("mail-b")


def test_never_leaves_the_other_host_master_until_it_is_released(fleet: Fleet, updated: Played, figure) -> None:
    assert updated.line("web") == "ok      VI_1: web-b MASTER, web-a BACKUP"
    pair = at(fleet, WEB)
    pair.settled_on("web-b")
    assert hold(pair, "web-b") == ("master", None)
    with probed(pair.bed, WEB) as (reports, _power):
        pair.bed.node("web-b").run(["hotstandby", "release", "VI_1"], check=True)
        pair.settled_on("web-a")
    figure(f"released: {reports[WEB].lost} of {reports[WEB].sent} lost")
    assert (reports[WEB].lost, [move.to_node for move in reports[WEB].moves]) == (0, ["web-a"])


# A task fails: in web on the standby, in mail on the host whose turn is last


@pytest.fixture(scope="module")
def failed(fleet: Fleet, updated: Played, tmp_path_factory: pytest.TempPathFactory) -> Played:
    folder = tmp_path_factory.mktemp("failed")
    return play(fleet, folder, code=2, web="manual", mail={"after": AFTER_S}, page="two", broken=["web-b", "mail-b"])


def test_a_task_that_fails_on_the_standby_leaves_the_master_alone(fleet: Fleet, failed: Played, figure) -> None:
    failed.assert_unnoticed(figure, "a task fails on the standby", {WEB: []})
    said = "the update failed in 'Grow the disk', and the host stays drained: the disk is full"
    assert re.match(f"FAILED +web-b failed .*{said}", failed.line("web")), failed.line("web")
    assert "(host 1 of 2, failed)" in reason_of_drain(fleet["web"], "web-b")
    at(fleet, WEB).settled_on("web-a")


def test_a_task_that_fails_on_the_last_host_leaves_its_peer_master(fleet: Fleet, failed: Played, figure) -> None:
    failed.assert_unnoticed(figure, "a task fails on the master", {SMTP: ["mail-b", "mail-a"], IMAP: ["mail-a"]})
    assert re.match("FAILED +mail-b failed .*the update failed in 'Grow the disk'", failed.line("mail")), failed.output
    assert "(host 2 of 2, failed)" in reason_of_drain(fleet["mail"], "mail-b")
    at(fleet, SMTP).settled_on("mail-a")
    at(fleet, IMAP).settled_on("mail-a")


def test_a_boot_keeps_a_host_drained_whose_update_failed(fleet: Fleet, failed: Played, figure) -> None:
    pair = at(fleet, IMAP)
    with probed(pair.bed, IMAP) as (reports, power):
        pair.bed.node("mail-b").run(["systemctl", "reboot"])
        poll(lambda: power.boots["mail-b"], 1, "boots of mail-b")
        poll(lambda: [each["state"] for each in asked(pair, "mail-b").get("instances", ())], ["STOP"] * 2, "mail-b")
    assert "(host 2 of 2, failed)" in reason_of_drain(pair, "mail-b")
    pair.settled_on("mail-a")
    figure(f"boot of a drained node: {reports[IMAP].lost} of {reports[IMAP].sent} lost")
    assert (reports[IMAP].lost, reports[IMAP].moves) == (0, [])


# The same command again


@pytest.fixture(scope="module")
def finished(fleet: Fleet, failed: Played, tmp_path_factory: pytest.TempPathFactory) -> Played:
    folder = tmp_path_factory.mktemp("finished")
    return play(
        fleet, folder, web="manual", mail={"after": AFTER_S}, page="three",
        then=lambda: at(fleet, IMAP).settled_on("mail-b"),
    )  # fmt: skip


def test_the_same_command_again_finishes_both_updates(fleet: Fleet, finished: Played, figure) -> None:
    finished.assert_unnoticed(figure, "the same command again", {WEB: ["web-b"]})
    assert finished.line("web") == "ok      VI_1: web-b MASTER, web-a BACKUP"
    nodes = fleet["web"].bed.nodes
    pages = {name: node.run(["cat", "/srv/www/new.html"]).stdout for name, node in nodes.items()}
    assert pages == {"web-a": "three", "web-b": "three", "mail-a": "two", "mail-b": "three"}, "mail-a was done before"
    assert not any(asked(fleet["web"], name)["drained"] for name in nodes)


def test_manual_leaves_the_other_host_master_until_it_is_given_back(fleet: Fleet, finished: Played, figure) -> None:
    pair = at(fleet, WEB)
    pair.settled_on("web-b")
    reason = "rolling update: to give back, switchover.yml -e to=web-a"
    assert hold(pair, "web-b") == ("master", reason)
    with probed(pair.bed, WEB) as (reports, _power):
        pair.play("switchover", "--limit", "web", *reason.partition("switchover.yml ")[2].split())
    pair.settled_on("web-a")
    figure(f"given back: {reports[WEB].lost} of {reports[WEB].sent} lost")
    assert (reports[WEB].lost, [move.to_node for move in reports[WEB].moves]) == (0, ["web-a"])
    assert hold(pair, "web-b") == hold(pair, "web-a") == (None, None)


def test_after_gives_back_by_itself_when_the_seconds_are_over(fleet: Fleet, finished: Played, figure) -> None:
    assert finished.line("mail") == "ok      smtp: mail-a MASTER, mail-b BACKUP; imap: mail-a MASTER, mail-b BACKUP"
    finished.assert_unnoticed(figure, f"after: {AFTER_S}", {SMTP: [], IMAP: ["mail-b"]})
    at(fleet, SMTP).settled_on("mail-a")
