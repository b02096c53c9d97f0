# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests check whether an address is ours, also with the real kernel."""

from __future__ import annotations

import subprocess
import sys
from ipaddress import ip_interface

import pytest
from agent_fakes import crashed, marked

from vrrp.agent.netlink import ownership
from vrrp.agent.netlink.links import ActualAddress, InterfaceTable

PROGRAM = """
import socket
from ipaddress import ip_interface
from vrrp.agent.netlink.address_request import DesiredAddress
from vrrp.agent.netlink.links import InterfaceTable, dump
from vrrp.agent.netlink.kernel import Kernel
from vrrp.agent.netlink.ownership import is_ours, tells_protocols
kernel = Kernel()
index = socket.if_nametoindex("d0")
assert not kernel.install([DesiredAddress(index, ip_interface("192.0.2.2/24"))])
assert not kernel.install([DesiredAddress(index, ip_interface("2001:db8::2/64"))])
assert not kernel.install([DesiredAddress(index, ip_interface("192.0.2.3/24"))], 3)
found = dump(InterfaceTable())
assert tells_protocols(found)
print(sorted(str(entry.address) for entry in found.addresses[index].values() if is_ours(entry)))
"""


def test_in_a_network_of_its_own():
    setup = "ip link set lo up; ip link add d0 type veth peer name d1; ip link set d0 up"
    setup += "; ip addr add 192.0.2.1/24 dev d0"
    done = subprocess.run(
        ["unshare", "--net", "sh", "-ec", f'{setup}; exec "$@"', "sh", sys.executable, "-B", "-c", PROGRAM],
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.stdout == "['192.0.2.2/24', '192.0.2.3/24', '2001:db8::2/64']\n", done.stderr


def test_of_what_the_kernel_says_nothing_nothing_is_known():
    table = InterfaceTable()
    assert not ownership.tells_protocols(table)
    assert not ownership.is_ours(ActualAddress(2, None))


@pytest.mark.parametrize(
    ("there", "told", "listed", "set_by_us"),
    [
        (False, False, True, False),
        (True, False, False, False),
        (True, False, True, True),
        (True, True, True, False),  # another program may have set it since
    ],
)
def test_the_ledger_counts_where_the_kernel_does_not_tell(there, told, listed, set_by_us):
    machine, address = InterfaceTable(), ip_interface("192.0.2.1/24")
    if there:
        machine.remember(ActualAddress(2, address))
    if told:
        machine.remember(marked("127.0.0.1/8", 1))
    ledger = [(2, address)] if listed else []
    assert ownership.was_set((2, address), machine, ledger) is set_by_us


def test_a_marked_one_needs_no_ledger():
    machine = crashed("192.0.2.1/24")
    assert ownership.was_set((2, ip_interface("192.0.2.1/24")), machine, ())


LIVED_UNTIL = 5000.0


def stamped(set_cs, address="192.0.2.1/24"):
    """Return a machine that gives numbers, and an address without one and without a lifetime, as 0.3.0 set it."""
    machine = InterfaceTable()
    machine.remember(marked("127.0.0.1/8", 1))
    machine.remember(ActualAddress(2, ip_interface(address), changed_cs=set_cs))
    return machine


@pytest.mark.parametrize("address", ["192.0.2.1/24", "fd00:8::100/64"])
@pytest.mark.parametrize(
    ("set_cs", "until", "ours"),
    [
        (400_000, LIVED_UNTIL, True),
        (500_000, LIVED_UNTIL, True),
        (500_001, LIVED_UNTIL, False),  # another program has set it since
        (900_000, LIVED_UNTIL, False),
        (10, (2**32 + 100) / 100, True),  # the stamps have begun anew
        (2**32 - 10, (2**32 + 100) / 100, True),
        (200, (2**32 + 100) / 100, False),
    ],
)
def test_a_ledger_is_believed_of_what_was_set_in_the_life_of_its_process(address, set_cs, until, ours):
    machine, place = stamped(set_cs, address), (2, ip_interface(address))
    assert ownership.was_set_before(place, machine, {place: until}) is ours
    assert not ownership.was_set_before(place, machine, {})
    assert not ownership.was_set(place, machine, {place: until}), "what no configuration names needs the kernel's word"


def test_a_removed_address_was_set_by_no_process():
    place = (2, ip_interface("192.0.2.9/24"))
    assert not ownership.was_set_before(place, stamped(400_000), {place: LIVED_UNTIL})


def test_the_ledger_decides_only_if_the_kernel_gives_no_protocol_numbers():
    place, machine = (2, ip_interface("192.0.2.1/24")), InterfaceTable()
    machine.remember(ActualAddress(*place))
    assert ownership.was_set_before(place, machine, {place: LIVED_UNTIL}), "an old kernel: the ledger counts"
    machine.remember(marked("127.0.0.1/8", 1))
    assert not ownership.was_set_before(place, machine, {place: LIVED_UNTIL})
