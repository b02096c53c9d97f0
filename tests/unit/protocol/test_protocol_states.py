# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test the states, which hold deadlines, and the parameters and memories."""

from __future__ import annotations

from dataclasses import fields, replace
from ipaddress import IPv4Address, IPv6Address

import pytest

from vrrp.protocol.states import (
    NEVER,
    Backup,
    Fault,
    Initialize,
    Master,
    MasterSeen,
    Parameters,
    SavedRouterState,
    State,
    Stopped,
    Yielding,
)

A, B = IPv4Address("192.0.2.4"), IPv4Address("192.0.2.6")
OWN = Parameters(version=2, vrid=51, priority=100, interval_cs=100, source=A)


@pytest.mark.parametrize(
    ("condition", "word", "deadline"),
    [
        (Initialize(), "INIT", NEVER),
        (Fault(), "FAULT", NEVER),
        (Stopped(), "STOP", NEVER),
        (Backup(12.0), "BACKUP", 12.0),
        (Backup(12.0, preempt_at=11.0), "BACKUP", 11.0),
        (Backup(12.0, preempt_at=13.0), "BACKUP", 12.0),
        (Backup(12.0, preempt_at=11.0, ready=True), "BACKUP", NEVER),
        (Master(12.0), "MASTER", 12.0),
        (Master(12.0, announce_at=11.0), "MASTER", 11.0),
        (Master(12.0, refresh_at=10.0), "MASTER", 10.0),
        (Master(12.0, lapses_at=5.0), "MASTER", 12.0),
        (Yielding(12.0), "MASTER", 12.0),
        (Yielding(12.0, down_at=11.0), "MASTER", 11.0),
        (Yielding(12.0, down_at=11.0, ready=True), "MASTER", 12.0),
    ],
)
def test_a_state_has_a_name_and_the_earliest_of_its_deadlines(condition, word, deadline):
    assert (condition.state.value, condition.deadline) == (word, deadline)


def test_a_state_is_the_word_that_people_use():
    assert State("BACKUP") is State.BACKUP
    assert State.MASTER == "MASTER"
    assert [state.value for state in State] == ["INIT", "BACKUP", "MASTER", "FAULT", "STOP"]


class TestMaster:
    def test_a_master_that_has_begun_advertises_at_the_next_beat(self):
        begun = Master.begun(OWN, 10.25)
        assert (begun.spoke_at, begun.advertise_at, begun.lapses_at) == (10.25, 11.0, 13.2578125)
        assert (begun.announce_at, begun.announce_repeat, begun.refresh_at) == (15.25, 5, NEVER)
        assert (begun.assert_at, begun.outbid_until, begun.handover_until) == (0.0, 0.0, 0.0)

    def test_a_master_that_waits_first_announces_when_it_advertises(self):
        begun = Master.begun(replace(OWN, refresh_s=60.0), 10.25, outbid_until=14.0, silent_s=0.5)
        assert (begun.advertise_at, begun.refresh_at, begun.assert_at) == (10.75, 10.75, 10.75)
        assert begun.handover_until == pytest.approx(10.80)
        assert begun.outbid_until == 14.0

    def test_an_advertisement_changes_the_times_of_advertisements_alone(self):
        """It is built field by field, so each field is looked at, also one that comes later."""
        told = {"advertise_at", "spoke_at", "lapses_at"}
        before = Master(**{each.name: 20 + number for number, each in enumerate(fields(Master))})
        after = before.advertised(OWN, 20.25)
        assert (after.advertise_at, after.spoke_at, after.lapses_at) == (21.0, 20.25, 23.2578125)
        assert {each.name for each in fields(Master) if getattr(after, each.name) != getattr(before, each.name)} == told

    def test_without_a_delay_there_is_no_second_burst(self):
        assert Master.begun(replace(OWN, announce_delay_s=0.0), 10.0).announce_at == NEVER

    def test_with_a_refresh_the_first_one_is_a_period_away(self):
        assert Master.begun(replace(OWN, refresh_s=60.0), 10.0).refresh_at == 70.0

    @pytest.mark.parametrize(
        ("now", "next_at"),
        [(11.0, 12.0), (10.5, 12.0), (11.75, 12.0), (14.5, 15.0)],  # early, in time, late, a beat was missed
    )
    def test_the_next_advertisement_is_at_the_beat(self, now, next_at):
        after = Master(11.0).advertised(OWN, now)
        assert (after.advertise_at, after.spoke_at) == (next_at, now)
        assert after.lapses_at == now + 3.0078125

    def test_an_answer_to_a_lower_priority_holds_the_next_one_back(self):
        after = Master(11.0).asserted(OWN, 10.25)
        assert (after.advertise_at, after.spoke_at, after.assert_at) == (11.0, 10.25, 11.25)

    @pytest.mark.parametrize(
        ("fields", "repeat"),
        [
            ({"announce_at": 10.0, "announce_repeat": 4}, 4),
            ({"announce_at": 10.1, "announce_repeat": 4}, 0),
            ({"refresh_at": 10.0}, 2),
            ({"refresh_at": 10.1}, 0),
            ({"announce_at": 9.0, "announce_repeat": 4, "refresh_at": 9.0}, 4),
        ],
    )
    def test_the_number_of_frames_that_are_due(self, fields, repeat):
        assert Master(20.0, **fields).announces(replace(OWN, refresh_repeat=2), 10.0) == repeat

    @pytest.mark.parametrize(
        ("fields", "announce_at", "refresh_at"),
        [
            ({"announce_at": 10.0, "refresh_at": 12.0}, NEVER, 12.0),
            ({"announce_at": 11.0, "refresh_at": 10.0}, 11.0, 70.0),
            ({"announce_at": 11.0, "refresh_at": 10.0, "handover_until": 10.04}, 11.0, 10.04),
            ({"announce_at": 11.0, "refresh_at": 10.0, "handover_until": 10.0}, 11.0, 70.0),
        ],
    )
    def test_a_burst_that_was_announced_is_due_no_more(self, fields, announce_at, refresh_at):
        after = Master(20.0, **fields).announced(replace(OWN, refresh_s=60.0), 10.0)
        assert (after.announce_at, after.refresh_at) == (announce_at, refresh_at)

    def test_an_earlier_burst_stays_the_next_one(self):
        assert Master(20.0).announcing(3, 12.0) == Master(20.0, announce_at=12.0, announce_repeat=3)
        sooner = Master(20.0, announce_at=12.0, announce_repeat=3)
        assert sooner.announcing(5, 12.0) == sooner

    @pytest.mark.parametrize(
        ("interval_cs", "refresh_s", "advertise_at", "refresh_at"),
        [(100, 0.0, 11.0, NEVER), (100, 60.0, 11.0, 30.0), (3000, 5.0, 20.0, 15.0)],
    )
    def test_a_reload_with_shorter_intervals_advances_the_deadlines(
        self, interval_cs, refresh_s, advertise_at, refresh_at
    ):
        changed = replace(OWN, interval_cs=interval_cs, refresh_s=refresh_s)
        after = Master(20.0, refresh_at=30.0).reconfigured(changed, 10.0)
        assert (after.advertise_at, after.refresh_at) == (advertise_at, refresh_at)


class TestMasterSeen:
    @pytest.mark.parametrize(
        ("source", "priority", "ours", "rules"),
        [
            (B, 80, 90, True),
            (B, 80, 100, True),
            (B, 80, 101, False),  # ours is better than the master's
            (B, 90, 90, False),
            (B, 0, 90, False),  # it stops
            (A, 80, 90, False),  # the master itself has become weaker
        ],
    )
    def test_the_last_word_of_another_router_means_nothing(self, source, priority, ours, rules):
        assert MasterSeen(A, 100, 100, 10.0).rules_over(source, priority, ours) is rules


class TestMemory:
    @pytest.mark.parametrize(
        ("state", "now", "holds"),
        [(State.MASTER, 13.007, True), (State.MASTER, 13.0078125, False), (State.BACKUP, 10.5, False)],
    )
    def test_a_mandate_lasts_as_long_as_nobody_can_have_taken_over(self, state, now, holds):
        assert SavedRouterState(state, 10.0, 100).has_mandate(2, now) is holds

    def test_the_end_of_a_mandate_follows_from_interval_and_adverts(self):
        assert SavedRouterState(State.MASTER, 10.0, 200).mandate_ends_at(2) == 16.0078125
        assert SavedRouterState(State.MASTER, 10.0, 200).mandate_ends_at(3) == 16.015625
        assert SavedRouterState(State.MASTER, 10.0, 200).mandate_ends_at(2, 5) == 20.0078125

    @pytest.mark.parametrize(("now", "down_at"), [(10.0, 13.609375), (12.0, 13.609375), (12.5, 14.109375)])
    def test_a_backup_listens_to_the_end_of_its_timer_or_for_one_interval(self, now, down_at):
        assert SavedRouterState(State.BACKUP, 10.0, 100).down_at(2, 100, now) == down_at


class TestParameters:
    @pytest.mark.parametrize(
        ("fields", "early"),
        [
            ({"begins_as_master": True}, True),
            ({}, False),
            ({"begins_as_master": True, "preempt": False}, False),
            ({"begins_as_master": True, "preempt_delay_s": 1.0}, False),
        ],
    )
    def test_state_master_begins_early_unless_it_is_held_back(self, fields, early):
        assert replace(OWN, **fields).begins_early is early

    def test_a_refresh_of_zero_is_none(self):
        assert (OWN.next_refresh(10.0), replace(OWN, refresh_s=60.0).next_refresh(10.0)) == (NEVER, 70.0)

    def test_only_version_3_learns_the_interval(self):
        assert (OWN.heard_interval_cs(50), replace(OWN, version=3).heard_interval_cs(50)) == (100, 50)

    @pytest.mark.parametrize(
        ("own", "other", "loses"),
        [
            (A, B, True),
            (B, A, False),
            (A, A, False),
            (None, B, False),
            (IPv4Address("192.0.2.9"), IPv4Address("192.0.2.10"), True),
            (IPv6Address("fe80::4"), IPv6Address("fe80::6"), True),
        ],
    )
    def test_the_higher_address_wins_between_equals(self, own, other, loses):
        assert replace(OWN, source=own).loses_tie(other) is loses
