# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test the arguments of the event source: what they mean, and that a wrong one is named with the fix."""

from __future__ import annotations

import asyncio
import runpy
from pathlib import Path

import pytest
import yaml

SOURCE = Path(__file__).parents[3] / "extensions" / "eda" / "plugins" / "event_source" / "events.py"
MODULE = runpy.run_path(str(SOURCE))


def words(args, *asked):
    _options, hosts = MODULE["checked"](args)
    return [" ".join(host.words(*asked)) for host in hosts]


def test_a_name_is_enough():
    ssh = " ".join(MODULE["SSH"])
    assert words({"hosts": ["web-a"]}, "status") == [f"{ssh} web-a hotstandby status --runtime-dir /run/hotstandby"]


def test_a_host_has_its_own_arguments_or_those_of_all():
    hosts = [
        {"name": "a", "address": "192.168.8.4", "port": "2222", "ssh_args": "-o ProxyCommand='nc %h'"},
        {"name": "b", "user": "root", "command": "/opt/bin/hotstandby", "runtime_dir": "/run/a b"},
        {"name": "c", "connection": "local"},
    ]
    common = {"user": "eda", "private_key_file": "/key", "command": "sudo -n hotstandby", "port": None}
    first, second, third = words({"hosts": hosts, **common}, "events", "--json")
    assert first.endswith(
        " -o ProxyCommand=nc %h -l eda -i /key -p 2222 192.168.8.4 "
        "sudo -n hotstandby events --json --runtime-dir /run/hotstandby"
    )
    assert second.endswith(" -l root -i /key b /opt/bin/hotstandby events --json --runtime-dir '/run/a b'")
    assert third == "sudo -n hotstandby events --json --runtime-dir /run/hotstandby"


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ({}, "hosts is None: write a list of hosts, such as hosts: [web-a, web-b]"),
        ({"hosts": "web-a"}, "hosts is 'web-a': write a list of hosts"),
        ({"hosts": []}, r"hosts is []: write a list"),
        ({"hosts": [4]}, "hosts has 4: write a name, or a dictionary with the key name"),
        ({"hosts": [{"address": "a"}]}, "hosts has {'address': 'a'}: write a name, or"),
        ({"hosts": ["a", {"name": "a"}]}, "hosts has a more than once"),
        ({"hosts": ["a"], "host": "b"}, "host is no argument: there are command, connection, delay_max, hosts, "),
        ({"hosts": [{"name": "a", "ip": "b"}]}, "hosts: a: ip is no argument: there are address,"),
        ({"hosts": ["a"], "since": "10m"}, "since is '10m': write a number from 0 on"),
        ({"hosts": ["a"], "since": float("nan")}, "since is nan: write a number from 0 on"),
        ({"hosts": ["a"], "retries": 0}, "retries is 0: write a whole number from 1 on"),
        ({"hosts": ["a"], "delay_max": True}, "delay_max is True: write a number from 1 on"),
        ({"hosts": ["a"], "port": "ssh"}, "hosts: a: port is 'ssh': write a whole number from 1 on"),
        ({"hosts": ["a"], "user": 7}, "hosts: a: user is 7: write a text"),
        ({"hosts": ["a"], "connection": "winrm"}, "hosts: a: connection is 'winrm': write ssh or local"),
        ({"hosts": ["a"], "command": " "}, "hosts: a: command is empty: write hotstandby, or sudo -n hotstandby"),
        ({"hosts": ["a"], "ssh_args": "-o 'x"}, 'hosts: a: ssh_args is "-o \'x": No closing quotation'),
        ({"hosts": ["-oProxyCommand=x"]}, "hosts: -oProxyCommand=x: address is '-oProxyCommand=x': ssh would take"),
    ],
)
def test_a_wrong_argument_is_named_with_the_fix(args, said):
    with pytest.raises(ValueError) as caught:
        asyncio.run(MODULE["main"](asyncio.Queue(), args))
    assert str(caught.value).startswith(said)


def test_the_documentation_has_each_argument_and_its_default():
    options = yaml.safe_load(MODULE["DOCUMENTATION"])["options"]
    numbers = vars(MODULE["Options"]())
    defaults = {"hosts": None, **MODULE["_OF_HOSTS"], **numbers}
    assert {name: option.get("default") for name, option in options.items()} == defaults
    for source in yaml.safe_load(MODULE["EXAMPLES"]):
        MODULE["checked"](source["hotstandby.vrrp.events"])
