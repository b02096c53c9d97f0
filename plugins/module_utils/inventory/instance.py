# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It holds one instance on one host while its values are worked out."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Optional

from . import vip as vips
from .errors import Locate, VariableProblem
from .host import PREFIX, Host
from .instance_variables import FIELDS, OWN_WORDS
from .value_types import name
from .vip import VirtualIp


@dataclass
class PairInstance:
    """It holds ``values``, which are valid, and ``said``, for each the variable and the value as the user wrote it."""

    host: Host
    name: str
    values: dict[str, Any] = field(default_factory=dict)
    said: dict[str, tuple[str, Any]] = field(default_factory=dict)
    vips: list[VirtualIp] = field(default_factory=list)
    excluded: list[VirtualIp] = field(default_factory=list)  # those that are not advertised
    master: Optional[str] = None  # the host that the entry names as master
    group: Optional[str] = None  # its sync group
    written: dict[str, tuple[str, Any]] = field(default_factory=dict)  # variable and value of each virtual address
    takeover: dict[str, float] = field(default_factory=dict)  # what takeover_within came to

    def variable(self, word: str) -> str:
        """Return the variable in which the user gave ``word``, or can give it."""
        return self.said[word][0] if word in self.said else PREFIX + word

    def source(self, vip: VirtualIp) -> tuple[str, Any]:
        """Return the variable of one virtual address, and the value as the user wrote it."""
        return self.written.get(vip.address, self.said["virtual_ipaddress"])


def drafts(host: Host, problems: list[VariableProblem], locate: Locate) -> list[PairInstance]:
    """Return the instances that a host's variables name, in their order, with every value read."""
    found: list[PairInstance] = []
    for number, (variable, entry) in enumerate(_entries(host, problems, locate), 1):
        draft = _read(host, f"VI_{number}", variable, entry, problems, locate)
        if any(draft.name == other.name for other in found):
            text = f"two instances have the name {draft.name}"
            problems.append(VariableProblem(host.name, variable, text, where=locate(entry.get("name"))))
            continue
        found.append(draft)
    return found


def _entries(host: Host, problems: list[VariableProblem], locate: Locate) -> list[tuple[str, Mapping[str, Any]]]:
    """Return (variable, entry) for each instance. A VIP alone becomes an entry; its name comes from its position."""
    instances, addresses = host.said("instances"), host.said("vips")
    if instances and addresses:
        text, hint = "an inventory says instances or VIPs, not both", f"move the VIPs into {PREFIX}instances"
        problems.append(VariableProblem(host.name, PREFIX + "vips", text, hint, locate(addresses)))
    if isinstance(instances, Mapping) and instances and all(isinstance(each, Mapping) for each in instances.values()):
        text, first = "it is a list, and not a mapping of names", next(iter(instances))
        hint = f"write - name: {first} for {first}:, and its words below"
        problems.append(VariableProblem(host.name, PREFIX + "instances", text, hint, locate(instances)))
        return []
    if instances:
        entries = instances if isinstance(instances, (list, tuple)) else [instances]
        for entry in entries:
            if not isinstance(entry, Mapping):
                text = "each instance is a mapping of keepalived's words"
                problems.append(VariableProblem(host.name, PREFIX + "instances", text, where=locate(entry)))
        return [(f"{PREFIX}instances[{i}]", entry) for i, entry in enumerate(entries) if isinstance(entry, Mapping)]
    if not addresses:
        text = "there is no virtual address"
        problems.append(VariableProblem(host.name, PREFIX + "vips", text, f"say {PREFIX}vips: [ADDRESS/PREFIX]"))
        return []
    entries = addresses if isinstance(addresses, (list, tuple)) else [addresses]
    return [(PREFIX + "vips", {"virtual_ipaddress": [address]}) for address in entries]


def _read(
    host: Host,
    default_name: str,
    variable: str,
    entry: Mapping[str, Any],
    problems: list[VariableProblem],
    locate: Locate,
) -> PairInstance:
    draft = PairInstance(host, default_name, master=str(entry["master"]) if entry.get("master") else None)
    try:
        draft.name = name(entry.get("name") or default_name)
    except ValueError as error:
        problems.append(VariableProblem(host.name, f"{variable}.name", str(error), where=locate(entry["name"])))
    for word in entry:
        if word not in FIELDS and word not in OWN_WORDS:
            near = difflib.get_close_matches(str(word), [*FIELDS, *OWN_WORDS], 1)
            hint = f"do you mean {near[0]}?" if near else f"known are {', '.join([*OWN_WORDS, *FIELDS])}"
            problems.append(
                VariableProblem(host.name, variable, f"'{word}' is not a word of an instance", hint, locate(word))
            )
    for word, known in FIELDS.items():
        own = entry.get(word) is not None
        # A blank secret is probably a mistake, so it is read as it is: host.said() would treat it as not set.
        value = entry[word] if own else host.variables.get(PREFIX + word) if known.secret else host.said(word)
        if value is None:
            continue
        source = f"{variable}.{word}" if own else PREFIX + word
        try:
            draft.values[word] = known.read(value)
        except ValueError as error:
            problems.append(VariableProblem(host.name, source, str(error), where=locate(value)))
        draft.said[word] = (source, value)
    addresses = entry.get("virtual_ipaddress") or []
    addresses = addresses if isinstance(addresses, (list, tuple)) else [addresses]
    source = variable if variable == PREFIX + "vips" else f"{variable}.virtual_ipaddress"
    draft.said["virtual_ipaddress"] = (source, addresses[0] if addresses else None)
    if not addresses:
        problems.append(
            VariableProblem(host.name, source, "an instance without a virtual address", where=locate(entry))
        )
    draft.vips = _parsed(draft, source, addresses, problems, locate)
    if "virtual_ipaddress_excluded" in draft.values:
        source, addresses = draft.said["virtual_ipaddress_excluded"]
        addresses = addresses if isinstance(addresses, (list, tuple)) else [addresses]
        draft.excluded = _parsed(draft, source, addresses, problems, locate)
    return draft


def _parsed(
    draft: PairInstance, source: str, addresses: Sequence[Any], problems: list[VariableProblem], locate: Locate
) -> list[VirtualIp]:
    found = []
    for address in addresses:
        try:
            vip = vips.parse(address)
        except ValueError as error:
            problems.append(VariableProblem(draft.host.name, source, str(error), where=locate(address)))
            continue
        draft.written[vip.address] = (source, address)
        found.append(vip)
    return found
