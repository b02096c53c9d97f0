# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It finds hosts on a segment with an address, and hosts that advertise a virtual router, before an agent runs.

A question for an address is as in RFC 5227 section 2.1.1 and RFC 4862 section 5.4: its source is the unspecified
address, so that no host learns an address from it.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import time
from collections.abc import Mapping, Sequence
from functools import partial
from ipaddress import ip_address
from typing import Any, Callable, Optional

from ..vrrp.agent.netlink.links import InterfaceTable, Link, dump
from ..vrrp.agent.network import ip_headers
from ..vrrp.agent.network.claims import ClaimSocket
from ..vrrp.agent.network.sockets import SocketError, open_socket
from ..vrrp.ip_types import Address
from ..vrrp.protocol.arp_ndp import question, read_claim
from ..vrrp.protocol.constants import AH_PROTOCOL, HEADER_LENGTH, VRRP_PROTOCOL
from ..vrrp.protocol.packet import PacketError, decode, length_of
from . import reach

PROBES = 3  # RFC 5227 section 1.1: PROBE_NUM
PROBE_INTERVAL_S = 0.3  # a host answers at once; several probes are for lost frames
LISTEN_MAX_S = 4.0
_NOBODY = {4: ip_address("0.0.0.0"), 6: ip_address("::")}
_RECEIVE_MAX = 1000  # packets of one socket before the clock is looked at again
_MAC_LENGTH = 6

FoundHost = dict[str, Any]


def probe(wanted: Sequence[Mapping[str, Any]], peers: Sequence[Mapping[str, Any]] = ()) -> dict[str, list[FoundHost]]:
    """Return ``answers``, from hosts with an address of an entry, and ``advertisers`` of its virtual router ids.

    An entry has an ``interface``, ``addresses``, ``virtual_router_ids`` and ``listen``, the seconds to hear
    advertisements. All are asked at once. An interface that is not there, is down, or has no Ethernet is left out.
    ``reached`` says for each of ``peers`` whether advertisements get to it and from it, tried in the same time.
    Raises ValueError for what is no address, and OSError where the kernel gives no socket.
    """
    names = dump(InterfaceTable()).names
    found: dict[str, list[FoundHost]] = {"answers": [], "advertisers": [], "reached": []}
    with contextlib.ExitStack() as stack:
        selector = stack.enter_context(selectors.DefaultSelector())
        questions: list[Callable[[], None]] = []
        listen_s = PROBES * PROBE_INTERVAL_S
        for entry in wanted:
            addresses = [ip_address(text) for text in entry["addresses"]]
            link = names.get(entry["interface"])
            if link is None or not link.usable or link.loopback or len(link.mac) != _MAC_LENGTH:
                continue
            questions += _open_claims(stack, selector, link, addresses, found["answers"])
            if entry["virtual_router_ids"]:
                _open_vrrp(stack, selector, link, entry["virtual_router_ids"], found["advertisers"])
                listen_s = max(listen_s, min(entry["listen"], LISTEN_MAX_S))
        attempts = []
        for entry in peers:
            if entry.get("protocol") == reach.UDP:
                continue  # an agent may use the port; only the firewall is read for it
            link = names.get(entry["interface"])
            if link is not None and link.usable:
                attempt = _open_attempt(stack, selector, link, entry)
                attempts.append(attempt)
                # A host that still checks a new IPv6 address itself would give it up when somebody asks for it.
                if attempt.peer.version == 4 and len(link.mac) == _MAC_LENGTH and not link.loopback:
                    questions += _open_claims(stack, selector, link, [attempt.peer], attempt.claims)
                listen_s = max(listen_s, reach.LEAST_S)
        if selector.get_map():
            _ask_and_hear(selector, questions, attempts, listen_s)
        found["reached"] = [attempt.result() for attempt in attempts]
    return found


def _open_attempt(
    stack: contextlib.ExitStack, selector: selectors.BaseSelector, link: Link, entry: Mapping[str, Any]
) -> reach.Attempt:
    attempt = reach.Attempt(link, entry)
    stack.callback(attempt.close)
    for sock, read in attempt.sockets:
        selector.register(sock, selectors.EVENT_READ, read)
    return attempt


def _open_claims(
    stack: contextlib.ExitStack,
    selector: selectors.BaseSelector,
    link: Link,
    addresses: Sequence[Address],
    answers: list[FoundHost],
) -> list[Callable[[], None]]:
    """Open sockets that hear claims to the addresses; return functions that ask for one address each."""
    asking: list[Callable[[], None]] = []
    for version in (4, 6):
        of_version = [address for address in addresses if address.version == version]
        if not of_version:
            continue
        hearing = ClaimSocket(link.index, of_version)
        stack.callback(hearing.close)
        sock = stack.enter_context(socket.socket(socket.AF_PACKET, socket.SOCK_RAW | socket.SOCK_NONBLOCK, 0))
        sock.bind((link.name, 0))

        def hear(hearing: ClaimSocket = hearing, of_version: Sequence[Any] = of_version) -> bool:
            frame = hearing.receive()
            if frame is None:
                return False
            claim = read_claim(frame)
            if claim is not None and claim.address in of_version:
                entry = {"address": str(claim.address), "mac": claim.mac.hex(":"), "interface": link.name}
                if entry not in answers:
                    answers.append(entry)
            return True

        selector.register(hearing, selectors.EVENT_READ, hear)
        asking += [partial(_send, sock, question(link.mac, _NOBODY[version], address)) for address in of_version]
    return asking


def _send(sock: socket.socket, frame: bytes) -> None:
    with contextlib.suppress(OSError):  # the interface is down, or its queue is full: the question is repeated
        sock.send(frame)


def _open_vrrp(
    stack: contextlib.ExitStack,
    selector: selectors.BaseSelector,
    link: Link,
    numbers: Sequence[int],
    advertisers: list[FoundHost],
) -> None:
    for version, protocol in ((4, VRRP_PROTOCOL), (4, AH_PROTOCOL), (6, VRRP_PROTOCOL)):
        try:
            hearing = open_socket(link.name, link.index, version, protocol)
            stack.callback(hearing.close)
            hearing.join()
        except SocketError:
            continue  # the host does not have this IP version, so none of our instances uses it

        def hear(hearing: Any = hearing) -> bool:
            packet = hearing.receive()
            if packet is None:
                return False
            entry = advertiser(packet, link.name)
            if entry and not entry["addresses"] and entry["priority"] in reach.PRIORITIES:
                return True  # the attempt of another pair, whose hosts cannot know yet which ids this pair is to have
            known = [{**each, "priority": None} for each in advertisers]
            if entry and entry["virtual_router_id"] in numbers and {**entry, "priority": None} not in known:
                advertisers.append(entry)
            return True

        selector.register(hearing, selectors.EVENT_READ, hear)


def advertiser(packet: bytes, interface: str) -> Optional[FoundHost]:
    """Return the advertiser of a whole IP packet, with any authentication; None without a valid advertisement."""
    received = ip_headers.read(packet)
    if received is None or len(received.payload) < HEADER_LENGTH:
        return None
    version = received.source.version
    beyond = max(len(received.payload) - length_of(received.payload, version), 0)  # the trailer of auth_hmac
    try:
        said = decode(received.payload, received.source, received.destination, beyond)
    except PacketError:
        return None
    return {
        "interface": interface,
        "source": str(received.source),
        "virtual_router_id": said.vrid,
        "version": said.version,
        "priority": said.priority,
        "addresses": [str(address) for address in said.addresses],
    }


def _ask_and_hear(
    selector: selectors.BaseSelector,
    questions: Sequence[Callable[[], None]],
    attempts: Sequence[reach.Attempt],
    listen_s: float,
) -> None:
    """Ask PROBES times and hear for ``listen_s`` seconds; longer while an advertisement of a peer is missing."""
    start = time.monotonic()
    asked = 0
    while True:
        passed_s = time.monotonic() - start
        if passed_s >= listen_s and (passed_s >= reach.MAX_S or all(attempt.done for attempt in attempts)):
            break
        if asked < PROBES and passed_s >= asked * PROBE_INTERVAL_S:
            asked += 1
            for ask in questions:
                ask()
                _hear(selector, 0)
        wake_s = [listen_s if passed_s < listen_s else reach.MAX_S]
        wake_s += [asked * PROBE_INTERVAL_S] if asked < PROBES else []
        wake_s += [attempt.send(passed_s) for attempt in attempts]
        _hear(selector, max(min(wake_s) - (time.monotonic() - start), 0))
    for attempt in attempts:
        attempt.finish()


def _hear(selector: selectors.BaseSelector, timeout_s: float) -> None:
    for key, _events in selector.select(timeout_s):
        for _packet in range(_RECEIVE_MAX):
            if not key.data():
                break
