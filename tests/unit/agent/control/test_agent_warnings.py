# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each sentence names what is wrong, and what to do."""

from __future__ import annotations

import errno
import os

import pytest
from agent_fakes import PEER

from vrrp.agent.control.warnings import CAUSES, DAMAGED, REMEDIES, STRANGER, clauses, warnings
from vrrp.agent.network.discards import Discarded
from vrrp.agent.refusals import Refusal
from vrrp.protocol.validation import REASONS


def discarded(reason, detail="odd"):
    return Discarded(reason, PEER, detail, 104.0)


def test_all_is_well():
    assert warnings(51, (), None) == clauses(51, (), None) == []


def test_a_packet_that_is_not_believed():
    entry = discarded("interval", "advertisement interval mismatch mine=1 sec rcv'd=2 sec")
    clause = "discards what 192.168.8.6 sends: advertisement interval mismatch mine=1 sec rcv'd=2 sec"
    assert clauses(51, (entry,), None) == [clause]
    assert warnings(51, (entry,), None) == [f"{clause} (write the same advert_int on both nodes)"]


def test_another_pair_on_our_virtual_router_id():
    assert warnings(100, (discarded(STRANGER),), None) == [
        "192.168.8.6 uses virtual router id 100 too, with other addresses "
        "(give one of the two pairs another virtual_router_id, or both nodes the same virtual_ipaddress)"
    ]


@pytest.mark.parametrize("reason", sorted({*REASONS} - {STRANGER}))
def test_every_reason_has_its_remedy(reason):
    (text,) = warnings(51, (discarded(reason),), None)
    assert text == f"discards what 192.168.8.6 sends: odd ({REMEDIES.get(reason, DAMAGED)})"


def test_remedies_are_for_reasons_that_there_are():
    assert {*REMEDIES, STRANGER} <= {*REASONS}


@pytest.mark.parametrize("number", [*CAUSES, errno.EIO])
def test_a_master_whose_kernel_sends_nothing(number):
    refusal = Refusal(10.0, os.strerror(number))
    clause = f"nobody hears it: this host refuses to send its advertisements ({os.strerror(number)})"
    assert clauses(51, (), refusal) == [clause]
    cause = CAUSES.get(number, "look at the interface, its addresses and its routes")
    assert warnings(51, (), refusal) == [f"{clause} ({cause})"]


def test_a_send_error_is_reported_before_discarded_packets():
    told = warnings(51, (discarded("ttl"),), Refusal(10.0, "Operation not permitted"))
    assert [text.split(":")[0] for text in told] == ["nobody hears it", "discards what 192.168.8.6 sends"]
    assert "let IP protocol 112 out" in told[0]
