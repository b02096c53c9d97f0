# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test VRRPv2 inside IPsec AH, compared with what keepalived 2.4.3 sent."""

from __future__ import annotations

import struct
from ipaddress import ip_address

import pcap
import pytest

from vrrp.protocol import ipsec_ah
from vrrp.protocol.packet import PacketError, decode
from vrrp.protocol.validation import REASONS

KEY = b"1111\0\0\0\0"
CAPTURED = [(packet, whole) for _at, packet, whole in pcap.timed_packets("v2-ah-multicast", pcap.AH)]
A, B, GROUP = ip_address("192.168.8.4"), ip_address("192.168.8.6"), ip_address("224.0.0.18")
AT_2026 = 1_790_000_000.0


def reason_of(packet, unicast=False, key=KEY, counter=None):
    with pytest.raises(PacketError) as caught:
        ipsec_ah.verify(key, packet, unicast, counter or ipsec_ah.Counter())
    assert caught.value.reason in REASONS
    return caught.value.reason


def sealed(number=7, destination=GROUP, ttl=255, advertisement=b"advertisement"):
    return ipsec_ah.seal(KEY, number, 1, A, destination, ttl, 0xC0, advertisement)


def test_every_captured_frame_verifies_and_both_routers_count_one_sequence():
    counter, numbers = ipsec_ah.Counter(), []
    for _packet, whole in CAPTURED:
        ipsec_ah.verify(KEY, whole, False, counter)
        numbers.append(counter.value)
    assert numbers == [1, 2, 3, 4, 5, 6, 7, 8, 9]  # .4 stops at 4, .6 goes on


def test_our_sealed_frame_is_the_captured_one_octet_for_octet():
    for packet, whole in CAPTURED:
        identification = struct.unpack_from("!H", whole, 4)[0]
        number = struct.unpack_from("!I", whole, 28)[0]
        made = ipsec_ah.seal(
            KEY, number, identification, packet.source, packet.destination, 255, 0xC0, packet.payload[24:]
        )
        assert made[:10] + made[12:] == whole[:10] + whole[12:]  # but for the header checksum, which the kernel writes
        assert decode(made[44:], packet.source, packet.destination).auth_type == 2


@pytest.mark.parametrize("octet", [2, 3, 4, 5, 8, 9, 12, 16, 19, 22, 27, 31, 32, 43, 44, 46, 63])
def test_a_changed_octet_is_refused(octet):
    whole = bytearray(CAPTURED[0][1])
    whole[octet] ^= 1
    assert reason_of(bytes(whole)) == "ah"


@pytest.mark.parametrize("octet", [1, 6, 7, 10, 11])
def test_fields_that_routers_may_change_are_not_signed(octet):
    whole = bytearray(CAPTURED[0][1])
    whole[octet] ^= 1
    ipsec_ah.verify(KEY, bytes(whole), False, ipsec_ah.Counter())


def test_the_ttl_is_signed_on_multicast_only():
    for destination, unicast in ((GROUP, False), (B, True)):
        packet = bytearray(sealed(destination=destination))
        packet[8] -= 1
        if unicast:
            ipsec_ah.verify(KEY, bytes(packet), True, ipsec_ah.Counter())
        else:
            assert reason_of(bytes(packet)) == "ah"


def test_a_frame_with_another_password_is_refused():
    assert reason_of(CAPTURED[0][1], key=b"2222\0\0\0\0") == "ah"


def test_a_replay_and_an_older_number_are_refused():
    counter = ipsec_ah.Counter()
    ipsec_ah.verify(KEY, sealed(number=7), False, counter)
    assert reason_of(sealed(number=7), counter=counter) == "ah_replay"
    assert reason_of(sealed(number=6), counter=counter) == "ah_replay"
    ipsec_ah.verify(KEY, sealed(number=9), False, counter)


def test_a_forged_frame_does_not_change_the_counter():
    counter = ipsec_ah.Counter()
    forged = bytearray(sealed(number=7))
    forged[28] = 0xFF
    assert reason_of(bytes(forged), counter=counter) == "ah"
    assert counter.value == 0


def test_a_security_parameters_index_other_than_the_source_is_refused():
    made = bytearray(sealed())
    made[24:28] = B.packed
    made[32:44] = bytes(12)
    import hmac

    covered = bytearray(made)
    covered[1] = 0
    made[32:44] = hmac.new(KEY, bytes(covered), "md5").digest()[:12]
    assert reason_of(bytes(made)) == "ah_index"


@pytest.mark.parametrize("packet", [sealed()[:43], sealed()[:21] + b"\x05" + sealed()[22:]])
def test_a_header_that_is_not_24_octets_long_is_refused(packet):
    assert reason_of(packet) == "truncated"


def test_the_sequence_starts_at_the_clock_so_that_a_restart_is_no_replay():
    before, after, peer = ipsec_ah.Counter(), ipsec_ah.Counter(), ipsec_ah.Counter()
    for second in range(100):
        assert peer.heard(A.packed, before.take(AT_2026 + second))
    assert peer.heard(A.packed, after.take(AT_2026 + 100))  # another process, without memory


def test_the_sequence_grows_when_the_clock_does_not():
    counter = ipsec_ah.Counter()
    first = counter.take(AT_2026)
    assert [counter.take(AT_2026 - 3600), counter.take(AT_2026)] == [first + 1, first + 2]


def test_a_router_counts_on_above_the_number_that_it_has_heard():
    counter = ipsec_ah.Counter()
    assert counter.heard(A.packed, 4_000_000_000)
    assert counter.take(AT_2026) == 4_000_000_001


@pytest.mark.parametrize("number", [1, 4_000_000_000, 4_000_000_001])
def test_a_number_that_is_not_above_our_own_is_accepted(number):
    """Test keepalived, which counts from 1 after a start, and two masters of one clock with the same number."""
    counter = ipsec_ah.Counter()
    assert counter.heard(B.packed, 4_000_000_000)
    assert counter.take(AT_2026) == 4_000_000_001
    assert counter.heard(A.packed, number)
    assert counter.take(AT_2026) == 4_000_000_002


def test_the_sequence_starts_at_1_when_the_clock_is_not_set():
    assert ipsec_ah.Counter().take(0.0) == 1


def test_the_sequence_never_wraps():
    counter = ipsec_ah.Counter()
    assert counter.heard(A.packed, 0xFFFFFFFE)
    assert counter.take(AT_2026) == 0xFFFFFFFD


def test_a_clock_beyond_the_highest_number_does_not_use_up_the_sequence():
    """Test that it is ignored: else both routers would send the last number for ever, and not hear each other."""
    counter = ipsec_ah.Counter()
    assert counter.take(1_735_689_600 + 100 * 365 * 86400.0) == 1
    assert counter.take(1_735_689_600 + 100 * 365 * 86400.0) == 2
    assert counter.take(1_735_689_600 + 1000.0) == 4000
