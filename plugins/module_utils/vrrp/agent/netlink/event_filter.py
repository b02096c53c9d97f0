# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A filter in the kernel drops the events that the agent does not need, so that they do not wake it."""

from __future__ import annotations

import contextlib
import socket

from .bpf import EVERYTHING, JUMP_EQUAL, LOAD_HALF, LOAD_OCTET, LOAD_WORD, RETURN, attach
from .messages import (
    NETLINK_ADD_MEMBERSHIP,
    PORT_AT,
    ROUTE_GROUPS,
    ROUTE_PROTOCOL_AT,
    RTM_DELROUTE,
    RTM_DELRULE,
    RTM_NEWROUTE,
    RTM_NEWRULE,
    RTPROT_KEEPALIVED,
    SOL_NETLINK,
    TYPE_AT,
)


def only_what_matters(events: socket.socket, requests_port: int, renewals_port: int) -> None:
    """Drop the events of our own renewals, and all about routes and rules except when others delete ours.

    Renewing 255 addresses would bring 510 useless events a second. The kernel puts the requester's port into events
    about IPv4 addresses; in those about IPv6 there is none. A router that learns a whole table of routes would bring
    more. Numbers are in this machine's byte order, and a filter reads them in network order.
    """
    kinds = (RTM_NEWROUTE, RTM_NEWRULE, RTM_DELRULE, RTM_DELROUTE)
    new_route, new_rule, del_rule, del_route = (socket.htons(kind) for kind in kinds)
    attach(
        events,
        (LOAD_HALF, 0, 0, TYPE_AT),
        (JUMP_EQUAL, 10, 0, new_route),  # to the last: nothing
        (JUMP_EQUAL, 9, 0, new_rule),
        (JUMP_EQUAL, 3, 0, del_rule),  # is it our own doing?
        (JUMP_EQUAL, 0, 4, del_route),  # neither: is it a renewal?
        (LOAD_OCTET, 0, 0, ROUTE_PROTOCOL_AT),
        (JUMP_EQUAL, 0, 5, RTPROT_KEEPALIVED),
        (LOAD_WORD, 0, 0, PORT_AT),
        (JUMP_EQUAL, 3, 2, socket.htonl(requests_port)),
        (LOAD_WORD, 0, 0, PORT_AT),
        (JUMP_EQUAL, 1, 0, socket.htonl(renewals_port)),
        (RETURN, 0, 0, EVERYTHING),
        (RETURN, 0, 0, 0),
    )


def watch_routes(events: socket.socket) -> None:
    """Let the socket hear of routes and rules, as far as the kernel has them."""
    for group in ROUTE_GROUPS:
        with contextlib.suppress(OSError):
            events.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group)
