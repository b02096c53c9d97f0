# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a changed configuration is taken only when the master is heard with it."""

from __future__ import annotations

import pytest
from confirmed_parts import CONFIRM_S, DOWN_S, SECOND, VIP, parts, text

from vrrp.agent.errors import CommandError

HMAC = "version 3\n auth_hmac {\n key %d hex:" + "ab" * 32 + "\n active_key %d\n }"


@pytest.fixture
def standby(rig, play):
    return parts(rig, play)


def test_it_hears_the_old_master_while_it_listens_for_the_new_one(standby):
    def scenario(node):
        digest = node.agent.digest
        assert node.change(text(77), now=101.0)["changed"] == ["VI_1"]
        assert node.agent.confirmed.remaining_s(111.0) == CONFIRM_S - 10
        node.until(120.0, master=text())
        assert (node.vrid, node.agent.digest, node.state) == (51, digest, "BACKUP")
        assert node.instance.router.master is not None

    standby(scenario)


def test_the_standby_takes_a_configuration_that_the_master_uses_too(standby):
    def scenario(node):
        digest = node.agent.digest
        node.change(text(77), now=101.0)
        node.hears(102.0, text())
        node.hears(103.0, text(77))
        assert (node.vrid, node.instance.config.virtual_router_id, node.state) == (77, 77, "BACKUP")
        assert node.agent.digest != digest
        assert node.instance.deadline == pytest.approx(103.0 + DOWN_S), "from now on it takes over as usual"
        assert node.agent.confirmed.remaining_s(103.0) is None
        assert node.discarded == {}
        node.until(150.0, master=text(77))
        assert (node.vrid, node.state) == (77, "BACKUP")
        assert "The new configuration is confirmed: the master is heard with it" in node.lines()

    standby(scenario)


def test_the_standby_keeps_the_old_configuration_if_no_master_uses_the_new(standby):
    def scenario(node):
        node.change(text(77), now=101.0)
        node.until(131.5, master=text())
        assert (node.vrid, node.state, node.agent.confirmed.remaining_s(131.5)) == (51, "BACKUP", None)
        stays = "(VI_1) no master was heard with the new configuration: the one before stays in force"
        assert stays in node.lines()
        node.hears(132.0, text(77))
        assert node.vrid == 51, "it does not listen any more"
        assert node.discarded == {"vrid": 1}

    standby(scenario)


def test_a_master_that_dies_meanwhile_is_replaced_at_once(standby):
    def scenario(node):
        node.change(text(77), now=101.0)
        node.until(100.5 + DOWN_S - 0.25)
        assert node.state == "BACKUP"
        node.until(100.5 + DOWN_S + 1.5)
        assert (node.vrid, node.state) == (51, "MASTER")
        node.until(140.0)
        assert (node.vrid, node.state) == (51, "MASTER")

    standby(scenario)


def test_a_master_that_stops_meanwhile_is_replaced_after_skew_time(standby):
    def scenario(node):
        node.change(text(77), now=101.0)
        node.hears(102.0, text(), priority=0)
        assert node.instance.deadline == pytest.approx(102.0 + DOWN_S - 3)

    standby(scenario)


def test_a_standby_that_took_over_follows_a_changed_master_back(standby):
    """The master was away for longer than Master_Down_Interval, as it changed."""

    def scenario(node):
        node.change(text(77), now=101.0)
        node.until(110.0)
        assert (node.vrid, node.state) == (51, "MASTER")
        node.hears(110.5, text(77))
        assert node.vrid == 77
        node.until(114.0, master=text(77))
        assert node.state == "BACKUP"

    standby(scenario)


@pytest.mark.parametrize("wakes_at", [100.6 + DOWN_S, 120.0], ids=["late", "slept"])
def test_an_agent_that_is_late_hears_the_new_master_before_it_takes_over(standby, wakes_at):
    def scenario(node):
        node.change(text(77), now=101.0)
        node.brings(text(77))
        node.machine.due(wakes_at)
        assert node.state == "BACKUP"
        node.ring()
        assert (node.vrid, node.state) == (77, "BACKUP")

    standby(scenario)


def test_a_longer_interval_of_the_master_is_waited_for(standby):
    """The first advertisement with it is heard; the next one comes later than the old timer ends."""

    def scenario(node):
        node.change(text(more="advert_int 10"), now=101.0)
        node.hears(101.5, text(more="advert_int 10"))
        node.until(111.0)
        assert node.state == "BACKUP"

    standby(scenario)


def test_one_address_more_is_taken_when_the_master_lists_it(standby):
    def scenario(node):
        node.change(text(addresses=(VIP, SECOND)), now=101.0)
        node.until(105.0, master=text())
        assert len(node.instance.config.addresses) == 1, "the master has the short list yet"
        node.hears(105.5, text(addresses=(VIP, SECOND)))
        assert len(node.instance.config.addresses) == 2
        assert node.discarded == {}

    standby(scenario)


def test_one_address_more_that_the_master_never_gets_is_not_taken(standby):
    def scenario(node):
        node.change(text(addresses=(VIP, SECOND)), now=101.0)
        node.until(140.0, master=text())
        assert len(node.instance.config.addresses) == 1

    standby(scenario)


@pytest.mark.parametrize("vrid", [51, 77])
@pytest.mark.parametrize("first", ["version 3", HMAC % (1, 1)], ids=["nothing", "key 1"])
def test_a_recording_of_what_has_confirmed_the_key_is_refused(standby, first, vrid):
    def scenario(node):
        node.change(text(vrid, more=HMAC % (2, 2)), now=101.0)
        node.brings(text(vrid, more=HMAC % (2, 2)))
        waiting = node.agent.network.receivers["eth0", 4].socket.waiting
        (recorded,) = waiting
        node.agent.network.drain(101.5)
        assert node.agent.confirmed.remaining_s(101.5), "it is taken in a moment"
        node.ring()
        node.machine.now = 101.5
        node.ring()
        assert (node.vrid, [key.key_id for key in node.instance.config.hmac.keys]) == (vrid, [2])
        waiting.append(recorded)
        node.agent.network.drain(102.0)
        assert node.discarded == {"hmac_replay": 1}

    standby(scenario, first=text(more=first))


def test_a_master_does_not_try_what_its_peer_must_change_too(standby):
    def scenario(node):
        node.machine.due(104.5)
        assert node.state == "MASTER"
        with pytest.raises(CommandError, match="VI_1 is MASTER here: the standby changes first"):
            node.change(text(77))
        assert (node.vrid, node.timers) == (51, [])

    standby(scenario)


def test_a_master_tries_a_file_without_one_of_its_instances(standby):
    """The peer loses it too, and what comes instead waits for its master."""

    def scenario(node):
        node.machine.due(104.5)
        other = text(52, name="VI_2", addresses=("192.168.8.102/24",))
        node.change(other)
        assert [config.name for config in node.agent.configuration.instances] == ["VI_1"]
        node.hears(105.0, other)
        assert [config.name for config in node.agent.configuration.instances] == ["VI_2"]

    standby(scenario)


def test_a_master_tries_what_is_its_own_matter(standby):
    def scenario(node):
        node.machine.due(104.5)
        node.change(text(priority=95))
        assert (node.agent.configuration.instances[0].priority, node.state, node.timers) == (95, "MASTER", [])

    standby(scenario)


def test_a_reload_of_the_file_ends_the_wait(standby):
    def scenario(node):
        node.change(text(77))
        node.agent._commands.handle("reload", {})
        assert node.timers[-1].cancelled and node.vrid == 51
        assert node.agent.network._listeners == ()

    standby(scenario)


def test_a_reload_of_the_new_file_gives_the_master_time_to_be_heard(standby):
    def scenario(node):
        node.change(text(more="advert_int 10"), now=101.0)
        node.machine.path.write_text(text(more="advert_int 10"))
        node.agent._commands.handle("reload", {})
        node.until(111.0)
        assert node.state == "BACKUP"

    standby(scenario)


def test_nothing_is_taken_as_the_agent_stops(standby):
    def scenario(node):
        node.change(text(77), now=101.0)
        node.agent.shutdown.begun = True
        node.hears(102.0, text(77))
        assert (node.vrid, node.agent.confirmed.remaining_s(102.0)) == (51, None)
        node.agent.shutdown.begun = False

    standby(scenario)


@pytest.mark.parametrize("confirm_s", [0, -1, 601, "soon", None])
def test_a_time_that_is_none_is_refused(standby, confirm_s):
    def scenario(node):
        with pytest.raises(CommandError, match="confirm_s is a number of seconds, more than 0 and at most 600"):
            node.change(text(77), confirm_s=confirm_s)
        assert node.vrid == 51

    standby(scenario)


def test_a_bad_file_changes_nothing(standby):
    def scenario(node):
        with pytest.raises(CommandError, match="is not valid: the old configuration stays in force"):
            node.change(text(priority=900))
        assert (node.vrid, node.timers) == (51, [])

    standby(scenario)
