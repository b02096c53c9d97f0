# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that all that follows for a host is returned at once: the problems, or the work to do."""

from __future__ import annotations

from ansible_collections.hotstandby.vrrp.plugins.filter.pair import pair

from vrrp.protocol.auth_hmac import secret_of

HOSTS = ["node-a", "node-b"]
GROUPS = {"ha_pair": HOSTS}


def noted(number, **said):
    """Return what the role has noted of a host with the address 192.168.8.NUMBER."""
    own = {"address": f"192.168.8.{number}/24", "secondary": False}
    links = [{"name": "eth0", "mac": f"02:00:00:00:00:0{number}", "up": True, "carrier": True, "loopback": False,
              "addresses": [own], "virtual_addresses": []}]  # fmt: skip
    said = {"ha_pair_vips": ["192.168.8.100/24"], "ha_pair_interfaces": links, **said}
    before = {
        "interfaces": links,
        "instances": [],
        "program": None,
        "root": True,
        "keepalived": {},
        "machine_id": str(number),
    }
    return {"__ha_pair_said": said, "__ha_pair_before": before}


def work_out(host, **said):
    return pair(HOSTS, {"node-a": noted(4, **said), "node-b": noted(6)}, GROUPS, host)


def test_a_correct_pair_gets_its_plan_and_its_probes():
    told = work_out("node-b")
    assert (told["objections"], told["names"], told["runs_scripts"], told["switch_user"]) == (
        [],
        ["VI_1"],
        False,
        False,
    )
    assert [instance["priority"] for host in HOSTS for instance in told["plan"][host]] == [100, 90]
    assert told["probes"][0]["addresses"] == ["192.168.8.100"]
    assert told["sections"]["blocks"][0]["head"] == "vrrp_instance VI_1"


def test_each_host_tells_the_result_of_takeover_within():
    noted_of_both = {"ha_pair_takeover_within": 0.5}
    known = {"node-a": noted(4, **noted_of_both), "node-b": noted(6, **noted_of_both)}
    told = ["VI_1: takeover_within 0.5 s: version 3, advert_int 0.13 s, at most 0.485 s"]
    assert [pair(HOSTS, known, GROUPS, host)["told"] for host in HOSTS] == [told, told]
    assert work_out("node-a")["told"] == work_out("node-a", ha_pair_prioritty=7)["told"] == []


def test_scripts_of_this_host_alone_count():
    scripts = {"ha_pair_startup_script": "/bin/a", "ha_pair_script_user": "nobody"}
    told = [work_out(host, **scripts) for host in HOSTS]
    assert [(each["runs_scripts"], each["switch_user"]) for each in told] == [(True, True), (False, False)]


def test_clocks_are_compared_for_auth_hmac_that_does_not_run_yet():
    key = {"id": 1, "key": "hex:" + "5a" * 32}
    for words, expected in (({}, True), ({"anti_replay": "monotonic"}, False)):
        said = {"ha_pair_version": 3, "ha_pair_auth_hmac": {"keys": [key], **words}}
        known = {"node-a": noted(4, **said), "node-b": noted(6, **said)}
        for number, state, master in ((4, "MASTER", None), (6, "BACKUP", {"address": "192.168.8.4"})):
            living = {"name": "VI_1", "state": state, "source": f"192.168.8.{number}", "master": master}
            before = known["node-a" if number == 4 else "node-b"]["__ha_pair_before"]
            before.update(instances=[living], agent={"peer": {"port": 61112, "heard_s": 0.5}})
        told = pair(HOSTS, known, GROUPS, "node-a")
        assert (told["objections"], told["attempts"], told["compares_clocks"]) == ([], [], expected)
    assert work_out("node-a")["compares_clocks"] is False


def test_the_first_host_alone_shows_a_problem_and_no_plan_follows():
    first, second = (work_out(host, ha_pair_prioritty=7) for host in HOSTS)
    assert "ha_pair_prioritty: there is no such variable" in first["objections"][0] and second["objections"] == []
    assert first["plan"] == {} and first["probes"] == [] and second["names"] == []


def test_a_conflict_is_shown_by_the_host_that_has_it():
    known = {"node-a": noted(4), "node-b": {**noted(6), "ansible_host": "192.168.8.100"}}
    first, second = (pair(HOSTS, known, GROUPS, host)["objections"] for host in HOSTS)
    assert first == [] and "192.168.8.100" in second[0]


def test_the_hosts_tell_each_other_how_they_do_and_get_a_key_for_that():
    told = work_out("node-b")
    assert told["sections"]["global_defs"] == ["@hotstandby peer_status 192.168.8.4 from 192.168.8.6"]
    assert (told["peer_key_steps"], told["peer_key"]) == (["only"], "")
    keys = {secret_of(work_out("node-a")["peer_key"]) for _number in range(5)}
    assert (len(keys), {len(key) for key in keys}) == (5, {32})
    off = work_out("node-b", ha_pair_peer_status=False, ha_pair_rotate_peer_key=True)
    assert (off["sections"]["global_defs"], off["peer_key_steps"]) == ([], [])


def test_a_key_that_both_have_is_replaced_when_that_is_asked_for():
    known = {"node-a": noted(4), "node-b": noted(6)}
    for each in known.values():
        each["__ha_pair_before"]["peer_keys"] = ["5e8a0b7d1c22"]
    kept = pair(HOSTS, known, GROUPS, "node-a")
    assert (kept["peer_key_steps"], kept["peer_key"]) == ([], "")
    known["node-b"]["__ha_pair_said"]["ha_pair_rotate_peer_key"] = "yes"
    for host in HOSTS:
        assert pair(HOSTS, known, GROUPS, host)["peer_key_steps"] == ["accepted", "signs", "only"]


def test_the_hosts_that_run_and_those_with_another_release_are_named():
    known = {"node-a": noted(4), "node-b": noted(6, ha_pair_engine="keepalived")}
    assert [pair(HOSTS, known, GROUPS, "node-a")[word] for word in ("running", "outdated")] == [[], []]
    known["node-a"]["__ha_pair_before"].update(program="hotstandby", running_release="4f1c", release="9b2e")
    known["node-b"]["__ha_pair_before"].update(program="keepalived")
    for host in HOSTS:
        told = pair(HOSTS, known, GROUPS, host)
        assert (told["running"], told["outdated"]) == (HOSTS, ["node-a"])
