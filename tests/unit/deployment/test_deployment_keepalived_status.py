# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the status of keepalived has the holds that its file keeps."""

from __future__ import annotations

import os

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment import keepalived_status
from ansible_collections.hotstandby.vrrp.plugins.module_utils.keepalived import holds, reader
from ansible_collections.hotstandby.vrrp.plugins.module_utils.keepalived.dump import Dump, DumpBlock
from ansible_collections.hotstandby.vrrp.plugins.module_utils.keepalived.process import KeepalivedProcess
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.client import AgentUnreachable
from fake_keepalived import FILE

REASON = {"by": None, "expires": None, "expires_in_s": None}


@pytest.fixture
def running(tmp_path, monkeypatch):
    """Return a function that lets a keepalived run with a file that has these holds."""

    def run(**wanted):
        path = tmp_path / "keepalived.conf"
        path.write_text(holds.apply(FILE, holds.Holds(**wanted)))
        values = {"State": "MASTER", "Interface": "lo", "Priority": "254", "Effective priority": "254"}
        dump = Dump(DumpBlock("", {}), {"VRRP Topology": [DumpBlock("VI_1", values)]})
        process = KeepalivedProcess(os.getpid(), 1, ("keepalived", "-f", str(path)))
        monkeypatch.setattr(reader, "find", lambda: (process,))
        monkeypatch.setattr(reader, "dump_of", lambda process: (dump, 1000.0))
        monkeypatch.setattr(reader, "counters_of", lambda process: {})

    return run


def test_a_held_instance_has_its_own_priority_as_base(running):
    running(states={"VI_1": ("master", "switchover")})
    (instance,) = keepalived_status.read()["instances"]
    assert (instance["hold"], instance["priority"], instance["base_priority"]) == ("master", 254, 90)
    assert instance["maintenance"] == {"reason": "switchover", **REASON}
    (instance,) = keepalived_status.read(with_holds=False)["instances"]
    assert (instance["hold"], instance["base_priority"]) == (None, 254)


def test_a_drained_node_says_why(running):
    running(drained="new kernel")
    status = keepalived_status.read()
    assert (status["drained"], status["maintenance"]) == (True, {"reason": "new kernel", **REASON})
    running(drained="")
    assert keepalived_status.read()["maintenance"] is None


def test_a_missing_keepalived_and_a_silent_one_are_reported(running, monkeypatch):
    running()
    assert not keepalived_status.read()["drained"]

    def silent(process):
        raise reader.ReadError("it wrote nothing")

    monkeypatch.setattr(reader, "dump_of", silent)
    with pytest.raises(AgentUnreachable, match="it wrote nothing"):
        keepalived_status.read()
    monkeypatch.setattr(reader, "find", lambda: ())
    with pytest.raises(AgentUnreachable, match="no keepalived does VRRP in this network namespace"):
        keepalived_status.read()
