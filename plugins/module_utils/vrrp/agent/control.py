# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control socket: newline-delimited JSON, one request and one reply for each line.

The socket is for root and the agent's own user and group. By the peer's credentials, which the kernel vouches for,
everybody who can connect may look; only root and the agent's own user may move anything.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import struct
from collections.abc import Callable
from typing import Optional

from .log import Log

REQUEST_MAX = 65536  # octets of one line
READ_ONLY = frozenset({"status"})
SOCKET_MODE = 0o660


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
        self._connections: set[asyncio.StreamWriter] = set()

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
        self._server = await asyncio.start_unix_server(self._serve, sock=sock, limit=REQUEST_MAX)

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
            return {"ok": False, "error": 'a request is one line of JSON such as {"command": "status"}'}
        if command not in READ_ONLY and not privileged:
            return {"ok": False, "error": f"only root and the agent's own user may {command}"}
        try:
            return {"ok": True, "result": self._handle(command, request)}
        except CommandError as error:
            reply = {"ok": False, "error": str(error)}
            return {**reply, "problems": list(error.problems)} if error.problems else reply

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections.add(writer)
        privileged = peer_uid(writer.get_extra_info("socket")) in (0, os.geteuid())
        try:
            while True:
                line = await reader.readline()
                if not line:
                    break
                writer.write(json.dumps(self.answer(line, privileged)).encode() + b"\n")
                await writer.drain()
        except (ConnectionError, ValueError, asyncio.IncompleteReadError):
            pass  # it went away, or sent a line without end
        finally:
            self._connections.discard(writer)
            writer.close()


def peer_uid(sock: socket.socket) -> int:
    """The user id of the process at the other end (unix(7), SO_PEERCRED)."""
    credentials = sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("=iII"))
    _pid, uid, _gid = struct.unpack("=iII", credentials)
    return uid
