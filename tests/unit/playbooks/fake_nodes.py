# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It plays the real playbooks, role and filters by Ansible against nodes that exist only in the inventory.

The variable ``found`` of a node has what a module would find on it; a module that would change it writes to a log.
"""

from __future__ import annotations

import atexit
import functools
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from controller import Controller

TOP = Path(__file__).parents[3]
REAL = ("playbooks", "roles", "meta", "galaxy.yml", "plugins/filter", "plugins/modules", "plugins/module_utils",
        "plugins/plugin_utils", "plugins/doc_fragments")  # fmt: skip
#: The hosts of a playbook of one's own. As in ours, the filter makes Ansible load all filters of the collection in the
#: process that starts the others; else each task of each host loads them again, which takes 0.3 s.
HOSTS = "\"{{ 'ha_pair' | hotstandby.vrrp.play_hosts(groups, ansible_play_hosts_all) }}\""
#: A rule of a firewall that drops what 192.168.8.4 sends.
DROP = {"interface": "eth0", "peer": "192.168.8.4", "kind": "multicast", "direction": "in", "sure": True,
        "remedy": "nft x", "tool": "nftables", "place": "chain input of table inet filter",
        "rule": "policy drop"}  # fmt: skip
# All nodes are this machine, so it does not say which of them starts the service: the module before it does.
_SYSTEMCTL = """\
#!/bin/sh
case " $* " in
    *" show "*) echo LoadState=loaded; echo ActiveState=active;;
    *start*|*" stop "*|*" enable "*|*" disable "*) echo "$*" >> "{log}";;
esac
"""
_ACTION = """\
import json
import re
import time

from ansible.errors import AnsibleConnectionFailure
from ansible.plugins.action import ActionBase


class ActionModule(ActionBase):
    _supports_async = True

    def run(self, tmp=None, task_vars=None):
        name = self._task.action.rpartition(".")[2]
        found = task_vars["found"]
        host = task_vars["inventory_hostname"]
        with open(task_vars["log"] + ".calls", "a+") as log:
            log.write(f"{name} on {host}\\n")
            log.seek(0)
            times = log.read().splitlines().count(f"{name} on {host}")
        if name == found.get("lost_at", [""])[0] and times >= found["lost_at"][1]:
            raise AnsibleConnectionFailure("no route to host")
        if name == found.get("hangs_at", [""])[0] and times == found["hangs_at"][1]:
            time.sleep(20)  # the task has less time
        if name == found.get("fails_at", [""])[0] and times == found["fails_at"][1]:
            return {"failed": True, **found["fails_at"][2]}
        if "later" in found:
            with open(task_vars["log"]) as log:
                found = {**found, **(found["later"] if "restart" in log.read() else {})}
        with open(task_vars["log"]) as log:
            done = log.read()
        found = {**found, **found.get("at_calls", {}).get(f"{name} {times}", {})}
        for words, more in found.get("stages", ()):
            found = {**found, **(more if re.search(words, done) else {})}
        if name in found.get("answers", {}):
            more = found["answers"].get(f"{name} secrets", {}) if self._task.args.get("secrets") else {}
            return {"changed": False, **found["answers"][name], **more}
        if name == "vrrp_info":
            if found.get("unreachable"):
                raise AnsibleConnectionFailure("no route to host")
            if self._task.args.get("probe") or self._task.args.get("reach"):
                with open(task_vars["log"]) as log:
                    opened = "vrrp_firewall" in log.read() and found.get("heard_opened")
                return {"changed": False, **(opened or found.get("heard", {"answers": [], "advertisers": []}))}
            return {"changed": False, **found}
        if not self._task.check_mode:
            with open(task_vars["log"] + ".asked", "a") as log:
                log.write(json.dumps([name, host, self._task.args]) + "\\n")
        if name in found.get("refuses", ()):
            return {"failed": True, "msg": f"this node refuses {name}"}
        if not self._task.check_mode:
            with open(task_vars["log"], "a") as log:
                log.write(f"{name} on {host}\\n")
        if self._task.args.get("while_exists"):
            with open(self._task.args["while_exists"], "w") as lasts:
                lasts.write("begun\\n")
        changes = name in found.get("changes", ())
        return {
            "changed": changes or name == "vrrp_firewall", "changes": [name] * changes,
            "written": changes, "reloaded": changes, "diff": [],
            "plan": found.get("plan", {}), "mastership": found.get("mastership", []),
            "running": found["running"], "restart_required": found.get("outdated", False),
            **({"sent": time.time() - found.get("sent_ago_s", 0)} if self._task.args.get("confirm") else {}),
        }
"""


def node(number, vips=(), **more):
    """Return what vrrp_info finds on a node with the address 192.168.8.NUMBER; nothing is installed there.

    ``heard`` is what it finds with ``probe`` or ``reach``, ``heard_opened`` the same once a firewall is open.
    ``outdated``: the agent that runs there is to be restarted. ``changes`` and ``refuses`` name the modules that have
    something to change there, and those that fail. ``plan`` and ``mastership`` are what vrrp_config answers with.
    ``lost_at`` is a module and how often it is called there before the connection is lost; ``fails_at`` is one, at
    which call it fails, and with what; ``hangs_at`` is one, and at which call it gives no answer. ``at_calls`` has what
    else is found at one call, such as "vrrp_info 3". ``sent_ago_s``: so long ago a file to try was sent there.
    ``later`` is what is found after a restart, and ``stages`` has patterns, each with what is found once it is in the
    log. ``answers`` is what modules that only read answer with.
    """
    own = {"address": f"192.168.8.{number}/24", "secondary": False}
    links = [{"name": "eth0", "mac": f"02:00:00:00:00:{number:02x}", "up": True, "carrier": True,
              "loopback": False, "addresses": [own], "virtual_addresses": list(vips)}]  # fmt: skip
    return {
        "running": False, "msg": "no agent is running", "program": None, "release": None, "running_release": None,
        "agent": {}, "instances": [], "interfaces": links, "samples": [{"running": False, "instances": {}}],
        "root": True, "machine_id": f"{number:032x}", "keepalived": {}, **more,
    }  # fmt: skip


def living(number, state, master, vip="192.168.8.100/24", warnings=(), **more):
    """Return a node with a running agent, whose instance VI_1 is in ``state``; the master is 192.168.8.MASTER."""
    held = [vip] if state == "MASTER" else []
    why = f"{state} because"
    seen = {"state": state, "why": why, "warnings": list(warnings), "source": f"192.168.8.{number}",
            "master": f"192.168.8.{master}", "addresses": [vip], "held": held}  # fmt: skip
    instance = {"name": "VI_1", "state": state, "why": why, "warnings": list(warnings), "base_priority": 100,
                "priority": 100, "addresses": [vip], "addresses_present": held, "since_s": 5, "hold": None,
                "interface": "eth0", "virtual_router_id": 100, "source": f"192.168.8.{number}",
                "master": {"address": f"192.168.8.{master}"}, "unicast_peers": []}  # fmt: skip
    return node(
        number, held, running=True, msg="", program="hotstandby", release="r", instances=[instance],
        **{"samples": [{"running": True, "instances": {"VI_1": seen}}], "peer_keys": ["0123456789ab"],
           "agent": {"peer": {"port": 61112, "heard_s": 0.5, "keys": ["0123456789ab"]}}, **more},
    )  # fmt: skip


def heard(own, peer, count, **settings):
    """Return what a host finds: of its peer arrives everything, and so many come through its firewall."""
    counts = {name: {"multicast": 10, "unicast": 10} for name in ("sent", "arrived")}
    result = {"interface": "eth0", "source": f"192.168.8.{own}", "peer": f"192.168.8.{peer}", "group": "224.0.0.18",
              "answers": True, "refused": {"multicast": "", "unicast": ""}, **counts,
              "heard": {"multicast": count, "unicast": count}}  # fmt: skip
    return {"answers": [], "advertisers": [], "reached": [result], "preflight": {"drops": [], **settings}}


def under_keepalived(found, entry, priority):
    """Return a node as it is while keepalived runs there, with what the modules that read it answer.

    ``entry`` is the instance of its file, as the role has it.
    """
    told = {"config": "/etc/keepalived/keepalived.conf", "config_id": "", "service": "keepalived.service", "count": 1}
    imported = {
        "variables": {
            "shared": {"ha_pair_instances": [entry]},
            "host": {"ha_pair_state": "MASTER" if priority == 100 else "BACKUP", "ha_pair_priority": priority},
        },
        "not_carried_over": [], "problems": [], "vault": [],
    }  # fmt: skip
    number = {"field": "identification", "ours": "0", "theirs": "7", "by_nature": "the kernel numbers the packets"}
    wire = {"name": "VI_1", "sender": found["instances"][0]["master"]["address"], "sends": True, "octets": 40,
            "problems": [], "differences": [number]}  # fmt: skip
    answers = {"vrrp_config_info": imported, "vrrp_compare": {"instances": [wire], "problems": []}}
    return {**found, "program": "keepalived", "release": None, "answers": answers,
            "keepalived": {**told, "msg": "", "instances": found["instances"]}}  # fmt: skip


def pair(name, nodes, vip="192.168.8.100/24", **variables):
    """Return a group of two hosts, NAME-a and NAME-b. ``variables`` with a host's name are that host's."""
    hosts = {f"{name}-{letter}": {"found": found} for letter, found in zip("ab", nodes)}
    for host, own in hosts.items():
        own.update(variables.pop(host.replace("-", "_"), {}))
    return {"hosts": hosts, "vars": {"ha_pair_vips": [vip], **variables}}


@dataclass(frozen=True)
class Played:
    """It is the result of a play. ``done`` has a line for each module that would have changed a node.

    ``asked`` has the module, the host and the arguments of each of them, also of those that were refused.
    """

    returncode: int
    output: str
    done: list[str]
    asked: list[list]


def play(folder, groups, playbook, *arguments, text=None, settings=None):
    """Play one of the collection's playbooks, or a playbook's ``text``, against ``groups``.

    ``settings`` of Ansible, such as ANSIBLE_STRATEGY, need a process that reads them, so it takes a second longer.
    """
    log, asked, calls = (folder / name for name in ("log", "log.asked", "log.calls"))
    for each in (log, asked, calls):
        each.write_text("")
    systemctl = folder / "bin" / "systemctl"
    systemctl.parent.mkdir(exist_ok=True)
    systemctl.write_text(_SYSTEMCTL.format(log=log))
    systemctl.chmod(0o755)
    common = {
        "ansible_connection": "local", "ansible_python_interpreter": sys.executable, "log": str(log),
        "ha_pair_verify_timeout": 0,
    }  # fmt: skip
    inventory = folder / "hosts.json"
    inventory.write_text(json.dumps({"all": {"vars": common, "children": groups}}))
    path = _collection() / "playbooks" / f"{playbook}.yml"
    if text is not None:
        path = folder / "site.yml"
        path.write_text(text)
    words = ["-i", str(inventory), str(path), *arguments]
    search = f"{systemctl.parent}:{os.environ['PATH']}"
    if settings is None:
        status, output = _controller().run(words, str(folder), search)
    else:
        program = str(Path(sys.executable).parent / "ansible-playbook")
        done = subprocess.run([program, *words], cwd=folder, env={**_environment(), "PATH": search, **settings},
                              capture_output=True, text=True, check=False)  # fmt: skip
        status, output = done.returncode, done.stdout + done.stderr
    return Played(status, output, log.read_text().splitlines(), list(map(json.loads, asked.read_text().splitlines())))


@functools.lru_cache
def _collections() -> Path:
    """Return the folder of a collection that has the actions of the fake nodes; it is removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="hotstandby-fake-nodes-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    collection = folder / "ansible_collections" / "hotstandby" / "vrrp"
    for name in REAL:
        (collection / name).parent.mkdir(parents=True, exist_ok=True)
        (collection / name).symlink_to(TOP / name)
    (collection / "plugins" / "action").mkdir()
    for module in (TOP / "plugins" / "modules").glob("vrrp_*.py"):
        (collection / "plugins" / "action" / module.name).write_text(_ACTION)
    simulate = Path("plugins") / "action" / "vrrp_simulate.py"  # it looks at no node
    (collection / simulate).unlink()
    (collection / simulate).symlink_to(TOP / simulate)
    return folder


def _collection() -> Path:
    return _collections() / "ansible_collections" / "hotstandby" / "vrrp"


def _environment() -> dict[str, str]:
    return {
        **os.environ, "ANSIBLE_HOME": str(_collections()), "ANSIBLE_COLLECTIONS_PATH": str(_collections()),
        "ANSIBLE_NOCOLOR": "1", "ANSIBLE_FORKS": "4", "ANSIBLE_LOCALHOST_WARNING": "0",
    }  # fmt: skip


@functools.lru_cache
def _controller() -> Controller:
    controller = Controller(_environment(), str(_collections()))
    atexit.register(controller.close)
    return controller
