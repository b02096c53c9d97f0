# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The warnings of an instance explain what keeps it from working with its peer, and what to do about it."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from typing import Optional

from ..network.discards import Discarded
from ..refusals import Refusal

SAME_AUTHENTICATION = "write the same authentication on both nodes"
SAME_KEYS = "write the same keys on both nodes"
CLOCKS = "set the clocks of both nodes"
DAMAGED = "look at the network between the two"
REMEDIES = {
    "version": "write the same vrrp_version on both nodes",
    "interval": "write the same advert_int on both nodes",
    "ttl": "let no router lie between the nodes, or write its range after the address in unicast_peer",
    "source": "name this address in unicast_peer, or have its node speak from the one that is named",
    "destination": "write unicast_peer on both nodes or on none, and the same mcast_dst_ip",
    "own": "give each node a mcast_src_ip or unicast_src_ip of its own, unless a switch sends back what this one says",
    "auth_type": SAME_AUTHENTICATION,
    "auth_pass": SAME_AUTHENTICATION,
    "hmac_missing": "write auth_hmac on both nodes",
    "hmac_malformed": "write the same auth_hmac on both nodes",
    "hmac_key": SAME_KEYS,
    "hmac": SAME_KEYS,
    "hmac_stale": CLOCKS,
    "hmac_replay": "somebody sends recordings, unless the clock of that node has been set back",
    "ah": SAME_AUTHENTICATION,
    "ah_index": DAMAGED,
    "ah_replay": "somebody sends recordings, unless the clock of that node has been set back",
}
STRANGER = "addresses"
TWO_OWNERS_REMEDY = "priority 255 is for one node only, whose own addresses these are: write less on the other one"
FIREWALL = "a firewall of this host drops them: let IP protocol 112 out"
ROUTE = "this host has no route to the other node"
CAUSES = {
    errno.EPERM: FIREWALL,
    errno.EACCES: FIREWALL,
    errno.EMSGSIZE: "they are longer than the MTU: share the addresses out among several instances, or raise the MTU",
    errno.ENETUNREACH: ROUTE,
    errno.EHOSTUNREACH: ROUTE,
    errno.ENETDOWN: "the interface is down",
    errno.ENOBUFS: "the queue of the interface is full: look at tc -s qdisc",
}


def warnings(vrid: int, discarded: Iterable[Discarded], unheard: Optional[Refusal]) -> list[str]:
    """Return a sentence for each thing that is wrong, none when all is well.

    ``vrid`` is the virtual router id, and ``unheard`` says why no peer can hear this MASTER.
    """
    found = [] if unheard is None else [f"{_refused(unheard)} ({_cause(unheard)})"]
    return found + [f"{clause_of(each, vrid)} ({_remedy(each)})" for each in discarded]


def clauses(vrid: int, discarded: Iterable[Discarded], unheard: Optional[Refusal]) -> list[str]:
    """Return the same without what to do, for the end of another sentence."""
    found = [] if unheard is None else [_refused(unheard)]
    return found + [clause_of(each, vrid) for each in discarded]


def _refused(refusal: Refusal) -> str:
    return f"nobody hears it: this host refuses to send its advertisements ({refusal.error})"


def _cause(refusal: Refusal) -> str:
    causes = {os.strerror(number): text for number, text in CAUSES.items()}
    return causes.get(refusal.error, "look at the interface, its addresses and its routes")


def clause_of(each: Discarded, vrid: int) -> str:
    """Return a clause about a discarded packet and its sender."""
    if each.reason == STRANGER:
        return f"{each.source} uses virtual router id {vrid} too, with other addresses"
    return f"discards what {each.source} sends: {each.detail}"


def _remedy(each: Discarded) -> str:
    if each.reason == STRANGER:
        return "give one of the two pairs another virtual_router_id, or both nodes the same virtual_ipaddress"
    return REMEDIES.get(each.reason, DAMAGED)
