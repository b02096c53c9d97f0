# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It sends messages to the other node of the pair once a second, and reads what comes from there in portions."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Optional

from ...config.model.configuration import PeerStatus
from ...protocol import peer_report
from ...protocol.peer_report import ReportError
from ...protocol.peer_session import MALFORMED, UNPROVEN, MessageRefused, Session
from ...protocol.peer_view import PeerFinding, PeerView
from ..scheduler import Scheduler
from .peer_socket import NOBODY, PeerSocket

PERIOD_S = 1.0  # between two messages
SOON_S = 0.1  # after a change, and while the two get to know each other
AT_ONCE = 24  # messages that are read at once; 255 instances are told in fewer
THROTTLE_S = 0.02  # until more are read: so a flood costs no more than 1,200 signatures a second

ITSELF = PeerFinding("peer_status names this node itself", "name an address of the other node in global_defs")

OpenPeerSocket = Callable[..., PeerSocket]


@dataclass(frozen=True)
class _Link:
    """It is the open socket, with the session that ends with it."""

    socket: PeerSocket
    session: Session


class Channel:
    """It keeps ``view`` up to date, and sends what ``contents()`` returns.

    Where the socket cannot be opened, it is tried again with each message.
    """

    def __init__(
        self,
        settings: PeerStatus,
        view: PeerView,
        contents: Callable[[], Iterable[bytes]],
        scheduler: Scheduler,
        wall: Callable[[], float],
        open_socket: OpenPeerSocket = PeerSocket,
        random: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self._settings = settings
        self._view = view
        self._contents = contents
        self._scheduler = scheduler
        self._wall = wall
        self._open_socket = open_socket
        self._random = random
        self._link: Optional[_Link] = None
        self._timer: Optional[asyncio.TimerHandle] = None
        self._resting: Optional[asyncio.TimerHandle] = None
        self._sent_at = scheduler.now() - PERIOD_S
        self._due_at = 0.0
        self._send_in(0.0)

    def send_soon(self) -> None:
        """Send the next message soon: something has changed."""
        self._send_in(max(self._sent_at + SOON_S - self._scheduler.now(), 0.0))

    def close(self) -> None:
        """Send a last message, and close the socket."""
        if self._timer is not None:
            self._timer.cancel()
        if self._link is not None:
            self._send()
        self._shut()

    # Sending

    def _send_in(self, delay_s: float) -> None:
        at = self._scheduler.now() + delay_s
        if self._timer is not None:
            if self._due_at <= at:
                return
            self._timer.cancel()
        self._due_at, self._timer = at, self._scheduler.call_later(delay_s, self._turn)

    def _turn(self) -> None:
        self._timer = None
        self._view.forget_old(self._scheduler.now())
        self._send()
        self._send_in(PERIOD_S)

    def _send(self) -> None:
        self._sent_at = self._scheduler.now()
        contents = self._contents()  # also where nothing can be sent: who makes them, logs what that means
        try:
            link = self._link or self._open()
            if link is None:
                return
            link.session.renew()
            for content in contents:
                self._send_one(link, content)
            self._view.unsent = None
        except OSError as error:
            self._view.unsent = error.strerror or str(error)
            self._shut()

    def _send_one(self, link: _Link, content: bytes) -> None:
        message = link.session.sign(peer_report.VERSION, content)
        try:
            link.socket.send(message)
        except BlockingIOError:
            pass  # the queue is full: the next one is a second away
        except OSError as error:
            if error.errno != NOBODY:
                raise
            self._view.nobody_at = self._scheduler.now()  # it is about the message before, and this one was not sent
            link.socket.send(message)

    def _open(self) -> Optional[_Link]:
        settings = self._settings
        opened = self._open_socket(settings.source, settings.address, settings.port)
        own = ip_address(opened.address)
        self._view.problem = ITSELF if own == settings.address else None  # where the kernel has chosen it
        if self._view.problem is not None:
            opened.close()
            return None
        link = self._link = _Link(opened, Session(settings.keys, own, settings.address, self._random))
        self._listen(link)
        return link

    def _shut(self) -> None:
        if self._resting is not None:
            self._resting.cancel()
            self._resting = None
        if self._link is not None:
            self._scheduler.remove_reader(self._link.socket.fileno())
            self._link.socket.close()
            self._link = None

    # Receiving

    def _listen(self, link: _Link) -> None:
        self._resting = None
        self._scheduler.add_reader(link.socket.fileno(), lambda: self._read(link))

    def _read(self, link: _Link) -> None:
        """Read a portion, and rest. The socket is not read meanwhile, however much waits."""
        for _number in range(AT_ONCE):
            try:
                message = link.socket.receive()
            except OSError as error:
                if error.errno == NOBODY:
                    self._view.nobody_at = self._scheduler.now()
                break
            if message is None:
                break
            self._take(link, message)
        self._scheduler.remove_reader(link.socket.fileno())
        self._resting = self._scheduler.call_later(THROTTLE_S, lambda: self._listen(link))

    def _take(self, link: _Link, message: bytes) -> None:
        now = self._scheduler.now()
        try:
            version, content, begins = link.session.verify(message)
            if version > peer_report.VERSION:
                self._view.heard_newer(version, now)
            else:
                self._view.heard(peer_report.decode(content), self._wall(), now)
        except MessageRefused as refused:
            self._view.discard(refused.reason, now)
            begins = refused.reason == UNPROVEN
        except ReportError:
            self._view.discard(MALFORMED, now)
            begins = False
        if begins:
            self.send_soon()  # it waits for an answer
