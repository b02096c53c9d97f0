# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hold what is said of a release against the keepalived of this machine, which is one of the known releases."""

from __future__ import annotations

import re
import subprocess

import pytest

from vrrp.config.keywords.keepalived_releases import release
from vrrp.config.version_differences import differences

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


@pytest.fixture(scope="module")
def complained(tmp_path_factory):
    """Return the version of this machine's keepalived, and the lines of FILE that it complains about."""
    folder = tmp_path_factory.mktemp("keepalived")
    (folder / "conf").write_text(FILE)
    commands = (
        "ip link add eth0 type veth peer name eth1 &&"
        ' exec keepalived --config-test="$1/log" -f "$1/conf" -p "$1/pid" -r "$1/vrrp" -c "$1/check" -b "$1/bfd"'
    )
    subprocess.run(["unshare", "--net", "sh", "-c", commands, "sh", str(folder)], timeout=30, check=False)
    said = subprocess.run(["keepalived", "--version"], capture_output=True, text=True, check=True).stderr
    lines = {int(number) for number in re.findall(r"Line (\d+)\)", (folder / "log").read_text())}
    return said.split(" (")[0].strip(), lines


def test_every_complaint_is_told(complained):
    """A block that is not known takes along what is below it, which is told once, at the block."""
    version, lines = complained
    told = differences(FILE, "f", release(version))
    lost = [each.line for each in told if each.effect == "refused"]
    below = set(range(min(lost), FILE.count("\n") + 1)) if lost else set()
    assert lines - below <= {each.line for each in told}
    assert lines & below or not lost


def test_what_is_told_to_be_ignored_is_complained_about(complained):
    version, lines = complained
    told = [each for each in differences(FILE, "f", release(version)) if each.effect != "other meaning"]
    assert {each.line for each in told} <= lines
    assert told
