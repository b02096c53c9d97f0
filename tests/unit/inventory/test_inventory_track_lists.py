# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that trackers are read by name, with a weight, or as a built-in check; a name must exist."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.errors import PairError
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.instances import instances
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.config.loader import load
from two_hosts import VIP, hosts

LEVEL = {"name": "level", "file": "/run/level"}
FILE = """\
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    virtual_ipaddress {
        192.168.8.100/24
    }
    @hotstandby track_http %s
}
"""


def first(**said):
    return instances(hosts(vips=[VIP], **said))["node-a"][0]


def problem(**said):
    with pytest.raises(PairError) as caught:
        instances(hosts(said, vips=[VIP]))
    return str(caught.value.problems[0]).removeprefix("node-a: ")


def test_the_built_in_checks_are_lines():
    found = first(
        track_tcp={"address": "127.0.0.1", "port": "5432", "interval": 0.5, "timeout": 0.5, "weight": -20},
        track_http=[
            "http://127.0.0.1/",
            {"url": "https://[::1]/x", "status": [200, "300-304"], "body": "a b", "verify": True},
        ],
        track_unit=["nginx", {"unit": "tomcat10.service", "fall": 3, "rise": 2}],
    )  # fmt: skip
    assert found["track_tcp"] == ["127.0.0.1 5432 interval 0.5 timeout 0.5 weight -20"]
    assert found["track_http"] == ["http://127.0.0.1/", 'https://[::1]/x status 200,300-304 body "a b" verify']
    assert found["track_unit"] == ["nginx", "tomcat10.service rise 2 fall 3"]


@pytest.mark.parametrize("body", ["(up", "100 %", "a*b", "[ok]", "status: up"])
def test_the_body_of_an_http_check_is_a_plain_text(body):
    (line,) = first(track_http={"url": "http://127.0.0.1/", "body": body})["track_http"]
    assert line == f'http://127.0.0.1/ body "{body}"'
    found = load(FILE % line, "f").instances[0].track.http
    assert [each.body for each in found] == [body]


def test_an_option_that_is_off_is_not_written():
    (line,) = first(track_http={"url": "http://127.0.0.1/", "verify": False, "weight": -20})["track_http"]
    assert line == "http://127.0.0.1/ weight -20"
    found = first(track_file=[{"name": "level", "weight": 5, "reverse": False}], track_files=[LEVEL])
    assert found["track_file"] == ["level weight 5 noreverse"]  # the definition may say reverse
    assert first(track_interface=[{"name": "eth0", "reverse": False}])["track_interface"] == ["eth0"]


def test_names_with_weights_are_read():
    found = first(
        track_interface=["eth0", {"name": "eth0", "weight": -20}],
        track_process=[{"name": "web", "weight": 254, "reverse": True}],
        track_file="level",
        track_processes=[{"name": "web", "process": "nginx"}],
        track_files=[{"name": "level", "file": "/run/level"}],
    )
    assert found["track_interface"] == ["eth0", "eth0 weight -20"]
    assert (found["track_process"], found["track_file"]) == (["web weight 254 reverse"], ["level"])


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ({"track_tcp": "127.0.0.1"}, "a TCP check is a mapping of address, port and any of interval, timeout, rise,"),
        ({"track_tcp": {"address": "web", "port": 80}}, "'web' is not an IP address"),
        ({"track_tcp": {"address": "127.0.0.1", "port": 0}}, "'0' is not a whole number from 1 to 65535: a port"),
        ({"track_tcp": {"address": "127.0.0.1"}}, "a tracked TCP check is a mapping of address, port"),
        ({"track_http": "ftp://127.0.0.1"}, "'ftp://127.0.0.1' is not a URL that begins with http:// or https://"),
        ({"track_http": {"url": "http://127.0.0.1", "status": 99}}, "'99' is not a whole number from 100 to 599"),
        ({"track_http": {"url": "http://127.0.0.1", "statsu": 1}}, "'statsu' is not a word of an HTTP check"),
        ({"track_http": {"url": "http://127.0.0.1", "timeout": 3}}, "timeout 3 is longer than interval 2 (make the"),
        ({"track_http": {"url": "http://127.0.0.1", "body": 'say "up"'}}, 'it must be one line without any "'),
        ({"track_http": {"url": "http://127.0.0.1", "body": " "}}, 'it must be one line without any "'),
        ({"track_unit": {"unit": "a b"}}, "'a b' is not a name"),
        ({"track_unit": {"unit": "a", "timeout": 2}}, "timeout 2 is longer than interval 1"),
        ({"track_interface": "eth7"}, "there is no interface eth7 (it has eth0 192.168.8.4/24)"),
        ({"track_process": "web"}, "there is no process 'web' (ha_pair_track_processes has none)"),
        ({"track_file": {"name": "level", "weight": 255}}, "'255' is not a whole number from -254 to 254"),
        ({"track_file": {"name": "l", "reverse": True}}, "reverse takes a weight (say weight: 0"),
        ({"track_file": {"name": "l", "reverse": False}}, "reverse takes a weight (say weight: 0"),
    ],
)
def test_a_line_that_the_agent_would_refuse_is_a_problem(said, text):
    (word,) = said
    assert problem(**said).startswith(f"ha_pair_{word}: {text}")


@pytest.mark.parametrize(
    ("variable", "entry", "text"),
    [
        ("track_processes", {"name": "web"}, "[0]: it has no process"),
        ("track_processes", {"process": "x"}, "[0]: it has no name"),
        ("track_processes", {"name": "web", "process": "x", "quroum": 1}, "[0]: 'quroum' is not one of its words"),
        ("track_processes", {"name": "web", "process": "x", "quorum": 0}, "[0].quorum: '0' is not a whole number"),
        (
            "track_processes",
            {"name": "web", "process": "x", "param_match": "all"},
            "[0].param_match: 'all' is not exact",
        ),
        ("track_files", {"name": "level", "file": "level"}, "[0].file: 'level' is not an absolute path"),
        ("track_files", "level", "[0]: it is a mapping of name, file, weight"),
    ],
)
def test_a_wrong_definition_is_a_problem(variable, entry, text):
    assert problem(**{variable: [entry]}).startswith(f"ha_pair_{variable}{text}")


def test_two_definitions_of_one_name_are_a_problem():
    entry = {"name": "web", "process": "x"}
    assert problem(track_processes=[entry, entry]) == "ha_pair_track_processes[1]: two have the name web"
