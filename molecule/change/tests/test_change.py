# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Change what both nodes have to change in step, one thing after the other, while a client asks each millisecond."""

from __future__ import annotations

import contextlib
import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from conftest import A, B, Pair, poll

from lab.capture import Capture, intervals
from lab.peers import Ownership, assert_one_owner
from lab.testbed import VIP

KEY, NEXT_KEY = "hex:" + "0a" * 32, "hex:" + "0b" * 32
ROUTERS = (51, 77, 88, 99)  # the virtual router ids that the pair has or is to have
FAST = {"ha_pair_version": 3, "ha_pair_advert_int": 0.5}
KEY, NEXT_KEY = "hex:" + "0a" * 32, "hex:" + "0b" * 32
SECRETS = ("Zw9kTr4q", "Xq7bL2vN", KEY, NEXT_KEY)
ROUTERS = (51, 77, 88, 99)  # the virtual router ids that the pair has or is to have
SECOND = {A: "192.168.8.14", B: "192.168.8.16"}  # what the nodes have on eth1


def instance(vrid: int = 51, *more: str, **words: Any) -> list[dict[str, Any]]:
    return [{"name": "VI_1", "virtual_router_id": vrid, "virtual_ipaddress": [f"{VIP}/24", *more], **words}]


def signed(number: int, key: str, mode: str) -> dict[str, Any]:
    return {**FAST, "ha_pair_auth_hmac": {"keys": [{"id": number, "key": key}], "active_key": number, "mode": mode}}


# Each is made from the one before: what is said beside the inventory, and what the playbook has to tell. Nothing is
# said of the number of steps in which HMAC is introduced.
CHANGES: dict[str, tuple[Mapping[str, Any], tuple[str, ...]]] = {
    "password": ({"ha_pair_auth_pass": "Zw9kTr4q"}, (r"authentication nothing -> PASS \*+ in step",)),
    "an address more": (
        {"ha_pair_auth_pass": "Zw9kTr4q", "ha_pair_instances": instance(51, "192.168.8.101/24")},
        (r"virtual_ipaddress 192\.168\.8\.100/24 -> 192\.168\.8\.100/24, 192\.168\.8\.101/24",),
    ),
    "an address less, another password": (
        {"ha_pair_auth_pass": "Xq7bL2vN"},
        (r"192\.168\.8\.101/24 -> 192\.168\.8\.100/24, ", r"authentication PASS \*+ -> PASS \*+ in step"),
    ),
    "version, interval": (FAST, (r"version 2 -> 3", r"advert_int 1 -> 0\.5.* in step")),
    "virtual router id": (
        {**FAST, "ha_pair_instances": instance(77)},
        (r"virtual_router_id 51 -> 77 in step; nobody loses a packet; mastership stays",),
    ),
    "unicast": (
        {**FAST, "ha_pair_instances": instance(77), "ha_pair_unicast": True},
        (r"unicast_peer nothing -> 192\.168\.8\.6.* in step",),
    ),
    "multicast, VMAC": (
        {**FAST, "ha_pair_instances": instance(77), "ha_pair_use_vmac": True},
        (r"unicast_peer 192\.168\.8\.6 -> nothing.* in step", "vmac nothing -> use_vmac"),
    ),
    "no VMAC": ({**FAST, "ha_pair_instances": instance(77)}, ("vmac use_vmac -> nothing",)),
    "another interface": ({**FAST, "ha_pair_instances": instance(77, interface="eth1")}, ("interface eth0 -> eth1",)),
    "HMAC, the interface as before": (signed(1, KEY, "enforce"), ("auth_hmac nothing -> ", "interface eth1 -> eth0")),
    "another key, another mode": (signed(2, NEXT_KEY, "permissive"), ("auth_hmac key 1 ",)),
    "takeover_within, no HMAC": ({"ha_pair_takeover_within": 2}, (r"auth_hmac .* -> nothing", r"advert_int 0\.5 -> ")),
}  # fmt: skip
CONFIG = "/etc/hotstandby/hotstandby.conf"
LAST = CHANGES["takeover_within, no HMAC"][0]


@pytest.fixture(scope="module", autouse=True)
def second_interface(pair: Pair) -> Iterator[None]:
    """Give both nodes a second interface on the segment, and let the client see unicast as well."""
    pair.bed.segment.hub()
    for name, address in SECOND.items():
        host = pair.bed.segment.hosts[name]
        host.ip("link", "add", "link", "eth0", "name", "eth1", "type", "macvlan", "mode", "bridge")
        host.ip("address", "add", f"{address}/24", "dev", "eth1", "noprefixroute")
        # It does not answer for the address of eth0: what the peer sends to that would arrive here.
        host.sysctl("net.ipv4.conf.eth1.arp_ignore", 1)
        host.ip("link", "set", "eth1", "up")
    yield
    for name in SECOND:
        pair.bed.segment.hosts[name].ip("link", "del", "eth1")


def said(folder: Path, variables: Mapping[str, Any]) -> tuple[str, str]:
    """Return the arguments of a playbook that give it these variables."""
    path = folder / f"said-{len(list(folder.iterdir()))}.json"
    path.write_text(json.dumps(variables))
    return "--extra-vars", f"@{path}"


@contextlib.contextmanager
def watched(pair: Pair) -> Iterator[Ownership]:
    """Sample who has the address, from entering to leaving."""
    seen, over = pair.ownership(), threading.Event()
    thread = threading.Thread(target=seen.watch, args=(lambda _found: over.wait(0.2), 300))
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()


@contextlib.contextmanager
def unnoticed(pair: Pair, figure: Callable[[str], None], what: str) -> Iterator[None]:
    """Assert that nothing is lost or moves, A alone has the address all the while, and A alone speaks."""
    nodes = {pair.bed.node(name).ip: name for name in (A, B)} | {address: name for name, address in SECOND.items()}

    def senders(capture: Capture) -> list[str]:
        # Not the advertisements of another virtual router with which the role tries whether the hosts hear each other.
        found = [str(vrrp.source) for _at, vrrp in capture.adverts() if vrrp.vrid in ROUTERS]
        return [nodes.get(address, address) for address in found]

    with watched(pair) as seen, pair.probe() as probe, pair.capture() as capture:
        yield
        heard = senders(capture).count(A)
        capture.wait(lambda now: senders(now).count(A) >= heard + 2, 6, "A goes on advertising")
        assert_one_owner(pair.bed.segment, VIP, A)
        report = probe.report()
    spoke = senders(capture)
    gap_s = max(intervals([at for at, vrrp in capture.adverts() if vrrp.vrid in ROUTERS]))
    figure(
        f"{what}: {report.lost} of {report.sent} lost, {len(report.moves)} moves, {len(set(spoke))} sender"
        f" in {len(spoke)} advertisements, {len(seen.samples)} samples, longest gap {gap_s:.2f} s"
    )
    assert set(spoke) == {A}, sorted({(str(vrrp.source), vrrp.vrid) for _at, vrrp in capture.adverts()})
    assert (report.lost, report.moves) == (0, []), str(report)
    assert {tuple(found) for _unused, found in seen.samples} == {(A,)}, str(seen)


def pids(pair: Pair) -> list[str]:
    command = "systemctl show --property MainPID --value hotstandby"
    return [host.check_output(command) for _name, host in pair.each()]


def assert_runs_as_written(pair: Pair) -> None:
    """Assert that A is master, and that each agent has in force what its file says."""
    for name, state in ((A, "MASTER"), (B, "BACKUP")):
        told = json.loads(pair.bed.node(name).run(["hotstandby", "status", "--json"], check=True).stdout)
        written = pair.bed.node(name).run(["sha256sum", CONFIG], check=True).stdout.split()[0]
        assert (told["config_sha256"], told["instances"][0]["state"]) == (written, state), name


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_loses_nothing_and_has_one_sender(pair: Pair, figure, tmp_path: Path, name: str) -> None:
    variables, words = CHANGES[name]
    before = pids(pair)
    with unnoticed(pair, figure, name):
        output = pair.play("ha_pair", *said(tmp_path, variables))
    for expected in words:
        assert re.search(expected, output), f"{expected} is not in\n{output}"
    for secret in SECRETS:
        assert secret not in output
    assert_runs_as_written(pair)
    assert pids(pair) == before


def test_ssh_that_dies_in_the_middle_leaves_the_pair_as_it_was(pair: Pair, figure, tmp_path: Path) -> None:
    """Break the connection to the master once the standby has tried the change; then let it have its way."""
    good = json.loads((pair.folder / "connection.yml").read_text())["all"]["hosts"][A]["ansible_ssh_args"]
    tried = f"(hostvars['{B}'].__ha_pair_tried | default({{}})).changed | default(false)"
    args = f"{{{{ '-o ControlPath=none -o ProxyCommand=false' if {tried} else '{good}' }}}}"
    dies = tmp_path / "dies.yml"
    dies.write_text(json.dumps({"all": {"hosts": {A: {"ansible_ssh_args": args}}}}))
    wanted = {**LAST, "ha_pair_instances": instance(88)}
    before = pids(pair)
    with unnoticed(pair, figure, "ssh dies in the middle"):
        done = pair.run("ha_pair", f"--inventory={dies}", *said(tmp_path, wanted))
        assert done.returncode == 2, done.stdout
        assert re.search(r"ha_pair +FAILED +node-a is unreachable \(configure the master\): ", done.stdout), done.stdout
        failed = done.stdout.partition("UNREACHABLE!")[0]
        assert failed.rpartition("TASK [")[2].startswith("hotstandby.vrrp.ha_pair : Configure the master]"), done.stdout
        poll(lambda: (pair.status(B).get("master") or {}).get("address"), pair.bed.node(A).ip, "B hears A again")
        assert [pair.status(node)["virtual_router_id"] for node in (A, B)] == [51, 51]
    with unnoticed(pair, figure, "and the same change again"):
        pair.play("ha_pair", *said(tmp_path, wanted))
    assert [pair.status(node)["virtual_router_id"] for node in (A, B)] == [88, 88]
    assert pids(pair) == before


def test_a_change_that_the_master_refuses_leaves_both_nodes_unchanged(pair: Pair, figure, tmp_path: Path) -> None:
    """Name a script that only the standby has."""
    script = "/usr/local/bin/only_here"
    pair.bed.node(B).write(script, "#!/bin/sh\n", "0755")
    entry = {**instance(99)[0], "track_script": ["here"]}
    scripts = [{"name": "here", "script": script}]
    wanted = {**LAST, "ha_pair_scripts": scripts, "ha_pair_instances": [entry]}
    before = [pids(pair), [host.file(CONFIG).content_string for _name, host in pair.each()]]
    with unnoticed(pair, figure, "the master refuses"):
        done = pair.run("ha_pair", *said(tmp_path, wanted))
    assert done.returncode == 2, done.stdout
    assert re.search(rf"ha_pair +FAILED +.*node-a.*{script}", done.stdout), done.stdout
    assert [pids(pair), [host.file(CONFIG).content_string for _name, host in pair.each()]] == before
