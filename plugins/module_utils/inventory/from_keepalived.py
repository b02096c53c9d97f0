# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It imports a keepalived.conf: it makes the variables of the role that give the same file again. Pure."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from ipaddress import ip_address
from typing import Any, Optional

from ..vrrp.config.model.configuration import Configuration, Instance
from ..vrrp.config.semantics.build import build
from ..vrrp.config.semantics.sections import read
from ..vrrp.config.syntax.diagnostics import Diagnostics, TooManyErrors, in_order
from ..vrrp.config.syntax.include import NOWHERE, Surroundings
from ..vrrp.config.syntax.parser import Statement, Tree, parse
from ..vrrp.config.syntax.redact import Secrets
from . import from_model as say
from .host import PREFIX
from .import_gaps import Gap, lines_of, place_of, split
from .import_order import without_early
from .import_owner import without_weights
from .import_passed_over import without_passed_over
from .import_refusals import leave_out

# Words that differ between the two hosts of a pair: they go to the variables of one host.
OWN = ("state", "priority", "unicast_src_ip", "unicast_peer", "mcast_src_ip")
ROUNDS = 5  # what is left out may be named elsewhere: a script in an instance, an instance in a group
_STATIC = ("static_ipaddress", "static_routes", "static_rules")


@dataclass
class Imported:
    """It holds the result. ``shared`` and ``host`` are variables by full name, both empty where there are problems."""

    shared: dict[str, Any] = field(default_factory=dict)
    host: dict[str, Any] = field(default_factory=dict)
    gaps: list[Gap] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    vaulted: list[str] = field(default_factory=list)  # names of variables that the user has to set
    files: list[str] = field(default_factory=list)
    configuration: Optional[Configuration] = None

    def not_carried_over(self) -> list[dict[str, Any]]:
        """Return the gaps as mappings, each once, in the order of file and line."""
        gaps = dict.fromkeys(sorted(self.gaps, key=lambda gap: (gap.file, gap.line)))
        return [asdict(gap) for gap in gaps]


def import_file(
    text: str, path: str, config_id: str = "", surroundings: Surroundings = NOWHERE, secrets: bool = False
) -> Imported:
    """Read ``text`` as the machine ``config_id`` would, and return it in the role's words. Never raises for bad input.

    Without ``secrets`` a password or key becomes the name of a variable. Lines that are wrong, and that keepalived
    passes over, are gaps; any other error is a problem.
    """
    found, hidden = Imported(), Secrets()
    tree = parse(text.removeprefix("\ufeff"), path, config_id, surroundings, hidden)
    found.files = [path, *(source for source, _text in hidden.sources[1:])]
    statements = without_early(split(tree.statements, found.gaps, hidden), found.gaps)
    first = tree.statements[0].place if tree.statements else None
    if text.startswith("\ufeff") and first is not None and (first.path, first.line) == (path, 1):
        why = "a byte order mark stands before it: keepalived does not know a word that begins with one; here it counts"
        found.gaps.append(Gap.at(tree.statements[0], why, "save the file as UTF-8 without one"))
    configuration, findings = _built(tree, statements, path)
    gaps: list[Gap] = []
    again, kept = findings, statements
    for _round in range(ROUNDS):
        shorter = without_passed_over(kept, hidden.hide(in_order(again.errors)), gaps) if again.errors else None
        if shorter is None:
            break
        kept = shorter
        other, again = _built(tree, kept, path)
    if again is not findings and not again.errors:
        configuration, findings, statements = other, again, kept
        found.gaps.extend(gaps)
    found.warnings = [str(each) for each in hidden.hide(in_order(findings.warnings))]
    found.problems = [str(each) for each in hidden.hide(in_order(findings.errors))]
    if configuration is not None and not found.problems:
        found.configuration = configuration
        _say(without_weights(configuration, found.gaps, statements), statements, found, say.Vault(secrets))
    return found


def _built(tree: Tree, statements: tuple[Statement, ...], path: str) -> tuple[Optional[Configuration], Diagnostics]:
    """Return the model of the statements, which must not be used where there are errors, and what was found."""
    findings, configuration = Diagnostics(), None
    findings.errors.extend(tree.problems)
    findings.warnings.extend(tree.warnings)
    with suppress(TooManyErrors):
        configuration = build(read(replace(tree, statements=statements), findings), path, tree.balanced, findings)
    return configuration, findings


def _say(configuration: Configuration, statements: tuple[Statement, ...], found: Imported, vault: say.Vault) -> None:
    instances = []
    for instance in configuration.instances:
        lines: dict[str, list[str]] = {}
        for keyword, each in lines_of(statements, "vrrp_instance", instance.name):
            lines.setdefault(keyword, []).extend(each)  # several blocks of one name are one
        if not lines.get("virtual_ipaddress"):
            why, instead = "an instance of the role has a virtual address", "give it one"
            place = place_of(statements, "vrrp_instance", instance.name, configuration.path)
            found.gaps.append(Gap("vrrp_instance", *place, why, instead, decisive=True))
            continue
        lines["unicast_peer"] = _peers(lines.get("unicast_peer", []), instance)
        instances.append(say.instance_words(instance, lines, configuration, vault))
    named = configuration.globals.router_id
    host: dict[str, Any] = {"router_id": say.quoted_words([named])} if named else {}
    shared = say.global_words(configuration)
    for word in _STATIC:
        static = [line for keyword, each in lines_of(statements, "") if keyword == word for line in each]
        if static:
            host[word] = say.address_lines(static) if word == "static_ipaddress" else static
    entries = {
        "scripts": [say.script_words(each) for each in configuration.scripts],
        "track_processes": [say.process_words(each) for each in configuration.processes],
        "track_files": [say.file_words(each) for each in configuration.files],
        "sync_groups": [say.group_words(each, configuration) for each in configuration.sync_groups],
    }
    shared.update({word: value for word, value in entries.items() if value})
    _security(configuration, shared, found)
    _secrets(instances, vault, found)
    together = _hoist(instances, host)
    (shared if together else host)["instances"] = instances
    said = {PREFIX + word: value for word, value in {**shared, **host}.items()}
    found.gaps.extend(leave_out(said, configuration, statements))
    found.shared = {name: value for name, value in said.items() if name.removeprefix(PREFIX) in shared}
    found.host = {name: value for name, value in said.items() if name.removeprefix(PREFIX) in host}
    left = repr(said)
    found.vaulted = [name for name in found.vaulted if f" {name} " in left]


def _peers(lines: list[str], instance: Instance) -> list[str]:
    """Return the lines of the peers without prefix length, without the own address and without repetitions."""
    found: dict[str, str] = {}
    for line in lines:
        first, *words = line.split()
        address = str(ip_address(first.partition("/")[0]))
        if address in map(str, instance.unicast_peers):
            found.setdefault(address, " ".join([address, *words]))
    return list(found.values())


def _hoist(instances: list[dict[str, Any]], host: dict[str, Any]) -> bool:
    """Move the words of one host out of the instances where all have the same value. Return whether none is left."""
    together = True
    for word in OWN:
        values = [instance.get(word) for instance in instances]
        if values and all(value == values[0] for value in values):
            for instance in instances:
                instance.pop(word, None)
            if values[0] is not None:
                host[word] = values[0]
        elif values:
            together = False
    return together


def _security(configuration: Configuration, shared: dict[str, Any], found: Imported) -> None:
    settings = configuration.globals
    if not say.runs_anything(configuration):
        return
    shared["enable_script_security"] = settings.enable_script_security
    if settings.script_user:
        shared["script_user"] = " ".join(name for name in (settings.script_user, settings.script_group) if name)
        return
    why = "keepalived runs scripts as keepalived_script, or as root; the role runs them as hotstandby, without rights"
    instead = "see that hotstandby may run them, or say ha_pair_script_user: root"
    found.gaps.append(Gap("script_user", configuration.path, 1, why, instead))


def _secrets(instances: list[dict[str, Any]], vault: say.Vault, found: Imported) -> None:
    """Name the variable of each secret. Where instances have different secrets, it ends in the instance's name."""
    if vault.shown or found.configuration is None:
        return
    by_name = {each.name: each for each in found.configuration.instances}
    plain = [by_name[each["name"]].authentication for each in instances if "auth_pass" in each]
    passwords = {each.auth_pass for each in plain if each is not None}
    keys = {hmac.keys for each in instances if (hmac := by_name[each["name"]].hmac) and "auth_hmac" in each}
    for instance in instances:
        suffix = "_" + "".join(char if char.isalnum() else "_" for char in instance["name"])
        if "auth_pass" in instance:
            name = "auth_pass" + (suffix if len(passwords) > 1 else "")
            instance["auth_pass"] = vault.keep(name, "")
            found.vaulted.append(f"vault_ha_pair_{name}")
        for key in instance.get("auth_hmac", {}).get("keys", ()):
            if "key" in key:
                name = f"hmac_key_{key['id']}" + (suffix if len(keys) > 1 else "")
                key["key"] = vault.keep(name, "")
                found.vaulted.append(f"vault_ha_pair_{name}")
    found.vaulted = list(dict.fromkeys(found.vaulted))
