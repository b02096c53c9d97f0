# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that mastership moves by the priorities in the file of keepalived, through the code that moves our agent."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment import keepalived_client
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.drain import KeepalivedDrainer
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.keepalived_client import KeepalivedClient
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.switchover import Switchover, SwitchoverError
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.client import AgentError
from fake_keepalived import FILE, FOREIGN, FakeKeepalived

GROUP = FILE + FILE.partition("\n")[2].replace("VI_1", "VI_2").replace("51", "52").replace("100/24", "101/24")
GROUP += "vrrp_sync_group both {\n    group {\n        VI_1\n        VI_2\n    }\n}\n"
TERMS = {"reason": "new kernel", "expires": None, "by": "admin"}


@pytest.fixture
def made(tmp_path, monkeypatch):
    """Return a function that makes a keepalived, and the client of it."""
    monkeypatch.setattr(keepalived_client, "_BETWEEN_LOOKS_S", 0.0)
    monkeypatch.setattr(KeepalivedClient, "later_s", -1.0)  # the fake has no network to wait for

    def make(text=FILE):
        fake = FakeKeepalived(monkeypatch, tmp_path / "keepalived.conf", text)
        return fake, KeepalivedClient(fake.run, str(fake.path))

    return make


def move(client, wanted, timeout_s=5.0):
    mover = Switchover(None, "", client)
    return mover.move(mover.look(), wanted, timeout_s)


def test_a_promotion_and_its_end(made):
    fake, client = made()
    after = move(client, "master")
    assert (after["state"], after["hold"], after["priority"], after["base_priority"]) == ("MASTER", "master", 254, 90)
    fake.peer = 80  # so that it stays master by its own priority
    assert move(client, "auto")["hold"] is None
    assert (fake.path.read_text(), fake.commands) == (FILE, ["reload", "reload"])


def test_a_promotion_that_does_nothing_is_taken_back(made):
    fake, client = made()
    fake.peer = 255
    with pytest.raises(SwitchoverError, match="VI_1 did not become master within 0.01 s.*it is auto again"):
        move(client, "master", 0.01)
    assert fake.path.read_text() == FILE


def test_a_sync_group_moves_as_a_whole(made):
    fake, client = made(GROUP)
    client.promote("VI_1", TERMS)
    assert [each["hold"] for each in client.status()["instances"]] == ["master", "master"]
    client.release("VI_2")
    assert fake.path.read_text() == GROUP


def test_a_file_of_somebody_else_is_not_changed(made):
    fake, client = made(FOREIGN)
    with pytest.raises(AgentError, match="run the playbook ha_pair first"):
        client.promote("VI_1")
    assert fake.path.read_text() == FOREIGN


def test_a_file_that_is_refused_is_an_error_with_its_problems(made):
    fake, client = made()
    fake.complaint = "no"
    with pytest.raises(AgentError) as caught:
        client.demote("VI_1")
    assert caught.value.problems[-1] == "keepalived --config-test ended with status 5"


def test_a_drain_keeps_the_reason_and_comes_to_its_end(made):
    fake, client = made()
    fake.peer = 50
    drainer = KeepalivedDrainer("", client)
    before = drainer.look()
    assert before["instances"][0]["state"] == "MASTER"
    after = drainer.drain(before, 5.0, force=False, terms=TERMS)
    assert (after["drained"], [each["state"] for each in after["instances"]]) == (True, ["BACKUP"])
    assert "\n# drained: new kernel\n" in fake.path.read_text()
    assert [each["hold"] for each in after["instances"]] == [None]
    assert drainer.predict(before, True)["instances"][0]["state"] == "BACKUP"
    assert not drainer.undrain(after, 5.0)["drained"]
    assert fake.path.read_text() == FILE


def test_a_drain_that_nobody_takes_over_is_taken_back(made):
    fake, client = made()
    fake.alone = True
    drainer = KeepalivedDrainer("", client)
    with pytest.raises(SwitchoverError, match="nobody takes over VI_1, so this node keeps it"):
        drainer.drain(drainer.look(), 5.0, force=False)
    assert fake.path.read_text() == FILE


def test_a_peer_that_may_not_preempt_is_given_way_by_a_stop(made):
    text = FILE.replace("priority 90", "priority 90\n    nopreempt")
    fake, client = made(text)
    client.demote("VI_1")
    client.release("VI_1")
    client.promote("VI_1")
    assert fake.commands == ["restart", "reload", "reload"]
