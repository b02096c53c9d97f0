# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One ``vrrp_instance`` at work: its state machine, its ready-made packets, its addresses, its counters.

Inputs come from the loop, actions go to the ports in :class:`Edge`. Nothing here waits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv4Address
from typing import Optional, Protocol

from ..config.model import Globals, Instance
from ..protocol.actions import Action, Announce, InstallAddresses, Notify, ReleaseAddresses, SendAdvertisement
from ..protocol.constants import PRIORITY_OWNER, PRIORITY_STOP
from ..protocol.packet import Address, Advertisement
from ..protocol.router import VirtualRouter
from ..protocol.states import NEVER, State
from ..protocol.tracking import CheckResult, Verdict, verdict
from . import wire
from .addresses import Wanted, absent, present, resolve, source_address
from .announce import Announcer
from .counters import Counters, Peers
from .interfaces import AddressChanged, Interface
from .log import Log
from .netlink import Kernel
from .notify import NotifyQueue

INSTALL_RETRY_S = 10.0  # after the kernel refused a virtual address


class Sender(Protocol):
    def send(self, packet: bytes, destination: str) -> Optional[str]: ...


@dataclass
class Edge:
    """Everything outside that an instance can reach. Tests put in their own."""

    kernel: Kernel
    announcer: Announcer
    log: Log
    sender: Callable[[str], Optional[Sender]]  # by interface name; None while there is no socket
    virtual: Callable[[], frozenset[Interface]]  # the virtual addresses of all instances
    held_elsewhere: Callable[[object], frozenset[tuple[int, Interface]]]  # by instances other than this one
    arm: Callable[[float], None]  # wake the loop at this time at the latest
    transition: Callable[[], None]  # a state has changed


class RunningInstance:
    """A configured instance that takes part. Interface and virtual router id never change."""

    def __init__(self, config: Instance, settings: Globals, edge: Edge) -> None:
        self.config = config
        self.settings = settings
        self.name = config.name
        self.virtual_router_id = config.virtual_router_id
        self.router = VirtualRouter(wire.parameters(config, None))
        self.counters = Counters()
        self.peers = Peers()
        self.notifications = NotifyQueue(config.name, edge.log)
        self.verdict = Verdict(config.priority)
        self.checks: tuple[CheckResult, ...] = ()
        self.source: Optional[IPv4Address] = None
        self.last_event = "not started"
        self.deadline = NEVER  # a copy of the router's, which the loop reads often
        self.expectation = wire.expectation(config, None)
        self._dropped = False
        self._install_faults: tuple[str, ...] = ()  # what the kernel refused, until it is tried again
        self._retry_at = NEVER
        self._owned: frozenset[tuple[int, Interface]] = frozenset()  # the host's own among the virtual addresses
        self._edge = edge
        self._interface_faults: tuple[str, ...] = ("not looked at yet",)
        self._packets: dict[int, list[tuple[bytes, str]]] = {}
        self._wanted: tuple[Wanted, ...] = ()
        self._installed: tuple[Wanted, ...] = ()  # what goes on release, whatever the interface is called by then

    @property
    def multicast(self) -> bool:
        return not self.config.unicast_peers

    @property
    def started(self) -> bool:
        return self.router.state is not State.INIT

    @property
    def wanted(self) -> tuple[Wanted, ...]:
        """The virtual addresses whose interfaces are there."""
        return self._wanted

    @property
    def held(self) -> frozenset[tuple[int, Interface]]:
        """The addresses that nobody else may take off now."""
        if not self.router.holds_addresses:
            return frozenset()
        return frozenset((want.index, want.address) for want in self._installed)

    @property
    def owned(self) -> tuple[Interface, ...]:
        """The virtual addresses that are the host's own, known once it has been MASTER: they never leave this host."""
        return tuple(want.address for want in self._wanted if self._is_owned(want))

    # Inputs

    def ready(self) -> bool:
        """keepalived's rule: an instance begins when every check that can put it into FAULT has spoken."""
        return all(check.ok is not None for check in self.checks if not check.weight)

    def start(self, now: float) -> None:
        """Begin to take part."""
        self.perform(self.router.start(now), now)

    def remove_leftovers(self) -> None:
        """Take off the virtual addresses that a crashed predecessor left behind: nobody has made us MASTER yet."""
        if self.config.priority == PRIORITY_OWNER:
            return  # they may be the host's own
        held = self._edge.held_elsewhere(self)
        leftovers = [want for want in self._removable(self._wanted) if (want.index, want.address) not in held]
        leftovers = present(leftovers, self._edge.kernel.table)
        if leftovers:
            self._edge.log.warning(f"({self.name}) removing VIPs that were left behind.")
            self._log_failures(self._edge.kernel.release(leftovers))

    def heard(self, advertisement: Advertisement, source: Address, now: float) -> None:
        """Take an advertisement that has passed the checks."""
        self.counters.received += 1
        self.peers.heard(source, advertisement.priority, now)
        router = self.router
        if not advertisement.priority:
            self._log_priority_zero(source)
        was_yielding, ours = router.yielding, router.priority
        actions = router.advertisement(advertisement, source, now)
        if router.yielding and not was_yielding:
            self._log_outbid(advertisement, source, ours)
        self.perform(actions, now)

    def expire(self, now: float) -> None:
        if self._install_faults and self._retry_at <= now:
            self._install_faults = ()
            self._faults_changed(now)
        self.perform(self.router.expire(now), now)

    def check_results(self, results: Iterable[CheckResult], now: float) -> None:
        """Take what the tracked checks say now."""
        self.checks = tuple(results)
        before, self.verdict = self.verdict, verdict(self.config.priority, self.checks)
        if self.verdict.priority != before.priority:
            self._edge.log.info(
                f"({self.name}) Changing effective priority from {before.priority} to {self.verdict.priority}"
            )
        self.perform(self.router.priority_changed(self.verdict.priority, now), now)
        self._faults_changed(now)

    def interface_changed(self, now: float) -> None:
        """Look at the interface again. While MASTER, one that was replaced gets the addresses of the old one."""
        self._look_at_interface(now)
        if self.router.holds_addresses and not self.router.yielding:
            self._note_owned()
            self._installed = tuple(dict.fromkeys(self._installed + self._wanted))
            self._put_back(absent(self._wanted, self._edge.kernel.table), now)

    def _look_at_interface(self, now: float) -> None:
        """Is it there, is it up, which address do we speak from."""
        table = self._edge.kernel.table
        before = self._wanted
        self._wanted, missing = resolve(self.config.addresses, self.config.interface, table)
        if self._wanted != before:
            self._install_faults = ()  # the refusal was about another interface
        faults = []
        link = table.names.get(self.config.interface)
        source = self._find_source()
        if link is None:
            faults.append(f"interface {self.config.interface} does not exist")
        elif not link.usable:
            faults.append(f"interface {link.name} is down" if not link.up else f"interface {link.name} has no carrier")
        elif source is None:
            faults.append(
                f"unicast_src_ip {self.config.unicast_src_ip} is not on this host"
                if self.config.unicast_src_ip
                else f"interface {link.name} has no IPv4 address"
            )
        elif self._edge.sender(link.name) is None:
            faults.append(f"no VRRP socket on interface {link.name}")
        faults += [f"interface {name} does not exist" for name in missing if name != self.config.interface]
        if source is not None and source != self.source:
            self.source = source
            self.expectation = wire.expectation(self.config, source)
            self._packets.clear()
            self.perform(self.router.source_changed(source, now), now)
        self._interface_faults = tuple(faults)
        self._faults_changed(now)

    def address_changed(self, change: AddressChanged, now: float) -> None:
        """Somebody deleted an address: when it is one of ours and we are MASTER, it comes back at once."""
        entry = change.present
        if change.added or not self.router.holds_addresses or self.router.yielding:
            return
        mine = [want for want in self._wanted if (want.index, want.address) == (entry.index, entry.address)]
        self._put_back(absent(mine, self._edge.kernel.table), now)

    def reconfigure(self, config: Instance, settings: Globals, now: float) -> None:
        """Take a changed configuration of the same instance on the same interface and virtual router id."""
        old, self.config = self.config, config
        self.name, self.settings = config.name, settings
        if replace(config, line=old.line) == old:
            return
        self.expectation = wire.expectation(config, self.source)
        self._packets.clear()
        self._install_faults = ()
        self._look_at_interface(now)
        changed = wire.parameters(config, self.source)
        if changed != self.router.parameters:
            self.perform(self.router.parameters_changed(changed, now), now)
            self.verdict = verdict(config.priority, self.checks)
            self.perform(self.router.priority_changed(self.verdict.priority, now), now)
        if self.router.holds_addresses:
            self._reconcile(now)

    def stop(self, now: float) -> None:
        """Clean stop: a master keeps its addresses until a peer speaks."""
        self.perform(self.router.stop(now), now)

    def drop(self) -> None:
        """Give up the addresses at once: nobody waits for a peer any more."""
        if self.router.holds_addresses and not self._dropped:
            self._dropped = True
            if not self.router.yielding:
                self._send(SendAdvertisement(PRIORITY_STOP), 0.0)
            self._release_addresses(ReleaseAddresses(), 0.0)

    # Actions

    def perform(self, actions: Iterable[Action], now: float) -> None:
        """Do what the state machine asked for, in its order."""
        for action in actions:
            self._PERFORM[type(action)](self, action, now)
            if not set(self._install_faults) <= set(self.router.faults):
                self._faults_changed(now)  # nobody must hear that we have what we have not: the peer takes it
                break
        deadline = self.router.deadline
        self.deadline = NEVER if deadline is None else deadline
        if self._install_faults:
            self.deadline = min(self.deadline, self._retry_at)
        self._edge.arm(self.deadline)

    def _send(self, action: SendAdvertisement, now: float) -> None:
        packets = self._packets.get(action.priority)
        if packets is None:
            packets = self._packets[action.priority] = wire.packets(self.config, self.source, action.priority)
        sender = self._edge.sender(self.config.interface)
        if sender is None:
            return
        for packet, destination in packets:
            error = sender.send(packet, destination)
            if error is None:
                self.counters.sent += 1
                if action.priority == PRIORITY_STOP:
                    self.counters.priority_zero_sent += 1
                    self._edge.log.info(f"({self.name}) sent 0 priority")
            else:
                self.counters.send_errors += 1
                self._edge.log.seldom(
                    ("send", self.name, destination), f"({self.name}) Cant send advert to {destination} ({error})"
                )

    def _install_addresses(self, action: InstallAddresses, now: float) -> None:
        self._edge.log.info(f"({self.name}) setting VIPs.")
        self._note_owned()
        self._installed = self._wanted
        self._install(self._wanted, now)

    def _release_addresses(self, action: ReleaseAddresses, now: float) -> None:
        self._edge.log.info(f"({self.name}) removing VIPs.")
        self._edge.announcer.cancel(self)
        held = self._edge.held_elsewhere(self)
        mine = [want for want in self._removable(self._installed) if (want.index, want.address) not in held]
        self._installed = ()
        self._log_failures(self._edge.kernel.release(mine))

    def _announce_all(self, action: Announce, now: float) -> None:
        self._announce(self._wanted, action.repeat)

    def _notify(self, action: Notify, now: float) -> None:
        self.counters.transitions += 1
        if action.state == State.MASTER.value:
            self.counters.became_master += 1
        self.last_event = f"entered {action.state}: {action.reason}"
        self._edge.log.info(f"({self.name}) Entering {action.state} STATE ({action.reason})")
        self.notifications.put(self.config, self.settings, action.state, action.priority)
        self._edge.transition()

    _PERFORM = {
        SendAdvertisement: _send,
        InstallAddresses: _install_addresses,
        ReleaseAddresses: _release_addresses,
        Announce: _announce_all,
        Notify: _notify,
    }

    # What these are made of

    def _find_source(self) -> Optional[IPv4Address]:
        table, configured = self._edge.kernel.table, self.config.unicast_src_ip
        if configured is not None:
            return configured if table.has(configured) else None
        virtual = self._edge.virtual() - self._owned_addresses()
        return source_address(self.config.interface, virtual, table)

    def _owned_addresses(self) -> frozenset[Interface]:
        """The address owner (priority 255) speaks from the very address that is virtual."""
        if self.config.priority != PRIORITY_OWNER:
            return frozenset()
        return frozenset(entry.address for entry in self.config.addresses)

    def _removable(self, wanted: Iterable[Wanted]) -> tuple[Wanted, ...]:
        """The host's own addresses stay on whatever happens."""
        return tuple(want for want in wanted if not self._is_owned(want))

    def _is_owned(self, want: Wanted) -> bool:
        return self.config.priority == PRIORITY_OWNER and (want.index, want.address) in self._owned

    def _note_owned(self) -> None:
        """An address owner's addresses that are there already, and not from us, are the host's own."""
        if self.config.priority == PRIORITY_OWNER:
            ours = {(want.index, want.address) for want in self._installed}
            there = {(want.index, want.address) for want in present(self._wanted, self._edge.kernel.table)}
            self._owned |= there - ours

    def _install(self, wanted: Iterable[Wanted], now: float) -> bool:
        """Set addresses. What the kernel refuses becomes a fault, with :meth:`_faults_changed`, and is tried again."""
        self._install_faults = tuple(self._edge.kernel.install(tuple(wanted)))
        self._retry_at = now + INSTALL_RETRY_S
        self._log_failures(self._install_faults)
        return not self._install_faults

    def _reconcile(self, now: float) -> None:
        """While MASTER: what the new configuration has no more goes, what it adds comes and is announced."""
        held = self._edge.held_elsewhere(self)
        removable = [want for want in self._removable(self._installed) if (want.index, want.address) not in held]
        gone = [want for want in removable if want not in self._wanted]  # also: with another label, brd or scope
        if gone:
            self._edge.log.info(f"({self.name}) removing VIPs {', '.join(str(want.address) for want in gone)}")
            self._log_failures(self._edge.kernel.release(gone))
        self._note_owned()
        self._installed = self._wanted
        added = absent(self._wanted, self._edge.kernel.table)
        if added:
            self._edge.log.info(f"({self.name}) setting VIPs {', '.join(str(want.address) for want in added)}")
            self._set_and_announce(added, now)

    def _put_back(self, lost: Sequence[Wanted], now: float) -> None:
        if lost:
            self.counters.addresses_put_back += len(lost)
            names = ", ".join(str(want.address) for want in lost)
            self.last_event = f"{names} had been removed by somebody else and was put back"
            self._edge.log.warning(f"({self.name}) {self.last_event}")
            self._set_and_announce(lost, now)

    def _set_and_announce(self, wanted: Sequence[Wanted], now: float) -> None:
        if self._install(wanted, now):
            self._announce(wanted, max(self.config.garp.repeat, 1))
        else:
            self._faults_changed(now)

    def _announce(self, wanted: Iterable[Wanted], repeat: int) -> None:
        self._edge.announcer.burst(self, tuple(wanted), repeat, self.config.garp.interval_s, self._edge.kernel.table)

    def _faults_changed(self, now: float) -> None:
        faults = self._interface_faults + self._install_faults + self.verdict.faults
        if faults != self.router.faults:
            for fault in faults:
                if fault not in self.router.faults:
                    self._edge.log.info(f"({self.name}) entering FAULT state ({fault})")
            self.perform(self.router.fault_changed(faults, now), now)

    def _log_failures(self, failures: Iterable[str]) -> None:
        for failure in failures:
            self.last_event = failure
            self._edge.log.error(f"({self.name}) {failure}")

    def _log_priority_zero(self, source: Address) -> None:
        self.counters.priority_zero_received += 1
        who = "Master" if self.router.holds_addresses else "Backup"
        what = "message" if self.router.holds_addresses else "advertisement"
        self._edge.log.info(f"({self.name}) {who} received priority 0 {what} from {source}")

    def _log_outbid(self, advertisement: Advertisement, source: Address, ours: int) -> None:
        text = f"higher priority {advertisement.priority}, ours {ours}"
        if advertisement.priority == ours:
            text = f"same priority {ours} but higher IP address than ours"
        self._edge.log.info(f"({self.name}) Master received advert from {source} with {text}")
