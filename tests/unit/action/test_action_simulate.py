# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test the action vrrp_simulate in this process, with hosts that exist only as variables."""

from __future__ import annotations

import json

import pytest
from ansible import context
from ansible.errors import AnsibleActionFail, AnsibleUndefinedVariable
from ansible.utils.context_objects import CLIArgs
from ansible_collections.hotstandby.vrrp.plugins.action import vrrp_simulate

GROUPS = {
    "all": ["web-a", "web-b", "db-a", "db-b"],
    "ha_pair": ["web-a", "web-b", "db-a", "db-b"],
    "web": ["web-a", "web-b"],
    "db": ["db-a", "db-b"],
}
WEB = {"ha_pair_vips": ["192.168.8.100/24"]}
DB = {"ha_pair_vips": ["192.168.8.110/24"]}


class Facts(dict):
    """It has a variable that Ansible cannot work out without facts."""

    def __getitem__(self, name):
        value = super().__getitem__(name)
        if value == "{{ fact }}":
            raise AnsibleUndefinedVariable("'ansible_facts' is undefined")
        return value


def simulated(said=None, hosts=None, groups=GROUPS, **variables):
    """Return the report. ``variables`` are those of web."""
    web = {**WEB, **variables}
    hostvars = {"web-a": Facts(web), "web-b": Facts(web), "db-a": Facts(DB), "db-b": Facts(DB), "loose": {}}
    task_vars = {"hostvars": hostvars, "groups": groups, "ansible_play_hosts_all": hosts or groups["ha_pair"]}
    return vrrp_simulate._simulated(said, task_vars)


def refused(*arguments, **more):
    with pytest.raises(AnsibleActionFail) as caught:
        simulated(*arguments, **more)
    return str(caught.value)


def concerned(report):
    return [(each["pair"], each["timeline"]["faults"][0]["text"]) for each in report["instances"]]


def test_each_pair_has_its_usual_faults():
    found = concerned(simulated())
    assert [pair for pair, _text in found] == ["web"] * 6 + ["db"] * 6
    assert ("web", "kill web-a") in found and ("db", "reload db-b") in found


def test_a_pair_of_which_the_limit_has_one_host_is_played_whole():
    assert {pair for pair, _text in concerned(simulated(hosts=["web-b"]))} == {"web"}


def test_only_the_pairs_of_a_fault_are_played_and_all_where_it_names_none():
    assert concerned(simulated("at 10: kill db-a; at 11: loss 1%")) == [("db", "kill db-a")]
    assert concerned(simulated("at 10: loss 1%")) == [("web", "loss 1%"), ("db", "loss 1%")]


def test_a_network_that_is_made_up_is_said_of_the_pairs_that_were_played():
    report = simulated("at 10: kill web-a")
    assert len(report["remarks"]) == 1
    assert "web-b: interface eth0, address 192.168.8.253/24." in report["remarks"][0]
    assert "db-a" not in report["remarks"][0]
    known = {"ansible_facts": {"interfaces": ["ens3"], "ens3": {"ipv4": {"address": "192.168.8.4", "prefix": "24"}}}}
    with pytest.raises(AnsibleActionFail, match="web-a and web-b both have 192.168.8.4/24"):
        simulated(**known)  # facts that are cached are used


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("at 10: kill web-x", 'there is no node "web-x" (did you mean "web-b"?). There are: web-a, web-b, db-a, db-b'),
        ("at 10: split web-a | db-a", "these are not the hosts of one pair (write one split for each pair)"),
        ("at 10: kill web-a on VI_7", "no instance or interface is called VI_7. There are: VI_1, eth0"),
        ("at 10: break web-a chk", 'web-a has no check "chk". It has none'),
    ],
)
def test_a_bad_fault_is_refused_with_the_likely_fix(said, message):
    assert message in refused(said)


def test_a_fault_on_an_instance_of_another_pair_is_refused():
    named = [{"name": "VI_WEB", "virtual_ipaddress": ["192.168.8.100/24"], "virtual_router_id": 100}]
    own = {"ha_pair_vips": [], "ha_pair_instances": named}
    said = refused("at 10: kill db-a on VI_WEB", **own)
    assert 'VI_WEB": VI_WEB is of another pair. This one has: VI_1, eth0' in said and said.startswith('fault "')
    assert [pair for pair, _text in concerned(simulated("at 10: kill web-a on VI_WEB", **own))] == ["web"]


def test_errors_in_an_inventory_are_all_reported_together():
    said = refused(ha_pair_prioritty=7, ha_pair_advert_int="often")
    assert "web-a: ha_pair_prioritty: there is no such variable (did you mean ha_pair_priority?)" in said
    assert "web-b: ha_pair_advert_int: " in said


def test_a_variable_that_needs_facts_says_so_whatever_it_is_in():
    said = refused(ha_pair_instances="{{ fact }}")
    assert said.startswith("web-a: ha_pair_instances: 'ansible_facts' is undefined (a simulation asks no host")
    assert "with -e ha_pair_instances=...)" in said


def test_a_host_in_no_pair_is_refused():
    groups = {**GROUPS, "ha_pair": [*GROUPS["ha_pair"], "loose"]}
    said = refused(groups=groups, hosts=["web-a", "loose"])
    assert said.startswith("loose: in the group ha_pair itself, whose groups web, db are the pairs: put it into one")


@pytest.mark.parametrize(
    ("typed", "left", "expected"),
    [
        (["fault=at 10: kill web-a"], "at", ["at 10: kill web-a"]),
        (["fault=at 10: kill web-a", "fault=at 20: boot web-a"], "at", ["at 10: kill web-a", "at 20: boot web-a"]),
        (["report=x.html", "fault=at 10: reload web-a priority=5"], "at", ["at 10: reload web-a priority=5"]),
        (['fault="at 10: kill web-a"'], "at 10: kill web-a", "at 10: kill web-a"),
        (["@faults.yml"], ["at 10: kill web-a"], ["at 10: kill web-a"]),
        (["fault=at 10: kill web-a"], "at 10: kill db-a", "at 10: kill db-a"),
        ([], None, None),
    ],
)
def test_faults_are_taken_as_they_were_typed(monkeypatch, typed, left, expected):
    monkeypatch.setattr(context, "CLIARGS", CLIArgs({"extra_vars": typed}))
    assert vrrp_simulate._as_typed(left) == expected


def test_the_files_of_a_report(tmp_path):
    report = simulated("at 10: kill web-a")
    names = vrrp_simulate._write(report, str(tmp_path / "new" / "web.html"))
    assert [name.rpartition(".")[2] for name in names] == ["html", "svg", "json"]
    assert json.loads((tmp_path / "new" / "web.json").read_text()) == report
    with pytest.raises(AnsibleActionFail, match="report: web.pdf does not end with .html"):
        vrrp_simulate._write(report, "web.pdf")
    with pytest.raises(AnsibleActionFail, match=r"report: cannot write .*/web.html: File exists"):
        vrrp_simulate._write(report, str(tmp_path / "new" / "web.html" / "other.html"))


def test_remarks_are_lines_of_80_columns_and_not_too_many():
    report = simulated(["at 10: split web-a | web-b"])
    lines = vrrp_simulate._remarks(report)
    assert lines[:3] == ["", "web VI_1, split web-a | web-b: at the end web-a and web-b are both master", lines[2]]
    assert "made up" in " ".join(lines) and "web-b: interface" not in " ".join(lines)
    assert all(len(line) <= 80 for line in lines)
    report["instances"] *= 30
    assert vrrp_simulate._remarks(report) == lines, "the same remark is one line"
    many = [{**report["instances"][0], "pair": f"web{number}"} for number in range(12)]
    assert "2 more are in the report" in vrrp_simulate._remarks({**report, "instances": many})
    assert vrrp_simulate._remarks({"instances": [], "remarks": []}) == []
