# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It is the other node of the pair as this one knows it beside VRRP: what each tells the other, and what that means.

It explains and warns. Nothing that it knows moves mastership.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Optional

from ...config.model.configuration import Globals, PeerStatus
from ...protocol import peer_report
from ...protocol.peer_view import RUN_AGAIN, PeerFinding, PeerView, Standby
from ...protocol.states import State
from ..errors import CommandError
from ..instance import VrrpInstance
from ..instances import Instances
from ..log import Log
from ..network import peer_keys
from ..scheduler import Scheduler
from . import own_report
from .channel import Channel, OpenPeerSocket
from .peer_socket import PeerSocket


class OtherNode:
    """It has a channel while the configuration has ``peer_status``.

    ``leaving()`` says whether this node is drained, and whether its agent stops; ``wall()`` is its clock, seconds since
    1970.
    """

    def __init__(
        self,
        leaving: Callable[[], tuple[bool, bool]],
        instances: Instances,
        scheduler: Scheduler,
        wall: Callable[[], float],
        log: Log,
        open_socket: OpenPeerSocket = PeerSocket,
    ) -> None:
        self._leaving = leaving
        self._instances = instances
        self._scheduler = scheduler
        self._wall = wall
        self._log = log
        self._open_socket = open_socket
        self._own = own_report.OwnReport()
        self._settings: Optional[PeerStatus] = None
        self._keys: tuple[bytes, ...] = ()
        self._router_id: Optional[str] = None
        self._view: Optional[PeerView] = None
        self._channel: Optional[Channel] = None
        self._ready: dict[str, Optional[bool]] = {}  # what the log was told last, by instance

    def apply(self, settings: Globals) -> None:
        """Take the settings of a configuration. While they are the same, nothing that is known is forgotten."""
        self._router_id = settings.router_id
        self._apply(settings.peer_status)

    def _apply(self, wanted: Optional[PeerStatus]) -> None:
        known = self._settings
        if wanted is not None and known is not None and wanted == known and wanted.read_at < known.read_at:
            wanted = known  # a configuration that has waited for its confirmation comes with the keys of before
        keys = wanted.keys if wanted is not None else ()
        if (wanted, keys) == (self._settings, self._keys) and (wanted is None or self._channel is not None):
            self.changed()  # the instances may have another configuration from now on
            return
        self.close()
        self._settings, self._keys = wanted, keys
        if wanted is None:
            self._ready = {}
            return
        self._view = view = PeerView(str(wanted.address), wanted.port, self._scheduler.now(), own_report.release())
        if wanted.problem:
            self._log.warning(f"peer_status: {wanted.problem}")
            view.problem = PeerFinding(wanted.problem, f"{RUN_AGAIN}, which writes the key")
            self._log_changes(view)
            return
        self._channel = Channel(wanted, view, self._contents, self._scheduler, self._wall, self._open_socket)

    def read_keys(self) -> Optional[PeerStatus]:
        """Return the settings with the keys that the file has now, None without ``peer_status``. A child calls it."""
        return None if self._settings is None else peer_keys.read_again(self._settings)

    def take_keys(self, found: Optional[PeerStatus]) -> dict[str, Any]:
        """Take what :meth:`read_keys` has read. Return the digests of the keys, and what is wrong with their file.

        Raises CommandError where the configuration in force has no ``peer_status``, or has got another one meanwhile.
        """
        if found is None or found != self._settings:
            raise CommandError("the configuration that is in force has no peer_status, or another one since just now")
        self._apply(found)
        return {"keys": self._digests(), "problem": found.problem}

    def _digests(self) -> list[str]:
        return [peer_keys.digest(key) for key in self._keys]

    def changed(self) -> None:
        """Tell the other node soon that the state of an instance has changed."""
        if self._channel is not None:
            self._channel.send_soon()
        elif self._view is not None:
            self._log_changes(self._view)

    def close(self) -> None:
        """Send a last message, and close the socket."""
        if self._channel is not None:
            self._channel.close()
        self._channel = self._view = None

    def _contents(self) -> Iterator[bytes]:
        if self._view is not None:
            self._log_changes(self._view)
        node = own_report.node(self._router_id, self._wall(), *self._leaving())
        return peer_report.encode(node, self._own.instances(self._instances.running.values()))

    # What it means

    def status(self) -> Optional[dict[str, Any]]:
        """Return what is known of the other node, for the status; None without ``peer_status``."""
        view, now = self._view, self._scheduler.now()
        if view is None:
            return None
        node, silence = view.node, view.silence(now)
        found = [*([silence] if silence is not None else ()), *view.doubts(now)]
        return {
            "address": view.address,
            "port": view.port,
            "keys": self._digests(),
            "name": node.name if node is not None else None,
            "heard_s": round(now - view.heard_at, 3) if view.heard_at is not None else None,
            "version": node.version if node is not None else None,
            "drained": node.drained if node is not None else None,
            "clock_s": round(view.clock_s, 3) if node is not None else None,
            "warnings": [f"{view.name}: {finding}" for finding in found],
            "discarded": dict(view.discarded),
        }

    def standby(self, instance: VrrpInstance) -> Optional[dict[str, Any]]:
        """Return whether the other node can take over an instance of which this one is MASTER; else None."""
        if self._view is None:
            return None
        found = self._standby(self._view, instance)
        if found is None:
            return None
        report, finding = found.report, found.finding
        return {
            "node": self._view.name,
            "ready": found.ready,
            "why": _words(self._view, instance.name, found),
            "remedy": finding.remedy if finding is not None else "",
            "planned": found.planned,
            "state": report.state if report is not None else None,
            "stopped": found.stopped,
            "priority": report.priority if report is not None else None,
            "troubles": list(report.troubles) if report is not None else [],
        }

    def _standby(self, view: PeerView, instance: VrrpInstance) -> Optional[Standby]:
        router = instance.router
        if router.state is not State.MASTER or router.since is None:
            return None
        return view.standby(instance.name, self._own.digest(instance.config), router.since, self._scheduler.now())

    def _log_changes(self, view: PeerView) -> None:
        """Log which standby is no longer ready, and which is ready again."""
        with self._log.buffered():
            for instance in self._instances.running.values():
                found, before = self._standby(view, instance), self._ready.get(instance.name)
                if found is None or found.ready is None:
                    continue
                self._ready[instance.name] = found.ready
                if found.ready is False and before is not False:
                    self._tell(view, instance.name, _words(view, instance.name, found), "not ready")
                elif found.ready and before is False:
                    text = f"{view.name}, the standby of {instance.name}, is ready again"
                    self._tell(view, instance.name, text, "ready")

    def _tell(self, view: PeerView, name: str, text: str, standby: str) -> None:
        self._log.info(f"({name}) {text}", {"INSTANCE": name, "STANDBY": standby, "PEER": view.address})


def _words(view: PeerView, name: str, found: Standby) -> str:
    """Return one sentence, or nothing where it is ready."""
    if found.finding is None:
        return ""
    how = "is not ready" if found.ready is False else "is not known to be ready"
    return f"{view.name}, the standby of {name}, {how}: {found.finding.text}"
