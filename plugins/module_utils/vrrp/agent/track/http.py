# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Send ``track_http``: a GET whose status, and whose body if ``body`` is set, must be as expected.

A check asks one question and hangs up: no redirect is followed, no connection kept, no more read than is compared.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Any, NamedTuple, Optional
from urllib.parse import urlsplit

from ...config.model.trackers import TrackedHttp
from ..log import Log
from .services import TimedCheck, place

HEAD_MAX = BODY_MAX = 65536  # octets
PORTS = {"http": 80, "https": 443}
LOCALHOST = ("127.0.0.1", "::1")  # resolving it would take a thread
STATUS_LINE = re.compile(rb"HTTP/1\.[01] ([1-9]\d\d)(?: |\r?\n)")
NOT_HTTP = "its answer is not HTTP"


class Target(NamedTuple):
    """It says where to ask for what. ``server_name`` is None without TLS."""

    hosts: tuple[str, ...]
    port: int
    server_name: Optional[str]
    request: bytes

    @classmethod
    def of(cls, url: str, host_header: Optional[str]) -> Target:
        """Return the target of ``url``. ``host_header``, if set, is the Host field and has the TLS server name."""
        parts = urlsplit(url)
        host, default = parts.hostname or "", PORTS[parts.scheme]
        port = parts.port or default
        says = host_header or (place(host, port) if port != default else f"[{host}]" if ":" in host else host)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        lines = (f"GET {path} HTTP/1.1", f"Host: {says}", "User-Agent: hotstandby", "Accept: */*", "Connection: close")
        request = "\r\n".join((*lines, "", "")).encode("ascii", "backslashreplace")
        hosts = LOCALHOST if host == "localhost" else (host,)
        return cls(hosts, port, urlsplit(f"//{says}").hostname if parts.scheme == "https" else None, request)


class HttpCheck(TimedCheck):
    """An HttpCheck sends a GET for one ``track_http``, and compares the status and, where wanted, the body."""

    tracked: TrackedHttp
    kind = "http"
    word = "HTTP"

    def __init__(self, tracked: TrackedHttp, changed: Callable[[], None], log: Log) -> None:
        # The query of a URL may be a secret, so no message has it.
        super().__init__(tracked.url.partition("?")[0], tracked, changed, log)
        self.subject = (self.kind, tracked.url)
        self._target = Target.of(tracked.url, tracked.host)
        self._wanted = None if tracked.body is None else tracked.body.encode()
        self._tls: Any = None

    async def attempt(self) -> str:
        """Send one GET. Return "" when the answer is as wanted, else why it is not. Raises OSError."""
        if self._target.server_name is not None and self._tls is None:
            self._tls = await tls(self.tracked.verify)
        try:
            return await self._ask()
        except OSError as error:
            trouble = getattr(error, "verify_message", None) or getattr(error, "reason", None)  # ssl.SSLError
            if not trouble:
                raise
            return f"TLS: {trouble.lower().replace('_', ' ')}"
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
            return NOT_HTTP

    async def _ask(self) -> str:
        reader, writer = await self._connect()
        try:
            writer.write(self._target.request)
            status = await read_status(reader)
            if not any(first <= status <= last for first, last in self.tracked.status):
                return f"HTTP {status}"
            if self._wanted is None:
                return ""
            body = await read_body(reader, await read_fields(reader))
        finally:
            writer.transport.abort()
        return "" if self._wanted in body else "its body does not contain the text"

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        target = self._target
        how = {"port": target.port, "ssl": self._tls, "limit": HEAD_MAX}
        if self._tls is not None:
            how["server_hostname"] = target.server_name
        for host in target.hosts[:-1]:
            try:
                return await asyncio.open_connection(host, **how)
            except ConnectionRefusedError:
                continue
        return await asyncio.open_connection(target.hosts[-1], **how)


async def read_status(reader: asyncio.StreamReader) -> int:
    """Return the status of the answer; interim answers (1xx) are skipped. Raises ValueError when it is not HTTP."""
    for _count in range(8):
        line = await reader.readuntil(b"\n")
        found = STATUS_LINE.match(line)
        if found is None:
            raise ValueError(NOT_HTTP)
        if found[1] == b"101" or not found[1].startswith(b"1"):
            return int(found[1])
        await read_fields(reader)
    raise ValueError(NOT_HTTP)


async def read_fields(reader: asyncio.StreamReader) -> dict[bytes, bytes]:
    """Return the header fields, names in lower case. Raises ValueError when they are too long."""
    fields: dict[bytes, bytes] = {}
    length = 0
    while length <= HEAD_MAX:
        line = await reader.readuntil(b"\n")
        length += len(line)
        if not line.strip():
            return fields
        name, _colon, value = line.partition(b":")
        fields[name.strip().lower()] = value.strip()
    raise ValueError(NOT_HTTP)


async def read_body(reader: asyncio.StreamReader, fields: dict[bytes, bytes]) -> bytes:
    """Return the body, up to BODY_MAX octets, without its transfer coding."""
    if fields.get(b"transfer-encoding", b"").lower().endswith(b"chunked"):
        return await _read_chunks(reader)
    length = fields.get(b"content-length", b"")
    return await _read(reader, min(int(length), BODY_MAX) if length.isdigit() else BODY_MAX)


async def _read_chunks(reader: asyncio.StreamReader) -> bytes:
    body = b""
    while len(body) < BODY_MAX:
        size = int((await reader.readuntil(b"\n")).partition(b";")[0].strip() or b"0", 16)
        if size <= 0:
            break
        body += await _read(reader, min(size, BODY_MAX - len(body)))
        if len(body) < BODY_MAX:
            await reader.readuntil(b"\n")
    return body


async def _read(reader: asyncio.StreamReader, length: int) -> bytes:
    """Return so many octets, or those that came before the end."""
    parts, missing = [], length
    while missing:
        part = await reader.read(missing)
        if not part:
            break
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


async def tls(verify: bool) -> Any:
    """Return the TLS context. Loading the trusted certificates takes some 50 ms, so a thread does it."""
    import ssl

    if verify:
        return await asyncio.get_running_loop().run_in_executor(None, ssl.create_default_context)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
