# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Do a real drill of the pair web, with the client as probe host: a switchover, and an isolation of the master."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from conftest import Pair

Drilled = tuple[list[Mapping[str, Any]], Path]


@pytest.fixture(scope="module")
def web(fleet: Mapping[str, Pair]) -> Pair:
    """Return the pair web, whose master is web-a."""
    fleet["web"].settled_on("web-a")
    return fleet["web"]


@pytest.fixture(scope="module")
def drilled(web: Pair, tmp_path_factory: pytest.TempPathFactory) -> Drilled:
    """Return what the report tells of the two drills, and the folder with it."""
    folder = tmp_path_factory.mktemp("drilled")
    # The client has no ssh: its Python runs in its network.
    python = folder / "python"
    python.write_text(f'#!/bin/sh\nexec {" ".join(web.bed.client.enter)} {sys.executable} "$@"\n')
    python.chmod(0o755)
    client = {"ansible_connection": "local", "ansible_python_interpreter": str(python)}
    (folder / "client.yml").write_text(json.dumps({"all": {"hosts": {"client": client}}}))
    said = {"drill": "switchover,node", "i_mean_it": True, "drill_seconds": 6, "drill_probe_host": "client"}
    web.play(
        "drill", "--limit", "web", f"--inventory={folder}/client.yml", "--extra-vars",
        json.dumps({**said, "report_dir": str(folder)}),
    )  # fmt: skip
    [written] = folder.glob("drill-*.json")
    return json.loads(written.read_text())["instances"], folder


def test_a_switchover_loses_nothing_and_an_isolation_the_expected(drilled: Drilled, figure) -> None:
    moved, isolated = drilled[0]
    for each in (moved, isolated):
        assert each["passed"], each["remarks"]
        lost, expected = each["measured"], each["expected"]
        figure(f"drill: {lost['lost']} of {lost['sent']} lost, {lost['longest_s']:.2f} s, expected {expected}")
    assert (moved["measured"]["lost"], moved["expected"]["worst_s"]) == (0, 0)
    assert isolated["measured"]["lost"] > 0 < isolated["expected"]["best_s"]


def test_the_report_tells_who_had_the_addresses(drilled: Drilled) -> None:
    moved, isolated = (each["timeline"] for each in drilled[0])
    assert [each["host"] for each in moved["owners"]] == ["web-a", "web-b", "web-a"]
    assert [each["text"] for each in moved["faults"] + moved["notes"]] == ["web-b promoted", "web-a promoted"]
    assert [each["text"] for each in isolated["faults"]] == ["web-a isolated"]
    [loss, *_others] = isolated["lost"]
    taken_over = next(each["from_s"] for each in isolated["owners"] if each["host"] == "web-b")
    assert abs(loss["to_s"] - taken_over) < 0.5
    for suffix in ("html", "xml"):
        [written] = drilled[1].glob(f"drill-*.{suffix}")
        assert "web-a isolated" in written.read_text()


def test_everything_is_as_before(web: Pair, drilled: Drilled) -> None:
    web.settled_on("web-a")
    for name in web.names:
        assert web.status(name)["hold"] is None
        left = web.bed.node(name).run(["sh", "-c", "nft list tables; ls -d /run/hotstandby-drill"])
        assert "drill" not in left.stdout
        timers = web.bed.node(name).run(["systemctl", "list-timers", "--all", "--no-pager"])
        assert "hotstandby-drill" not in timers.stdout
