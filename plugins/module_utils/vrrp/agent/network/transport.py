# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The transport keeps one receiver for each interface and IP version that an instance uses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Optional, Union

from ...protocol.constants import AH_PROTOCOL, VRRP_PROTOCOL
from ..log import Log
from ..netlink.kernel import Kernel
from ..netlink.links import KernelChange, LinkChanged
from ..scheduler import Scheduler
from .advertisement import ah_key
from .gratuitous_arp import Announcer
from .listener import Listener
from .receiver import Receiver, Recipient
from .sockets import RECEIVE_BUFFER, SocketError, VrrpSocket

InterfaceVersion = tuple[str, int]  # interface name and IP version
OpenSocket = Callable[[str, int, int, int], VrrpSocket]  # interface, index, IP version, protocol; raises SocketError


class Transport:
    """It opens a receiver when its interface is there, and closes it when the interface goes or changes its name.

    A receiver is open only where an instance uses it: a node without IPv6 instances needs no IPv6 socket.
    """

    def __init__(
        self,
        kernel: Kernel,
        announcer: Announcer,
        log: Log,
        open_socket: OpenSocket,
        count: Callable[[str], None],
        scheduler: Scheduler,
    ) -> None:
        self._kernel = kernel
        self._announcer = announcer
        self._open_socket = open_socket
        self.receivers: dict[InterfaceVersion, Receiver] = {}
        self._log = log
        self._count = count
        self._scheduler = scheduler
        self._instances: list[Recipient] = []
        self._listeners: tuple[Listener, ...] = ()
        self._tells_unknown = False

    def log_unknown_vrids(self, wanted: bool) -> None:
        """Set whether packets for other virtual routers are logged (``log_unknown_vrids``)."""
        self._tells_unknown = wanted
        for receiver in self.receivers.values():
            receiver.tells_unknown = wanted

    def sender(self, interface: str, version: int = 4) -> Optional[VrrpSocket]:
        """Return the socket of an interface for one IP version, None while there is none."""
        receiver = self.receivers.get((interface, version))
        return receiver.socket if receiver is not None else None

    def attach(self, instance: Recipient) -> None:
        """Let an instance receive and send."""
        self._instances.append(instance)
        place = place_of(instance)
        if place in self.receivers:
            self._add(place, instance)
        else:
            self._open(place)

    def detach(self, instance: Recipient) -> None:
        """Remove an instance, and close its receiver when no other instance uses it."""
        self._instances = [other for other in self._instances if other is not instance]
        self._announcer.cancel(instance)
        place = place_of(instance)
        receiver = self.receivers.get(place)
        if receiver is not None:
            receiver.remove(instance)
            self._close_unused(place)

    def overhear(self, listeners: Sequence[Listener]) -> None:
        """Let these listeners, and none that were given before, hear what comes."""
        before, self._listeners = self._listeners, tuple(listeners)
        for place in {place_of(each) for each in (*before, *self._listeners)}:
            if place in self.receivers:
                self._overhear(place)
                self._close_unused(place)
            else:
                self._open(place)

    def _overhear(self, place: InterfaceVersion) -> None:
        receiver, listeners = self.receivers[place], [each for each in self._listeners if place_of(each) == place]
        try:
            if any(each.authenticator.ah_key is not None for each in listeners):
                self._open_ah(place, receiver)
            receiver.overhear(listeners)
        except SocketError as error:
            self._log.error(f"({', '.join(each.config.name for each in listeners)}) {error}")

    def _close_unused(self, place: InterfaceVersion) -> None:
        if place not in self._places:
            self._close(place)

    @property
    def _places(self) -> set[InterfaceVersion]:
        return {*map(place_of, self._instances), *map(place_of, self._listeners)}

    def reconfigured(self, instance: Recipient) -> None:
        """Take that an instance expects other packets now: the next one is judged again."""
        place = place_of(instance)
        receiver = self.receivers.get(place)
        if receiver is not None:
            receiver.forget(instance.virtual_router_id)
            self._add(place, instance)

    def open_missing(self) -> None:
        """Try again where a socket could not be had, or was closed because a group could not be joined."""
        for place in {place_of(instance) for instance in self._instances}:
            if place not in self.receivers:
                self._open(place)

    def kernel_changed(self, changes: Iterable[KernelChange], now: float) -> None:
        """Follow links that came, went, or changed their name or index, and addresses that have become usable."""
        usable = set()
        for change in changes:
            if not isinstance(change, LinkChanged):
                if change.added and change.present.usable:
                    usable.add((change.present.index, change.present.address))
                continue
            old, new = change.old, change.new
            if old is not None and (new is None or (old.name, old.mac) != (new.name, new.mac)):
                self._announcer.forget(old.index)
            if old is not None and (new is None or old.name != new.name):
                for place, receiver in list(self.receivers.items()):
                    if receiver.socket.index == old.index and place[0] == old.name:
                        self._close(place)
            if new is not None:
                for place in self._places:
                    if place[0] == new.name:
                        self._open(place)
        if usable:
            self._announcer.usable(usable)

    def drain(self, now: float) -> frozenset[InterfaceVersion]:
        """Read a portion of the packets of each receiver. Returns the receivers that may have more."""
        return frozenset(place for place, receiver in list(self.receivers.items()) if not receiver.drain(now))

    def close(self) -> None:
        """Close every receiver."""
        for place in list(self.receivers):
            self._close(place)

    def _open(self, place: InterfaceVersion) -> None:
        name, version = place
        link = self._kernel.table.names.get(name)
        receiver = self.receivers.get(place)
        if receiver is not None and (link is None or receiver.socket.index != link.index):
            self._close(place)
            receiver = None
        if link is None or receiver is not None:
            return
        try:
            sock = self._open_socket(name, link.index, version, VRRP_PROTOCOL)
        except SocketError as error:
            self._log.error(f"interface {name}: {error}")
            return
        receiver = self.receivers[place] = Receiver(sock, self._log, self._count, self._scheduler)
        receiver.tells_unknown = self._tells_unknown
        receiver.listen()
        for instance in [other for other in self._instances if place_of(other) == place]:
            if not self._add(place, instance):
                return
        self._overhear(place)

    def _add(self, place: InterfaceVersion, instance: Recipient) -> bool:
        """Add an instance, or close the receiver if it cannot join the group: without it no instance may send."""
        receiver = self.receivers[place]
        try:
            if ah_key(instance.config) is not None:
                self._open_ah(place, receiver)
            receiver.add(instance)
            self._resize(receiver)
        except SocketError as error:
            self._log.error(f"({instance.name}) {error}")
            self._close(place)
            return False
        return True

    def _open_ah(self, place: InterfaceVersion, receiver: Receiver) -> None:
        if receiver.ah is None:
            receiver.ah = self._open_socket(place[0], receiver.socket.index, place[1], AH_PROTOCOL)
            receiver.listen()

    @staticmethod
    def _resize(receiver: Receiver) -> None:
        """Set the receive buffer to the sum of ``kernel_rx_buf_size`` of all instances, as keepalived does."""
        sizes = [each.config.kernel_rx_buf_size for each in receiver.every]
        wanted = sum(size for size in sizes if size is not None)
        if wanted:
            for sock in receiver.sockets:
                sock.resize(wanted if None not in sizes else max(wanted, RECEIVE_BUFFER))

    def _close(self, place: InterfaceVersion) -> None:
        self.receivers.pop(place).close()


def place_of(instance: Union[Recipient, Listener]) -> InterfaceVersion:
    """Return the interface and IP version on which an instance receives and sends."""
    return instance.config.speaks_on, instance.config.ip_version
