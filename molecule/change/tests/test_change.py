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
from conftest import A, B, Pair

from lab.capture import intervals
from lab.peers import Ownership, assert_one_owner
from lab.testbed import VIP

FAST = {"ha_pair_version": 3, "ha_pair_advert_int": 0.2}


def instance(*more: str) -> list[dict[str, Any]]:
    return [{"name": "VI_1", "virtual_router_id": 51, "virtual_ipaddress": [f"{VIP}/24", *more]}]


# Each is made from the one before: what is said beside the inventory, and what the playbook has to tell.
CHANGES: dict[str, tuple[Mapping[str, Any], tuple[str, ...]]] = {
    "password": ({"ha_pair_auth_pass": "Zw9kTr4q"}, (r"authentication nothing -> PASS \*+ in step",)),
    "another password": ({"ha_pair_auth_pass": "Xq7bL2vN"}, (r"authentication PASS \*+ -> PASS \*+ in step",)),
    "version": (FAST, (r"version 2 -> 3.* in step",)),
    "an address more": ({**FAST, "ha_pair_instances": instance("192.168.8.101/24")}, (r"192\.168\.8\.101",)),
    "an address less, interval": ({**FAST, "ha_pair_advert_int": 0.3}, (r"192\.168\.8\.101", "advert_int 0.2 -> 0.3")),
}  # fmt: skip


def said(folder: Path, variables: Mapping[str, Any]) -> tuple[str, str]:
    """Return the arguments of a playbook that give it these variables."""
    path = folder / f"said-{len(list(folder.iterdir()))}.json"
    path.write_text(json.dumps(variables))
    return "--extra-vars", f"@{path}"


@contextlib.contextmanager
def watched(pair: Pair) -> Iterator[Ownership]:
    """Sample who has the address, from entering to leaving."""
    seen, over = pair.ownership(), threading.Event()
    thread = threading.Thread(target=seen.watch, args=(lambda _found: over.wait(0.05), 300))
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()


@contextlib.contextmanager
def unnoticed(pair: Pair, figure: Callable[[str], None], what: str) -> Iterator[None]:
    """Assert that nothing is lost or moves, A alone has the address all the while, and A alone speaks."""
    address = pair.bed.node(A).ip
    with watched(pair) as seen, pair.probe() as probe, pair.capture() as capture:
        yield
        heard = len(capture.adverts(source=address))
        capture.wait(lambda now: len(now.adverts(source=address)) >= heard + 2, 6, "A goes on advertising")
        assert_one_owner(pair.bed.segment, VIP, A)
        report = probe.report()
    gap_s = max(intervals([at for at, _unused in capture.adverts(source=address)]))
    senders = {str(vrrp.source) for _unused, vrrp in capture.adverts()}
    figure(
        f"{what}: {report.lost} of {report.sent} lost, {len(report.moves)} moves, {len(senders)} sender"
        f" in {len(capture.adverts())} advertisements, longest gap {gap_s:.2f} s"
    )
    assert senders == {address}, (
        f"the standby spoke: {sorted({(str(v.source), v.vrid) for _at, v in capture.adverts()})}"
    )
    assert (report.lost, report.moves) == (0, []), str(report)
    assert {tuple(found) for _unused, found in seen.samples} == {(A,)}, str(seen)


def pids(pair: Pair) -> list[str]:
    command = "systemctl show --property MainPID --value hotstandby"
    return [host.check_output(command) for _name, host in pair.each()]


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_loses_nothing_and_has_one_sender(pair: Pair, figure, tmp_path: Path, name: str) -> None:
    variables, words = CHANGES[name]
    arguments, before = said(tmp_path, variables), pids(pair)
    with unnoticed(pair, figure, name):
        output = pair.play("ha_pair", *arguments)
    for expected in words:
        assert re.search(expected, output), f"{expected} is not in\n{output}"
    for secret in ("Zw9kTr4q", "Xq7bL2vN"):
        assert secret not in output
    again = pair.play("ha_pair", *arguments, "--tags", "configure")
    assert re.findall(r"changed=(\d+)", again) == ["0", "0"], again
    assert pids(pair) == before
    assert [pair.status(node)["state"] for node in (A, B)] == ["MASTER", "BACKUP"]
