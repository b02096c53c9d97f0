# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test the texts that make a fault and undo it; the shell and nft that are here read them."""

from __future__ import annotations

import subprocess

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.drill import fault

ADDRESSES = ["192.168.8.100/24", "2001:db8::100"]


def played(tmp_path, lines, **programs):
    """Run the script with these programs in place of systemctl and nft. Return its status, and what they were told."""
    log, folder = tmp_path / "log", tmp_path / "state"
    folder.mkdir()
    for name, status in {"systemctl": 0, "nft": 0, **programs}.items():
        program = tmp_path / name
        program.write_text(f'#!/bin/sh\necho "{name} $*" >> {log}\nexit {status}\n')
        program.chmod(0o755)
    text = fault.script(lines, str(folder))
    done = subprocess.run(["sh", "-c", text], env={"PATH": f"{tmp_path}:/usr/bin:/bin"}, check=False)
    return done.returncode, log.read_text().splitlines(), folder.exists()


def test_an_isolation_is_undone_where_it_is_there(tmp_path):
    status, told, left = played(tmp_path, fault.undo("node"))
    assert (status, left) == (0, False)
    assert told == ["nft list table netdev hotstandby_drill", "nft delete table netdev hotstandby_drill"]


def test_an_isolation_that_was_undone_already_is_no_error(tmp_path):
    assert played(tmp_path, fault.undo("node"), nft=1)[:2] == (0, ["nft list table netdev hotstandby_drill"])


def test_the_agent_may_be_restarted_again_and_is_started(tmp_path, monkeypatch):
    drop_in = tmp_path / "hotstandby.service.d" / "drill.conf"
    drop_in.parent.mkdir()
    drop_in.write_text(fault.NO_RESTART_TEXT)
    monkeypatch.setattr(fault, "NO_RESTART", str(drop_in))
    status, told, left = played(tmp_path, fault.undo("agent"))
    assert (status, left) == (0, False)
    assert told == ["systemctl daemon-reload", "systemctl start hotstandby.service"]
    assert not drop_in.parent.exists()


def test_other_drop_ins_stay(tmp_path, monkeypatch):
    own = tmp_path / "hotstandby.service.d" / "own.conf"
    own.parent.mkdir()
    own.write_text("")
    monkeypatch.setattr(fault, "NO_RESTART", str(own.with_name("drill.conf")))
    assert played(tmp_path, fault.undo("agent"))[0] == 0
    assert own.exists()


def test_an_undo_that_fails_keeps_its_folder_so_that_it_is_tried_again(tmp_path):
    status, told, left = played(tmp_path, fault.undo("service", ["nginx.service"]), systemctl=1)
    assert (status, left) == (1, True)
    assert told == ["systemctl start -- nginx.service"]


def test_the_names_of_services_are_no_command(tmp_path):
    _status, told, _left = played(tmp_path, fault.undo("service", ["x; touch /tmp/y", "dev-a\\x2db.mount"]))
    assert told == ["systemctl start -- x; touch /tmp/y dev-a\\x2db.mount"]


@pytest.mark.parametrize(
    ("said", "unit"),
    [
        ("nginx", "nginx.service"), ("nginx.service", "nginx.service"), ("php8.2-fpm", "php8.2-fpm.service"),
        ("a@b.timer", "a@b.timer"), ("nginx*", None), ("ngin[x]", None), ("-x", None), ("a b", None), ("", None),
    ],
)  # fmt: skip
def test_the_name_of_a_unit(said, unit):
    assert fault.unit(said) == unit


@pytest.mark.parametrize("addresses", [ADDRESSES, ADDRESSES[:1], ADDRESSES[1:], []])
def test_nft_reads_the_rules(addresses):
    text = fault.isolation(["lo"], addresses)
    done = subprocess.run(["nft", "--check", "--file", "-"], input=text, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_rules_drop_vrrp_and_the_virtual_addresses_only():
    text = fault.isolation(["eth0", "eth1"], ADDRESSES)
    for device in ("eth0", "eth1"):
        for hook in ("ingress", "egress"):
            assert text.count(f'type filter hook {hook} device "{device}" priority -300; policy accept;') == 1
    rules = {line.strip() for line in text.splitlines() if line.endswith("drop")}
    assert rules == {
        "ip protocol 112 drop", "ip6 nexthdr 112 drop", "ah nexthdr 112 drop",
        "ip saddr { 192.168.8.100 } drop", "ip daddr { 192.168.8.100 } drop",
        "arp saddr ip { 192.168.8.100 } drop", "arp daddr ip { 192.168.8.100 } drop",
        "ip6 saddr { 2001:db8::100 } drop", "ip6 daddr { 2001:db8::100 } drop",
        "icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } @nh,384,128 0x20010db8000000000000000000000100 drop",
    }  # fmt: skip
