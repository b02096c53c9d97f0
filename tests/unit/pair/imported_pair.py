# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables that an import gives, as those of two hosts whose network has whatever they name."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from ansible_collections.hotstandby.vrrp.plugins.module_utils.pair.importing import Imported

# What only both hosts together can be wrong about: no importer of one file knows it.
OF_THE_PAIR = ("it stays master", "never moves a living master", "is to be master of", "has no weights")


def network(found: Imported) -> list[dict[str, Any]]:
    """Every interface of the file, each with addresses that have no subnet; the sources are on the first one."""
    configuration = found.configuration
    names = {"eth0"}
    for instance in configuration.instances:
        addresses = (*instance.addresses, *instance.excluded)
        names |= {instance.interface, *(each.name for each in instance.track.interfaces)}
        names |= {each.device for each in (*addresses, *instance.track.gateways) if each.device}
    sources = {str(each.unicast_src_ip or each.mcast_src_ip or "") for each in configuration.instances} - {""}
    links = []
    for number, name in enumerate(sorted(names), 1):
        own = [f"203.0.113.{number % 250}/32", f"fd00:ffff::{number}/128", *(sources if number == 1 else ())]
        links.append({"name": name, "loopback": False, "virtual_addresses": [], "addresses": list(map(_address, own))})
    return links


def _address(text: str) -> dict[str, Any]:
    return {"address": text if "/" in text else f"{text}/{128 if ':' in text else 32}", "secondary": False}


def hosts(found: Imported) -> dict[str, dict[str, Any]]:
    """The variables of both hosts: the second one has the lower priority, and begins as BACKUP."""
    first = {**found.shared, **found.host, "ha_pair_interfaces": network(found)}
    second = deepcopy(first)
    for host, lowered in ((first, False), (second, True)):
        for said, word in ((host, "ha_pair_%s"), *((each, "%s") for each in host["ha_pair_instances"])):
            if word % "priority" in said:
                highest = max(said[word % "priority"], 2)
                said[word % "priority"] = highest - lowered
            if word % "state" in said:
                said[word % "state"] = "BACKUP"
    return {"node-a": first, "node-b": second}
