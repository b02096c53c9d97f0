# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole state in the layout of keepalived's ``/tmp/keepalived.data``, and its counts in that of ``.stats``.

Who reads the one reads the other. Written from what keepalived 2.2.7 writes; a line that has no meaning here is left
out, and a password is never in it. Pure text: one piece, a few dozen lines, after the other.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Optional

from ...config.model import Fifo, Instance, Notify, NotifyCommand, SyncGroup, VirtualAddress
from ...config.trackers import File, Process, Script, Tracking
from ...protocol import timers
from ...protocol.states import NEVER, State
from ...protocol.tracking import CheckResult
from ..instance import RunningInstance
from ..kernel.interfaces import InterfaceTable, Link

if TYPE_CHECKING:
    from ..daemon import Agent

WORDS = (
    ("Backup", "backup"),
    ("Master", "master"),
    ("Fault", "fault"),
    ("Stop", "stop"),
    ("Deleted", "deleted"),
    ("Generic", "any"),
    ("Master rx lower pri", "master_rx_lower_pri"),
)


def data(agent: Agent, now: float, wall: float) -> Iterator[str]:
    """``now`` is monotonic, ``wall`` the time of day at that moment, both in seconds."""
    configuration, table = agent.configuration, agent.network.kernel.table
    yield from ("------< Global definitions >------", *_globals(agent))
    yield "------< VRRP Topology >------"
    in_group = {name: group.name for group in configuration.sync_groups for name in group.members}
    for instance in list(agent.everyone()):  # a reload may come in between
        yield "\n".join(_instance(instance, in_group.get(instance.name), table, now, wall))
    if configuration.sync_groups:
        yield "------< VRRP Sync groups >------"
    for group in configuration.sync_groups:
        yield "\n".join(_group(group, [agent.instances[name] for name in group.members if name in agent.instances]))
    trackers = {"script": configuration.scripts, "file": configuration.files, "process": configuration.processes}
    titles = {"script": "VRRP Scripts", "file": "VRRP Track files", "process": "VRRP Track processes"}
    describe = {"script": _script, "file": _file, "process": _process}
    for kind, entries in trackers.items():
        if entries:
            yield f"------< {titles[kind]} >------"
        for entry in entries:
            yield "\n".join((*describe[kind](entry, _said(agent, kind, entry.name)), *_tracking(agent, kind, entry)))
    yield "------< Interfaces >------"
    for link in sorted(table.links.values(), key=lambda each: each.index):
        yield "\n".join(_interface(link, table, agent.instances.values()))


def stats(instances: Iterable[RunningInstance]) -> Iterator[str]:
    """The counts of every instance."""
    for instance in instances:
        yield "\n".join(_stats(instance))


def _globals(agent: Agent) -> Iterator[str]:
    settings = agent.configuration.globals
    yield f" Router ID = {settings.router_id or '(none)'}"
    yield f" Default interface = {settings.default_interface}"
    yield from _fifo("Global", settings.notify_fifo)
    yield from _fifo("VRRP", settings.vrrp_notify_fifo)
    yield f" FIFO write vrrp states on reload = {_true(settings.fifo_write_states_on_reload)}"
    if settings.startup_delay_s:
        yield f" VRRP startup delay = {settings.startup_delay_s:g}"
    yield f" VRRP default protocol version = {settings.vrrp_version}"
    yield f" Script security {'enabled' if settings.enable_script_security else 'disabled'}"
    yield f" Default script user = {settings.script_user or '(the agent)'}"


def _fifo(kind: str, fifo: Optional[Fifo]) -> Iterator[str]:
    if fifo is not None:
        yield f" {kind} notify fifo = {fifo.path}{_by(fifo.user, fifo.group)}"
        if fifo.script is not None:
            yield f" {kind} notify fifo script = {_quoted(fifo.script)}{_by(fifo.script.user, fifo.script.group)}"


def _instance(
    instance: RunningInstance, group: Optional[str], table: InterfaceTable, now: float, wall: float
) -> Iterator[str]:
    config, router = instance.config, instance.router
    yield f" VRRP Instance = {config.name}"
    yield f"   VRRP Version = {config.version}"
    if group is not None:
        yield f"   Sync group = {group}"
    if instance.ip_version == 6:
        yield "   Using Native IPv6"
    yield f"   State = {router.state.value}"
    if router.state is State.BACKUP:
        seen = router.master
        yield f"   Master router = {seen.address if seen else '0.0.0.0' if instance.ip_version == 4 else '::'}"
        yield f"   Master priority = {seen.priority if seen else 0}"
        if config.version == 3:
            yield f"   Master advert interval = {router.master_interval_cs * 10} milli-sec"
    yield from ("   Flags:", "     Using unicast") if config.unicast_peers else ("   Flags: none",)
    yield f"   Wantstate = {_wanted(instance)}"
    yield "   Number of config faults = 0"
    yield f"   Number of interface and track script faults = {len(router.faults)}"
    yield f"   Number of track scripts init = {sum(check.ok is None for check in instance.checks)}"
    if router.since is not None:
        yield f"   Last transition = {_moment(wall - (now - router.since))}"
    deadline = instance.deadline
    yield f"   Read timeout = {'DISABLED' if deadline >= NEVER else _moment(wall + deadline - now)}"
    down_s = timers.master_down_interval_s(config.version, router.priority, router.master_interval_cs)
    yield f"   Master down timer = {down_s * 1e6:.0f} usecs"
    yield f"   Interface = {config.interface}"
    configured = " (from configuration)" if config.unicast_src_ip or config.mcast_src_ip else ""
    yield f"   Using src_ip = {instance.source or '(none)'}{configured}"
    yield from _settings(config)
    yield f"   Virtual Router ID = {config.virtual_router_id}"
    yield f"   Priority = {config.priority}"
    yield f"   Effective priority = {router.priority}"
    yield f"   Total priority = {config.priority + sum(entry.delta for entry in instance.verdict.reasons)}"
    interval = f"{config.advert_int_cs // 100} sec" if config.version == 2 else f"{config.advert_int_cs * 10} milli-sec"
    yield f"   Advert interval = {interval}"
    yield f"   Accept = {_enabled(config.accept)}"
    yield f"   Preempt = {_enabled(not config.nopreempt)}"
    if config.preempt_delay_s:
        yield f"   Preempt delay = {config.preempt_delay_s:g} secs"
    yield f"   Promote_secondaries = {_enabled(config.promote_secondaries)}"
    yield from _authentication(config)
    if config.addresses:
        yield f"   Virtual IP ({len(config.addresses)}):"
        yield from _addresses(config.addresses, config, table)
    if config.excluded:
        yield "   Virtual IP Excluded :"
        yield from _addresses(config.excluded, config, table)
    yield from _unicast(config)
    yield from _tracked(config.track)
    yield "   Using smtp notification = no"
    yield f"   Notify deleted = {'Deleted' if config.notify.says_deleted else 'Fault'}"
    yield from _scripts(config.notify)
    yield f"   Notify priority changes = {_true(config.notify.priority_changes)}"


def _settings(config: Instance) -> Iterator[str]:
    if config.dont_track_primary:
        yield "   VRRP interface tracking disabled"
    if config.skip_check_adv_addr:
        yield "   Skip checking advert IP addresses"
    if config.mcast_dst_ip is not None:
        yield f"   Multicast address {config.mcast_dst_ip}"
    garp = config.garp
    yield f"   Gratuitous ARP delay = {garp.delay_s:g}"
    yield f"   Gratuitous ARP repeat = {garp.repeat}"
    yield f"   Gratuitous ARP refresh = {garp.refresh_s:g}"
    yield f"   Gratuitous ARP refresh repeat = {garp.refresh_repeat}"
    yield f"   Gratuitous ARP lower priority delay = {garp.lower_prio_delay_s:g}"
    yield f"   Gratuitous ARP lower priority repeat = {garp.lower_prio_repeat}"
    yield f"   Down timer adverts = {config.down_timer_adverts}"
    yield f"   Send advert after receive lower priority advert = {_true(not config.lower_prio_no_advert)}"
    yield f"   Send advert after receive higher priority advert = {_true(config.higher_prio_send_advert)}"


def _authentication(config: Instance) -> Iterator[str]:
    if config.authentication is not None:
        kind = "IPSEC_AH" if config.authentication.auth_type == "AH" else "SIMPLE_PASSWORD"
        yield f"   Authentication type = {kind}"
        if kind == "SIMPLE_PASSWORD":
            yield "   Password = ********"
    elif config.version == 2:
        yield "   Authentication type = none"
    if config.hmac is not None:
        yield "   Authentication extension = HMAC-SHA256-128"
        yield f"     Keys = {len(config.hmac.keys)}, active key id = {config.hmac.active_key}"
        yield f"     Mode = {config.hmac.mode}"
        window = f", window = {config.hmac.time_window_s} sec" if config.hmac.anti_replay == "time" else ""
        yield f"     Anti replay = {config.hmac.anti_replay}{window}"


def _addresses(entries: Iterable[VirtualAddress], config: Instance, table: InterfaceTable) -> Iterator[str]:
    for entry in entries:
        device = entry.device or config.interface
        scope = entry.scope or "global"
        label = f" label {entry.label}" if entry.label else ""
        there = (
            any(each.address.ip == entry.address.ip for each in table.on(device)) if device in table.names else False
        )
        yield f"     {entry.address} dev {device} scope {scope}{label}{' set' if there else ''}"


def _unicast(config: Instance) -> Iterator[str]:
    if config.unicast_peers:
        yield f"   Unicast TTL = {config.unicast_ttl}"
        yield f"   Check unicast src : {'yes' if config.check_unicast_src else 'no'}"
        yield "   Unicast Peer :"
        limits = {limit.peer: (limit.min_ttl, limit.max_ttl) for limit in config.ttl_limits}
        for peer in config.unicast_peers:
            lowest, highest = limits.get(peer, (0, 255))
            yield f"     {peer} min_ttl {lowest} max_ttl {highest}"


def _tracked(track: Tracking) -> Iterator[str]:
    lists = (
        ("interfaces", " ", track.interfaces),
        ("scripts", " ", track.scripts),
        ("files", ", ", track.files),
        ("processes", ", ", track.processes),
    )
    for title, separator, entries in lists:
        if entries:
            yield f"   Tracked {title} :"
        for entry in entries:
            yield f"     {entry.name}{separator}weight {entry.weight}{' reverse' if entry.reverse else ''}"


def _scripts(notify: Notify) -> Iterator[str]:
    for word, field in WORDS:
        command = getattr(notify, field)
        if command is not None:
            yield f"   {word} state transition script = {_quoted(command)}{_by(command.user, command.group)}"


def _group(group: SyncGroup, members: list[RunningInstance]) -> Iterator[str]:
    states = {member.router.state for member in members}
    state = "INIT" if not states or State.INIT in states else "BACKUP"
    for each in (State.FAULT, State.MASTER):
        if (each is State.FAULT and each in states) or states == {each}:
            state = each.value
    faults, init = (sum(member.router.state is each for member in members) for each in (State.FAULT, State.INIT))
    yield f" VRRP Sync Group = {group.name}, {state}"
    yield f"   Num member fault {faults}, num member init {init}"
    yield "   VRRP member instances :"
    yield from (f"     {name}" for name in group.members)
    yield "   Using smtp notification = no"
    yield from _tracked(group.track)
    yield from _scripts(group.notify)


def _script(script: Script, said: Optional[CheckResult]) -> Iterator[str]:
    yield f" VRRP Script = {script.name}"
    yield f"   Command = {_quoted(NotifyCommand(script.command))}"
    yield f"   Interval = {script.interval_s:g} sec"
    yield f"   Timeout = {script.timeout_s:g} sec"
    yield f"   Weight = {script.weight}{' reverse' if script.reverse else ''}"
    yield f"   Rise = {script.rise}"
    yield f"   Fall = {script.fall}"
    yield "   Insecure = no"
    yield f"   Init state = {'INIT' if said is None or said.ok is None else 'unknown'}"
    yield f"   Status = {'GOOD' if said is not None and said.ok else 'BAD'}"


def _file(file: File, said: Optional[CheckResult]) -> Iterator[str]:
    yield f" Track file = {file.name}"
    yield f"   File = {file.path}"
    yield f"   Status = {getattr(said, 'value', None) or 0}"
    yield f"   Weight = {file.weight}{' reverse' if file.reverse else ''}"


def _process(process: Process, said: Optional[CheckResult]) -> Iterator[str]:
    yield f" VRRP Track process = {process.name}"
    yield f"   Process = {process.process}"
    yield f"   Min processes = {process.quorum}"
    if process.quorum_max is not None:
        yield f"   Max processes = {process.quorum_max}"
    yield f"   Have quorum = {_true(said is not None and bool(said.ok))}"
    yield f"   Weight = {process.weight}{' reverse' if process.reverse else ''}"


def _said(agent: Agent, kind: str, name: str) -> Optional[CheckResult]:
    """What a tracker says now, as some instance that tracks it has heard it."""
    heard = (check for each in agent.instances.values() for check in each.checks)
    return next((check for check in heard if (check.kind, check.name) == (kind, name)), None)


def _tracking(agent: Agent, kind: str, tracker: object) -> Iterator[str]:
    yield "   Tracking instances :"
    for instance in agent.instances.values():
        for check in instance.checks:
            if (check.kind, check.name) == (kind, tracker.name):
                yield f"     {instance.name}, weight {check.weight}"


def _interface(link: Link, table: InterfaceTable, instances: Iterable[RunningInstance]) -> Iterator[str]:
    by_version = {each.address.version: str(each.address.ip) for each in reversed(list(table.on(link.name)))}
    yield f" Name = {link.name}"
    yield f"   index = {link.index}"
    yield f"   IPv4 address = {by_version.get(4, '(none)')}"
    yield f"   IPv6 address = {by_version.get(6, '(none)')}"
    if link.mac and not link.loopback:
        yield f"   MAC = {link.mac.hex(':')}"
    states = f"{'' if link.up else 'not '}UP, {'' if link.running else 'not '}RUNNING"
    yield f"   State = {states}{', loopback' if link.loopback else ''}"
    yield f"   MTU = {link.mtu}"
    weights = {each.config.name: 0 for each in instances if each.config.interface == link.name}
    for each in instances:
        weights.update((each.config.name, t.weight) for t in each.config.track.interfaces if t.name == link.name)
    if weights:
        yield "   Tracking VRRP instances :"
        yield from (f"     {name}, weight {weight}" for name, weight in weights.items())


def _stats(instance: RunningInstance) -> Iterator[str]:
    counters, seen = instance.counters, instance.counters.discarded

    def total(*reasons: str) -> int:
        return sum(seen.get(reason, 0) for reason in reasons)

    yield f"VRRP Instance: {instance.name}"
    yield "  Advertisements:"
    yield f"    Received: {counters.received}"
    yield f"    Sent: {counters.sent}"
    yield f"  Became master: {counters.became_master}"
    yield f"  Released master: {counters.became_master - (instance.router.state is State.MASTER)}"
    yield "  Packet Errors:"
    yield f"    Length: {total('truncated', 'length')}"
    yield f"    TTL: {total('ttl')}"
    yield f"    Invalid Type: {total('type')}"
    yield f"    Advertisement Interval: {total('interval')}"
    yield f"    Address List: {total('addresses')}"
    yield "  Authentication Errors:"
    yield f"    Invalid Type: {total('auth_type')}"
    yield "    Type Mismatch: 0"
    yield f"    Failure: {total('auth_pass', 'ah', 'ah_index', 'ah_replay')}"
    if instance.config.hmac is not None:
        yield "  Authentication Extension Errors:"
        yield f"    Missing: {total('hmac_missing')}"
        yield f"    Malformed: {total('hmac_malformed')}"
        yield f"    Unknown Key: {total('hmac_key')}"
        yield f"    Invalid HMAC: {total('hmac')}"
        yield f"    Stale: {total('hmac_stale')}"
        yield f"    Replay: {total('hmac_replay')}"
    yield "  Priority Zero:"
    yield f"    Received: {counters.priority_zero_received}"
    yield f"    Sent: {counters.priority_zero_sent}"


def _wanted(instance: RunningInstance) -> str:
    state = instance.router.state
    return State.BACKUP.value if instance.router.yielding else state.value


def _moment(wall: float) -> str:
    text = time.ctime(wall)
    microseconds = int(wall * 1e6) % 1000000
    return f"{int(wall)}.{microseconds:06d} ({text[:-5]}.{microseconds:06d}{text[-5:]})"


def _quoted(command: NotifyCommand) -> str:
    return " ".join(f"'{word}'" for word in command.command)


def _by(user: Optional[str], group: Optional[str]) -> str:
    """keepalived writes numbers; a name says more, and the numbers need not exist on this machine."""
    return f", user:group {user}:{group or user}" if user else ""


def _true(value: bool) -> str:
    return "true" if value else "false"


def _enabled(value: bool) -> str:
    return "enabled" if value else "disabled"
