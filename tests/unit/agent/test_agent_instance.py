# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An instance between its state machine and the outside: what it does, in which order."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address, ip_interface

import pytest
from agent_fakes import MAC, OWN, PEER, Bench, advertisement, crashed, eth, instance, table, want

from vrrp.agent.kernel.interfaces import AddressChanged, InterfaceTable, Present
from vrrp.agent.kernel.vips import INSTALL_RETRY_S
from vrrp.config.model import AuthHmac, Globals, GratuitousArp, HmacKey, VirtualAddress
from vrrp.protocol.states import NEVER
from vrrp.protocol.tracking import CheckResult

GROUP = "224.0.0.18"
VIP = "192.168.8.100/24"


def test_a_takeover_installs_announces_and_then_advertises():
    bench = Bench(instance()).start(6.0)
    assert (bench.state, bench.done) == ("BACKUP", [])
    bench.instance.expire(10.0)
    assert bench.done == [("install", VIP), ("announce", 5, VIP), ("send", 100, GROUP)]
    assert bench.instance.counters.became_master == 1
    assert bench.lines()[-2:] == ["(VI_1) setting VIPs.", "(VI_1) Entering MASTER STATE (no master was heard)"]


def test_it_wakes_the_loop_at_its_deadline():
    bench = Bench(instance()).start(1.0)
    assert bench.armed[-1] == bench.instance.deadline == pytest.approx(1.0 + 3.609375)
    bench.instance.heard(advertisement(200), PEER, 2.0)
    assert bench.armed[-1] == bench.instance.deadline == pytest.approx(2.0 + 3.609375)


def test_addresses_of_a_crashed_predecessor_go_first():
    bench = Bench(instance(), crashed(VIP)).start()
    assert bench.done == [("release", VIP)]
    assert bench.lines()[0] == "warning: (VI_1) removing VIPs that were left behind."


def test_the_own_addresses_of_an_address_owner_stay():
    bench = Bench(instance(priority=255), table(addresses=(VIP,))).start()
    assert bench.state == "MASTER"
    assert bench.instance.source == ip_interface(VIP).ip
    bench.stop(5.0)
    bench.instance.expire(10.0)
    assert bench.state == "STOP"
    assert ("release", VIP) not in bench.done


def test_priority_255_gives_up_what_it_has_set_itself():
    bench = Bench(instance(priority=255)).start()
    assert (bench.state, bench.instance.addresses.owned) == ("MASTER", ())
    bench.stop(5.0)
    bench.instance.expire(10.0)
    assert (bench.state, bench.done[-1]) == ("STOP", ("release", VIP))


def test_what_it_has_set_itself_does_not_become_its_own_by_looking_again():
    bench = Bench(instance(priority=255)).start()
    bench.instance.interface_changed(1.0)
    assert bench.instance.addresses.owned == ()


def test_an_address_owner_keeps_its_own_and_gives_up_the_rest():
    both = instance(priority=255, addresses=(VIP, "192.168.8.101/24"))
    bench = Bench(both, table(addresses=(VIP,))).start()
    assert bench.instance.addresses.owned == (ip_interface(VIP),)
    bench.instance.abort(20.0)
    assert bench.done[-1] == ("release", "192.168.8.101/24")


def test_a_reload_that_gives_an_address_owner_another_of_its_own_keeps_that_too():
    bench = Bench(instance(priority=255), table(addresses=(VIP, "192.168.8.101/24"))).start()
    both = instance(priority=255, addresses=(VIP, "192.168.8.101/24"))
    bench.instance.reconfigure(both, Globals(), 1.0)
    bench.instance.abort(20.0)
    assert bench.done[-1] == ("release",)


def test_who_is_no_address_owner_any_more_keeps_what_is_the_hosts_own():
    bench = Bench(instance(priority=255), table(addresses=("192.168.8.4/24", VIP))).start()
    bench.instance.reconfigure(instance(priority=100), Globals(), 1.0)
    bench.instance.abort(20.0)
    assert bench.done[-1] == ("release",)


@pytest.mark.parametrize("leave", ["stop", "drain", "demote"])
def test_an_address_that_somebody_else_has_set_is_never_taken_off(leave):
    bench = Bench(instance(), table(addresses=("192.168.8.4/24", VIP))).master()
    bench.instance.feed(11.0, leave)
    bench.instance.feed(13.0, "expire")
    bench.instance.abort(20.0)
    assert [each for each in bench.done if each[0] == "release" and VIP in each] == []


REFUSED = f"cannot set {VIP} on eth0: Operation not permitted"


def test_a_master_whose_address_cannot_be_set_leaves_it_to_the_peer():
    bench = Bench(instance()).start(6.0)
    bench.kernel.refuses = "Operation not permitted"
    bench.instance.expire(10.0)
    assert (bench.state, bench.instance.router.faults) == ("FAULT", (REFUSED,))
    assert bench.done == [("install", VIP), ("send", 0, GROUP), ("release", VIP)]  # never announced nor advertised
    assert f"error: (VI_1) {REFUSED}" in bench.lines()
    assert bench.instance.last_event == f"entered FAULT: {REFUSED}"


def test_a_refused_address_is_tried_again_after_a_while():
    bench = Bench(instance()).start(6.0)
    bench.kernel.refuses = "Operation not permitted"
    bench.instance.expire(10.0)
    assert bench.armed[-1] == bench.instance.deadline == 10.0 + INSTALL_RETRY_S
    bench.instance.expire(10.0 + INSTALL_RETRY_S - 0.1)
    assert bench.state == "FAULT"
    bench.instance.expire(10.0 + INSTALL_RETRY_S)
    assert bench.state == "BACKUP"
    bench.instance.expire(24.0)
    assert bench.state == "FAULT"
    bench.kernel.refuses = None
    for now in (34.0, 38.0):
        bench.instance.expire(now)
    assert (bench.state, bench.instance.router.faults) == ("MASTER", ())


def test_another_interface_or_another_configuration_is_tried_at_once():
    for mend in (
        lambda bench: change_link(bench, eth("eth0", 9)),
        lambda bench: bench.instance.reconfigure(instance(priority=90), Globals(), 11.0),
    ):
        bench = Bench(instance()).start(6.0)
        bench.kernel.refuses = "Operation not permitted"
        bench.instance.expire(10.0)
        mend(bench)
        assert bench.state == "BACKUP"


@pytest.mark.parametrize("how", ["put back", "reload"])
def test_an_address_that_cannot_be_set_later_is_a_fault_too(how):
    bench = Bench(instance()).master()
    bench.kernel.refuses = "Operation not permitted"
    if how == "put back":
        bench.instance.address_changed(bench.kernel.somebody_deletes(VIP), 11.0)
    else:
        bench.virtual |= {ip_interface("192.168.8.101/24")}
        bench.instance.reconfigure(instance(addresses=(VIP, "192.168.8.101/24")), Globals(), 11.0)
    assert bench.state == "FAULT"
    assert bench.done[-2] == ("send", 0, GROUP)
    assert bench.done[-1][:2] == ("release", VIP)


def test_an_interface_that_was_replaced_between_two_looks_gets_the_addresses():
    bench = Bench(instance()).master()
    change_link(bench, eth("eth0", 9))
    assert bench.done == [("install", VIP), ("announce", 5, VIP)]
    assert [str(entry.address) for entry in bench.kernel.table.on("eth0")] == ["192.168.8.4/24", VIP]
    bench.instance.abort(20.0)
    assert [str(entry.address) for entry in bench.kernel.table.on("eth0")] == ["192.168.8.4/24"]


def test_so_does_the_interface_of_a_virtual_address():
    config = instance()
    config = replace(config, addresses=(replace(config.addresses[0], device="eth1"),))
    bench = Bench(config, table(eth(), eth("eth1", 3))).master()
    change_link(bench, eth(), eth("eth1", 9))
    assert bench.done == [("install", VIP), ("announce", 5, VIP)]
    assert [str(entry.address) for entry in bench.kernel.table.on("eth1")] == [VIP]


def test_whoever_wins_is_heard_before_the_addresses_go():
    bench = Bench(instance()).master()
    bench.instance.heard(advertisement(200), PEER, 11.0)
    assert bench.done == [("send", 100, GROUP)]  # so that the winner hears of us and announces itself
    bench.instance.expire(bench.instance.deadline)
    assert bench.done[1:] == [("release", VIP)]
    assert bench.state == "BACKUP"
    assert "(VI_1) Master received advert from 192.168.8.6 with higher priority 200, ours 100" in bench.lines()


def test_equal_priorities_are_told_apart_by_address():
    bench = Bench(instance()).master()
    bench.instance.heard(advertisement(100), PEER, 11.0)
    expected = "(VI_1) Master received advert from 192.168.8.6 with same priority 100 but higher IP address than ours"
    assert expected in bench.lines()


def test_priority_zero_of_many_sources_is_counted_and_hardly_logged():
    """Twenty seconds of forged packets were 224,189 lines."""
    bench = Bench(instance()).start()
    bench.instance.heard(advertisement(), PEER, 1.0)
    for number in range(5000):
        source = ip_address(f"192.168.8.{10 + number % 140}")
        bench.instance.heard(advertisement(priority=0), source, 1.0)
    assert bench.instance.counters.priority_zero_received == 5000
    assert [line for line in bench.lines() if "priority 0" in line] == [
        "(VI_1) Backup received priority 0 advertisement from 192.168.8.10"
    ]
    bench.instance.heard(advertisement(), PEER, 1.0)
    bench.instance.heard(advertisement(priority=0), PEER, 1.0)
    assert bench.lines()[-1] == "(VI_1) Backup received priority 0 advertisement from 192.168.8.6", "the master's own"


def test_priority_zero_is_logged_and_counted():
    bench = Bench(instance()).start()
    bench.instance.heard(advertisement(0), PEER, 1.0)
    assert bench.instance.counters.priority_zero_received == 1
    assert "(VI_1) Backup received priority 0 advertisement from 192.168.8.6" in bench.lines()


def test_an_address_that_somebody_deleted_comes_back_at_once():
    bench = Bench(instance()).master()
    bench.instance.address_changed(bench.kernel.somebody_deletes(VIP), 11.0)
    assert bench.done == [("install", VIP), ("announce", 5, VIP)]
    assert bench.instance.counters.addresses_put_back == 1


@pytest.mark.parametrize("address", ["192.168.8.101/24", "192.168.8.100/32"])
def test_somebody_elses_address_is_not_ours(address):
    bench = Bench(instance()).master()
    bench.instance.address_changed(bench.kernel.somebody_deletes(address), 11.0)
    assert bench.done == []


def test_a_deletion_that_was_mended_meanwhile_is_left_alone():
    bench = Bench(instance()).master()
    bench.instance.address_changed(AddressChanged(Present(2, ip_interface(VIP)), added=False), 11.0)
    assert bench.done == []


def test_a_backup_puts_nothing_back():
    bench = Bench(instance()).start()
    bench.instance.address_changed(bench.kernel.somebody_deletes(VIP), 1.0)
    assert bench.done == []


def change_link(bench, *links, addresses=("192.168.8.4/24",)):
    bench.kernel.table = table(*links, addresses=addresses) if links else InterfaceTable()
    bench.instance.interface_changed(11.0)


@pytest.mark.parametrize(
    ("links", "addresses", "reason"),
    [
        ((), (), "interface eth0 does not exist"),
        ((eth(up=False),), ("192.168.8.4/24",), "interface eth0 is down"),
        ((eth(running=False),), ("192.168.8.4/24",), "interface eth0 has no carrier"),
        ((eth(),), (VIP,), "the only IPv4 address of eth0, 192.168.8.100, is virtual"),
    ],
)
def test_without_its_interface_it_is_in_fault_and_says_why(links, addresses, reason):
    bench = Bench(instance()).master()
    change_link(bench, *links, addresses=addresses)
    assert bench.state == "FAULT"
    assert bench.instance.router.faults == (reason,)
    assert f"(VI_1) Entering FAULT STATE ({reason})" in bench.lines()
    assert bench.done == [("send", 0, GROUP), ("release", VIP)]
    change_link(bench, eth())
    assert bench.state == "BACKUP"


def test_the_addresses_go_even_when_the_interface_has_another_name_now():
    bench = Bench(instance()).master()
    change_link(bench, eth("lan0"), addresses=("192.168.8.4/24", VIP))
    assert bench.done[-1] == ("release", VIP)
    assert [str(entry.address) for entry in bench.kernel.table.on("lan0")] == ["192.168.8.4/24"]


def test_the_interface_of_a_virtual_address_counts_too():
    config = instance()
    config = replace(config, addresses=(replace(config.addresses[0], device="eth1"),))
    bench = Bench(config).start()
    assert bench.instance.router.faults == ("interface eth1 does not exist",)


def test_unicast_speaks_to_each_peer_from_the_address_that_is_written():
    other = ip_interface("192.168.8.7/24").ip
    config = instance(unicast_src_ip=OWN, unicast_peers=(PEER, other))
    bench = Bench(config, table(addresses=("192.168.8.3/24", "192.168.8.4/24")))
    bench.start(6.0).instance.expire(10.0)
    assert [entry for entry in bench.done if entry[0] == "send"] == [
        ("send", 100, "192.168.8.6"),
        ("send", 100, "192.168.8.7"),
    ]
    assert bench.instance.source == OWN
    change_link(bench, eth(), addresses=("192.168.8.3/24",))
    assert bench.instance.router.faults == ("unicast_src_ip 192.168.8.4 is not on this host",)


@pytest.mark.parametrize(("fields", "faults"), [({}, ()), ({"track_src_ip": True}, ("is not on this host",))])
def test_mcast_src_ip_need_not_be_here_unless_it_is_tracked(fields, faults):
    bench = Bench(instance(mcast_src_ip=ip_address("192.168.8.9"), **fields))
    assert [fault.split(" ", 2)[2] for fault in bench.instance.router.faults] == list(faults)
    if not faults:
        assert bench.instance.guard.packets(100)[0][0][12:16] == bytes([192, 168, 8, 9])


def test_advertisements_are_signed_anew_each_time():
    bench = Bench(instance(hmac=AuthHmac((HmacKey(1, bytes(32)),), 1)))
    packets = [bench.instance.guard.packets(100)[0][0] for _each in range(3)]
    assert len(set(packets)) == 3
    assert len({packet[:-28] for packet in packets}) == 1


def test_another_source_address_changes_the_packets():
    bench = Bench(instance()).master()
    change_link(bench, eth(mac=MAC), addresses=("192.168.8.5/24",))
    assert bench.state == "MASTER"
    assert str(bench.instance.expectation.own_source) == "192.168.8.5"


def test_checks_change_the_priority_or_forbid_everything():
    bench = Bench(instance()).master()
    bench.instance.check_results([CheckResult("web", "script", False, -20)], 11.0)
    assert (bench.state, bench.instance.router.priority) == ("MASTER", 80)
    assert "(VI_1) Changing effective priority from 100 to 80" in bench.lines()
    bench.instance.check_results([CheckResult("web", "script", False, 0, "exited with status 1")], 12.0)
    assert bench.state == "FAULT"
    assert bench.instance.router.faults == ("script web failed: exited with status 1",)
    bench.instance.check_results([CheckResult("web", "script", True, 0)], 13.0)
    assert (bench.state, bench.instance.router.priority) == ("BACKUP", 100)


@pytest.mark.parametrize(
    ("ok", "weight", "ready"), [(None, 0, False), (None, 5, True), (True, 0, True), (False, 0, True)]
)
def test_it_begins_when_every_check_that_can_forbid_it_has_spoken(ok, weight, ready):
    bench = Bench(instance())
    bench.instance.check_results([CheckResult("web", "script", ok, weight)], 0.0)
    assert bench.instance.ready() is ready


def test_stopping_keeps_the_addresses_until_the_skew_has_passed():
    bench = Bench(instance()).master()
    bench.stop(11.0)
    assert bench.done == [("send", 0, GROUP)]
    assert bench.instance.router.holds_addresses
    bench.instance.expire(bench.instance.deadline)
    assert bench.done == [("send", 0, GROUP), ("release", VIP)]
    assert bench.state == "STOP"


def test_an_abort_does_not_wait_and_happens_once():
    bench = Bench(instance()).master()
    bench.instance.abort(20.0)
    bench.instance.abort(20.0)
    assert bench.done == [("send", 0, GROUP), ("release", VIP)]
    assert bench.announcer.under_way == set()
    assert bench.lines()[-1] == "(VI_1) Entering STOP STATE (its process ends at once)"
    assert [entry.name for entry in bench.instance.journal].count("abort") == 1


def test_an_abort_of_one_that_gives_up_says_nothing_more():
    bench = Bench(instance()).master()
    bench.stop(11.0)
    bench.instance.abort(11.01)
    assert (bench.state, bench.done) == ("STOP", [("send", 0, GROUP), ("release", VIP)])


def test_an_abort_is_no_matter_of_the_sync_group():
    """Its members are all told the same: one that gave up for another would only be slower."""
    told = []
    bench = Bench(instance(), acted=lambda who, actions: told.append(actions)).master()
    told.clear()
    bench.instance.abort(11.0)
    assert (bench.state, told) == ("STOP", [])


def test_what_another_instance_holds_is_not_taken_off():
    bench = Bench(instance(), others=frozenset([(2, ip_interface(VIP))])).master()
    bench.stop(11.0)
    bench.instance.expire(20.0)
    assert bench.done[-1] == ("release",)


def test_a_reload_that_changes_nothing_does_nothing():
    bench = Bench(instance()).master()
    deadline = bench.instance.deadline
    bench.instance.reconfigure(instance(line=7), Globals(), 11.0)
    assert (bench.done, bench.instance.deadline, bench.state) == ([], deadline, "MASTER")


def test_a_reload_moves_only_the_addresses_that_differ():
    bench = Bench(instance(addresses=(VIP, "192.168.8.101/24"))).master()
    bench.virtual = frozenset(map(ip_interface, (VIP, "192.168.8.101/24", "192.168.8.102/24")))
    bench.instance.reconfigure(instance(addresses=(VIP, "192.168.8.102/24")), Globals(), 11.0)
    assert bench.done == [
        ("release", "192.168.8.101/24"),
        ("install", "192.168.8.102/24"),
        ("announce", 5, "192.168.8.102/24"),
    ]
    assert bench.state == "MASTER"
    bench.done.clear()
    bench.instance.abort(20.0)
    assert bench.done[-1] == ("release", VIP, "192.168.8.102/24")


@pytest.mark.parametrize("change", [{"label": "eth0:vip"}, {"broadcast": "+"}, {"scope": "link"}])
def test_a_reload_that_changes_what_an_address_looks_like_sets_it_anew(change):
    bench = Bench(instance()).master()
    changed = instance()
    changed = replace(changed, addresses=(replace(changed.addresses[0], **change),))
    bench.instance.reconfigure(changed, Globals(), 11.0)
    assert bench.done == [("release", VIP), ("install", VIP), ("announce", 5, VIP)]
    assert bench.state == "MASTER"


def test_a_reload_with_another_priority_keeps_what_the_checks_say():
    bench = Bench(instance()).start()
    bench.instance.check_results([CheckResult("web", "script", False, -20)], 1.0)
    bench.instance.reconfigure(instance(priority=150), Globals(), 2.0)
    assert (bench.state, bench.instance.router.priority) == ("BACKUP", 130)


def test_a_backup_that_gets_another_address_installs_nothing():
    bench = Bench(instance()).start()
    bench.instance.reconfigure(instance(addresses=("192.168.8.102/24",)), Globals(), 1.0)
    assert bench.done == []
    assert bench.instance.addresses.wanted == (want("192.168.8.102/24"),)


def test_the_burst_is_as_long_as_configured():
    bench = Bench(instance(garp=GratuitousArp(repeat=2, interval_s=0.25))).start(6.0)
    bench.instance.expire(10.0)
    assert ("announce", 2, VIP) in bench.done
    assert bench.announcer.intervals_s == [0.25]


def test_a_master_whose_advertisements_are_all_refused_is_unheard_after_a_master_down_interval():
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
    assert bench.instance.counters.send_errors == 5
    assert bench.instance.refusals.unheard(20.0) is None


def test_what_was_said_a_moment_ago_may_come_back():
    bench = Bench(instance()).start(6.0)
    assert bench.instance.said(9.0) == []
    bench.instance.expire(10.0)
    assert set(bench.instance.said(10.0)) == {100}
    assert set(bench.instance.said(15.0)) == {100}  # read late: it is MASTER, and says nothing else
    bench.instance.feed(15.1, "demote")
    assert 0 in bench.instance.said(15.2)
    bench.instance.heard(advertisement(200), PEER, 15.3)
    bench.instance.expire(15.4)
    assert bench.state == "BACKUP"
    assert set(bench.instance.said(16.0)) == {0}
    assert bench.instance.said(16.2) == []


@pytest.mark.parametrize(("fields", "told"), [({}, 0), ({"mcast_src_ip": OWN}, 1)])
def test_what_may_be_our_own_is_told_where_the_other_node_may_have_our_source(fields, told):
    bench = Bench(instance(**fields)).master()
    bench.instance.refused("own", OWN, "its source is our own address", 20.0, 1.0)
    assert bench.instance.counters.discarded == {"own": 1}
    assert len(bench.instance.discards.recent(20.0)) == told


def test_what_is_discarded_is_remembered_until_its_sender_is_understood_or_something_else_is_expected():
    bench = Bench(instance(advert_int_cs=200)).start(6.0)
    bench.instance.refused("interval", PEER, "mismatch", 10.0, 1.0)
    assert bench.instance.counters.discarded == {"interval": 1}
    (entry,) = bench.instance.discards.recent(16.9)  # by our own interval, which is longer
    assert (entry.reason, entry.source, entry.detail, entry.until) == ("interval", PEER, "mismatch", 17.0)
    bench.instance.heard(advertisement(200, interval_cs=200), PEER, 12.0)
    assert bench.instance.discards.recent(12.0) == []
    bench.instance.refused("interval", PEER, "mismatch", 13.0, 1.0)
    bench.instance.reconfigure(instance(advert_int_cs=200), Globals(), 13.1)  # the same
    assert len(bench.instance.discards.recent(13.1)) == 1
    bench.instance.reconfigure(instance(advert_int_cs=100), Globals(), 13.1)
    assert bench.instance.discards.recent(13.1) == []


def test_a_segment_that_takes_nothing_is_counted_and_logged_once():
    bench = Bench(instance()).start(6.0)
    bench.sender.error = "Network is unreachable"
    for now in (10.0, 11.0, 12.0):
        bench.instance.expire(now)
    assert bench.instance.counters.send_errors == 3
    assert [line for line in bench.lines() if "Cant send" in line] == [
        "(VI_1) Cant send advert to 224.0.0.18 (Network is unreachable)"
    ]


def test_no_password_in_any_text():
    from vrrp.config.model import Authentication

    bench = Bench(instance(authentication=Authentication("PASS", "s3cret"))).master()
    bench.stop(11.0)
    assert "s3cret" not in bench.text.getvalue() + repr(bench.instance.expectation) + repr(bench.instance.config)


def beating(bench):
    """What the ledger is told from now on."""
    beats: list = []
    bench.instance.beat = beats.append
    return beats


class TestSignsOfLife:
    """Positive: MASTER. Negative: not, or not for long any more."""

    def test_a_master_gives_one_with_each_advertisement(self):
        bench = Bench(instance()).master()
        beats = beating(bench)
        bench.instance.expire(11.0)
        bench.instance.expire(11.5)
        bench.instance.expire(12.0)
        assert beats == [11.0, 12.0]

    def test_a_backup_with_each_that_it_hears(self):
        bench = Bench(instance()).start()
        beats = beating(bench)
        bench.instance.heard(advertisement(200), PEER, 1.0)
        bench.instance.heard(advertisement(50), PEER, 2.0)
        assert beats == [-1.0, -2.0]

    def test_a_takeover_and_its_end(self):
        bench = Bench(instance()).start(6.0)
        beats = beating(bench)
        bench.instance.expire(10.0)
        assert {*beats} == {10.0}
        beats.clear()
        change_link(bench, eth(up=False))
        assert {*beats} == {-11.0}

    @pytest.mark.parametrize("why", ["stop", "demote", "drain", "outbid"])
    def test_whoever_gives_up_is_no_master_for_its_successor(self, why):
        bench = Bench(instance()).master()
        beats = beating(bench)
        if why == "outbid":
            bench.instance.heard(advertisement(200), PEER, 11.0)
        else:
            bench.instance.feed(11.0, why)
        assert {*beats} == {-11.0}

    def test_one_that_was_frozen_is_none(self):
        bench = Bench(instance()).master()
        beats = beating(bench)
        bench.instance.expire(14.0)
        assert (bench.state, {*beats}) == ("BACKUP", {-14.0})


@pytest.mark.parametrize("why", ["stop", "demote", "drain", "outbid"])
def test_whoever_hands_over_goes_on_with_no_burst(why):
    """A frame of ours that comes later than the first one of the new master would call its clients back."""
    bench = Bench(instance()).master()
    assert bench.announcer.under_way
    if why == "outbid":
        bench.instance.heard(advertisement(200), PEER, 11.0)
    else:
        bench.instance.feed(11.0, why)
    assert (bench.instance.router.yielding, bench.announcer.under_way) == (True, set())
    assert ("release", VIP) not in bench.done


class TestStay:
    def test_a_master_says_so_once_more_and_is_not_dropped(self):
        bench = Bench(instance()).master()
        beats = beating(bench)
        assert bench.instance.stay(10.5) is True
        bench.instance.abort(20.0)
        assert (bench.done, beats) == ([("send", 100, GROUP)], [10.5])

    @pytest.mark.parametrize("why", [None, "demote", "stop"])
    def test_nobody_else_stays(self, why):
        bench = Bench(instance()).start() if why is None else Bench(instance()).master()
        if why:
            bench.instance.feed(10.5, why)
        bench.done.clear()
        assert bench.instance.stay(10.6) is False
        assert bench.done == []


def test_a_second_master_is_counted_logged_and_the_last_event():
    bench = Bench(instance()).master()
    bench.instance.expire(11.0)
    bench.instance.heard(advertisement(50), PEER, 11.5)
    assert bench.instance.counters.split_brains == 1
    assert bench.instance.last_event == "split brain: 192.168.8.6 was MASTER too, with priority 50, ours 100"
    assert any("there were two masters" in line for line in bench.lines())
    bench.instance.heard(advertisement(50), PEER, 12.6)
    assert bench.instance.counters.split_brains == 1


def test_a_master_that_was_frozen_releases_before_anything_else():
    bench = Bench(instance()).master()
    bench.instance.heard(advertisement(200), PEER, 14.0)
    assert (bench.state, bench.done) == ("BACKUP", [("release", VIP)])


class TestLease:
    @pytest.mark.parametrize(("settings", "lifetime_s"), [(Globals(), 3), (Globals(vip_lease_s=0), 0)])
    def test_an_address_is_set_with_its_lifetime(self, settings, lifetime_s):
        bench = Bench(instance(), settings=settings).master()
        assert bench.kernel.lifetimes_s == {ip_interface(VIP): lifetime_s}
        bench.ports.leases.renew(1000.0)
        assert bench.kernel.renewed == ([f"{VIP} 3"] if lifetime_s else [])

    def test_one_that_is_put_back_has_one_too(self):
        bench = Bench(instance()).master()
        bench.kernel.lifetimes_s.clear()
        bench.instance.address_changed(bench.kernel.somebody_deletes(VIP), 11.0)
        assert bench.kernel.lifetimes_s == {ip_interface(VIP): 3}

    def test_released_it_is_renewed_no_more(self):
        bench = Bench(instance()).master()
        bench.instance.abort(20.0)
        bench.ports.leases.renew(1000.0)
        assert bench.kernel.renewed == []

    def test_a_reload_changes_the_lifetime_at_once(self):
        bench = Bench(instance()).master()
        bench.instance.reconfigure(instance(), Globals(vip_lease_s=60), 11.0)
        assert (bench.kernel.lifetimes_s, bench.done) == ({ip_interface(VIP): 60}, [("install", VIP)])
        bench.ports.leases.renew(1000.0)
        assert bench.kernel.renewed == [f"{VIP} 60"]

    def test_a_backup_that_is_reloaded_sets_nothing(self):
        bench = Bench(instance()).start()
        bench.instance.reconfigure(instance(), Globals(vip_lease_s=60), 1.0)
        assert bench.done == []

    def test_what_a_reload_adds_and_removes_is_leased_and_not(self):
        bench = Bench(instance(addresses=(VIP, "192.168.8.101/24"))).master()
        bench.virtual = frozenset(map(ip_interface, (VIP, "192.168.8.101/24", "192.168.8.102/24")))
        bench.instance.reconfigure(instance(addresses=(VIP, "192.168.8.102/24")), Globals(), 11.0)
        bench.ports.leases.renew(1000.0)
        assert bench.kernel.renewed == [f"{VIP} 3", "192.168.8.102/24 3"]

    def test_the_hosts_own_has_none(self):
        both = instance(priority=255, addresses=(VIP, "192.168.8.101/24"))
        bench = Bench(both, table(addresses=(VIP,))).start()
        bench.ports.leases.renew(1000.0)
        assert bench.kernel.renewed == ["192.168.8.101/24 3"]
        assert bench.kernel.lifetimes_s == {ip_interface("192.168.8.101/24"): 3}

    def test_the_loop_is_woken_for_the_renewal(self):
        bench = Bench(instance(advert_int_cs=1000)).start()
        bench.ports.leases.renew(29.9)
        bench.instance.expire(31.0)
        assert bench.state == "MASTER"
        assert min(bench.armed) <= 30.4


def test_who_has_dropped_everything_stays_silent():
    """The loop goes on for a moment, for scripts that end: nothing may be advertised or installed in it."""
    bench = Bench(instance()).master()
    bench.instance.abort(20.0)
    bench.done.clear()
    assert bench.instance.deadline == NEVER
    bench.instance.expire(20.0)
    bench.instance.interface_changed(20.0)
    bench.instance.heard(advertisement(50), PEER, 21.0)
    assert bench.done == []


def test_a_reload_while_an_address_is_refused_does_not_leave_it_in_fault_for_ever():
    bench = Bench(instance())
    bench.kernel.refuses = "no"
    bench.start()
    bench.instance.expire(bench.instance.deadline)
    assert bench.state == "FAULT"
    bench.kernel.refuses = None
    bench.instance.reconfigure(bench.instance.config, bench.instance.settings, 11.0)
    assert bench.state == "BACKUP"
    bench.instance.expire(bench.instance.deadline)
    assert bench.state == "MASTER"


class TestExcluded:
    EXCLUDED = "192.168.8.101/24", "fd00:8::100/64"

    def bench(self, **fields):
        return Bench(instance(excluded=tuple(VirtualAddress(ip_interface(each), **fields) for each in self.EXCLUDED)))

    def test_they_come_and_go_with_the_others_and_have_a_lease(self):
        bench = self.bench().start(6.0)
        bench.done.clear()
        bench.instance.expire(10.0)
        assert bench.done[:2] == [("install", VIP, *self.EXCLUDED), ("announce", 5, VIP, *self.EXCLUDED)]
        assert set(bench.kernel.lifetimes_s.values()) == {3}
        assert len(bench.instance.addresses.installed) == 3
        bench.done.clear()
        bench.instance.abort(20.0)
        assert bench.done[-1] == ("release", VIP, *self.EXCLUDED)

    def test_one_that_somebody_deletes_comes_back(self):
        bench = self.bench().master()
        bench.instance.address_changed(bench.kernel.somebody_deletes(self.EXCLUDED[1]), 11.0)
        assert bench.done[0] == ("install", self.EXCLUDED[1])

    def test_one_that_is_not_tracked_does_not_and_its_lease_is_over(self):
        bench = self.bench(no_track=True).master()
        bench.instance.address_changed(bench.kernel.somebody_deletes(self.EXCLUDED[0]), 11.0)
        bench.instance.interface_changed(12.0)
        assert bench.done == []
        bench.kernel.renewed.clear()
        bench.ports.leases.renew(100.0)
        assert [text.split()[0] for text in bench.kernel.renewed] == [VIP, self.EXCLUDED[1]]

    def test_on_other_interfaces_switches_are_reminded(self):
        garp = GratuitousArp(extra_if_s=100.0, extra_if_all=True)
        excluded = (VirtualAddress(ip_interface("192.168.9.1/24"), device="eth1"),)
        made = Bench(instance(garp=garp, excluded=excluded), table(eth(), eth("eth1", 3))).start(6.0)
        made.done.clear()
        made.instance.expire(10.0)
        assert ("keep", 105.0, 100.0) in made.done
        made.instance.reconfigure(instance(excluded=excluded), Globals(), 11.0)
        made.done.clear()
        made.instance.interface_changed(12.0)
        assert not [each for each in made.done if each[0] == "keep"]


def test_a_link_that_changed_is_announced_by_who_has_addresses_there():
    bench = Bench(instance()).master()
    bench.instance.links_changed({3}, 10.0)
    assert bench.done == []
    bench.instance.links_changed({2, 3}, 10.0)
    assert bench.done == [("announce", 5, "192.168.8.100/24")]


def test_who_holds_no_address_announces_no_link():
    bench = Bench(instance()).start()
    bench.done.clear()
    bench.instance.links_changed({2}, 1.0)
    assert bench.done == []
