# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It works out from what the hosts of a pair run how they migrate from keepalived, and what forbids it. Pure.

A host runs keepalived, or our agent already, where a migration goes on after a failure.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from ..vrrp.protocol.constants import PRIORITY_OWNER
from .host import FACTS, NodeFacts

HOTSTANDBY, KEEPALIVED, MASTER = "hotstandby", "keepalived", "MASTER"
NodeConfig = Mapping[str, Any]  # what vrrp_config_info returns of a node
Plan = Sequence[Mapping[str, Any]]  # the instances of a host
SECRETS = ("auth_pass", "auth_hmac")


def variables(hosts: Sequence[str], imported: Mapping[str, NodeConfig]) -> dict[str, Any]:
    """Return ``shared``, the variables with one value on all hosts, and ``own``, the others of each host."""
    whole = {host: _variables(imported[host]) for host in hosts}
    first = whole[hosts[0]]
    shared = {
        name: value
        for name, value in first.items()
        if all(name in each and each[name] == value for each in whole.values())
    }
    own = {host: {name: value for name, value in each.items() if name not in shared} for host, each in whole.items()}
    return {"shared": shared, "own": own}


def _variables(imported: NodeConfig) -> dict[str, Any]:
    told = imported.get("variables") or {}
    return {**told.get("shared", {}), **told.get("host", {})}


def inventory(
    hosts: Sequence[str], looks: Mapping[str, NodeFacts], imported: Mapping[str, NodeConfig]
) -> dict[str, dict[str, Any]]:
    """Return all variables of each host, with its network facts, as :mod:`.instances` takes them."""
    return {host: {FACTS: looks[host].get("interfaces"), **_variables(imported[host])} for host in hosts}


def files(folder: str, group: str, shared: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Return the variables in each file of an inventory in ``folder``, where ``group`` is the pair."""
    of_hosts = {f"{folder}/host_vars/{host}.yml": said for host, said in own.items()}
    return {f"{folder}/group_vars/{group}.yml": shared, **of_hosts}


def lines(texts: Mapping[str, str], vault: Sequence[str]) -> list[str]:
    """Return each text below its name, and the names of the variables that Ansible Vault is to have."""
    shown = []
    for name, text in texts.items():
        shown += [f"{name}:", *(f"    {line}" for line in text.splitlines())]
    return shown + ([f"for Ansible Vault: {', '.join(vault)}"] if vault else [])


def order(hosts: Sequence[str], looks: Mapping[str, NodeFacts]) -> list[str]:
    """Return the hosts in the order in which they migrate: the standby first, the master of most instances last."""
    return sorted(hosts, key=lambda host: len(masters_of(looks[host])))


def masters_of(look: NodeFacts) -> list[str]:
    """Return the names of the instances of which a node is master."""
    return [each["name"] for each in look.get("instances") or () if each["state"] == MASTER]


def objections(
    hosts: Sequence[str],
    looks: Mapping[str, NodeFacts],
    imported: Mapping[str, NodeConfig],
    service: str,
    gap: bool,
    keeping: Collection[str] = (),
) -> dict[str, list[str]]:
    """Return for each host what forbids the migration, as sentences with what to do.

    ``service`` is the unit of keepalived. ``gap``: the user accepts that addresses are gone for a moment where each
    host is master of something. ``keeping``: the hosts on which the inventory says that keepalived stays.
    """
    said: dict[str, list[str]] = {
        host: [f"{host}: ha_pair_engine says keepalived, so it stays here: say hotstandby, or leave the variable out"]
        if host in keeping
        else []
        for host in hosts
    }
    for host in hosts:
        said[host] += [f"{host}: {text}" for text in (*_program(host, looks, service), *_file(imported[host]))]
    if not any(said.values()):
        said[hosts[0]] += _masters(hosts, looks)
    if not any(said.values()) and not gap:
        said[hosts[0]] += _both_masters(hosts, looks)
    return said


def remarks(imported: NodeConfig) -> list[str]:
    """Return what the variables do not express and nobody will miss, and what to do about it."""
    return [_gap(each) for each in imported.get("not_carried_over") or () if not each.get("decisive")]


def _program(host: str, looks: Mapping[str, NodeFacts], service: str) -> Iterator[str]:
    look = looks[host]
    keepalived = look.get("keepalived") or {}
    if look.get("root") is False:
        yield "this needs root: connect as root or add --become"
        return
    if look.get("program") == HOTSTANDBY:
        if keepalived:
            yield "both keepalived and our agent run here: stop one of them"
        return
    if not keepalived:
        others = [other for other, each in looks.items() if other != host and each.get("program")]
        if look.get("release") is None or not others:
            yield f"no keepalived does VRRP here ({look.get('msg') or 'none found'}): use ha_pair.yml for a new pair"
        return
    if keepalived.get("msg"):
        yield f"keepalived does not tell what it runs: {keepalived['msg']}"
    if keepalived.get("count", 1) > 1:
        yield f"{keepalived['count']} keepalived do VRRP here: only one can be migrated"
    elif not keepalived.get("service"):
        yield "keepalived was not started by systemd: start it as a service, so that it can be started again"
    elif keepalived["service"] != service:
        yield f"keepalived is the service {keepalived['service']}: say -e keepalived_service={keepalived['service']}"
    for each in look.get("instances") or ():
        if each["base_priority"] == PRIORITY_OWNER:
            yield (
                f"{each['name']} has priority {PRIORITY_OWNER}: nobody can take over from it without a gap;"
                " give it 254 in keepalived's file first, and reload keepalived"
            )


def _file(imported: NodeConfig) -> Iterator[str]:
    yield from imported.get("problems") or ()
    gaps = [each for each in imported.get("not_carried_over") or () if each.get("decisive")]
    yield from map(_gap, gaps)
    if not (imported.get("problems") or gaps) and not _variables(imported).get("ha_pair_instances"):
        yield "keepalived's file has no vrrp_instance"


def _gap(gap: Mapping[str, Any]) -> str:
    return f"{gap['file']}:{gap['line']}: {gap['keyword']}: {gap['why']} ({gap['instead']})"


def _masters(hosts: Sequence[str], looks: Mapping[str, NodeFacts]) -> Iterator[str]:
    """Yield what is wrong with the pair before anything changes: each instance has one master."""
    names = dict.fromkeys(each["name"] for host in hosts for each in looks[host].get("instances") or ())
    for name in names:
        found = [host for host in hosts if name in masters_of(looks[host])]
        if len(found) != 1:
            who = " and ".join(found) + " are master" if found else "no host is master"
            yield f"{name}: {who}: a pair has to work before it is migrated"


def _both_masters(hosts: Sequence[str], looks: Mapping[str, NodeFacts]) -> Iterator[str]:
    first = order(hosts, looks)[0]
    names = masters_of(looks[first])
    if names and looks[first].get("program") == KEEPALIVED:
        yield (
            f"{first}: it is master of {', '.join(names)}, and the other host of the rest. keepalived cannot give an"
            " address up without a gap, of about a second with advert_int 1. To accept that: -e migrate_gap=true"
        )


def plan(in_order: Sequence[str], looks: Mapping[str, NodeFacts]) -> list[str]:
    """Return what would be done. ``in_order`` are the hosts in the order in which they migrate."""
    if len(in_order) != 2:
        return []  # this is no pair, which is reported with the other problems of the inventory
    first, second = in_order
    ours = {host: looks[host].get("program") == HOTSTANDBY for host in in_order}
    if all(ours.values()):
        steps = ["both hosts run our agent already: the pair is checked"]
    else:
        begins = "keepalived is stopped and disabled, our agent starts as the standby"
        understands = f"{begins}, and has to understand the master"
        already = "runs our agent already"
        steps = [f"{first}: {already if ours[first] else understands}"]
        if not ours[second]:
            moved = f"the addresses first, then keepalived on {second} becomes a standby"
            steps.append(f"{first}: our agent takes over, {moved}")
        steps.append(f"{second}: {already if ours[second] else begins}")
    return [
        *steps,
        "then the priorities decide, and the pair is checked: one master with the addresses, a standby that hears it",
        "keepalived stays installed, with its file; back: rollback_to_keepalived.yml",
    ]


def packet_differences(compared: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return what vrrp_compare found of the instances of a node, as lines; an instance that nobody sends has none."""
    found = []
    for each in compared:
        if not each["sender"]:
            continue
        who = "this host" if each["sends"] else "the master"
        same = all(field["by_nature"] for field in each["differences"])
        verdict = ", nothing that matters differs" if same else ""
        found.append(f"{each['name']}: {each['octets']} octets of {each['sender']} ({who}) compared{verdict}")
        for field in each["differences"]:
            why = field["by_nature"] or "MUST NOT DIFFER"
            found.append(f"  {field['field']}: ours {field['ours']}, theirs {field['theirs']} ({why})")
    return found


def differences(ours: Mapping[str, Plan], theirs: Mapping[str, Plan]) -> dict[str, dict[str, list[str]]]:
    """Return for each host ``differences`` of the inventory from keepalived's file, and ``missing`` instances.

    ``ours`` and ``theirs`` are the instances of each host, as :mod:`.instances` returns them. A secret is not shown.
    """
    found = {}
    for host, instances in ours.items():
        own = {each["name"]: each for each in instances}
        said, missing = [], []
        for other in theirs.get(host, ()):
            name = other["name"]
            if name not in own:
                missing.append(
                    f"{host}: {name} is in keepalived's file and not in the inventory: nobody would have its addresses"
                )
                continue
            for word in sorted({*own[name], *other}):
                one, two = own[name].get(word), other.get(word)
                if one != two:
                    values = (
                        "another one"
                        if word in SECRETS
                        else f"{_value(one)} in the inventory, {_value(two)} in keepalived's file"
                    )
                    said.append(f"{host}: {name} {word}: {values}")
        found[host] = {"differences": said, "missing": missing}
    return found


def _value(value: Any) -> str:
    return "nothing" if value is None else ", ".join(map(str, value)) if isinstance(value, list) else str(value)
