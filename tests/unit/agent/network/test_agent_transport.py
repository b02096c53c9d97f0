# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The transport has one receiver for each interface and IP version that an instance uses."""

from __future__ import annotations

import io
from ipaddress import ip_address, ip_interface

import pytest
from agent_fakes import FakeAnnouncer, FakeScheduler, eth, instance, table
from fake_kernel import LoopKernel
from fake_sockets import FakeVrrpSocket

from vrrp.agent.log import Log
from vrrp.agent.netlink.links import ActualAddress, AddressChanged, LinkChanged
from vrrp.agent.network.authentication import Authenticator
from vrrp.agent.network.listener import Listener
from vrrp.agent.network.sockets import SocketError
from vrrp.agent.network.transport import Transport
from vrrp.config.model.configuration import Authentication

IPV6 = {"version": 3, "addresses": ("fd00:8::100/64",)}


class Announcer(FakeAnnouncer):
    def usable(self, places):
        self.done.append(("usable", *sorted(str(address) for _index, address in places)))

    def forget(self, index):
        self.done.append(("forget", index))

    def close(self):
        pass


class Resident:
    """It is an instance as the network sees it."""

    def __init__(self, config):
        self.config = config
        self.name, self.virtual_router_id = config.name, config.virtual_router_id
        self.authenticator = Authenticator(config)


class Machine:
    def __init__(self):
        self.kernel, self.text = LoopKernel(table()), io.StringIO()
        self.listening: set = set()
        self.refuses_to_join = False
        scheduler = FakeScheduler()
        scheduler.add_reader = lambda fd, callback: self.listening.add(fd)
        self.later: list = []
        scheduler.call_later = lambda delay_s, callback: self.later.append(callback)
        scheduler.remove_reader = self.listening.discard
        self.network = Transport(
            self.kernel,
            Announcer(self.kernel.done),
            Log(self.text),
            self.open,
            count=lambda reason: None,
            scheduler=scheduler,
        )

    def open(self, interface, index, version, protocol=112):
        sock = FakeVrrpSocket(interface, index, version, protocol)
        if self.refuses_to_join:
            sock.join = self._refuse
        return sock

    def _refuse(self, group):
        raise SocketError("cannot join the multicast group on eth0: No such device")

    def attach(self, **fields):
        resident = Resident(instance(**fields))
        self.network.attach(resident)
        return resident

    def link(self, old, new):
        if old is not None:
            del self.kernel.table.links[old.index], self.kernel.table.names[old.name]
        if new is not None:
            self.kernel.table.links[new.index] = self.kernel.table.names[new.name] = new
        self.network.kernel_changed([LinkChanged(old, new)], 0.0)


@pytest.fixture
def machine():
    made = Machine()
    yield made
    made.network.close()
    assert made.listening == set()


def test_a_socket_of_each_version_is_opened_only_where_it_is_needed(machine):
    machine.attach()
    assert list(machine.network.receivers) == [("eth0", 4)]
    assert machine.network.sender("eth0", 6) is None
    machine.attach(name="VI_6", **IPV6)
    assert list(machine.network.receivers) == [("eth0", 4), ("eth0", 6)]
    assert [machine.network.sender("eth0", version).version for version in (4, 6)] == [4, 6]
    assert len(machine.listening) == 2


def test_one_virtual_router_id_is_two_routers(machine):
    four, six = machine.attach(), machine.attach(name="VI_6", **IPV6)
    assert machine.network.receivers["eth0", 4].instances == {51: four}
    assert machine.network.receivers["eth0", 6].instances == {51: six}
    machine.network.detach(four)
    assert list(machine.network.receivers) == [("eth0", 6)]
    assert machine.network.receivers["eth0", 6].instances == {51: six}


def test_many_instances_share_a_channel_until_the_last_one_goes(machine):
    residents = [machine.attach(name=f"VI_{number}", virtual_router_id=number, **IPV6) for number in range(1, 256)]
    (receiver,) = machine.network.receivers.values()
    assert sorted(receiver.instances) == list(range(1, 256))
    for resident in residents[:-1]:
        machine.network.detach(resident)
    assert list(machine.network.receivers.values()) == [receiver]
    machine.network.detach(residents[-1])
    assert machine.network.receivers == {}


def test_only_multicast_joins(machine):
    machine.attach(unicast_peers=(ip_address("fd00:8::6"),), **IPV6)
    assert not machine.network.sender("eth0", 6).joined
    machine.attach(name="VI_2", virtual_router_id=52, **IPV6)
    assert machine.network.sender("eth0", 6).joined


def test_an_instance_that_cannot_hear_does_not_speak(machine):
    machine.refuses_to_join = True
    machine.attach(**IPV6)
    assert machine.network.sender("eth0", 6) is None
    assert machine.listening == set()
    assert "(VI_1) cannot join the multicast group on eth0: No such device" in machine.text.getvalue()
    machine.refuses_to_join = False
    machine.network.kernel_changed([LinkChanged(eth(), eth(up=False))], 0.0)  # something is new: it is tried again
    assert machine.network.sender("eth0", 6).joined


def test_channels_follow_their_interface(machine):
    machine.attach()
    machine.attach(name="VI_6", **IPV6)
    before = dict(machine.network.receivers)
    machine.link(eth(), eth(name="lan0"))
    assert machine.network.receivers == {}
    assert all(receiver.socket.closed for receiver in before.values())
    machine.link(eth(name="lan0"), eth(index=9))
    assert {place: receiver.socket.index for place, receiver in machine.network.receivers.items()} == {
        ("eth0", 4): 9,
        ("eth0", 6): 9,
    }


def test_a_link_that_was_replaced_under_its_name(machine):
    machine.attach(**IPV6)
    machine.link(eth(), None)
    machine.link(None, eth(index=9))
    assert machine.network.sender("eth0", 6).index == 9
    assert ("forget", 2) in machine.kernel.done


def test_an_added_address_is_reported_as_usable_unless_it_is_tentative(machine):
    changes = [
        AddressChanged(ActualAddress(2, ip_interface(f"fd00:8::{number}/64"), tentative=tentative), added)
        for number, tentative, added in ((1, False, True), (2, True, True), (3, False, False))
    ]
    machine.network.kernel_changed(changes, 0.0)
    assert machine.kernel.done == [("usable", "fd00:8::1/64")]
    machine.network.kernel_changed(changes[1:], 0.0)
    assert len(machine.kernel.done) == 1


AH = {"authentication": Authentication("AH", "1111")}


def test_ipsec_ah_has_a_second_socket_where_an_instance_wants_it(machine):
    machine.attach()
    receiver = machine.network.receivers["eth0", 4]
    assert receiver.ah is None
    machine.attach(name="VI_2", virtual_router_id=52, **AH)
    assert (receiver.ah.protocol, receiver.socket.protocol) == (51, 112)
    assert receiver.ah.joined == {"224.0.0.18"}
    assert machine.listening == {receiver.socket.fileno(), receiver.ah.fileno()}
    assert machine.network.sender("eth0") is receiver.socket


def test_ipsec_ah_comes_with_a_reload(machine):
    resident = machine.attach()
    receiver = machine.network.receivers["eth0", 4]
    resident.config = instance(**AH)
    machine.network.reconfigured(resident)
    assert receiver.ah.joined == {"224.0.0.18"}
    receiver.throttle()
    assert machine.listening == set()
    machine.later.pop()()
    assert machine.listening == {receiver.socket.fileno(), receiver.ah.fileno()}
    machine.network.detach(resident)
    assert receiver.ah.closed and receiver.socket.closed


def test_a_reload_changes_the_group(machine):
    resident = machine.attach()
    resident.authenticator.take(instance(mcast_dst_ip=ip_address("224.0.0.99")), None)
    machine.network.reconfigured(resident)
    assert machine.network.sender("eth0").joined == {"224.0.0.99"}


@pytest.mark.parametrize(("sizes", "buffer"), [((None,), None), ((4096, 8192), 12288), ((4096, None), 1 << 20)])
def test_kernel_rx_buf_size_adds_up(machine, sizes, buffer):
    for number, size in enumerate(sizes, 1):
        machine.attach(name=f"VI_{number}", virtual_router_id=number, kernel_rx_buf_size=size)
    assert machine.network.sender("eth0").buffer == buffer


def test_log_unknown_vrids_counts_for_every_channel(machine):
    machine.attach()
    machine.network.log_unknown_vrids(True)
    machine.attach(name="VI_6", **IPV6)
    assert [receiver.tells_unknown for receiver in machine.network.receivers.values()] == [True, True]


def test_a_replaced_interface_gets_a_new_socket_before_its_end_is_heard(machine):
    machine.attach()
    before = machine.network.sender("eth0")
    machine.link(None, eth(index=9))
    assert before.closed
    assert machine.network.sender("eth0").index == 9


def test_another_interface_with_the_old_name_is_not_closed_with_the_old_one(machine):
    """The event of the deletion may come after the socket of the new interface was opened."""
    machine.attach()
    machine.link(None, eth(index=9))
    machine.network.kernel_changed([LinkChanged(eth(), None)], 0.0)
    assert (machine.network.sender("eth0").index, machine.network.sender("eth0").closed) == (9, False)


def test_a_socket_that_cannot_be_had_is_said_and_tried_again(machine):
    def refuse(*_arguments):
        raise SocketError("a raw socket needs root or CAP_NET_RAW")

    machine.network._open_socket = refuse
    resident = machine.attach()
    assert machine.network.sender("eth0") is None
    assert "error: interface eth0: a raw socket needs root or CAP_NET_RAW" in machine.text.getvalue()
    machine.network._open_socket = machine.open
    machine.network.open_missing()
    machine.network.open_missing()
    assert machine.network.receivers["eth0", 4].every == [resident]


def test_an_instance_without_a_socket_is_reconfigured_and_detached(machine):
    resident = machine.attach(interface="eth9")
    machine.network.reconfigured(resident)
    machine.network.detach(resident)
    assert machine.network.receivers == {}
    machine.link(None, eth("eth9", 9))
    assert machine.network.receivers == {}


def test_an_agent_is_told_which_receivers_may_have_more(machine):
    machine.attach()
    receiver = machine.network.receivers["eth0", 4]
    assert machine.network.drain(1.0) == frozenset()
    receiver.drain = lambda now: False
    assert machine.network.drain(2.0) == {("eth0", 4)}


def listener(**fields):
    return Listener(instance(**fields), lambda: None, {})


def test_a_listener_has_a_receiver_of_its_own_where_no_instance_uses_one(machine):
    machine.kernel.table.links[9] = machine.kernel.table.names["eth9"] = eth("eth9", 9)
    resident = machine.attach()
    machine.network.overhear([listener(interface="eth9"), listener(virtual_router_id=77)])
    assert list(machine.network.receivers) == [("eth0", 4), ("eth9", 4)]
    assert machine.network.sender("eth9").joined == {"224.0.0.18"}
    machine.network.overhear([])
    assert list(machine.network.receivers) == [("eth0", 4)]
    assert machine.network.receivers["eth0", 4].every == [resident]


def test_a_listener_keeps_the_receiver_of_an_instance_that_leaves(machine):
    resident = machine.attach()
    machine.network.overhear([listener(virtual_router_id=77)])
    machine.network.detach(resident)
    assert not machine.network.sender("eth0").closed
    machine.network.overhear([])
    assert machine.network.receivers == {}


def test_a_listener_follows_its_interface(machine):
    group = ip_address("224.0.0.99")
    machine.network.overhear([listener(interface="eth9", mcast_dst_ip=group)])
    assert machine.network.receivers == {}
    machine.link(None, eth("eth9", 9))
    assert machine.network.sender("eth9").joined == {"224.0.0.99"}
    machine.network.overhear([])


def test_a_listener_for_ipsec_ah_has_the_second_socket(machine):
    machine.attach()
    machine.network.overhear([listener(**AH)])
    assert machine.network.receivers["eth0", 4].ah.joined == {"224.0.0.18"}


def test_a_listener_without_its_group_leaves_the_receiver_alone(machine):
    machine.attach()
    machine.network.sender("eth0").join = machine._refuse
    machine.network.overhear([listener(virtual_router_id=77, mcast_dst_ip=ip_address("224.0.0.99"))])
    assert not machine.network.sender("eth0").closed
    assert "(VI_1) cannot join the multicast group on eth0: No such device" in machine.text.getvalue()
