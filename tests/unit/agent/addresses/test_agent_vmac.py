# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests check which macvlans are made, and with which requests."""

from __future__ import annotations

import errno
import io

import pytest
from agent_fakes import eth, instance, table

from vrrp.agent.addresses import vmac
from vrrp.agent.addresses.vmac import ArpSilencer, Vmacs, fault_of, macvlan_of
from vrrp.agent.log import Log
from vrrp.agent.netlink import link_requests
from vrrp.agent.netlink.links import Link
from vrrp.agent.network import advertisement
from vrrp.config.model.configuration import Vmac

MAC_51 = bytes.fromhex("00005e000133")


def ours(**changes) -> Link:
    return Link(**{"index": 9, "name": "vrrp.51", "mac": MAC_51, "kind": "macvlan", "parent": 2, **changes})


class Kernel:
    """It performs each request, and records it."""

    cannot_silence = ""
    silent: set = frozenset()

    def __init__(self, filled, refuses=0):
        self.table, self.refuses = filled, refuses
        self.asked: list[bytes] = []

    def ask(self, requests):
        self.asked += requests
        return [self.refuses] * len(requests)

    def silence(self, indexes):
        self.silent = set(indexes)
        return self.cannot_silence

    def put(self, *links):
        for link in links:
            self.table.links[link.index] = self.table.names[link.name] = link


def parts(filled=None, refuses=0):
    text = io.StringIO()
    kernel = Kernel(filled or table(), refuses)
    return Vmacs(kernel, kernel.silence, Log(text)), kernel, text


@pytest.mark.parametrize(
    ("vmac", "addresses", "name", "mac"),
    [
        (Vmac(), ("192.168.8.100/24",), "vrrp.51", "00005e000133"),
        (Vmac(), ("fe80::8:100/64",), "vrrp.51", "00005e000233"),
        (Vmac(name="vip0", mac="02:00:5e:10:00:01"), ("192.168.8.100/24",), "vip0", "02005e100001"),
        (Vmac(mac="02:00:5e:10:00"), ("192.168.8.100/24",), "vrrp.51", "02005e100033"),
    ],
)
def test_name_and_address(vmac, addresses, name, mac):
    wanted = macvlan_of(instance(addresses=addresses, vmac=vmac))
    assert (wanted.name, wanted.parent, wanted.mac.hex()) == (name, "eth0", mac)


def test_without_use_vmac_there_is_none():
    assert macvlan_of(instance()) is None
    assert fault_of(instance(), table()) is None


def test_addresses_and_advertisements_have_their_interfaces():
    own, below = instance(vmac=Vmac()), instance(vmac=Vmac(xmit_base=True))
    assert (own.lives_on, own.speaks_on) == ("vrrp.51", "vrrp.51")
    assert (below.lives_on, below.speaks_on) == ("vrrp.51", "eth0")
    assert (instance().lives_on, instance().speaks_on) == ("eth0", "eth0")


def test_a_macvlan_is_made_and_then_set_up_once():
    vmacs, kernel, text = parts()
    vmacs.apply([instance(vmac=Vmac())])
    assert kernel.asked == [link_requests.macvlan("vrrp.51", 2, MAC_51)]
    assert vmacs.busy
    kernel.put(ours(up=False))
    vmacs.look()
    assert [request[4] for request in kernel.asked[1:]] == [19, 19, 19, 19]  # RTM_SETLINK
    assert link_requests.without_link_local(9) in kernel.asked
    assert link_requests.up(9) in kernel.asked
    assert kernel.silent == {9}
    count = len(kernel.asked)
    vmacs.look()
    assert (len(kernel.asked), vmacs.busy) == (count, False)
    assert "made the macvlan vrrp.51 on eth0" in text.getvalue()


def test_a_macvlan_that_is_gone_is_made_again():
    vmacs, kernel, _text = parts()
    kernel.put(ours())
    vmacs.apply([instance(vmac=Vmac())])
    kernel.asked.clear()
    del kernel.table.links[9], kernel.table.names["vrrp.51"]
    vmacs.look()
    assert kernel.asked == [link_requests.macvlan("vrrp.51", 2, MAC_51)]


def test_a_macvlan_that_the_kernel_refuses_is_reported_once():
    vmacs, kernel, text = parts(refuses=errno.EPERM)
    vmacs.apply([instance(vmac=Vmac())])
    vmacs.look()
    assert len(kernel.asked) == 1
    assert text.getvalue().count("cannot make the macvlan vrrp.51 on eth0: Operation not permitted") == 1


def test_without_its_interface_nothing_is_asked():
    vmacs, kernel, _text = parts(table(eth("eth1", 3)))
    vmacs.apply([instance(vmac=Vmac())])
    assert kernel.asked == []


def test_a_macvlan_that_no_instance_wants_is_removed():
    vmacs, kernel, _text = parts()
    kernel.put(ours())
    vmacs.apply([instance(vmac=Vmac())])
    kernel.asked.clear()
    vmacs.apply([])
    assert kernel.asked[0] == link_requests.removed(9)


BEFORE = {"arp_ignore": 0, "arp_filter": 0, "arp_announce": 0}


def test_the_interface_below_is_as_it_was_when_a_successor_ends():
    """The settings that the process before this one found are restored, not those that it set."""
    vmacs, kernel, _text = parts()
    kernel.put(ours())
    vmacs.inherit((9,), {2: BEFORE})
    vmacs.apply([instance(vmac=Vmac())])
    assert (vmacs.made, vmacs.parents) == ((9,), {2: BEFORE})
    assert link_requests.removed(9) not in kernel.asked
    kernel.asked.clear()
    vmacs.close(leave=False)
    assert kernel.asked == [link_requests.removed(9), link_requests.ipv4_settings(2, BEFORE)]


def test_an_inherited_macvlan_that_the_file_no_longer_names_is_removed():
    vmacs, kernel, _text = parts()
    kernel.put(ours(), ours(index=10, name="vrrp.52", kind="veth"))
    vmacs.inherit((9, 10, 11), {2: BEFORE})
    vmacs.apply([instance()])
    assert kernel.asked == [link_requests.removed(9), link_requests.ipv4_settings(2, BEFORE)]
    assert (vmacs.busy, vmacs.made, vmacs.parents) == (True, (), {})


def test_the_interface_below_is_as_it_was_when_a_reload_takes_use_vmac_away():
    vmacs, kernel, _text = parts()
    kernel.put(ours())
    vmacs.inherit((9,), {2: BEFORE})
    vmacs.apply([instance(vmac=Vmac())])
    kernel.asked.clear()
    vmacs.apply([instance()])
    assert kernel.asked == [link_requests.removed(9), link_requests.ipv4_settings(2, BEFORE)]


@pytest.mark.parametrize("stranger", [{"kind": ""}, {"mac": bytes.fromhex("020000000009")}, {"parent": 3}])
def test_a_stranger_with_its_name_is_left_alone_and_is_a_fault(stranger):
    vmacs, kernel, _text = parts()
    kernel.put(ours(**stranger))
    config = instance(vmac=Vmac())
    vmacs.apply([config])
    vmacs.close(leave=False)
    assert kernel.asked == []
    expected = "interface vrrp.51 is there already and is not the macvlan of this virtual router"
    assert fault_of(config, kernel.table) == expected


def test_a_master_that_hands_over_answers_no_arp_while_it_has_addresses():
    kernel = Kernel(table())
    kernel.put(ours())
    silencer = ArpSilencer(kernel)
    silencer.begin("vrrp.51")
    silencer.begin("vrrp.51")
    silencer.end()
    silencer.end()
    assert kernel.asked == [link_requests.ipv4_settings(9, {"arp_ignore": value}) for value in (8, 1)]


@pytest.mark.parametrize("macvlan", [None, "vrrp.77"])
def test_without_a_macvlan_no_setting_changes(macvlan):
    kernel = Kernel(table())
    kernel.put(ours())
    silencer = ArpSilencer(kernel)
    silencer.begin(macvlan)
    silencer.end()
    assert kernel.asked == []


def test_faults_until_it_is_up():
    config, filled = instance(vmac=Vmac()), table()
    assert fault_of(config, filled) == "the macvlan vrrp.51 does not exist"
    filled.names["vrrp.51"] = ours(up=False)
    assert fault_of(config, filled) == "the macvlan vrrp.51 is down"
    filled.names["vrrp.51"] = ours()
    assert fault_of(config, filled) is None


def test_moving_to_a_macvlan_makes_another_virtual_router():
    same = [instance(), instance(vmac=Vmac()), instance(vmac=Vmac(xmit_base=True)), instance(vmac=Vmac(name="vip0"))]
    assert len({advertisement.identity(config) for config in same}) == 4


def test_one_that_another_program_has_just_made_is_taken_at_its_event():
    vmacs, kernel, text = parts(refuses=errno.EEXIST)
    vmacs.apply([instance(vmac=Vmac())])
    assert (vmacs.busy, text.getvalue()) == (False, "")
    kernel.refuses = 0
    kernel.put(ours())
    vmacs.look()
    assert vmacs.made == (9,)


def test_settings_that_are_refused_and_reports_that_are_not_dropped_are_said():
    vmacs, kernel, text = parts(refuses=errno.EPERM)
    kernel.put(ours())
    kernel.cannot_silence = "cannot filter packets: this kernel has no nf_tables"
    vmacs.apply([instance(vmac=Vmac())])
    lines = [line.split(" ", 2)[2] for line in text.getvalue().splitlines()]
    assert lines == [
        "warning: (vrrp.51) cannot filter packets: this kernel has no nf_tables: each time it starts, switches may "
        "send what is for the MASTER to this node until the MASTER speaks",
        *["error: cannot set up the macvlan vrrp.51: Operation not permitted"] * 3,
    ]
    assert vmacs.made == (9,), "it is used as it is, and removed at the end"


def test_without_ipv6_on_this_machine_nothing_is_said():
    vmacs, kernel, text = parts(refuses=errno.EAFNOSUPPORT)
    kernel.put(ours())
    vmacs.apply([instance(vmac=Vmac())])
    assert text.getvalue() == ""


def test_of_ipv6_the_interface_below_keeps_its_settings():
    vmacs, kernel, _text = parts()
    kernel.put(ours(mac=bytes.fromhex("00005e000233")))
    vmacs.apply([instance(addresses=("fe80::8:100/64",), vmac=Vmac())])
    assert kernel.asked == [link_requests.without_link_local(9), link_requests.up(9)]
    assert vmacs.parents == {}


def test_an_interface_that_was_so_before_is_left_so(monkeypatch):
    monkeypatch.setattr(vmac, "setting", lambda name, which: vmac.ON_PARENT[which])
    vmacs, kernel, _text = parts()
    kernel.put(ours())
    vmacs.apply([instance(vmac=Vmac())])
    assert vmacs.parents == {}
    kernel.asked.clear()
    vmacs.close(leave=False)
    assert kernel.asked == [link_requests.removed(9)]


def test_an_interface_below_that_has_gone_is_not_restored():
    vmacs, kernel, _text = parts()
    kernel.put(ours())
    vmacs.inherit((9,), {2: BEFORE})
    vmacs.apply([instance(vmac=Vmac())])
    kernel.asked.clear()
    del kernel.table.links[2], kernel.table.names["eth0"]
    vmacs.close(leave=False)
    assert (kernel.asked, vmacs.parents) == ([], {})


def test_a_successor_finds_all_of_it():
    vmacs, kernel, _text = parts()
    kernel.put(ours())
    vmacs.apply([instance(vmac=Vmac())])
    kernel.asked.clear()
    vmacs.close(leave=True)
    assert kernel.asked == []
