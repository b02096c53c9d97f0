# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The interfaces that instances live on: the kernel's view of them, one VRRP channel for each and each IP version."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Optional

from ...protocol.constants import AH_PROTOCOL
from ..instance import RunningInstance
from ..kernel.interfaces import Change, LinkChanged
from ..kernel.netlink import Kernel
from ..telling.log import Log
from .announce import Announcer
from .channel import Channel
from .sockets import RECEIVE_BUFFER, SocketError, VrrpSocket, open_socket
from .wire import ah_key, ip_version

Place = tuple[str, int]  # interface name and IP version


class Network:
    """Opens a channel when its interface is there and closes it when it goes, whatever name or index it has.

    There is a channel only where an instance lives: a node without IPv6 instances needs no IPv6 socket.
    """

    def __init__(
        self,
        log: Log,
        listen: Callable[[int, Callable[[], None]], None],
        unlisten: Callable[[int], object],
        readable: Callable[[Channel], None],
        count: Callable[[str], None],
        clock: Callable[[], float],
    ) -> None:
        self.kernel = Kernel()
        self.announcer = Announcer(log)
        self.channels: dict[Place, Channel] = {}
        self._log = log
        self._listen = listen
        self._unlisten = unlisten
        self._readable = readable
        self._count = count
        self._clock = clock
        self._instances: list[RunningInstance] = []
        self._tells_unknown = False

    def tell_unknown(self, wanted: bool) -> None:
        """log_unknown_vrids: whether packets for other virtual routers are worth a line."""
        self._tells_unknown = wanted
        for channel in self.channels.values():
            channel.tells_unknown = wanted

    def sender(self, interface: str, version: int = 4) -> Optional[VrrpSocket]:
        """The socket of an interface for one IP version, None while there is none."""
        channel = self.channels.get((interface, version))
        return channel.socket if channel is not None else None

    def attach(self, instance: RunningInstance) -> None:
        """Let an instance hear and speak."""
        self._instances.append(instance)
        place = place_of(instance)
        if place in self.channels:
            self._add(place, instance)
        else:
            self._open(place)

    def detach(self, instance: RunningInstance) -> None:
        """The instance is gone; the last one of a channel takes it along."""
        self._instances = [other for other in self._instances if other is not instance]
        self.announcer.cancel(instance)
        place = place_of(instance)
        channel = self.channels.get(place)
        if channel is not None:
            channel.remove(instance)
            if not any(place_of(other) == place for other in self._instances):
                self._close(place)

    def reconfigured(self, instance: RunningInstance) -> None:
        """What an instance expects of the wire has changed."""
        place = place_of(instance)
        channel = self.channels.get(place)
        if channel is not None:
            channel.forget(instance.virtual_router_id)
            self._add(place, instance)

    def open_missing(self) -> None:
        """Try again where a socket could not be had, or was closed because a group could not be joined."""
        for place in {place_of(instance) for instance in self._instances}:
            if place not in self.channels:
                self._open(place)

    def kernel_changed(self, changes: Iterable[Change], now: float) -> None:
        """Follow links that came, went, or changed their name or index, and addresses that are at work now."""
        usable = set()
        for change in changes:
            if not isinstance(change, LinkChanged):
                if change.added and change.present.usable:
                    usable.add((change.present.index, change.present.address))
                continue
            old, new = change.old, change.new
            if old is not None and (new is None or (old.name, old.mac) != (new.name, new.mac)):
                self.announcer.forget(old.index)
            if old is not None and (new is None or old.name != new.name):
                for place, channel in list(self.channels.items()):
                    if channel.socket.index == old.index and place[0] == old.name:
                        self._close(place)
            if new is not None:
                for place in {place_of(instance) for instance in self._instances}:
                    if place[0] == new.name:
                        self._open(place)
        if usable:
            self.announcer.usable(usable)

    def rest(self, channel: Channel, later: Callable[[Callable[[], None]], object]) -> None:
        """Do not wake for a channel until ``later`` calls: to be woken by each packet of a burst costs two sides."""

        def resume() -> None:
            if channel in self.channels.values():
                for sock in channel.sockets:
                    self._listen(sock.fileno(), lambda: self._readable(channel))

        for sock in channel.sockets:
            self._unlisten(sock.fileno())
        later(resume)

    def drain(self, now: float) -> frozenset[Place]:
        """Read a portion of what has arrived on each channel. Returns where there may be more of it."""
        return frozenset(place for place, channel in list(self.channels.items()) if not channel.drain(now))

    def close(self) -> None:
        """Close every channel, the announcer's sockets and the netlink sockets."""
        for place in list(self.channels):
            self._close(place)
        self.announcer.close()
        self.kernel.close()

    def _open(self, place: Place) -> None:
        name, version = place
        link = self.kernel.table.names.get(name)
        channel = self.channels.get(place)
        if channel is not None and (link is None or channel.socket.index != link.index):
            self._close(place)
            channel = None
        if link is None or channel is not None:
            return
        try:
            channel = Channel(open_socket(name, link.index, version), self._log, self._count, self._clock)
        except SocketError as error:
            self._log.error(f"interface {name}: {error}")
            return
        channel.tells_unknown = self._tells_unknown
        self.channels[place] = channel
        self._listen(channel.socket.fileno(), lambda: self._readable(channel))
        for instance in [other for other in self._instances if place_of(other) == place]:
            if not self._add(place, instance):
                break

    def _add(self, place: Place, instance: RunningInstance) -> bool:
        """An instance that cannot hear its peer must not speak: without the group there is no channel."""
        channel = self.channels[place]
        try:
            if channel.ah is None and ah_key(instance.config) is not None:
                channel.ah = open_socket(place[0], channel.socket.index, place[1], AH_PROTOCOL)
                self._listen(channel.ah.fileno(), lambda: self._readable(channel))
            channel.add(instance)
            self._resize(channel)
        except SocketError as error:
            self._log.error(f"({instance.name}) {error}")
            self._close(place)
            return False
        return True

    @staticmethod
    def _resize(channel: Channel) -> None:
        """kernel_rx_buf_size counts for each instance on the socket, as keepalived adds them up."""
        sizes = [each.config.kernel_rx_buf_size for each in channel.every]
        wanted = sum(size for size in sizes if size is not None)
        if wanted:
            for sock in channel.sockets:
                sock.resize(wanted if None not in sizes else max(wanted, RECEIVE_BUFFER))

    def _close(self, place: Place) -> None:
        channel = self.channels.pop(place)
        for sock in channel.sockets:
            self._unlisten(sock.fileno())
            sock.close()


def place_of(instance: RunningInstance) -> Place:
    """Where an instance hears and speaks."""
    return instance.config.speaks_on, ip_version(instance.config)
