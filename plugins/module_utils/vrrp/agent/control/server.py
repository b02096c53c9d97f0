# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control socket uses newline-delimited JSON, one request and one reply for each line.

The peer's credentials, which come from the kernel, decide what a client may do: root and the agent's own user may
change things, members of the socket's group may only read, and other users get no answer.

Readers are not trusted and must not make an advertisement late. So their number is limited, and the time for each
request and reply. The answers to all of them take a tenth of the loop's time at most. It is the same for connecting: a
few connections are accepted in one turn of the loop, and no more for nine times as long.
Asyncio's own server accepts a whole backlog in one turn, makes a task and a cycle of objects for each connection, and
does not stop when no descriptor is left.
"""

from __future__ import annotations

import asyncio
import contextlib
import grp
import json
import math
import os
import socket
import struct
import time
from collections import deque
from collections.abc import Callable
from typing import Any, Optional, Union

from ...runtime import credentials
from ..errors import CommandError
from ..log import Log
from ..process import own_file
from .status import without_digests
from .watchers import Watchers

REQUEST_MAX = 65536  # octets of one line
WATCH = "watch"  # has the connection told what the agent logs
READ_ONLY = frozenset({"status", "events", WATCH})
SOCKET_MODE = 0o660
SO_PEERGROUPS = 59  # asm-generic/socket.h, since Linux 4.13
OPTION_MAX = 1024  # octets that Python's getsockopt returns: 256 groups

CONNECTIONS_MAX = {True: 64, False: 16}  # at a time: of clients that may change things, of those that may only read
ASK_S = 30.0  # between the connection and a request, and between two requests
READ_S = 5.0  # until the reply has been read
LOOKING_SHARE = 0.1  # of the loop's time, for those that may only read
BACKLOG = 16  # connections that wait to be accepted: they are in the kernel's memory, not in ours
ACCEPTED_AT_ONCE = 4
ACCEPTING_SHARE = 0.1  # of the loop's time
REFUSED_S = 0.1  # until the next try after accept() has failed

Result = Union[dict[str, Any], asyncio.Future[dict[str, Any]]]


class ControlServer:
    """It listens on ``path`` and calls ``handle`` for each request, which returns the result or raises CommandError.

    ``handle`` may return a future of the result instead: the reply is then sent when it is done.
    """

    def __init__(self, path: str, handle: Callable[[str, dict[str, Any]], Result], log: Log) -> None:
        self._path = path
        self._handle = handle
        self._log = log
        self._watchers = Watchers(log)
        self._loop: asyncio.AbstractEventLoop  # the running one
        self._socket: Optional[socket.socket] = None
        self._resting: Optional[asyncio.TimerHandle] = None  # until more connections are accepted
        self._sweeping: Optional[asyncio.TimerHandle] = None
        self._group = -1
        self._bound: Optional[os.stat_result] = None  # the socket's file
        self._connections: dict[Connection, bool] = {}  # whether it may change things; the longest open one first
        self._looking: deque[tuple[Connection, bytes]] = deque()  # requests of those that may only read
        self._is_looking = False

    async def start(self) -> None:
        """Bind; a socket that a dead agent left is replaced (the caller holds the directory's lock). Raises OSError."""
        own_file.clear(self._path)
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK)
        # Bound under a closed umask: at no moment could another user connect.
        before = os.umask(0o177)
        try:
            sock.bind(self._path)
        finally:
            os.umask(before)
        os.chmod(self._path, SOCKET_MODE)
        self._bound = os.stat(self._path)
        self._group = self._bound.st_gid
        self._loop = asyncio.get_running_loop()
        sock.listen(BACKLOG)
        self._socket = sock
        self._loop.add_reader(sock.fileno(), self._accept)

    @property
    def there(self) -> bool:
        """Return whether the file of the socket is still there."""
        with contextlib.suppress(OSError):
            return self._bound is not None and os.path.samestat(os.lstat(self._path), self._bound)
        return False

    async def restart(self) -> None:
        """Bind again after the file of the socket was deleted. Open connections stay. Raises OSError."""
        before = self._socket
        await self.start()
        if before is not None:
            self._loop.remove_reader(before.fileno())
            before.close()
        if self._resting is not None:
            self._resting.cancel()
            self._resting = None

    async def stop(self) -> None:
        """Close the socket and every connection, and delete the file of the socket."""
        if self._socket is not None:
            self._loop.remove_reader(self._socket.fileno())
            self._socket.close()
            self._socket = None
            for timer in (self._resting, self._sweeping):
                if timer is not None:
                    timer.cancel()
            self._watchers.flush()
            for connection in list(self._connections):
                connection.close()
            with contextlib.suppress(OSError):
                os.unlink(self._path)

    def answer(self, line: bytes, privileged: bool, connection: Optional[Connection] = None) -> dict[str, Any]:
        """Return the reply to one request line. Its ``result`` may be a future, see :func:`reply_of`.

        The request to watch makes the ``connection`` one that is told what happens, and asks no more.
        """
        try:
            request = json.loads(line)
            command = request["command"]
            if not isinstance(command, str):
                raise TypeError
        except (ValueError, TypeError, KeyError, RecursionError):
            return refusal('a request is one line of JSON such as {"command": "status"}')
        if command not in READ_ONLY and not privileged:
            return refusal(f"only root and the agent's own user may {command}: use sudo")
        if command == WATCH and connection is not None:
            return reply_of(lambda: self._watch(connection))
        return reply_of(lambda: self._result(command, request, privileged))

    def _result(self, command: str, request: dict[str, Any], privileged: bool) -> Result:
        result = self._handle(command, request)
        return result if privileged or asyncio.isfuture(result) else without_digests(result)

    def _watch(self, connection: Connection) -> dict[str, Any]:
        result = self._watchers.add(connection)
        connection.watches = True
        return result

    def _accept(self) -> None:
        """Accept a few connections, and no more for nine times as long as that took."""
        server, began = self._socket, time.perf_counter()
        if server is None:
            return
        for _count in range(ACCEPTED_AT_ONCE):
            try:
                sock, _address = server.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                break
            except OSError as error:  # no descriptor left, or no memory: the loop would be woken again and again
                self._log.rate_limited(
                    ("accept",),
                    f"the control socket accepts nobody for a moment: {error.strerror or error}; whoever has been "
                    "connected longest without asking is hung up on",
                )
                self._hang_up()
                self._rest(REFUSED_S)
                return
            self._take(sock)
        self._rest((time.perf_counter() - began) * (1 / ACCEPTING_SHARE - 1))

    def _take(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        try:
            privileged = peer_uid(sock) in (0, os.geteuid())
            if not privileged and not is_member(sock, self._group):
                refused = f"only root and members of {name_of(self._group)} may look"
            elif sum(level is privileged for level in self._connections.values()) >= CONNECTIONS_MAX[privileged]:
                refused = "too many connections: try again"
            else:
                connection = Connection(sock, self._loop, lambda line: self._ask(connection, line), self._gone)
                self._connections[connection] = privileged
                connection.listen()
                self._sweep_later()
                return
            sock.send(encode(refusal(refused)))
        except OSError:
            pass  # it is gone already
        sock.close()

    def _rest(self, seconds: float) -> None:
        if self._socket is None:
            return
        self._loop.remove_reader(self._socket.fileno())
        self._resting = self._loop.call_later(seconds, self._resume)

    def _resume(self) -> None:
        if self._socket is not None:
            self._loop.add_reader(self._socket.fileno(), self._accept)

    def _gone(self, connection: Connection) -> None:
        self._connections.pop(connection, None)
        self._watchers.remove(connection)

    def _hang_up(self) -> None:
        """Free one descriptor: close the idle connection that has been open longest."""
        idle = next((each for each in self._connections if each.idle), None)
        if idle is not None:
            idle.close()

    def _sweep_later(self) -> None:
        if self._sweeping is None:
            self._sweeping = self._loop.call_later(min(ASK_S, READ_S) / 10, self._sweep)

    def _sweep(self) -> None:
        """Close connections that do not ask or read in time. One timer for all, also in a flood of connections."""
        self._sweeping = None
        now = self._loop.time()
        for connection in [each for each in self._connections if each.deadline <= now]:
            connection.close()
        if self._connections:
            self._sweep_later()

    def _ask(self, connection: Connection, line: bytes) -> None:
        if self._connections[connection]:
            reply = self.answer(line, True, connection)
            result = reply.get("result")
            if asyncio.isfuture(result):
                result.add_done_callback(lambda done: connection.send(encode(reply_of(done.result))))
            else:
                connection.send(encode(reply))
        else:
            self._looking.append((connection, line))
            if not self._is_looking:
                self._look()

    def _look(self) -> None:
        """Answer one request of those that may only read, and the next one after nine times as long as that took."""
        self._is_looking = bool(self._looking)
        if self._looking:
            began = time.perf_counter()
            connection, line = self._looking.popleft()
            if connection in self._connections:
                connection.send(encode(self.answer(line, False, connection)))
            self._loop.call_later((time.perf_counter() - began) * (1 / LOOKING_SHARE - 1), self._look)


class Connection:
    """It serves one client, which sends a line, is answered, and may ask again. At ``deadline`` it is closed.

    One that ``watches`` asks no more: it is told what happens, and closed when it sends something or does not read.
    """

    def __init__(
        self,
        sock: socket.socket,
        loop: asyncio.AbstractEventLoop,
        ask: Callable[[bytes], None],
        gone: Callable[[Connection], None],
    ) -> None:
        self.deadline = loop.time() + ASK_S
        self.idle = True  # it waits for no reply
        self.watches = False
        self._sock = sock
        self._loop = loop
        self._ask: Optional[Callable[[bytes], None]] = ask
        self._gone = gone
        self._received = b""
        self._ended = False  # it will ask nothing more
        self._unsent = memoryview(b"")

    def listen(self) -> None:
        """Read its requests, from now on."""
        self._loop.add_reader(self._sock.fileno(), self._readable)

    def send(self, reply: bytes) -> None:
        """Send one reply; then its next request is handled."""
        if self._ask is None:
            return  # closed meanwhile
        self.deadline = self._loop.time() + READ_S
        self._unsent = memoryview(reply)
        self._write()

    def push(self, data: bytes) -> None:
        """Send this to one that watches; close it where the kernel does not take all of it now."""
        sent = 0
        with contextlib.suppress(OSError):
            sent = 0 if self._unsent else self._sock.send(data)
        if sent < len(data):
            self.close()

    def close(self) -> None:
        """Close it, and keep no reference that would make a cycle: garbage is collected seldom."""
        if self._ask is not None:
            self._ask = None
            self._loop.remove_reader(self._sock.fileno())
            self._loop.remove_writer(self._sock.fileno())
            self._sock.close()
            self._gone(self)

    def _readable(self) -> None:
        try:
            data = self._sock.recv(REQUEST_MAX)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            return self.close()
        self._received += data
        self._ended = not data
        if self.watches:
            self.close()
        elif b"\n" in data or self._ended and self._received:
            self._loop.remove_reader(self._sock.fileno())
            self._next()
        elif self._ended or len(self._received) > REQUEST_MAX:
            self.close()

    def _next(self) -> None:
        """Handle the first line that has been received; listen again when there is none."""
        if self._ask is None:
            return
        line, newline, rest = self._received.partition(b"\n")
        if not newline and not self._ended:
            self.listen()
        elif not line and not newline or len(line) > REQUEST_MAX:
            self.close()
        else:
            self._received, self.idle, self.deadline = rest, False, math.inf
            self._ask(line)

    def _write(self) -> None:
        try:
            self._unsent = self._unsent[self._sock.send(self._unsent) :]
        except (BlockingIOError, InterruptedError):
            pass
        except OSError:
            return self.close()
        if self._unsent:
            self._loop.add_writer(self._sock.fileno(), self._write)
            return
        self._loop.remove_writer(self._sock.fileno())
        if self.watches:
            self.deadline = math.inf
            return self.listen()
        self.idle, self.deadline = True, self._loop.time() + ASK_S
        self._loop.call_soon(self._next)  # many requests at once from one client must not keep the loop


def reply_of(call: Callable[[], Result]) -> dict[str, Any]:
    """Return the reply with the result of ``call``, or with the text of its :class:`CommandError`."""
    try:
        return {"ok": True, "result": call()}
    except CommandError as error:
        reply = refusal(str(error))
        return {**reply, "problems": list(error.problems)} if error.problems else reply


def encode(reply: dict[str, Any]) -> bytes:
    """Return a reply as one line of JSON."""
    return json.dumps(reply).encode() + b"\n"


def refusal(text: str) -> dict[str, Any]:
    """Return a reply that refuses the request."""
    return {"ok": False, "error": text}


def peer_uid(sock: socket.socket) -> int:
    """Return the user id of the process at the other end (unix(7), SO_PEERCRED)."""
    return credentials(sock)[1]


def is_member(sock: socket.socket, group: int) -> bool:
    """Return whether the process at the other end was in this group when it connected (SO_PEERGROUPS)."""
    if credentials(sock)[2] == group:
        return True
    try:
        data = sock.getsockopt(socket.SOL_SOCKET, SO_PEERGROUPS, OPTION_MAX)
    except OSError:  # more groups than that, or an older kernel: the mode of the socket has let it in
        return True
    return group in struct.unpack(f"={len(data) // 4}I", data)


def name_of(gid: int) -> str:
    """Return a group as an error message names it."""
    try:
        return f"the group {grp.getgrgid(gid).gr_name}"
    except KeyError:
        return f"group {gid}"
