# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each sentence names who or what is wrong, and what to do."""

from __future__ import annotations

import pytest
from agent_fakes import PEER

from vrrp.agent.desk.warnings import DAMAGED, HARMLESS, REMEDIES, STRANGER, clauses, warnings
from vrrp.agent.segment.discards import Discarded
from vrrp.protocol.reception import REASONS


def discarded(reason, detail="odd"):
    return Discarded(reason, PEER, detail, 104.0)


def test_all_is_well():
    assert warnings(51, ()) == clauses(51, ()) == []


def test_a_packet_that_is_not_believed():
    entry = discarded("interval", "advertisement interval mismatch mine=1 sec rcv'd=2 sec")
    clause = "discards what 192.168.8.6 sends: advertisement interval mismatch mine=1 sec rcv'd=2 sec"
    assert clauses(51, (entry,)) == [clause]
    assert warnings(51, (entry,)) == [f"{clause} (write the same advert_int on both nodes)"]


def test_another_pair_on_our_virtual_router_id():
    assert warnings(100, (discarded(STRANGER),)) == [
        "192.168.8.6 uses virtual router id 100 too, with other addresses "
        "(give one of the two pairs another virtual_router_id, or both nodes the same virtual_ipaddress)"
    ]


@pytest.mark.parametrize("reason", sorted({*REASONS} - {*HARMLESS, STRANGER}))
def test_every_reason_has_its_remedy(reason):
    (text,) = warnings(51, (discarded(reason),))
    assert text == f"discards what 192.168.8.6 sends: odd ({REMEDIES.get(reason, DAMAGED)})"


def test_remedies_are_for_reasons_that_there_are():
    assert {*REMEDIES, *HARMLESS, STRANGER} <= {*REASONS}


def test_what_comes_back_of_ours_keeps_nobody_from_anything():
    assert warnings(51, (discarded("own"),)) == clauses(51, (discarded("own"),)) == []
