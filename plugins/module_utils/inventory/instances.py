# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It makes the instances of each host of what an inventory says. Pure.

It takes the variables and network facts of the hosts of one pair, and returns for each host the instances in
keepalived's words. Where the inventory gives no value:

- the interface is the one in whose subnet the VIP lies;
- the virtual router ID is the last octet of the VIP;
- with several VIPs the first host is master of the first, the other of the second, and so on in turn;
- the master has priority 100, its standby 90;
- members of one sync group have one master;
- with ``unicast`` the peers are the other host's address in the VIP's subnet;
- with ``takeover_within`` the version is 3, and the interval the longest that keeps it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from . import engine
from .auth_hmac import lines as hmac_lines
from .duplicates import duplicates
from .errors import Locate, PairError, VariableProblem, nowhere
from .fleet import InventoryGroups
from .host import FACTS, PREFIX, Host, well_formed
from .host_variables import settings
from .instance import PairInstance, drafts
from .instance_variables import FIELDS
from .known_variables import refuse_unknown
from .master_assignment import assign
from .network import own_address, place
from .no_effect import no_effect
from .peers import peers
from .scripts import scripts
from .sync_groups import groups, one_master, together
from .takeover import WORD as TAKEOVER_WITHIN
from .takeover import derive, identify
from .track_gateways import gateways
from .track_lists import as_line
from .trackers import trackers
from .weights import weights

_OWNER = 255  # RFC 9568 section 5.2.4
_OF_THE_ROLE = ("unicast", TAKEOVER_WITHIN)  # other words of an instance follow from these

_NO_GROUPS: InventoryGroups = MappingProxyType({})
_HIGHEST_V3_INTERVAL_S = 40.95  # 12 bits of centiseconds, RFC 9568 section 5.2.7


def instances(
    hosts: Mapping[str, Mapping[str, Any]], locate: Locate = nowhere, inventory: InventoryGroups = _NO_GROUPS
) -> dict[str, list[dict[str, Any]]]:
    """Return the instances of each host of one pair. ``hosts`` has each host's variables by their full names.

    ``inventory`` has the groups, for the message where there are not two hosts.
    Raises PairError with all problems at once.
    """
    problems: list[VariableProblem] = []
    if len(hosts) != 2:
        problems.append(_no_pair(list(hosts), inventory))
    read = [Host.read(name, variables) for name, variables in hosts.items()]
    for host in read:
        refuse_unknown(host, problems, locate)
    if any(host.variables.get(FACTS) is not None and not well_formed(host.variables[FACTS]) for host in read):
        raise PairError(problems)  # the network is unknown then, and other problems would only follow from that
    pair = {host.name: drafts(host, problems, locate) for host in read}
    for host in read:
        for draft in pair[host.name]:
            place(draft, problems, locate)
            _source(draft, problems, locate)
        judge(host, pair[host.name], problems, locate)
        gateways(pair[host.name], read, problems, locate)
    if len(read) == 2:
        _match(pair[read[0].name], pair[read[1].name], problems, locate)
    if problems:
        raise PairError(problems)
    return {name: [_as_dict(draft) for draft in of_host] for name, of_host in pair.items()}


def _no_pair(names: Sequence[str], inventory: InventoryGroups) -> VariableProblem:
    text = f"a pair is two hosts, and this group has {len(names)}: {', '.join(names) or 'nobody'}"
    hint = "name the group of two, and let --limit leave both in"
    if len(names) > 2:
        hint = "make a group of each two hosts below it"
        # Groups of two that exist already are probably the pairs.
        pairs = [name for name, members in inventory.items() if len(members) == 2 and set(members) <= set(names)]
        if pairs:
            hint = f"put the groups {', '.join(pairs)} below it: each is a pair then"
    return VariableProblem(next(iter(names), "(no host)"), PREFIX + "group", text, hint)


def judge(host: Host, of_host: list[PairInstance], problems: list[VariableProblem], locate: Locate) -> None:
    """Check one host as far as this needs neither its network nor the other host."""
    for draft in of_host:
        _identify(draft, problems, locate)
        identify(draft, problems, locate)
        _interval(draft, problems, locate)
        _authentication(draft, problems, locate)
        _preemption(draft, problems, locate)
    no_effect(of_host, problems, locate)
    scripts(host, of_host, problems, locate)
    trackers(host, of_host, problems, locate)
    groups(host, of_host, problems, locate)
    duplicates(of_host, problems, locate)
    settings(host, problems, locate)
    engine.refuse(host, of_host, problems, locate)


def _identify(draft: PairInstance, problems: list[VariableProblem], locate: Locate) -> None:
    """Set the version and the virtual router ID where the inventory gives none, and check both."""
    if draft.vips and "version" not in draft.said:
        draft.values["version"] = 3 if draft.vips[0].interface.version == 6 else 2
    if draft.vips and "virtual_router_id" not in draft.said:
        last = draft.vips[0].interface.ip.packed[-1]
        if last:
            draft.values["virtual_router_id"] = last
        else:
            text = f"the last octet of {draft.vips[0].address} is 0, so no ID follows from it"
            hint = f"say {PREFIX}virtual_router_id: a number from 1 to 255 that no other router on the segment uses"
            problems.append(VariableProblem(draft.host.name, PREFIX + "virtual_router_id", text, hint))
    version = draft.values.get("version")
    if version == 2 and any(vip.interface.version == 6 for vip in draft.vips):
        text, hint = "VRRP version 2 has no IPv6", "leave the version out, or say 3"
        variable, value = draft.said.get("version", (PREFIX + "version", None))
        problems.append(VariableProblem(draft.host.name, variable, text, hint, locate(value)))


def _interval(draft: PairInstance, problems: list[VariableProblem], locate: Locate) -> None:
    if "advert_int" not in draft.said:
        draft.values["advert_int"] = 1
    interval, version = draft.values.get("advert_int", 1), draft.values.get("version")
    text = hint = ""
    if version == 2 and interval != int(interval):
        text, hint = f"version 2 sends whole seconds, and {interval} is none", "say version 3 for fractions"
    elif version == 3 and interval > _HIGHEST_V3_INTERVAL_S:
        text, hint = f"version 3 sends at most {_HIGHEST_V3_INTERVAL_S} seconds", "RFC 9568 section 5.2.7"
    if text:
        variable, value = draft.said["advert_int"]
        problems.append(VariableProblem(draft.host.name, variable, text, hint, locate(value)))


def _authentication(draft: PairInstance, problems: list[VariableProblem], locate: Locate) -> None:
    if "auth_pass" in draft.said and draft.values.get("version") == 3:
        variable, value = draft.said["auth_pass"]
        instead = "auth_hmac" if TAKEOVER_WITHIN in draft.values else "version 2, or auth_hmac"
        text, hint = "version 3 has no passwords (RFC 9568 section 9)", f"leave it out, or say {instead}"
        problems.append(VariableProblem(draft.host.name, variable, text, hint, locate(value)))
    elif "auth_pass" in draft.said and "auth_hmac" in draft.said:
        variable, value = draft.said["auth_pass"]
        text, hint = "a password beside auth_hmac, and an instance has one of them", "leave auth_pass out"
        problems.append(VariableProblem(draft.host.name, variable, text, hint, locate(value)))


def _preemption(draft: PairInstance, problems: list[VariableProblem], locate: Locate) -> None:
    if draft.values.get("nopreempt") and draft.values.get("preempt_delay"):
        variable, value = draft.said["preempt_delay"]
        text, hint = "a delay before taking mastership back, and nopreempt never does", "leave one of them out"
        problems.append(VariableProblem(draft.host.name, variable, text, hint, locate(value)))


def _source(draft: PairInstance, problems: list[VariableProblem], locate: Locate) -> None:
    """Report a source address that is not on the host: the agent would stay in FAULT, except with IPv4 multicast."""
    host = draft.host
    virtual = {vip.address for vip in (*draft.vips, *draft.excluded)}
    has_to_be_there = any(draft.values.get(word) for word in ("unicast", "unicast_peer", "track_src_ip"))
    has_to_be_there |= any(vip.interface.version == 6 for vip in draft.vips)
    for word in ("unicast_src_ip", "mcast_src_ip"):
        source, text = draft.values.get(word), ""
        if source in virtual and draft.values.get("priority") != _OWNER:
            text = f"{source} is a virtual address of {draft.name}"
        elif source and host.addresses and source not in host.addresses:
            text = f"{source} is not an address of {host.name}" if word != "mcast_src_ip" or has_to_be_there else ""
        if text:
            variable, value = draft.said[word]
            problems.append(
                VariableProblem(host.name, variable, text, f"{host.name} has {host.network()}", locate(value))
            )


def _match(
    first: list[PairInstance], second: list[PairInstance], problems: list[VariableProblem], locate: Locate
) -> None:
    """Check that both hosts have the same instances, and give these their states, priorities and peers."""
    others = {draft.name: draft for draft in second}
    names, other_names = [draft.name for draft in first], list(others)
    if first and second and set(names) != set(other_names):
        here, there = first[0].host.name, second[0].host.name
        text = f"{here} has the instances {', '.join(names)}, {there} has {', '.join(other_names)}"
        variable = first[0].said["virtual_ipaddress"][0].partition("[")[0]
        problems.append(VariableProblem(here, variable, text, "both must have the same"))
    turns = together(first)
    for draft in first:
        if draft.name in others:
            pair = (draft, others[draft.name])
            _agree(pair, problems, locate)
            assign(pair, pair[turns[draft.name] % 2].host.name, problems, locate)
            _unicast(pair)
            peers(pair, problems, locate)
    one_master(first, second, problems, locate)
    weights([(draft, others[draft.name]) for draft in first if draft.name in others], problems, locate)
    derive(first, second, problems, locate)


def _agree(pair: tuple[PairInstance, PairInstance], problems: list[VariableProblem], locate: Locate) -> None:
    here, there = pair
    addresses = [sorted(str(vip.interface) for vip in draft.vips) for draft in pair]
    if all(addresses) and addresses[0] != addresses[1]:
        variable, value = here.said["virtual_ipaddress"]
        text = f"{', '.join(addresses[0])} here, {', '.join(addresses[1])} on {there.host.name}"
        hint = "both hosts must say the same"
        if [vip.address for vip in here.vips] == [vip.address for vip in there.vips]:
            hint += ", and an address without a prefix length takes that of the host's subnet"
        problems.append(VariableProblem(here.host.name, variable, text, hint, locate(value)))
        return  # other values follow from the address, and differ as well
    for word, known in FIELDS.items():
        values = [draft.values.get(word) for draft in pair]
        unread = any(word in draft.said and word not in draft.values for draft in pair)
        if not known.shared or unread or values[0] == values[1]:
            continue
        variable, value = here.said.get(word, (here.variable(word), None))
        if known.secret:
            what = "password differs" if word == "auth_pass" else "mapping differs"
            text = f"the {what} from {there.host.name}'s" if None not in values else "only one host has one"
        else:
            text = f"{_shown(values[0])} here, {_shown(values[1])} on {there.host.name}"
        problems.append(VariableProblem(here.host.name, variable, text, "both hosts must say the same", locate(value)))


def _shown(value: Any) -> str:
    return "nothing" if value is None else str(value)


def _unicast(pair: tuple[PairInstance, PairInstance]) -> None:
    for draft, peer in (pair, pair[::-1]):
        if not draft.values.get("unicast"):
            continue
        source, target = own_address(draft), own_address(peer)
        if source and target:  # place() has reported a missing one
            draft.values.setdefault("unicast_src_ip", str(source.ip))
            # In one subnet a packet that has passed a router is not from the peer. keepalived 2.2.7 sends IPv6
            # unicast with the hop limit of its kernel. Addresses without a subnet may have routers between them.
            on_link = target.network.prefixlen < target.max_prefixlen
            hops = " min_ttl 255" if target.version == 4 and on_link else ""
            draft.values.setdefault("unicast_peer", [f"{target.ip}{hops}"])


def _as_dict(draft: PairInstance) -> dict[str, Any]:
    """Return plain values in keepalived's order and words, and in ``takeover`` what ``takeover_within`` came to."""
    result: dict[str, Any] = {"name": draft.name}
    result.update((word, draft.values[word]) for word in FIELDS if word in draft.values and word not in _OF_THE_ROLE)
    result["virtual_ipaddress"] = [str(vip) for vip in draft.vips]
    for word, value in result.items():
        if word.startswith("track_") and word != "track_script" and isinstance(value, list):
            result[word] = [as_line(entry) for entry in value]
    if "auth_hmac" in result:
        result["auth_hmac"] = hmac_lines(result["auth_hmac"])
    if draft.takeover:
        result["takeover"] = draft.takeover
    return result
