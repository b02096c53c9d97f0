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
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml
from conftest import A, B, Pair, poll

from lab.testbed import VIP

Figure = Callable[[str], None]
CONF = "/etc/keepalived/keepalived.conf"
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
def watched(pair: Pair, figure: Figure, what: str, owner: str, lost: int | None = 0) -> Iterator[None]:
    """Assert that ``owner`` alone has the address at the end, and that at most ``lost`` probes were lost."""
    with pair.probe() as probe, pair.capture() as capture:
        yield
        pair.settled_on(owner)
        report = probe.report()
        changes = senders(capture)
        # Two masters would go on advertising side by side.
        last = changes[-1:]
        capture.wait(lambda now: len(now.adverts(vrid=51)) >= len(capture.adverts(vrid=51)) + 0, 3)
    figure(f"{what}: {report.lost} of {report.sent} lost, {len(report.moves)} moves, senders {' '.join(changes)}")
    assert last == [pair.bed.node(owner).ip], changes
    assert len(changes) <= len(report.moves) + 1, f"two senders at the same time: {changes}"
    if lost is not None:
        assert report.lost <= lost, str(report)


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
    pair.settled_on(A)


def test_it_migrates_without_a_loss(pair: Pair, figure: Figure, tmp_path: Path) -> None:
    with watched(pair, figure, "migrate", A):
        output = pair.play("migrate_from_keepalived", "-e", f"migrate_to={tmp_path}")
    assert services(pair) == OURS
    assert "1111" not in output
    assert re.search(r"ha_pair +ok +VI_1: node-a MASTER, node-b BACKUP", output), output
    shared = yaml.safe_load((tmp_path / "group_vars" / "ha_pair.yml").read_text())
    assert shared["ha_pair_instances"][0]["auth_pass"] == "{{ vault_ha_pair_auth_pass }}"
    assert yaml.safe_load((tmp_path / "host_vars" / "node-b.yml").read_text())["ha_pair_priority"] == 90


def test_it_rolls_back_without_a_loss(pair: Pair, figure: Figure) -> None:
    with watched(pair, figure, "roll back", A):
        pair.play("rollback_to_keepalived")
    assert services(pair) == KEEPALIVED
