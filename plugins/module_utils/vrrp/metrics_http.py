# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Serve the metrics over HTTP, on a TCP port or a unix socket, to clients that are not trusted.

A connection has one request and one answer. The number of connections is limited, and so are the octets of a request
and the time for both. One connection too many closes the oldest: a client that asks at once gets its answer, however
many others say nothing. There is no TLS and no authentication: a proxy in front of the unix socket can have both.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import socket
import stat
from collections.abc import Callable
from typing import Optional, cast

CONNECTIONS_MAX = 16  # of all sockets; each may keep one answer in memory, of 255 instances that is half a MiB
REQUEST_MAX = 8192  # octets of the request line and the headers
EXCHANGE_S = 5.0  # from the connection to the last octet of the answer
BACKLOG = 64  # connections that wait to be accepted, and as many are accepted in one turn of the loop
SOCKET_MODE = 0o660  # the group is that of the process: in the unit, of those who may look at the agent

TYPES = {
    True: "application/openmetrics-text; version=1.0.0; charset=utf-8",
    False: "text/plain; version=0.0.4; charset=utf-8",
}
PLAIN = "text/plain; charset=utf-8"

Response = tuple[int, str, bytes]  # status, Content-Type, body
REASONS = {200: "OK", 400: "Bad Request", 404: "Not Found", 405: "Method Not Allowed", 431: "Request Header Too Large"}


class MetricsServer:
    """It serves what ``text`` returns, which gets whether OpenMetrics is wanted."""

    def __init__(self, text: Callable[[bool], bytes]) -> None:
        self._text = text
        self._open: dict[Exchange, None] = {}  # the oldest first
        self._servers: list[asyncio.AbstractServer] = []
        self._paths: list[tuple[str, os.stat_result]] = []

    async def listen(self, host: str, port: int) -> None:
        """Listen on a TCP port of an address, IPv4 or IPv6. Raises OSError."""
        family, *_rest, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST | socket.AI_PASSIVE
        )[0]
        sock = socket.socket(family, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
        try:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind(address)
            await self._serve(sock)
        except OSError:
            sock.close()
            raise

    async def listen_unix(self, path: str) -> None:
        """Listen on a unix socket that the user and the group of this process may use. Raises OSError.

        A socket that a dead process left is replaced. Anything else at this path stays, and is an error.
        """
        _clear(path)
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
        before = os.umask(0o177)  # at no moment could another user connect
        try:
            sock.bind(path)
        except OSError as error:
            sock.close()
            raise OSError(error.errno, error.strerror, path) from error
        finally:
            os.umask(before)
        os.chmod(path, SOCKET_MODE)
        self._paths.append((path, os.lstat(path)))
        await self._serve(sock)

    def close(self) -> None:
        """Close the sockets and every connection."""
        for server in self._servers:
            server.close()
        for exchange in list(self._open):
            exchange.abort()
        for path, bound in self._paths:
            with contextlib.suppress(OSError):
                if os.path.samestat(os.lstat(path), bound):
                    os.unlink(path)

    async def _serve(self, sock: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        start = loop.create_unix_server if sock.family == socket.AF_UNIX else loop.create_server
        self._servers.append(await start(lambda: Exchange(self), sock=sock, backlog=BACKLOG))

    def opened(self, exchange: Exchange) -> None:
        """Keep a connection until it ends. Where there is no room, the oldest one ends now."""
        self._open[exchange] = None
        if len(self._open) > CONNECTIONS_MAX:
            next(iter(self._open)).abort()

    def ended(self, exchange: Exchange) -> None:
        """Forget a connection."""
        self._open.pop(exchange, None)

    def answer(self, head: bytes) -> Response:
        """Return the answer to a request: its first line and its headers."""
        first, *headers = head.replace(b"\r\n", b"\n").split(b"\n")
        words = first.split(b" ")
        if len(words) != 3 or not words[2].startswith(b"HTTP/1."):
            return 400, PLAIN, b"a request is a line such as GET /metrics HTTP/1.1\n"
        if words[0] not in (b"GET", b"HEAD"):
            return 405, PLAIN, b"there is only GET and HEAD\n"
        if words[1].partition(b"?")[0] != b"/metrics":
            return 404, PLAIN, b"the metrics are at /metrics\n"
        accepted = (line for line in headers if line[:7].lower() == b"accept:")
        openmetrics = any(b"application/openmetrics-text" in line.lower() for line in accepted)
        return 200, TYPES[openmetrics], self._text(openmetrics)


def _clear(path: str) -> None:
    """Remove a socket on which nobody listens. Raises OSError where something else is there."""
    try:
        kind = os.lstat(path).st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(kind):
        raise OSError(errno.EEXIST, "it is there, and is no socket: choose another path, or remove it", path)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK) as sock:
        try:
            sock.connect(path)
        except ConnectionRefusedError:
            os.unlink(path)
            return
        except OSError as error:
            reason = f"another program has this socket ({error.strerror})"
        else:
            reason = "another program listens there"
    raise OSError(errno.EADDRINUSE, f"{reason}: choose another path, or stop it", path)


class Exchange(asyncio.Protocol):
    """It is one connection: a request that comes in parts, and its answer."""

    def __init__(self, server: MetricsServer) -> None:
        self._server = server
        self._transport: asyncio.Transport
        self._deadline: asyncio.TimerHandle
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to wait for the request."""
        self._transport = cast(asyncio.Transport, transport)
        self._deadline = asyncio.get_running_loop().call_later(EXCHANGE_S, self.abort)
        self._server.opened(self)

    def data_received(self, data: bytes) -> None:
        """Take a part of the request, and answer when it is whole."""
        self._received += data
        head, end, _rest = self._received.replace(b"\r\n", b"\n").partition(b"\n\n")
        if end:
            self._send(head.split(b" ", 1)[0] == b"HEAD", *self._server.answer(head))
        elif len(self._received) > REQUEST_MAX:
            self._send(False, 431, PLAIN, b"the request is too long\n")

    def connection_lost(self, exc: Optional[Exception]) -> None:
        """Note that it has ended."""
        self._deadline.cancel()
        self._server.ended(self)

    def abort(self) -> None:
        """End it now, whatever has not been sent."""
        self._deadline.cancel()
        self._server.ended(self)
        self._transport.abort()

    def _send(self, head_only: bool, status: int, kind: str, body: bytes) -> None:
        """Send the answer, and close the connection when it is sent. What else the client says is not read."""
        self._received = b""
        head = (
            f"HTTP/1.1 {status} {REASONS[status]}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
            "Connection: close\r\n\r\n"
        )
        self._transport.write(head.encode("ascii") + (b"" if head_only else body))
        self._transport.close()  # asyncio reads no more, and closes after the last octet
