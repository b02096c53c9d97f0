# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It makes two hosts of imported variables; their network has each interface and address that these name."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.from_keepalived import Imported

# Problems of both hosts together: an import of one file cannot know them.
OF_THE_PAIR = ("it stays master", "never moves a living master", "is to be master of")


MINE = {4: "203.0.113.1", 6: "fd00:ffff::1"}  # the first host's, where the file names none
OTHERS = {4: "203.0.113.101", 6: "fd00:ffff::101"}


def network(found: Imported, others: bool = False) -> list[dict[str, Any]]:
    """Return every interface of the file, each with addresses that have no subnet; the sources are on the first one.

    ``others`` is the network of the other host, which has the peers of the file.
    """
    configuration = found.configuration
    names = {"eth0"}
    for instance in configuration.instances:
        addresses = (*instance.addresses, *instance.excluded)
        names |= {instance.interface, *(each.name for each in instance.track.interfaces)}
        names |= {each.device for each in (*addresses, *instance.track.gateways) if each.device}
    mine = {str(each.unicast_src_ip or each.mcast_src_ip or "") for each in configuration.instances} - {""}
    theirs = {str(peer) for each in configuration.instances for peer in each.unicast_peers} - mine
    links = []
    for number, name in enumerate(sorted(names), 1):
        last = number % 100 + (100 if others else 0)
        own = [f"203.0.113.{last}", f"fd00:ffff::{last}"]
        own += (theirs if others else mine) if number == 1 else ()
        links.append({"name": name, "loopback": False, "virtual_addresses": [], "addresses": list(map(_address, own))})
    return links


def _address(text: str) -> dict[str, Any]:
    return {"address": text if "/" in text else f"{text}/{128 if ':' in text else 32}", "secondary": False}


def hosts(found: Imported) -> dict[str, dict[str, Any]]:
    """Return the variables of both hosts: the second one has the lower priority, and begins as BACKUP."""
    first = {**found.shared, **found.host, "ha_pair_interfaces": network(found)}
    second = {**deepcopy(first), "ha_pair_interfaces": network(found, others=True)}
    for host, lowered in ((first, False), (second, True)):
        for said, word in ((host, "ha_pair_%s"), *((each, "%s") for each in host["ha_pair_instances"])):
            if word % "priority" in said:
                highest = max(said[word % "priority"], 2)
                said[word % "priority"] = highest - lowered
            if word % "state" in said:
                said[word % "state"] = "BACKUP"
            if lowered:
                speak_as_the_other(said, word)
    return {"node-a": first, "node-b": second}


def speak_as_the_other(said: dict[str, Any], word: str) -> None:
    """Set its source to a peer of the file, or an address of its own, and its peer to the first host."""
    sources = [word % each for each in ("unicast_src_ip", "mcast_src_ip") if word % each in said]
    listed = said.get(word % "unicast_peer") or []
    before = said[sources[0]] if sources else None
    version = 6 if ":" in (listed[0].split()[0] if listed else before or "") else 4
    for each in sources:
        said[each] = listed[0].split()[0] if listed else OTHERS[version]
    if listed:
        said[word % "unicast_peer"] = [before or MINE[version]]
