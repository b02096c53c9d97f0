# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It turns the model of a keepalived.conf into the role's words that give the same file again. Pure.

A value that is the default is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from string import digits
from typing import Any, Optional

from ..vrrp.config.keywords.check_values import as_status, status
from ..vrrp.config.keywords.global_defs import GLOBAL_DEFS
from ..vrrp.config.keywords.groups import VRRP_SYNC_GROUP
from ..vrrp.config.keywords.keyword import SAID, Block, Keyword
from ..vrrp.config.keywords.track_blocks import TRACK_FILE, VRRP_SCRIPT, VRRP_TRACK_PROCESS
from ..vrrp.config.keywords.track_options import BuiltInCheck
from ..vrrp.config.keywords.vrrp_instance import VRRP_INSTANCE
from ..vrrp.config.model.configuration import (
    AuthHmac,
    Configuration,
    Fifo,
    GarpGroup,
    Instance,
    NotifyCommand,
    SyncGroup,
)
from ..vrrp.config.model.trackers import File, Process, Script, Tracked, Tracking
from .variables import variables

# Words that an entry always has, also with the default: a reader should not have to know it.
_ALWAYS = ("state", "interface", "virtual_router_id", "priority", "version", "interval", "file")
_WITH_A_VALUE = ("brd", "broadcast", "dev", "label", "scope", "peer", "preferred_lft")  # words of an address
_NONE = object()
Words = dict[str, Any]


@dataclass(frozen=True)
class Vault:
    """It writes secrets: as they are, or as the name of a variable that the user puts into Ansible Vault."""

    shown: bool

    def keep(self, name: str, secret: str) -> str:
        """Return ``secret`` where secrets are shown, else the template of the variable vault_ha_pair_``name``."""
        return secret if self.shown else f"{{{{ vault_ha_pair_{name} }}}}"


def instance_words(
    instance: Instance, lines: Mapping[str, list[str]], configuration: Configuration, vault: Vault
) -> Words:
    """Return the role's words for one instance. ``lines`` are those of its blocks, as they were written."""
    words: Words = {
        "name": instance.name,
        "virtual_ipaddress": [_with_prefix(line) for line in lines.get("virtual_ipaddress", [])],
        **_fields(instance, type(instance)("", "", 1, 0), VRRP_INSTANCE),
        "advert_int": _number(instance.advert_int_cs / 100),
    }
    if instance.authentication is not None:
        words["auth_pass"] = vault.keep("auth_pass", instance.authentication.auth_pass)
        if instance.authentication.auth_type != "PASS":
            words["auth_type"] = instance.authentication.auth_type
    if instance.hmac is not None:
        words["auth_hmac"] = _hmac(instance.hmac, vault)
    for word, entry in variables(VRRP_INSTANCE).items():
        if isinstance(entry, Block) and lines.get(word) and entry.variable == SAID:
            words[word] = address_lines(lines[word]) if word == "virtual_ipaddress_excluded" else lines[word]
    if instance.garp.extra_if_s:
        words["garp_extra_if"] = f"{'all ' if instance.garp.extra_if_all else ''}{_number(instance.garp.extra_if_s)}"
    if instance.vmac is not None:
        named = " ".join(word for word in (instance.vmac.name, instance.vmac.mac) if word)
        words["use_vmac"] = named or True
        words.update({"vmac_xmit_base": True} if instance.vmac.xmit_base else {})
    words.update(tracking_words(instance.track, configuration))
    if configuration.scripts:
        words.setdefault("track_script", [])  # without the word it would track all scripts
    if instance.notify.says_deleted:
        deleted = instance.notify.deleted
        words["notify_deleted"] = True if deleted is None else command(deleted)
    return words


def tracking_words(track: Tracking, configuration: Configuration) -> Words:
    """Return what an instance or a group tracks. A weight is left out where the definition has the same."""
    scripts = {each.name: (each.weight, each.reverse) for each in configuration.scripts}
    processes = {each.name: (each.weight, each.reverse) for each in configuration.processes}
    files = {each.name: (each.weight, each.reverse) for each in configuration.files}
    interfaces = {each.name: (0, False) for each in track.interfaces}
    words = {
        "track_interface": [_tracked(each, interfaces) for each in track.interfaces],
        "track_script": [_tracked(each, scripts) for each in track.scripts],
        "track_process": [_tracked(each, processes) for each in track.processes],
        "track_file": [_tracked(each, files) for each in track.files],
    }
    for word, entry in variables(VRRP_INSTANCE).items():
        if isinstance(entry, Keyword) and isinstance(entry.convert, BuiltInCheck):
            checks = getattr(track, entry.field.partition(".")[2])
            words[word] = [_check(entry.convert, each) for each in checks]
    return {word: entries for word, entries in words.items() if entries}


def script_words(script: Script) -> Words:
    """Return the role's words for one ``vrrp_script``."""
    words: Words = {"name": script.name, **_fields(script, Script("", ()), VRRP_SCRIPT)}
    words["script"] = joined(script.command)
    if script.timeout_s == script.interval_s:
        words.pop("timeout", None)  # it follows from that
    else:
        words["timeout"] = _number(script.timeout_s)
    if script.user:
        words["user"] = _owner(script.user, script.group)
    return {**words, **_reverse(script)}


def process_words(process: Process) -> Words:
    """Return the role's words for one ``vrrp_track_process``."""
    words: Words = {"name": process.name, **_fields(process, Process("", ""), VRRP_TRACK_PROCESS)}
    words["process"] = quoted_words((process.process, *(process.parameters or ())))
    if process.parameters is not None and (process.param_match or not process.parameters):
        words["param_match"] = process.param_match or "exact"
    else:
        words.pop("param_match", None)
    if process.quorum_max == 0:
        words.pop("quorum", None)  # it follows from that
    return {**words, **_reverse(process)}


def file_words(file: File) -> Words:
    """Return the role's words for one ``track_file``."""
    words: Words = {"name": file.name, **_fields(file, File("", ""), TRACK_FILE), **_reverse(file)}
    return {**words, **({"overwrite": True} if "init_file" in words and file.init_overwrite else {})}


def group_words(group: SyncGroup, configuration: Configuration) -> Words:
    """Return the role's words for one ``vrrp_sync_group``, with what it tracks and notifies."""
    words: Words = {"name": group.name, "group": list(group.members)}
    words.update(_fields(group, SyncGroup("", 0, ()), VRRP_SYNC_GROUP))
    return {**words, **tracking_words(group.track, configuration)}


def global_words(configuration: Configuration) -> Words:
    """Return the words of global_defs, garp groups, track groups and delays, without router_id and script users."""
    settings = configuration.globals
    words = _fields(settings, type(settings)(), GLOBAL_DEFS)
    for word in ("router_id", "script_user", "enable_script_security"):
        words.pop(word, None)
    for script in ("startup_script", "shutdown_script"):
        if script not in words:
            words.pop(f"{script}_timeout", None)
    if "vmac_prefix" in words:
        words["vmac_prefix"] = settings.vmac_prefix.removesuffix(".")  # the reader adds the dot
    for word, field in (("vrrp_garp_interval", "interval_s"), ("vrrp_gna_interval", "gna_interval_s")):
        values = {getattr(each.garp, field) for each in configuration.instances}
        if len(values) == 1 and values != {0.0}:
            words[word] = _number(values.pop())
    if configuration.garp_groups:
        words["garp_groups"] = [_garp_group(each) for each in configuration.garp_groups]
    if configuration.track_groups:
        words["track_groups"] = [{"name": name, "group": list(group)} for name, group in configuration.track_groups]
    delays = configuration.interface_delays
    if delays:
        words["interface_up_down_delays"] = [
            {"interface": each.name, "down": _number(each.down_s), "up": _number(each.up_s)} for each in delays
        ]
    return words


def command(said: NotifyCommand) -> Any:
    """Return the command as one line, or a mapping of ``command`` and ``user`` where it names a user."""
    text = joined(said.command)
    return {"command": text, "user": _owner(said.user, said.group)} if said.user else text


def joined(words: Iterable[str]) -> str:
    """Return an argument vector as one line without double quotes, as it is put between these and then read twice."""
    return " ".join(map(_quoted, words))


def _quoted(word: str) -> str:
    written = "".join(_escaped(word))
    return word if word and written == word and not set(word) & set(" #!") else f"'{written}'"


def _escaped(word: str) -> Iterator[str]:
    """Yield the characters; one with a meaning in a command, the file or a template of Ansible as octal digits.

    The first reading gives a backslash and the digits, the second one the octet.
    """
    for index, char in enumerate(word):
        pair = word[index : index + 2]
        if char in "\"'\\" or pair in ("${", "{{", "{%", "{#") or not char.isprintable():
            yield from (f"\\\\{octet:03o}" for octet in char.encode("utf-8", "surrogateescape"))
        else:
            yield char


def quoted_words(words: Iterable[str]) -> str:
    """Return the words as a line that is read once, and in which only double quotes quote."""
    return " ".join(f'"{word}"' if not word or set(word) & set(" \t#!{}") else word for word in words)


def runs_anything(configuration: Configuration) -> bool:
    """Return whether there is a script of any kind."""
    settings = configuration.globals
    fifos = [fifo.script for fifo in (settings.notify_fifo, settings.vrrp_notify_fifo) if fifo]
    told = [each.notify for each in configuration.instances] + [each.notify for each in configuration.sync_groups]
    commands = [each for notify in told for each in vars(notify).values() if isinstance(each, NotifyCommand)]
    return bool(configuration.scripts) or any([*commands, *fifos, settings.startup_script, settings.shutdown_script])


def _fields(model: Any, plain: Any, block: Block) -> Words:
    """Return the words whose value in ``model`` is not that in ``plain``, which has the defaults."""
    words: Words = {}
    for word, entry in variables(block).items():
        if isinstance(entry, Keyword) and not entry.many:
            value = _field(model, entry.field)
            if value is not _NONE and (word in _ALWAYS or value != _field(plain, entry.field)):
                words[word] = _said(value)
    return words


def _field(model: Any, path: str) -> Any:
    """Return the value of a field such as ``garp.delay_s``; _NONE where the model has no such field."""
    for name in path.split("."):
        model = getattr(model, name, _NONE)
    return model


def _said(value: Any) -> Any:
    """Return a value of the model as it stands in an inventory."""
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, NotifyCommand):
        return command(value)
    if isinstance(value, Fifo):
        return _fifo(value)
    return str(value) if isinstance(value, (IPv4Address, IPv6Address)) else value


def _reverse(tracker: Any) -> Words:
    return {"reverse": True} if tracker.reverse else {}


def address_lines(lines: Iterable[str]) -> list[str]:
    """Return lines of virtual addresses as they were written, without the words that keepalived passes over."""
    return [" ".join(_address_words(line)) for line in lines]


def _address_words(line: str) -> Iterator[str]:
    address, *options = line.split()
    host, slash, prefix = address.partition("/")
    six = ":" in host
    length = prefix[: len(prefix) - len(prefix.lstrip(digits))]  # keepalived reads as far as the digits go
    yield f"{host}/{length}" if slash and length and int(length) <= (128 if six else 32) else host
    words = iter(options)
    for word in words:
        if word == "nodad":
            continue
        if word == "scope" and six:
            next(words, "")
            continue
        yield "brd" if word == "broadcast" else word
        if word in _WITH_A_VALUE:
            yield next(words, "")


def _with_prefix(line: str) -> str:
    """Return the line with /32 or /128 where it has no prefix length: the role would take that of the subnet."""
    address, *options = _address_words(line)
    if "/" not in address and "peer" not in options:
        address += "/128" if ":" in address else "/32"
    return " ".join([address, *options])


def _hmac(hmac: AuthHmac, vault: Vault) -> Words:
    keys = [
        {"id": key.key_id, "file": key.file}
        if key.file
        else {"id": key.key_id, "key": vault.keep(f"hmac_key_{key.key_id}", f"hex:{key.secret.hex()}")}
        for key in hmac.keys
    ]
    words: Words = {"keys": keys, "active_key": hmac.active_key, "mode": hmac.mode, "anti_replay": hmac.anti_replay}
    return {**words, **({"time_window": hmac.time_window_s} if hmac.anti_replay == "time" else {})}


def _tracked(entry: Tracked, known: Mapping[str, tuple[int, bool]]) -> Any:
    if known.get(entry.name) == (entry.weight, entry.reverse):
        return entry.name
    words: Words = {"name": entry.name, "weight": entry.weight}
    # A definition that is reversed counts, where nothing else is said.
    told = entry.reverse or known.get(entry.name, (0, False))[1]
    return {**words, **({"reverse": entry.reverse} if told else {})}


def _check(check: BuiltInCheck, model: Any) -> Words:
    """Return the words of one check, without options that are 0, off or empty where their default is so too."""
    words: Words = {}
    for word, entry in (*check.first.items(), *check.options.items()):
        value = getattr(model, entry.field)
        if value or getattr(check.model, entry.field, True):
            words[word] = as_status(value) if entry.convert is status else _said(value)
    return words


def _garp_group(group: GarpGroup) -> Words:
    words: Words = {"interfaces": list(group.interfaces)}
    for word in ("garp_interval", "gna_interval"):
        if getattr(group, f"{word}_s") is not None:
            words[word] = _number(getattr(group, f"{word}_s"))
    return words


def _fifo(fifo: Fifo) -> Any:
    words: Words = {"path": fifo.path}
    if fifo.user:
        words["user"] = _owner(fifo.user, fifo.group)
    if fifo.script is not None:
        words["script"] = command(fifo.script)
    return words if len(words) > 1 else fifo.path


def _owner(user: str, group: Optional[str]) -> str:
    return f"{user} {group}" if group else user


def _number(value: float) -> float:
    return int(value) if float(value).is_integer() else value
