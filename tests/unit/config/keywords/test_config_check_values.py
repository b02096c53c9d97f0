# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that one line of track_tcp, track_http or track_unit becomes a check."""

from __future__ import annotations

from ipaddress import ip_address

import pytest
from converted_lines import refusal, statement

from vrrp.config.keywords.check_values import TRACK_HTTP, TRACK_TCP, TRACK_UNIT
from vrrp.config.model.trackers import TrackedHttp, TrackedTcp, TrackedUnit

LOCAL = ip_address("127.0.0.1")
URL = "http://127.0.0.1/"
URL_RULE = "http://HOST[:PORT]/PATH or https://..., HOST is an address or localhost"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("track_tcp 127.0.0.1 1", TrackedTcp(LOCAL, 1, 1.0, 1.0, 1, 3, 0)),
        (
            "track_tcp 192.0.2.1 65535 weight -253 fall 1000 rise 2 timeout 0.01 interval 0.05",
            TrackedTcp(ip_address("192.0.2.1"), 65535, 0.05, 0.01, 2, 1000, -253),
        ),
        ("track_tcp 127.0.0.1 80 interval 0.5", TrackedTcp(LOCAL, 80, 0.5, 0.5)),
        ("track_tcp 127.0.0.1 80 interval 9", TrackedTcp(LOCAL, 80, 9.0, 1.0)),
    ],
)
def test_a_line_of_track_tcp_is_read(line, expected):
    assert TRACK_TCP(statement(line)) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("track_tcp", ("track_tcp takes an address and a port", "", "track_tcp 127.0.0.1 8080", None)),
        ("track_tcp 127.0.0.1", ("track_tcp takes an address and a port", "", "track_tcp 127.0.0.1 8080", None)),
        ("track_tcp 224.0.0.1 80", ('"224.0.0.1" is not the address of a host on a link', "", "", 11)),
        ("track_tcp 127.0.0.1 65536", ("the port 65536 is out of range", "the port is 1 to 65535", "", 21)),
        ("track_tcp 127.0.0.1 http", ('the port "http" is not a whole number', "", "", 21)),
        (
            "track_tcp 127.0.0.1 80 timeot 1",
            (
                'unknown option "timeot" of track_tcp',
                "ADDRESS PORT [interval SECONDS] [timeout SECONDS] [rise N] [fall N] [weight -253-253]",
                "did you mean timeout?",
                24,
            ),
        ),
    ],
)
def test_a_wrong_line_of_track_tcp_is_refused(line, expected):
    assert refusal(TRACK_TCP, line) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (f"track_http {URL}", TrackedHttp(URL, ((200, 399),), None, None, False, 2.0, 2.0, 1, 3, 0)),
        ("track_http https://localhost:8443/a?b=c", TrackedHttp("https://localhost:8443/a?b=c")),
        ("track_http HTTP://[2001:db8::1]", TrackedHttp("HTTP://[2001:db8::1]")),
        (f"track_http {URL} status 100,599", TrackedHttp(URL, ((100, 100), (599, 599)))),
        (f"track_http {URL} status 200-200,301", TrackedHttp(URL, ((200, 200), (301, 301)))),
        (f'track_http {URL} body "all ok" verify', TrackedHttp(URL, body="all ok", verify=True)),
        (f"track_http {URL} host [::1]:80 weight 5", TrackedHttp(URL, host="[::1]:80", weight=5)),
        (f"track_http {URL} timeout 1 rise 2", TrackedHttp(URL, timeout_s=1.0, rise=2)),
    ],
)
def test_a_line_of_track_http_is_read(line, expected):
    assert TRACK_HTTP(statement(line)) == expected


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("ftp://127.0.0.1/", '"ftp://127.0.0.1/" is not a URL for a check'),
        ("127.0.0.1/health", '"127.0.0.1/health" is not a URL for a check'),
        ("http:///health", '"http:///health" is not a URL for a check'),
        ("http://127.0.0.1:0/", '"http://127.0.0.1:0/" is not a URL for a check'),
        ("http://127.0.0.1:65536/", '"http://127.0.0.1:65536/" is not a URL'),
        ("http://127.0.0.1:x/", '"http://127.0.0.1:x/" is not a URL'),
        ("http://[::1/", '"http://[::1/" is not a URL'),
        ("http://user@127.0.0.1/", "the URL holds a user, a password or a fragment"),
        ("http://:sesame@127.0.0.1/", "the URL holds a user, a password or a fragment"),
        ('"http://127.0.0.1/#top"', "the URL holds a user, a password or a fragment"),
        ('"http://127.0.0.1/a b"', '"http://127.0.0.1/a b" holds a character that a URL cannot hold'),
        ("http://127.0.0.1/ä", '"http://127.0.0.1/ä" holds a character that a URL cannot hold'),
    ],
)
def test_a_url_that_no_check_can_ask_is_refused(url, text):
    assert refusal(TRACK_HTTP, f"track_http {url}") == (text, URL_RULE, "", 12)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("track_http", ("track_http names no URL", "", "track_http http://127.0.0.1:8080/health", None)),
        (
            "track_http http://www.example.com/",
            (
                'the host "www.example.com" of a URL is not an address',
                "a check does not depend on name servers",
                "put the address into the URL, and add: host www.example.com",
                12,
            ),
        ),
        (
            f"track_http {URL} status 200,600",
            ('status "600" is no range of HTTP', "status 200, 200-399 or 200-299,401", "", 37),
        ),
        (
            f"track_http {URL} status 300-299",
            ('status "300-299" is no range of HTTP', "status 200, 200-399 or 200-299,401", "", 37),
        ),
        (
            f"track_http {URL} status 200,",
            ('status "" is no range of HTTP', "status 200, 200-399 or 200-299,401", "", 37),
        ),
        (f'track_http {URL} host ""', ('"" is not the name of a host', "", "", 35)),
        (f"track_http {URL} host a/b", ('"a/b" is not the name of a host', "", "", 35)),
        (f"track_http {URL} host {'a' * 256}", ('"' + "a" * 37 + '..." is not the name of a host', "", "", 35)),
        (
            f"track_http {URL} timeout 2.5",
            (
                "timeout 2.5 is longer than interval 2",
                "it is asked again when the last answer has come or is overdue",
                "interval 2.5",
                38,
            ),
        ),
    ],
)
def test_a_wrong_line_of_track_http_is_refused(line, expected):
    assert refusal(TRACK_HTTP, line) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("track_unit nginx", TrackedUnit("nginx.service", 1.0, 1.0, 1, 1, 0)),
        ("track_unit nginx.service", TrackedUnit("nginx.service")),
        ("track_unit data.mount weight -5", TrackedUnit("data.mount", weight=-5)),
        ("track_unit getty@tty1", TrackedUnit("getty@tty1.service")),
        ("track_unit a.conf", TrackedUnit("a.conf.service")),
        ("track_unit a.services", TrackedUnit("a.services.service")),
        ("track_unit a.timer fall 3 interval 2", TrackedUnit("a.timer", 2.0, 1.0, fall=3)),
    ],
)
def test_a_line_of_track_unit_is_read(line, expected):
    assert TRACK_UNIT(statement(line)) == expected


@pytest.mark.parametrize("name", ["-nginx", "a/b", "a*", "a" * 256])
def test_a_text_that_is_no_name_of_a_unit_is_refused(name):
    text, rule, hint, column = refusal(TRACK_UNIT, f"track_unit {name}")
    assert text.endswith(" is not the name of a systemd unit")
    assert (rule, hint, column) == ("", "nginx.service", 12)


def test_a_unit_must_have_a_name():
    assert refusal(TRACK_UNIT, "track_unit") == ("track_unit names no unit", "", "track_unit nginx.service", None)
