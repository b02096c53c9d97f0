# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Do each kind of drill of the pair web, with the client as probe host. The nodes watch a service, with a weight."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from conftest import Pair

Drilled = tuple[dict[str, Mapping[str, Any]], Path]
KINDS = ("switchover", "agent", "service", "node")
FAULTS = {"agent": "agent of web-a killed", "service": "page.service stopped on web-a", "node": "web-a isolated"}
ENDS = {
    "agent": "agent of web-a started again", "service": "page.service started again on web-a",
    "node": "web-a on the network again",
}  # fmt: skip


@pytest.fixture(scope="module")
def web(fleet: Mapping[str, Pair]) -> Pair:
    """Return the pair web, whose master is web-a."""
    fleet["web"].settled_on("web-a")
    return fleet["web"]


@pytest.fixture(scope="module")
def drilled(web: Pair, tmp_path_factory: pytest.TempPathFactory) -> Drilled:
    """Return what the report tells of each kind of drill, and the folder with it."""
    folder = tmp_path_factory.mktemp("drilled")
    # The client has no ssh: its Python runs in its network.
    python = folder / "python"
    python.write_text(f'#!/bin/sh\nexec {" ".join(web.bed.client.enter)} {sys.executable} "$@"\n')
    python.chmod(0o755)
    client = {"ansible_connection": "local", "ansible_python_interpreter": str(python)}
    (folder / "client.yml").write_text(json.dumps({"all": {"hosts": {"client": client}}}))
    said = {"drill": KINDS, "i_mean_it": True, "drill_seconds": 6, "drill_probe_host": "client"}
    web.play(
        "drill", "--limit", "web", f"--inventory={folder}/client.yml", "--extra-vars",
        json.dumps({**said, "report_dir": str(folder)}),
    )  # fmt: skip
    [written] = folder.glob("drill-*.json")
    return dict(zip(KINDS, json.loads(written.read_text())["instances"])), folder


@pytest.mark.parametrize("kind", KINDS)
def test_a_drill_passes_and_loses_what_the_simulation_expects(drilled: Drilled, figure, kind: str) -> None:
    each = drilled[0][kind]
    assert each["passed"], each["remarks"]
    lost, expected = each["measured"], each["expected"]
    figure(f"drill={kind}: {lost['lost']} of {lost['sent']} lost, {lost['longest_s']:.2f} s, expected {expected}")
    if kind == "switchover":
        assert (lost["lost"], expected["worst_s"]) == (0, 0)
    elif kind == "service":  # the host answers the probe also without it
        assert expected is None
    else:
        assert lost["lost"] > 0 < expected["best_s"]


def test_the_report_tells_who_had_the_addresses(drilled: Drilled) -> None:
    told = {kind: each["timeline"] for kind, each in drilled[0].items()}
    moved = told["switchover"]
    assert [each["text"] for each in moved["faults"] + moved["notes"]] == ["web-b promoted", "web-a promoted"]
    for kind in ("switchover", "agent", "service"):
        assert [each["host"] for each in told[kind]["owners"]] == ["web-a", "web-b", "web-a"], kind
    for kind, text in FAULTS.items():
        assert [each["text"] for each in told[kind]["faults"]] == [text]
        assert ENDS[kind] in [each["text"] for each in told[kind]["notes"]]
    [loss, *_others] = told["node"]["lost"]
    taken_over = next(each["from_s"] for each in told["node"]["owners"] if each["host"] == "web-b")
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
