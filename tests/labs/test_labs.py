# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that labs of systemd nodes run side by side, are removed after a kill, and leave nothing behind."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid

import pytest

from lab.host import LabError, command, named_namespaces
from lab.run import CHECKOUT, Run, reap
from lab.testbed import NODES, Testbed

A, B = (name for name, _address in NODES)


def traces(run: Run) -> list[str]:
    """Return everything on this machine that has the id of a run."""
    names = subprocess.run(
        ["podman", "ps", "--all", "--format", "{{.Names}}"], check=True, capture_output=True, text=True
    ).stdout.split()
    return [
        *(name for name in names if run.id in name),
        *(name for name in named_namespaces() if run.id in name),
        *(str(path) for path in (run.folder, run.shortcut) if os.path.lexists(path)),
    ]


def test_two_labs_with_the_same_addresses_do_not_meet() -> None:
    with Testbed() as one, Testbed() as other:
        for bed in (one, other):
            assert [bed.served_by(node.ip) for node in bed.nodes.values()] == [A, B]
        one.kill(A)
        assert one.served_by(one.node(A).ip) is None
        assert other.served_by(other.node(A).ip) == A
        one.start(A)
        assert one.served_by(one.node(A).ip) == A
    assert traces(one.run) == traces(other.run) == []


def test_a_lab_that_fails_half_way_is_gone() -> None:
    bed = Testbed()
    with pytest.raises(RuntimeError, match="in the middle"), bed:
        raise RuntimeError("in the middle")
    assert traces(bed.run) == []


def test_a_command_in_a_node_is_there_with_the_capabilities_of_its_root() -> None:
    """Compare with what podman starts there: user, capabilities, namespaces, environment, folder."""
    script = "grep -E '^(Uid|Gid|Groups|Cap|NoNewPrivs)' /proc/self/status; readlink /proc/self/ns/*; env | sort; pwd"
    with Testbed() as bed:
        node = bed.node(A)
        for _boot in range(2):
            found = node.run(["sh", "-c", script], check=True).stdout
            assert found == command(["podman", "exec", node.container, "sh", "-c", script])
            assert "CapBnd" in found and f"HOSTNAME={A}" in found
            bed.kill(A)
            assert (node.run(["true"]).returncode, node.run(["true"]).stderr) == (125, f"{A} is down")
            bed.start(A)


def test_an_id_is_taken_once() -> None:
    with Testbed() as bed:
        with pytest.raises(LabError, match="exists already"):
            Testbed(Run(bed.run.id)).up()
        assert bed.served_by(bed.node(A).ip) == A, "the refused one must not take the first one down"


def test_the_next_run_removes_the_traces_of_a_killed_run() -> None:
    run = Run(uuid.uuid4().hex[:8])
    owner = subprocess.Popen(["sleep", "600"])
    subprocess.run(
        [sys.executable, "-m", "lab", "up", "--id", run.id, "--owner", str(owner.pid)],
        check=True, env={**os.environ, "PYTHONPATH": str(CHECKOUT / "tests")}, capture_output=True,
    )  # fmt: skip
    reap()
    assert len(traces(run)) == 6, "its owner lives, so nobody may touch it"
    owner.kill()
    owner.wait()
    removed = reap()
    assert traces(run) == []
    assert any(run.id in what for what in removed)
