# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test what ``hotstandby simulate`` reads, prints, writes and refuses."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from vrrp import cli

MODULE_UTILS = Path(cli.__file__).parents[1]
NODE = """\
global_defs {{
    router_id {name}
}}
vrrp_instance VI_1 {{
    interface eth0
    virtual_router_id 51
    priority {priority}
{more}    virtual_ipaddress {{
        192.168.8.100/24
    }}
}}
"""


@pytest.fixture
def files(tmp_path):
    """Return a function that writes the configuration of a node, and returns its path."""

    def write(name, priority=100, more="", text=NODE):
        path = tmp_path / f"{name}.conf"
        path.write_text(text.format(name=name, priority=priority, more=more))
        return str(path)

    return write


@pytest.fixture
def pair(files):
    return files("node-a"), files("node-b", 90)


def simulate(*words):
    return cli.main(["simulate", *words])


def as_json(capsys, *words):
    assert simulate(*words, "--json") == 0
    return json.loads(capsys.readouterr().out)["instances"]


def test_the_master_dies_when_nothing_else_is_said(pair, capsys):
    assert simulate(*pair) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0] == "VI_1: virtual router 51 for 192.168.8.100/24"
    assert "   10.000     node-a  fault    kill node-a" in out
    assert out[-1] == "expected loss: 3.15 s (no node answered for VI_1 from 10.000 to 13.149)"
    assert "at best" in out[-2] and "at worst" in out[-2]


def test_sources_that_are_made_up_say_so(files, capsys):
    simulate(files("node-a"), files("node-b", 90, "    unicast_src_ip 192.168.8.9\n"))
    out = capsys.readouterr().out
    assert "node-a: priority 100 every 1 s on eth0, from 192.0.2.1 (made up: the file has no unicast_src_ip)\n" in out
    assert "node-b: priority 90 every 1 s on eth0, from 192.168.8.9\n" in out


def test_a_unicast_peer_tells_whom_it_means(files, capsys):
    one = files("node-a", 100, "    unicast_src_ip 192.168.8.4\n    unicast_peer {\n 192.168.8.6\n }\n")
    two = files("node-b", 90, "    unicast_peer {\n 192.168.8.4\n }\n")
    (answer,) = as_json(capsys, one, two)
    assert [node["source"] for node in answer["nodes"]] == ["192.168.8.4", "192.168.8.6"]
    assert not [entry for entry in answer["timeline"] if entry["value"] == "discards"]


def test_faults_are_played_in_their_order(pair, capsys):
    faults = ["--fault", "at 20: crash node-a", "--fault", "at 20.4: restart node-a"]
    (answer,) = as_json(capsys, *pair, *faults)
    assert answer["faults"] == ["at 20: crash node-a", "at 20.4: restart node-a"]
    assert answer["loss_s"] == 0
    assert answer["answered_at_the_end_by"] == "node-a"


@pytest.mark.parametrize(
    "more, said",
    [
        ("    authentication {\n auth_type PASS\n auth_pass other\n }\n", "received a 1 auth, expecting 0!"),
        ("    version 3\n", "wrong VRRP version. Received 3 and expect 2"),
        ("    advert_int 2\n", "advertisement interval mismatch mine=1 sec rcv'd=2 sec"),
        ("    unicast_peer {\n 192.168.8.4\n }\n", "node-b sends to its unicast_peers"),
        ("    mcast_dst_ip 224.0.0.99\n", "to the group 224.0.0.99, ours is 224.0.0.18"),
        (f"    auth_hmac {{\n key 1 {'k' * 32}\n active_key 1\n }}\n", "missing authentication trailer"),
    ],
)
def test_a_pair_that_does_not_understand_each_other_is_seen_beforehand(files, capsys, more, said):
    (answer,) = as_json(capsys, files("node-a"), files("node-b", 90, more), "--fault", "at 20: heal")
    assert [entry["node"] for entry in answer["timeline"] if entry["value"] == "MASTER"] == ["node-a", "node-b"]
    refused = [entry["text"] for entry in answer["timeline"] if entry["value"] == "discards"]
    assert [text for text in refused if said in text]


@pytest.mark.parametrize(
    "of_a, of_b, said",
    [
        ("auth_hmac {\n key 1 file:/a\n active_key 1\n }", "auth_hmac {\n key 1 file:/b\n active_key 1\n }", None),
        (
            f"auth_hmac {{\n key 1 {'k' * 32}\n active_key 1\n }}",
            f"auth_hmac {{\n key 1 {'q' * 32}\n active_key 1\n }}",
            "invalid authentication HMAC",
        ),
        (
            "authentication {\n auth_type AH\n auth_pass 1\n }",
            "authentication {\n auth_type AH\n auth_pass 1\n }",
            None,
        ),
        (
            "authentication {\n auth_type AH\n auth_pass 1\n }",
            "authentication {\n auth_type AH\n auth_pass 2\n }",
            "invalid IPSEC HMAC-MD5 value",
        ),
    ],
)
def test_keys_and_passwords_are_compared(files, capsys, of_a, of_b, said):
    """Keys in files are on the nodes, so they count as the same."""
    (answer,) = as_json(capsys, files("node-a", 100, of_a), files("node-b", 90, of_b), "--fault", "at 20: heal")
    refused = [entry["text"] for entry in answer["timeline"] if entry["value"] == "discards"]
    assert bool(refused) is (said is not None)
    assert all(said in text for text in refused)


def test_two_instances_are_two_virtual_routers(files, capsys):
    def both(name, priority):
        second = NODE.replace("VI_1", "VI_2").replace(" 51", " 52").replace("eth0", "eth1").replace(".8.", ".9.")
        second = second[second.index("vrrp_instance") :]
        return files(name, priority, text=NODE + second)

    paths = both("node-a", 100), both("node-b", 90)
    one, two = as_json(capsys, *paths, "--fault", "at 20: cut node-a on eth1")
    assert (one["instance"], two["instance"]) == ("VI_1", "VI_2")
    assert one["loss_s"] == 0 and two["loss_s"] > 2


def test_interfaces_may_have_other_names_on_the_other_node(files, capsys):
    paths = files("node-a"), files("node-b", 90, text=NODE.replace("eth0", "ens3"))
    assert len(as_json(capsys, *paths)) == 1


def test_checks_with_a_positive_weight_succeed_at_the_beginning(files, capsys):
    script = "vrrp_script chk {{\n script /bin/true\n weight 20\n}}\n"
    tracked = files("node-b", 90, "    track_script {\n chk\n }\n", text=script + NODE)
    (answer,) = as_json(capsys, files("node-a"), tracked)
    assert [node["priority"] for node in answer["nodes"]] == [100, 110]
    assert answer["faults"] == ["at 10: kill node-b"]


def test_a_picture_is_written(pair, tmp_path, capsys):
    picture = tmp_path / "failure.svg"
    assert simulate(*pair, "--svg", str(picture)) == 0
    assert ElementTree.parse(picture).getroot().tag.endswith("svg")


def test_a_picture_that_cannot_be_written_says_why(pair, capsys):
    assert simulate(*pair, "--svg", "/nonexistent/x.svg") == 1
    assert capsys.readouterr().err == "error: cannot write /nonexistent/x.svg: no such file or directory\n"


def test_the_same_seed_is_the_same_answer(pair, capsys):
    words = (*pair, "--fault", "at 10: loss 30%", "--seconds", "60")
    first, again, other = (as_json(capsys, *words, "--seed", seed) for seed in ("1", "1", "2"))
    assert first == again != other


@pytest.mark.parametrize(
    "fault, said",
    [
        ("at 10: kill node-x", 'error: --fault "at 10: kill node-x": there is no node "node-x" (did you mean "node-'),
        ("kill node-a", "(write: at 10: kill NODE)"),
        ("at 10: cut node-a on eth9", "no instance or interface is called eth9. There are: VI_1, eth0"),
    ],
)
def test_a_bad_fault_says_what_to_write(pair, capsys, fault, said):
    assert simulate(*pair, "--fault", fault) == 1
    captured = capsys.readouterr()
    assert said in captured.err and captured.out == ""


def test_a_start_without_power_says_boot(pair, capsys):
    assert simulate(*pair, "--fault", "at 10: kill node-a", "--fault", "at 20: start node-a") == 1
    assert "(write: at 20: boot node-a)" in capsys.readouterr().err


def test_bad_files_are_all_named_with_their_lines(files, capsys):
    one = files("node-a", text=NODE.replace("    priority", "    prioritty"))
    two = files("node-b", 300)
    assert simulate(one, two) == 1
    said = capsys.readouterr().err.splitlines()
    assert [line.split(": error: ")[0] for line in said] == [f"{one}:7:5", f"{two}:7:14"]


def test_two_nodes_of_one_name_are_refused(files, tmp_path, capsys):
    one = files("node-a")
    other = tmp_path / "other.conf"
    other.write_text(Path(one).read_text())
    assert simulate(one, str(other)) == 1
    assert "give each file its router_id" in capsys.readouterr().err


def test_a_file_without_an_instance_is_refused(files, capsys):
    assert simulate(files("node-a"), files("node-b", text="global_defs {{\n router_id node-b\n}}\n")) == 1
    assert "node-b.conf:1: there is no vrrp_instance in it" in capsys.readouterr().err


def test_nothing_to_play_is_wrong_usage(capsys):
    with pytest.raises(SystemExit) as ended:
        simulate()
    assert ended.value.code == 2
    assert "the following arguments are required: FILE" in capsys.readouterr().err


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "1e9"])
def test_seconds_have_limits(pair, capsys, seconds):
    assert simulate(*pair, f"--seconds={seconds}") == 2
    assert "--seconds" in capsys.readouterr().err


def test_no_other_command_loads_the_simulator():
    program = (
        "import sys\nfrom vrrp import cli\ncli.main(['check', '/nonexistent'])\n"
        "sys.exit(any(name.startswith('vrrp.simulation.') for name in sys.modules))"
    )
    environment = {"PYTHONPATH": str(MODULE_UTILS), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


GROUPED = """\
global_defs {{
    router_id {name}
}}
{more}vrrp_instance VI_1 {{
    interface eth0
    virtual_router_id 51
    priority {priority}
    virtual_ipaddress {{
        192.168.8.100/24
    }}
}}
vrrp_instance VI_2 {{
    interface eth1
    virtual_router_id 52
    priority {priority}
    virtual_ipaddress {{
        192.168.9.100/24
    }}
}}
"""
GROUP = "vrrp_sync_group G {\n group {\n VI_1\n VI_2\n }\n}\n"


@pytest.mark.parametrize(("more", "moved"), [(GROUP, ["node-b", "node-b"]), ("", ["node-a", "node-b"])])
def test_a_sync_group_moves_as_one(files, capsys, more, moved):
    one, two = files("node-a", 100, more, GROUPED), files("node-b", 90, more, GROUPED)
    answers = as_json(capsys, one, two, "--fault", "at 20.5: unplug node-a on eth1")
    assert [answer["answered_at_the_end_by"] for answer in answers] == moved
    assert [answer["instance"] for answer in answers] == ["VI_1", "VI_2"]
    assert answers[0]["loss_s"] == 0
    if more:
        (fault,) = [entry["text"] for entry in answers[0]["timeline"] if entry["value"] == "FAULT"]
        assert fault == "FAULT: sync group G: VI_2 is in FAULT (interface eth0 has no carrier)"


def test_a_node_whose_file_has_no_group_moves_alone(files, capsys):
    one, two = files("node-a", 100, GROUP, GROUPED), files("node-b", 90, "", GROUPED)
    answers = as_json(capsys, one, two, "--fault", "at 20.5: demote node-a on VI_1")
    assert [answer["answered_at_the_end_by"] for answer in answers] == ["node-b", "node-b"]
