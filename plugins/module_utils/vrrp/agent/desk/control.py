# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control socket: newline-delimited JSON, one request and one reply for each line.

Who may do what is told by the peer's credentials, which the kernel vouches for: root and the agent's own user may move
things, members of the socket's group may look, and nobody else gets an answer.

Those who look are strangers. They are few at a time, each has so long to ask and to read, and the answering of all of
them together takes a tenth of the loop's time at most, so that none of them makes an advertisement late.
"""

from __future__ import annotations

import asyncio
import contextlib
import grp
import json
import os
import socket
import struct
import time
from collections.abc import Callable
from typing import Optional

from ..telling.log import Log

REQUEST_MAX = 65536  # octets of one line
READ_ONLY = frozenset({"status", "events"})
SOCKET_MODE = 0o660
SO_PEERGROUPS = 59  # asm-generic/socket.h, since Linux 4.13
OPTION_MAX = 1024  # octets that Python's getsockopt returns: 256 groups

CONNECTIONS_MAX = {True: 64, False: 16}  # at a time: of those who may move, of those who may only look
ASK_S = 30.0  # between the connection and a request, and between two requests
READ_S = 5.0  # until the reply has been read
LOOKING_SHARE = 0.1  # of the loop's time


class CommandError(Exception):
    """The agent says no: one sentence, and the problems behind it, if there are several."""

    def __init__(self, text: str, problems: tuple[str, ...] = ()) -> None:
        super().__init__(text)
        self.problems = problems


class ControlServer:
    """Listens on ``path`` and hands each request to ``handle``, which returns the result or raises CommandError."""

    def __init__(self, path: str, handle: Callable[[str, dict], dict], log: Log) -> None:
        self._path = path
        self._handle = handle
        self._log = log
        self._server: Optional[asyncio.AbstractServer] = None
        self._looking: asyncio.Lock  # made in the running loop
        self._group = -1
        self._bound: Optional[os.stat_result] = None  # the socket's file
        self._connections: dict[asyncio.StreamWriter, bool] = {}  # whether it may move things

    async def start(self) -> None:
        """Bind; a socket that a dead agent left behind is replaced (the caller holds the directory's lock)."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self._path)
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK)
        # Bound under a closed umask: there is no moment at which anybody could connect.
        before = os.umask(0o177)
        try:
            sock.bind(self._path)
        finally:
            os.umask(before)
        os.chmod(self._path, SOCKET_MODE)
        self._bound = os.stat(self._path)
        self._group = self._bound.st_gid
        self._looking = asyncio.Lock()
        self._server = await asyncio.start_unix_server(self._serve, sock=sock, limit=REQUEST_MAX)

    @property
    def there(self) -> bool:
        """Whether the socket is still where clients look for it."""
        with contextlib.suppress(OSError):
            return self._bound is not None and os.path.samestat(os.lstat(self._path), self._bound)
        return False

    async def restart(self) -> None:
        """Bind anew: somebody has deleted the socket. Who is connected stays so."""
        before = self._server
        await self.start()
        if before is not None:
            before.close()

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            for writer in list(self._connections):
                writer.close()
            self._server = None
            with contextlib.suppress(OSError):
                os.unlink(self._path)

    def answer(self, line: bytes, privileged: bool) -> dict:
        """Return the reply to one request line."""
        try:
            request = json.loads(line)
            command = request["command"]
            if not isinstance(command, str):
                raise TypeError
        except (ValueError, TypeError, KeyError, RecursionError):
            return refusal('a request is one line of JSON such as {"command": "status"}')
        if command not in READ_ONLY and not privileged:
            return refusal(f"only root and the agent's own user may {command}: use sudo")
        try:
            return {"ok": True, "result": self._handle(command, request)}
        except CommandError as error:
            reply = refusal(str(error))
            return {**reply, "problems": list(error.problems)} if error.problems else reply

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sock = writer.get_extra_info("socket")
        privileged = peer_uid(sock) in (0, os.geteuid())
        writer.transport.set_write_buffer_limits(0)  # drained is what has been read, or lies in the kernel
        before = sum(level is privileged for level in self._connections.values())
        self._connections[writer] = privileged
        try:
            if not privileged and not is_member(sock, self._group):
                return await self._reply(writer, refusal(f"only root and members of {name_of(self._group)} may look"))
            if before >= CONNECTIONS_MAX[privileged]:
                return await self._reply(writer, refusal("too many connections: try again"))
            while True:
                line = await asyncio.wait_for(reader.readline(), ASK_S)
                if not line:
                    break
                if privileged:
                    await self._reply(writer, self.answer(line, privileged))
                else:
                    await self._look(writer, line)
        except (ConnectionError, ValueError, asyncio.IncompleteReadError, asyncio.TimeoutError):
            writer.transport.abort()  # it went away, sent a line without end, or does not ask or read
        finally:
            self._connections.pop(writer, None)
            writer.close()

    async def _look(self, writer: asyncio.StreamWriter, line: bytes) -> None:
        """Answer those who look one after the other, and leave the loop to others for nine times as long after each."""
        async with self._looking:
            began = time.perf_counter()
            reply = encode(self.answer(line, privileged=False))
            await asyncio.sleep((time.perf_counter() - began) * (1 / LOOKING_SHARE - 1))
        await self._send(writer, reply)

    async def _reply(self, writer: asyncio.StreamWriter, reply: dict) -> None:
        await self._send(writer, encode(reply))

    @staticmethod
    async def _send(writer: asyncio.StreamWriter, reply: bytes) -> None:
        writer.write(reply)
        await asyncio.wait_for(writer.drain(), READ_S)


def encode(reply: dict) -> bytes:
    """One line."""
    return json.dumps(reply).encode() + b"\n"


def refusal(text: str) -> dict:
    """A reply that says no."""
    return {"ok": False, "error": text}


def peer_uid(sock: socket.socket) -> int:
    """The user id of the process at the other end (unix(7), SO_PEERCRED)."""
    return _peer(sock)[1]


def is_member(sock: socket.socket, group: int) -> bool:
    """Whether the process at the other end was in this group when it connected (SO_PEERGROUPS)."""
    if _peer(sock)[2] == group:
        return True
    try:
        data = sock.getsockopt(socket.SOL_SOCKET, SO_PEERGROUPS, OPTION_MAX)
    except OSError:  # more groups than that, or an older kernel: the mode of the socket has let it in
        return True
    return group in struct.unpack(f"={len(data) // 4}I", data)


def _peer(sock: socket.socket) -> tuple[int, int, int]:
    """Process, user and group."""
    credentials = sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("=iII"))
    return struct.unpack("=iII", credentials)


def name_of(gid: int) -> str:
    """A group in the words of an error message."""
    try:
        return f"the group {grp.getgrgid(gid).gr_name}"
    except KeyError:
        return f"group {gid}"
