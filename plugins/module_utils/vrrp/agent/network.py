# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The interfaces that instances live on: the kernel's view of them, and one VRRP channel for each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Optional

from .announce import Announcer
from .channel import Channel
from .instance import RunningInstance
from .interfaces import Change, LinkChanged
from .log import Log
from .netlink import Kernel
from .sockets import SocketError, VrrpSocket


class Network:
    """Opens a channel when its interface is there and closes it when it goes, whatever name or index it has."""

    def __init__(
        self,
        log: Log,
        listen: Callable[[int, Callable[[], None]], None],
        unlisten: Callable[[int], None],
        readable: Callable[[Channel], None],
        count: Callable[[str], None],
    ) -> None:
        self.kernel = Kernel()
        self.announcer = Announcer(log)
        self.channels: dict[str, Channel] = {}
        self._log = log
        self._listen = listen
        self._unlisten = unlisten
        self._readable = readable
        self._count = count
        self._instances: list[RunningInstance] = []

    def sender(self, interface: str) -> Optional[VrrpSocket]:
        """The socket of an interface, None while there is none."""
        channel = self.channels.get(interface)
        return channel.socket if channel is not None else None

    def attach(self, instance: RunningInstance) -> None:
        """Let an instance hear and speak."""
        self._instances.append(instance)
        self._open(instance.config.interface)
        channel = self.channels.get(instance.config.interface)
        if channel is not None:
            channel.add(instance)

    def detach(self, instance: RunningInstance) -> None:
        """The instance is gone; the last one of an interface takes the channel with it."""
        self._instances = [other for other in self._instances if other is not instance]
        self.announcer.cancel(instance)
        name = instance.config.interface
        channel = self.channels.get(name)
        if channel is not None:
            channel.remove(instance)
            if not any(other.config.interface == name for other in self._instances):
                self._close(name)

    def reconfigured(self, instance: RunningInstance) -> None:
        """What an instance expects of the wire has changed."""
        channel = self.channels.get(instance.config.interface)
        if channel is not None:
            channel.forget(instance.virtual_router_id)
            channel.add(instance)

    def apply(self, changes: Iterable[Change]) -> None:
        """Follow links that came, went, or changed their name or index."""
        for change in changes:
            if not isinstance(change, LinkChanged):
                continue
            old, new = change.old, change.new
            if old is not None and (new is None or (old.name, old.mac) != (new.name, new.mac)):
                self.announcer.forget(old.index)
            if old is not None and (new is None or old.name != new.name):
                channel = self.channels.get(old.name)
                if channel is not None and channel.socket.index == old.index:
                    self._close(old.name)
            if new is not None:
                self._open(new.name)

    def drain(self, now: float) -> None:
        """Read everything that has arrived on any channel."""
        for channel in list(self.channels.values()):
            channel.drain(now)

    def close(self) -> None:
        for name in list(self.channels):
            self._close(name)
        self.announcer.close()
        self.kernel.close()

    def _open(self, name: str) -> None:
        link = self.kernel.table.names.get(name)
        residents = [instance for instance in self._instances if instance.config.interface == name]
        channel = self.channels.get(name)
        if channel is not None and (link is None or channel.socket.index != link.index):
            self._close(name)
            channel = None
        if link is None or not residents or channel is not None:
            return
        try:
            channel = Channel(VrrpSocket(name, link.index), self._log, self._count)
            for instance in residents:
                channel.add(instance)
        except (SocketError, OSError) as error:
            self._log.error(f"interface {name}: {error}")
            return
        self.channels[name] = channel
        self._listen(channel.socket.fileno(), lambda: self._readable(channel))

    def _close(self, name: str) -> None:
        channel = self.channels.pop(name)
        self._unlisten(channel.socket.fileno())
        channel.socket.close()
