# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A MASTER whose kernel refuses its advertisements keeps its addresses when alone, and never shares them."""

from __future__ import annotations

from ipaddress import ip_address, ip_interface

import pytest
from agent_fakes import PEER, Bench, advertisement, instance

from vrrp.agent.refusals import HOLD_INTERVALS, HOLD_S, RETRY_S
from vrrp.protocol import timers
from vrrp.protocol.priority import CheckResult

ERROR = "Operation not permitted"
GROUP = "224.0.0.18"
VIP = "192.168.8.100/24"
DOWN_S = timers.master_down_interval_s(2, 100, 100)
OTHER = "02:00:00:00:00:09 has 192.168.8.100"
FAULT = f"its own kernel refuses its advertisements ({ERROR}), and "


def refused(**fields) -> Bench:
    """Return a MASTER since 10.0, of which no advertisement has gone out."""
    bench = Bench(instance(**fields)).start(6.0)
    bench.sender.error = ERROR
    bench.instance.expire(10.0)
    bench.done.clear()
    return bench


def until(bench, end, hears=None):
    """Let time pass in seconds, as the loop does; ``hears`` is fed at each."""
    now = max(int(bench.instance.router.since) + 1.0, getattr(bench, "at", 0.0))
    while now <= end:
        while bench.instance.deadline <= now:
            bench.instance.expire(bench.instance.deadline)
        if hears is not None:
            hears(now)
        now += 1.0
    bench.at = now
    return bench


def given_up(**fields) -> Bench:
    bench = until(refused(**fields), 13.0)
    bench.instance.refusals.seen(OTHER, 13.0)
    until(bench, 14.0)
    assert bench.state == "FAULT"
    return bench


def test_alone_it_keeps_its_addresses():
    bench = until(refused(), 1000.0)
    assert (bench.state, bench.instance.reporter.counters.transitions) == ("MASTER", 2)
    assert bench.instance.refusals.unheard(1000.0) == (10.0, ERROR)
    assert ("release", VIP) not in bench.done


def test_a_conflict_alone_gives_nothing_up():
    bench = Bench(instance()).master()
    until(bench, 300.0, lambda now: bench.instance.refusals.seen(OTHER, now))
    assert (bench.state, bench.instance.refusals.fault) == ("MASTER", ())


def test_a_master_that_nobody_hears_gives_up_what_another_host_has():
    bench = until(refused(), 12.0)
    bench.instance.refusals.seen(OTHER, 12.5)
    until(bench, 13.0)
    assert bench.state == "MASTER"  # its backup does not know yet
    until(bench, 14.0)
    assert (bench.state, bench.instance.router.own_faults) == ("FAULT", (FAULT + OTHER,))
    assert bench.instance.reporter.last_event == f"entered FAULT: {FAULT}{OTHER}"
    assert bench.done == [("release", VIP)]
    assert [entry.name for entry in bench.instance.journal][-1] == "fault_changed"


def test_a_master_that_nobody_hears_gives_up_at_once_after_a_long_silence():
    bench = until(refused(), 100.0)
    bench.instance.refusals.seen(OTHER, 100.5)
    assert bench.state == "FAULT"


def test_another_master_that_it_hears_is_somebody_else():
    bench = refused()
    until(bench, 14.0, lambda now: bench.instance.heard(advertisement(90), PEER, now))
    assert bench.instance.router.own_faults == (f"{FAULT}192.168.8.6 advertises 90",)


def test_a_peer_that_stops_does_not_have_the_addresses():
    bench = refused()
    until(bench, 60.0, lambda now: bench.instance.heard(advertisement(0), PEER, now))
    assert bench.state == "MASTER"


def test_a_better_master_is_yielded_to_and_no_fault():
    bench = until(refused(), 20.0)
    bench.instance.heard(advertisement(200), PEER, 20.5)
    bench.instance.expire(21.0)
    assert (bench.state, bench.instance.router.faults) == ("BACKUP", ())


def test_a_conflict_seen_before_the_first_refusal_does_not_end_mastership():
    bench = Bench(instance()).master()
    bench.instance.refusals.seen(OTHER, 10.5)
    bench.sender.error = ERROR
    assert until(bench, 60.0).state == "MASTER"


def test_an_advertisement_that_goes_out_begins_the_wait_anew():
    bench = until(refused(), 12.0)
    bench.instance.refusals.seen(OTHER, 12.5)
    bench.sender.error = None
    until(bench, 13.0)
    bench.sender.error = ERROR
    assert until(bench, 60.0).state == "MASTER"


def test_a_master_that_nobody_hears_does_not_announce_against_a_rival():
    bench = until(refused(), 11.0)
    bench.done.clear()
    bench.instance.heard(advertisement(90), PEER, 11.5)
    bench.instance.heard(advertisement(90), PEER, 12.5)
    assert [done for done in bench.done if done[0] == "announce"] == [("announce", 5, VIP)]  # the first cannot be known
    bench.sender.error = None
    until(bench, 12.0)
    bench.instance.heard(advertisement(90), PEER, 14.5)
    assert [done[0] for done in bench.done].count("announce") == 2


@pytest.mark.parametrize(("error", "announced"), [(ERROR, 0), (None, 1)])
def test_a_master_that_nobody_hears_does_not_defend_its_addresses(error, announced):
    bench = until(refused(), 11.0)
    bench.sender.error = error
    until(bench, 12.0)
    bench.instance.refusals.seen(OTHER, 12.2)
    bench.done.clear()
    bench.instance.conflict(ip_interface(VIP).ip, "02:00:00:00:00:09", False, 12.3)
    assert bench.done == [("announce", 1, VIP)] * announced


def test_an_instance_that_has_given_up_says_what_to_do():
    bench = given_up()
    assert bench.instance.refusals.unheard(15.0) == (10.0, ERROR)


def test_an_instance_that_has_given_up_tries_to_send_each_second():
    bench = given_up()
    bench.done.clear()
    errors, began = bench.instance.reporter.counters.send_errors, bench.instance.router.since
    assert bench.instance.deadline == bench.armed[-1] == began + RETRY_S
    until(bench, 18.0)
    assert (bench.state, bench.instance.reporter.counters.send_errors) == ("FAULT", errors + 4)
    bench.sender.error = None
    until(bench, 19.0)
    assert (bench.state, bench.done) == ("BACKUP", [("send", 0, GROUP)])
    assert (bench.instance.router.faults, bench.instance.refusals.unheard(19.0)) == ((), None)
    until(bench, 30.0)
    assert bench.state == "MASTER"
    assert [entry.name for entry in bench.instance.journal].count("fault_changed") == 2


@pytest.mark.parametrize("how", ["claims", "advertises"])
def test_an_instance_that_has_given_up_waits_while_the_other_host_is_there(how):
    bench = given_up()

    def hears(now):
        if how == "claims":
            bench.instance.refusals.seen(OTHER, now)
        else:
            bench.instance.heard(advertisement(90), PEER, now)

    until(bench, 600.0, hears)
    assert (bench.state, bench.instance.reporter.counters.became_master) == ("FAULT", 1)


def test_an_instance_that_has_given_up_serves_again_and_flaps_seldom():
    bench = given_up()
    hold_s = HOLD_INTERVALS * DOWN_S
    until(bench, 12.0 + hold_s)
    assert bench.state == "FAULT"
    until(bench, 15.0 + hold_s + DOWN_S)
    assert bench.state == "MASTER"

    def hears(now):
        if bench.state == "MASTER":
            bench.instance.refusals.seen(OTHER, now)

    until(bench, 1000.0, hears)
    assert bench.instance.reporter.counters.became_master <= 2 + 1000 / (hold_s + DOWN_S)


def test_another_host_is_asked_for_often_enough_at_a_short_interval():
    bench = given_up(version=3, advert_int_cs=10)
    until(bench, 13.0 + HOLD_S - 2)
    assert bench.state == "FAULT"
    until(bench, 13.0 + HOLD_S + 4)
    assert bench.state == "MASTER"


def test_another_fault_outlives_a_refusal():
    bench = given_up()
    bench.instance.tracking.check_results([CheckResult("web", "script", False, 0, "exited with status 1")], 14.5)
    bench.sender.error = None
    until(bench, 20.0)
    assert (bench.state, bench.instance.router.faults) == ("FAULT", ("script web failed: exited with status 1",))


def test_a_drained_one_says_nothing_and_begins_without_it():
    bench = given_up()
    bench.instance.inputs.drain(14.5)
    bench.sender.error = None
    bench.done.clear()
    until(bench, 20.0)
    assert (bench.state, bench.done, bench.instance.router.own_faults) == ("STOP", [], ())
    bench.instance.inputs.undrain(21.0)
    assert bench.state == "BACKUP"


def test_one_peer_of_several_that_is_reached_is_enough():
    bench = Bench(instance(unicast_peers=(PEER, PEER + 1))).start(6.0)
    send = bench.sender.send
    bench.sender.send = lambda packet, to: ERROR if to == str(PEER) else send(packet, to)
    until(bench, 60.0, lambda now: bench.instance.refusals.seen(OTHER, now))
    assert bench.state == "MASTER"


def test_a_master_is_unheard_a_master_down_interval_after_the_first_refusal():
    bench = Bench(instance()).start(6.0)
    bench.sender.error = "Operation not permitted"
    for now in (10.0, 11.0, 12.0, 13.0):
        bench.instance.expire(now)
    assert bench.instance.refusals.unheard(13.6) is None
    assert bench.instance.refusals.unheard(13.61) == (10.0, "Operation not permitted")
    bench.sender.error = None
    bench.instance.expire(14.0)
    assert bench.instance.refusals.unheard(20.0) is None
    bench.sender.error = "Message too long"
    bench.instance.expire(15.0)
    assert bench.instance.refusals.unheard(18.0) is None  # it counts anew
    assert bench.instance.refusals.unheard(18.61) == (15.0, "Message too long")
    bench.instance.heard(advertisement(200), PEER, 18.7)
    assert (bench.state, bench.instance.refusals.unheard(30.0)) == ("BACKUP", None)
    bench.instance.expire(22.4)
    assert (bench.state, bench.instance.refusals.unheard(22.4)) == ("MASTER", None)


def test_one_peer_that_is_reached_is_enough_to_be_heard():
    bench = Bench(instance(unicast_peers=(PEER, ip_address("192.168.8.7")))).start(6.0)
    send = bench.sender.send
    bench.sender.send = lambda packet, to: "No route to host" if to == str(PEER) else send(packet, to)
    for now in (10.0, 11.0, 12.0, 13.0, 14.0):
        bench.instance.expire(now)
    assert bench.instance.reporter.counters.send_errors == 5
    assert bench.instance.refusals.unheard(20.0) is None
