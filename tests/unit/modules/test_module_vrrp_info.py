# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It looks and changes nothing."""

from __future__ import annotations


def test_a_node_without_an_agent_is_no_failure(run):
    result = run("vrrp_info")
    assert not result["changed"]
    assert not result["running"]
    assert "no agent is running" in result["msg"]
    assert (result["instances"], result["agent"]) == ([], {})
    loopback = next(link for link in result["interfaces"] if link["name"] == "lo")
    assert "127.0.0.1/8" in [entry["address"] for entry in loopback["addresses"]]


def test_what_the_agent_says_is_there(run, agent):
    result = run("vrrp_info")
    assert (result["running"], result["msg"]) == (True, "")
    assert result["agent"]["version"] == "0.1.0"
    assert "instances" not in result["agent"]
    assert result["instances"][0]["why"] == agent.instance["why"]


def test_samples_have_the_kernels_word_beside_the_agents(run, agent):
    agent.instance = {**agent.instance, "addresses": ["127.0.0.1/8", "192.168.8.100/24"], "addresses_present": []}
    result = run("vrrp_info", samples=3, interval=0)
    assert len(result["samples"]) == 3
    assert result["samples"][0]["instances"]["VI_1"] == {
        "state": "BACKUP",
        "why": "BACKUP because 192.168.8.4 advertises 100 > our 90",
        "source": "192.168.8.6",
        "master": "192.168.8.4",
        "addresses": ["127.0.0.1/8", "192.168.8.100/24"],
        "held": ["127.0.0.1/8"],
    }


def test_it_waits_for_what_settles_and_not_for_ever(run, agent):
    looks = []
    unsettled, answer = {**agent.instance, "master": None}, agent.answer

    def settle_at_the_third_look(request):
        looks.append(request)
        agent.instance = (
            {**unsettled, "master": {"address": "192.168.8.4", "priority": 100, "seen_s": 0.1}}
            if (len(looks) > 2)
            else unsettled
        )
        return answer(request)

    agent.answer = settle_at_the_third_look
    assert run("vrrp_info", wait=30)["instances"][0]["master"]
    assert len(looks) == 4

    agent.answer, agent.instance = answer, unsettled
    assert run("vrrp_info", wait=0.1)["instances"][0]["master"] is None


def test_no_sense(run):
    assert "samples must be 1 or more" in run("vrrp_info", samples=0)["msg"]


def test_a_drained_node_says_so_and_nobody_waits_for_it(run, agent):
    assert run("vrrp_info")["agent"]["drained"] is False
    agent.end()
    looks, answer = [], agent.answer
    agent.answer = lambda request: looks.append(request) or answer(request)
    result = run("vrrp_info", wait=30)
    assert len(looks) == 2
    assert result["agent"]["drained"] is True
    assert result["instances"][0]["state"] == "STOP"


def test_it_waits_until_a_drained_node_has_given_up(run, agent):
    agent.end()
    agent.instance["addresses_present"] = ["192.168.8.100/24"]
    looks, answer = [], agent.answer

    def release_at_the_third_look(request):
        looks.append(request)
        if len(looks) == 3:
            agent.instance = {**agent.instance, "addresses_present": []}
        return answer(request)

    agent.answer = release_at_the_third_look
    run("vrrp_info", wait=30)
    assert len(looks) == 4
