# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run each command of the pages about tasks, against a fleet of nodes with the names of these pages."""

from __future__ import annotations

import re
import shlex
import time
from pathlib import Path

import pytest
import yaml
from ansible.parsing.splitter import parse_kv
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp import cli
from fake_nodes import living, node, play, under_keepalived

TOP = Path(__file__).parents[3]
TASKS = ("fleet", "change", "replace", "maintenance", "preflight", "update", "migrate", "drill")
PAGES = ["README.md", *(f"docs/{name}.md" for name in TASKS)]
FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
DEPLOY = "ansible-playbook -i inventory.yml hotstandby.vrrp.ha_pair --limit web"
#: Variables of the playbooks that are not variables of the role.
OWN = {"to", "drain", "undrain", "reason", "expires", "update_tasks", "update_reboot", "migrate_to",
       "drill", "drill_window", "i_mean_it", "report_dir"}  # fmt: skip
CRON = re.compile(r"^([\d*]+ ){5} *")


def blocks(page, language=""):
    return [text for kind, text in FENCE.findall((TOP / page).read_text(encoding="utf-8")) if kind == language]


def commands(program):
    """Return each command of the pages that runs ``program``, once."""
    lines = [CRON.sub("", line.strip()) for page in PAGES for text in blocks(page) for line in text.splitlines()]
    # The README has a table of what `hotstandby` can do, with words such as [--json] and an explanation.
    return list(dict.fromkeys(line for line in lines if line.startswith(f"{program} ") and "   " not in line))


PLAYED = commands("ansible-playbook")
ASKED = commands("hotstandby")


def fleet(**others):
    """Return the inventory of docs/fleet.md, with a good node for each of its hosts, or one of ``others``."""
    groups = yaml.safe_load(blocks("docs/fleet.md", "yaml")[0])
    for group in groups["ha_pair"]["children"].values():
        first, second = (int(own["ansible_host"].rpartition(".")[2]) for own in group["hosts"].values())
        vip = group["vars"]["ha_pair_vips"][0]
        found = [living(first, "MASTER", first, vip), living(second, "BACKUP", first, vip)]
        for (name, own), good in zip(group["hosts"].items(), found):
            own["found"] = others.get(name.replace("-", "_"), good)
    return groups


def keepalived_fleet():
    """Return the same inventory without a variable of its pairs, while keepalived runs on each host."""
    groups = fleet()
    for group in groups["ha_pair"]["children"].values():
        entry = {"name": "VI_1", "interface": "eth0", "virtual_router_id": 100, "advert_int": 1}
        entry["virtual_ipaddress"] = group.pop("vars")["ha_pair_vips"]
        for own, priority in zip(group["hosts"].values(), (100, 90)):
            own["found"] = under_keepalived(own["found"], entry, priority)
    return groups


def run(folder, command, groups):
    words = shlex.split(command)
    assert words[:3] == ["ansible-playbook", "-i", "inventory.yml"]
    collection, _, playbook = words[3].rpartition(".")
    (folder / "work.yml").write_text("- ansible.builtin.command: echo\n")
    assert collection == "hotstandby.vrrp" and (TOP / "playbooks" / f"{playbook}.yml").is_file()
    return play(folder, groups, playbook, *words[4:])


def test_each_page_has_commands():
    assert all(any(line.strip() in PLAYED for text in blocks(page) for line in text.splitlines()) for page in PAGES)
    assert DEPLOY in PLAYED and len(ASKED) >= 4


@pytest.mark.parametrize("command", PLAYED)
def test_a_play_of_the_pages_does_what_they_say(tmp_path, command):
    if "keepalived" in command:
        check_the_way_from_or_to_keepalived(tmp_path, command)
        return
    if ".drill " in command:
        check_a_drill(tmp_path, command)
        return
    done = run(tmp_path, command, fleet())
    if "to=web-b" in command:  # these nodes do not move, which the play has to notice
        assert "vrrp_state on web-b" in done.done and "web-b did not become its only master" in done.output
        assert done.returncode == 2
    elif ".remove " in command:  # nor do they stop
        assert "vrrp_agent on web-b" in done.done and "Something is left" in done.output
        assert done.returncode == 2
    else:
        assert done.returncode == 0, done.output
        assert ("vrrp_drain on web-b" in done.done) == ("drain=" in command or "update_tasks" in command)
    assert ("db-a" in done.output) == ("--limit" not in command)


def check_a_drill(folder, command):
    """Play what is done before the first packet is lost; the nodes have no agents that could be killed."""
    now = time.time()
    around = "-".join(time.strftime("%H:%M", time.localtime(now + later)) for later in (-3600, 3600))
    done = run(folder, re.sub(r"(?<=drill_window=)\S+", around, command) + " --check", fleet())
    assert done.returncode == 0, done.output
    for kind in re.search(r"drill=(\S+)", command)[1].split(","):
        what = "gives up" if kind == "switchover" else "fails"
        assert f"{kind}: web-a {what}, and web-b takes over VI_1" in done.output, done.output
    assert ("db-a" in done.output) == ("--limit" not in command)


def check_the_way_from_or_to_keepalived(folder, command):
    """Play it against nodes that do not change, which a play that is no check has to notice."""
    if "rollback" in command:
        done = run(folder, command, fleet())
        assert "Ask whether keepalived is there, with a file that it takes" in done.output
        return
    done = run(folder, command, keepalived_fleet())
    assert "web-b: our agent takes over, the addresses first" in done.output, done.output
    assert "db-a" not in done.output
    if "--check" in command:
        assert (done.returncode, done.done) == (0, []), done.output
    else:
        assert (folder / "imported/group_vars/web.yml").is_file()
        assert done.returncode == 2 and "VI_1: web-b did not become master" in done.output, done.output


@pytest.mark.parametrize("command", PLAYED)
def test_the_variables_of_a_command_exist(command):
    known = yaml.safe_load((TOP / "roles/ha_pair/meta/argument_specs.yml").read_text(encoding="utf-8"))
    words = shlex.split(command)
    for said in [word for option, word in zip(words, words[1:]) if option == "-e"]:
        # A text with spaces needs quotes of its own, or Ansible takes its first word alone.
        assert set(parse_kv(said)) <= OWN | set(known["argument_specs"]["main"]["options"])


@pytest.mark.parametrize("command", ASKED)
def test_the_agents_command_takes_these_arguments(command):
    assert callable(cli.parser().parse_args(shlex.split(command)[1:]).command)


def test_a_fresh_host_comes_into_its_pair_and_the_living_one_is_not_restarted(tmp_path):
    done = run(tmp_path, DEPLOY, fleet(web_b=node(5, changes=["vrrp_agent", "vrrp_config"])))
    # The file of web-a is looked at too, and has no change. The service of a fake node runs already.
    first, *keys, second, third = done.done
    assert [first, second, third] == ["vrrp_agent on web-b", "vrrp_config on web-a", "vrrp_config on web-b"]
    assert sorted(keys) == ["vrrp_peer_key on web-a", "vrrp_peer_key on web-b"], "a new one, as the old one is not told"
    assert "VI_1 on web-b: no agent answers" in done.output, "this node stays as it is"
