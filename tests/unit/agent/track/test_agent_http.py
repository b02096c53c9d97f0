# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A check of HTTP reads answers byte by byte, as servers really give them, from a real listener."""

from __future__ import annotations

import asyncio
import io
import ssl
import subprocess
import threading

import pytest

from vrrp.agent.log import Log
from vrrp.agent.track import http
from vrrp.agent.track.http import HttpCheck, Target
from vrrp.config.model.trackers import TrackedHttp


def check(url, text=None, **fields):
    return HttpCheck(TrackedHttp(url, **fields), lambda: None, Log(text or io.StringIO()))


def asked(*sends, path="/", host="127.0.0.1", scheme="http", tls=None, stay=False, **fields):
    """Return the result of a check of a server that sends these pieces, the request, the time taken, and the port.

    With ``stay`` the server does not hang up.
    """
    heard = []

    async def serve(reader, writer):
        try:
            heard.append(await reader.readuntil(b"\r\n\r\n"))
            for piece in sends:
                if isinstance(piece, float):
                    await asyncio.sleep(piece)
                else:
                    writer.write(piece)
                    await writer.drain()
            if stay:
                await reader.read()  # until the client hangs up
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def run():
        server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
        port = server.sockets[0].getsockname()[1]
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            made = check(f"{scheme}://{host}:{port}{path}", **{"timeout_s": 5.0, **fields})
            return await made.ask(), loop.time() - began, port
        finally:
            server.close()
            await server.wait_closed()

    outcome, took_s, port = asyncio.run(run())
    return outcome, heard[0].decode() if heard else "", took_s, port


OK = b"HTTP/1.1 200 OK\r\n"


def test_a_request_is_written_octet_for_octet():
    outcome, request, _took_s, port = asked(OK + b"\r\n", path="/health?key=1")
    assert outcome == ""
    assert request == (
        "GET /health?key=1 HTTP/1.1\r\n"
        f"Host: 127.0.0.1:{port}\r\n"
        "User-Agent: hotstandby\r\n"
        "Accept: */*\r\n"
        "Connection: close\r\n"
        "\r\n"
    )


@pytest.mark.parametrize(
    ("url", "host", "expected"),
    [
        ("http://192.168.8.1/", None, (("192.168.8.1",), 80, None, "Host: 192.168.8.1\r\n", "GET / ")),
        ("http://192.168.8.1", None, (("192.168.8.1",), 80, None, "Host: 192.168.8.1\r\n", "GET / ")),
        ("https://[fd00:8::1]/a", None, (("fd00:8::1",), 443, "fd00:8::1", "Host: [fd00:8::1]\r\n", "GET /a ")),
        ("http://[fd00:8::1]:81/a", None, (("fd00:8::1",), 81, None, "Host: [fd00:8::1]:81\r\n", "GET /a ")),
        ("https://192.168.8.1/", "www.example", (("192.168.8.1",), 443, "www.example", "Host: www.example\r\n", "GET")),
        ("https://192.168.8.1/", "w.example:8", (("192.168.8.1",), 443, "w.example", "Host: w.example:8\r\n", "GET")),
        ("http://localhost/", None, (("127.0.0.1", "::1"), 80, None, "Host: localhost\r\n", "GET")),
    ],
)
def test_the_host_and_the_port_come_from_the_url(url, host, expected):
    target = Target.of(url, host)
    assert target[:3] == expected[:3]
    assert expected[3] in target.request.decode() and target.request.decode().startswith(expected[4])


@pytest.mark.parametrize(
    ("status", "ranges", "outcome"),
    [
        (200, ((200, 399),), ""),
        (302, ((200, 399),), ""),
        (404, ((200, 399),), "HTTP 404"),
        (503, ((200, 399),), "HTTP 503"),
        (204, ((200, 200), (204, 204)), ""),
        (401, ((200, 299), (401, 401)), ""),
        (201, ((200, 200),), "HTTP 201"),
    ],
)
def test_the_status_decides(status, ranges, outcome):
    assert asked(b"HTTP/1.1 %d Some words\r\n\r\n" % status, status=ranges)[0] == outcome


@pytest.mark.parametrize(
    "line", [b"HTTP/1.0 200 OK\r\n", b"HTTP/1.1 200\r\n", b"HTTP/1.1 200 \r\n", b"HTTP/1.1 200 OK\n"]
)
def test_the_status_line_may_be_written_in_several_ways(line):
    assert asked(line + b"\r\n")[0] == ""


def test_an_informational_response_is_skipped():
    early = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
    assert asked(early, early, OK + b"\r\n")[0] == ""
    assert asked(*[early] * 20)[0] == "its answer is not HTTP"


@pytest.mark.parametrize(
    "answer", [b"SSH-2.0-OpenSSH_9.2\r\n", b"", b"HTTP/1.1", b"HTTP/1.1 OK\r\n\r\n", b"\0" * 100000, b"HTTP/2 200\r\n"]
)
def test_an_answer_that_is_not_http_is_reported(answer):
    assert asked(answer)[0] == "its answer is not HTTP"


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (OK + b"Content-Length: 13\r\n\r\nstatus: ready", ""),
        (OK + b"content-length: 13\r\n\r\nstatus: wrong", "its body does not contain the text"),
        (OK + b"\r\nstatus: ready", ""),
        (OK + b"\r\n", "its body does not contain the text"),
        (OK + b"Content-Length: 0\r\n\r\nstatus: ready", "its body does not contain the text"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n7\r\nstatus:\r\n6;ext=1\r\n ready\r\n0\r\n\r\n", ""),
        (OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", "its answer is not HTTP"),
        (OK + b"Content-Length: nonsense\r\n\r\nstatus: ready", ""),
        (OK + b"\r\n\xff\xfe status: ready \xc3", ""),
        (b"HTTP/1.1 500 Oops\r\n\r\nstatus: ready", "HTTP 500"),
    ],
)
def test_the_body_must_contain_the_text(answer, outcome):
    assert asked(answer, body="status: ready")[0] == outcome


def test_a_body_is_not_waited_for_where_its_length_is_known():
    outcome, _request, took_s, _port = asked(OK + b"Content-Length: 5\r\n\r\nready", stay=True, body="ready")
    assert outcome == "" and took_s < 2


def test_only_the_first_64_kib_are_looked_at():
    filler = b"x" * 65536
    assert asked(OK + b"\r\n", filler[5:], b"ready", stay=True, body="ready")[0] == ""
    assert asked(OK + b"\r\n", filler, b"ready", stay=True, body="ready")[0] == "its body does not contain the text"
    chunk = b"8000\r\n" + b"x" * 0x8000 + b"\r\n"
    assert asked(OK + b"Transfer-Encoding: chunked\r\n\r\n", *[chunk] * 3, stay=True, body="ready")[0] == (
        "its body does not contain the text"
    )


def test_without_body_the_status_is_enough():
    outcome, _request, took_s, _port = asked(OK, stay=True)
    assert outcome == "" and took_s < 2


@pytest.mark.parametrize(
    "sends",
    [
        (0.0,),
        (b"HTTP/1.1 2", 0.0),
        (OK + b"\r\n", *[b"x", 0.02] * 100),
        (OK, *[b"X-Drip: 1\r\n", 0.02] * 100),
    ],
)
def test_a_slow_server_is_cut_off(sends):
    outcome, _request, took_s, _port = asked(*sends, stay=True, body="ready", timeout_s=0.3)
    assert outcome == "no answer within 0.3 s"
    assert 0.25 < took_s < 1.5


def test_a_header_without_end_is_cut_off():
    assert asked(OK, *[b"X: " + b"y" * 1000 + b"\r\n"] * 100, stay=True, body="x")[0] == "its answer is not HTTP"


def test_a_refused_connection_is_told():
    port = asked(OK + b"\r\n")[3]
    assert asyncio.run(check(f"http://127.0.0.1:{port}/").ask()) == "connection refused"
    assert asyncio.run(check(f"http://localhost:{port}/").ask()) == "connection refused"


def test_localhost_is_ipv4_or_ipv6():
    assert asked(OK + b"\r\n", host="localhost")[0] == ""


def test_a_secret_of_a_url_is_not_told():
    text = io.StringIO()
    made = check("http://192.168.8.1/health?token=sesame", text)
    made.observe("HTTP 503")
    assert "sesame" not in text.getvalue() and "sesame" not in repr(made.result(0))
    assert "HTTP(http://192.168.8.1/health) failed (HTTP 503)" in text.getvalue()
    assert made.subject != check("http://192.168.8.1/health?token=other").subject


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=lab -keyout key.pem -out cert.pem"
    subprocess.run(command.split(), cwd=folder, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


def test_tls_is_not_verified_unless_asked(certificate):
    assert asked(OK + b"\r\nready", scheme="https", tls=certificate, body="ready")[0] == ""
    outcome = asked(OK + b"\r\n", scheme="https", tls=certificate, verify=True)[0]
    assert outcome in ("TLS: self-signed certificate", "TLS: self signed certificate")


def test_tls_to_a_server_without_tls_is_told():
    assert asked(OK + b"\r\n", scheme="https", timeout_s=0.3)[0] == "no answer within 0.3 s"


@pytest.mark.parametrize(("verify", "expected"), [(False, []), (True, [False])])
def test_trusted_certificates_are_read_outside_of_the_loop(monkeypatch, verify, expected):
    """It takes 50 ms, in which a master that speaks every 10 ms would have lost its place."""
    read, real = [], ssl.create_default_context

    def reading():
        read.append(threading.current_thread() is threading.main_thread())
        return real()

    monkeypatch.setattr(ssl, "create_default_context", reading)
    context = asyncio.run(http.tls(verify))
    assert read == expected
    assert context.verify_mode == (ssl.CERT_REQUIRED if verify else ssl.CERT_NONE)
    assert context.check_hostname is verify


def test_the_connection_is_closed_whatever_the_answer_was():
    """A server that keeps its side open would collect a connection for each time it was asked."""

    async def run():
        gone = asyncio.Event()

        async def serve(reader, writer):
            writer.write(b"HTTP/1.1 503 No\r\n")
            try:
                await reader.read()
                await reader.read()
            except OSError:
                pass
            gone.set()
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        made = check(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
        assert await made.ask() == "HTTP 503"
        await asyncio.wait_for(gone.wait(), 10)
        server.close()
        await server.wait_closed()

    asyncio.run(run())


def test_localhost_that_refuses_over_ipv4_is_asked_over_ipv6(monkeypatch):
    asked_of = []

    async def connect(host, **how):
        asked_of.append(host)
        raise ConnectionRefusedError(111, "") if host == "127.0.0.1" else ConnectionResetError(104, "")

    monkeypatch.setattr(asyncio, "open_connection", connect)
    assert asyncio.run(check("http://localhost/").ask()) == "connection reset by peer"
    assert asked_of == ["127.0.0.1", "::1"]


def test_switching_protocols_is_a_last_word():
    assert asked(b"HTTP/1.1 101 Switching Protocols\r\n\r\n", status=((101, 101),))[0] == ""


def test_behind_the_last_chunk_that_is_looked_at_nothing_is_waited_for():
    chunk = b"10000\r\n" + b"x" * 0x10000
    head = OK + b"Transfer-Encoding: chunked\r\n\r\n"
    assert asked(head, chunk, stay=True, body="ready", timeout_s=1.0)[0] == "its body does not contain the text"


@pytest.mark.parametrize("body", ["status:.*ready", "^status", "ready$", "READY"])
def test_the_body_is_a_plain_text(body):
    assert asked(OK + b"\r\nstatus: ready", body=body)[0] == "its body does not contain the text"
