# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hold what is said of a release against the keepalived of this machine, which is one of the known releases."""

from __future__ import annotations

import re
import subprocess

import pytest
import smallest_file

from vrrp.config.keywords.keepalived_behaviour import COMPLAINTS, GOOD, judged
from vrrp.config.keywords.keepalived_releases import release
from vrrp.config.version_differences import compare

# Every release complains about state_file_location, some about other lines. What they take otherwise they do not tell.
FILE = """\
global_defs {
umask IRWXG
state_file_location /run/
script_user root
}
vrrp_script s {
script /usr/bin/true
interval 0.5
timeout 1.5
}
vrrp_instance V1 {
interface eth0
virtual_router_id 1
use_vmac vip1 netlink_notify_msg
virtual_ipaddress {
192.0.2.1 preferred_lft 0
192.0.2.2 dev eth1 use_vmac
}
}
vrrp_instance V2 {
interface eth0
virtual_router_id 2
use_vmac name vip2
virtual_ipaddress {
192.0.2.3
}
}
vrrp_instance V3 {
interface eth0
virtual_router_id 3
down_timer_adverts 5
virtual_ipaddress {
192.0.2.4
}
}
vrrp_instance V4 {
interface eth0
virtual_router_id 4
virtual_ipaddress {
192.0.2.5
}
auth_hmac {
key 1 abcdefghabcdefghabcdefghabcdefghabcd
active_key 1
}
nopreempt
}
"""


SECURE = "global_defs {\nscript_user root\nenable_script_security\n}\n"
SCRIPT = "vrrp_script s {\nscript /usr/bin/true\n}\n"
LISTED = "track_script {\ns\n}"
STATIC = "static_rules {\nto 10.0.0.0/8 iif eth0 track_group g preference 5 table 8\n}\n"
GROUP = "track_group g {\ngroup {\nVI_1\n}\n}\n"


def rule(words):
    return smallest_file.text(f"virtual_rules {{\n{words} preference 5 table 8\n}}")


def route(words):
    return smallest_file.text(f"virtual_routes {{\n{words}\n}}")


# What this release does not take, and beside it how it is taken. keepalived complains about the first alone.
TAKEN = {
    "a tracker": (SECURE + smallest_file.text(LISTED) + SCRIPT, SECURE + SCRIPT + smallest_file.text(LISTED)),
    "a track_group": (smallest_file.text() + STATIC + GROUP, smallest_file.text() + GROUP + STATIC),
    "a static rule": [smallest_file.text() + GROUP + STATIC.replace("iif", word) for word in ("oif", "iif")],
    "a static route": [
        smallest_file.text() + GROUP + f"static_routes {{\n10.0.0.0/8 track_group g {words}\n}}\n"
        for words in ("nexthop via 192.0.2.8 dev eth0", "dev eth0")
    ],
    "include_check": [smallest_file.text(globals_=f"include_check {word}") for word in ("readable", "read")],
    "two checks": [smallest_file.text(globals_=f"include_check match {word}") for word in ("match", "+match")],
    "a protocol by name": [rule(f"to 10.0.0.0/8 protocol {word}") for word in ("keepalived", "18")],
    "a tracked rule": [rule(f"to 10.0.0.0/8 protocol {words}") for words in ("4", "4 no_track")],
    "a tracked route": [route(f"10.0.0.0/8 dev eth0 protocol {words}") for words in ("4", "4 no_track")],
    "a rule of IPv6": [rule(words) for words in ("inet6 from fd00::/64", "from fd00::/64")],
    "a route of IPv6": [route(words) for words in ("inet6 fd01::/64 dev eth0", "inet6 to fd01::/64 dev eth0")],
    "a way of its own": [
        route(f"10.0.0.0/8 {word} nexthop via 192.0.2.8 dev eth0 nexthop via 192.0.2.9 dev eth0")
        for word in ("", "no_track")
    ],
    "an unknown block": [smallest_file.text(f"{word}\nnopreempt") for word in ("foo {\n}", "")],
    "a block in another": (smallest_file.text(GROUP), smallest_file.text() + GROUP),
}


@pytest.fixture(scope="module")
def version():
    """Return the version of this machine's keepalived."""
    said = subprocess.run(["keepalived", "--version"], capture_output=True, text=True, check=True).stderr
    return said.split(" (")[0]


def asked(text, folder):
    """Return the exit status of ``keepalived -t``, and what it says of a text."""
    (folder / "conf").write_text(text)
    commands = (
        "ip link add eth0 type veth peer name eth1 &&"
        ' exec keepalived --config-test="$1/log" -f "$1/conf" -p "$1/pid" -r "$1/vrrp" -c "$1/check" -b "$1/bfd"'
    )
    command = ["unshare", "--net", "sh", "-c", commands, "sh", str(folder)]
    done = subprocess.run(command, timeout=30, check=False)
    return done.returncode, (folder / "log").read_text(errors="replace")


@pytest.fixture(scope="module")
def complained(tmp_path_factory, version):
    """Return the version of this machine's keepalived, and the lines of FILE that it complains about."""
    _status, log = asked(FILE, tmp_path_factory.mktemp("keepalived"))
    return version, {int(number) for number in re.findall(r"Line (\d+)\)", log)}


@pytest.mark.parametrize("wrong, right", TAKEN.values(), ids=TAKEN.keys())
def test_keepalived_complains_about_a_text_that_it_does_not_take(wrong, right, version, tmp_path):
    told = [compare(text, "f", release(version)).differences for text in (wrong, right)]
    assert told[0] and not told[1]
    found = [judged(release(version), *asked(text, tmp_path)) for text in (wrong, right)]
    assert found == [COMPLAINTS, GOOD]


def test_every_complaint_is_told(complained):
    """A block that is not known takes along what is below it, which is told once, at the block."""
    version, lines = complained
    told = compare(FILE, "f", release(version)).differences
    lost = [each.line for each in told if each.effect == "refused"]
    below = set(range(min(lost), FILE.count("\n") + 1)) if lost else set()
    assert lines - below <= {each.line for each in told}
    assert lines & below or not lost


def test_keepalived_complains_about_each_line_that_is_reported_as_ignored(complained):
    version, lines = complained
    told = [each for each in compare(FILE, "f", release(version)).differences if each.effect != "other meaning"]
    assert {each.line for each in told} <= lines
    assert told
