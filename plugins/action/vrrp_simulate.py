# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It simulates failures of the pairs of the play on the controller, and writes a report. It connects to no host."""

from __future__ import annotations

import json
import textwrap
from datetime import datetime
from pathlib import Path

from ansible import context
from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.hotstandby.vrrp.plugins.module_utils.pair_simulation.faults import nodes_of, read
from ansible_collections.hotstandby.vrrp.plugins.module_utils.pair_simulation.pair import SimulatedPair
from ansible_collections.hotstandby.vrrp.plugins.module_utils.report.model import what_happens
from ansible_collections.hotstandby.vrrp.plugins.module_utils.report.page import page
from ansible_collections.hotstandby.vrrp.plugins.module_utils.report.table import COLUMNS, lines
from ansible_collections.hotstandby.vrrp.plugins.module_utils.report.timeline_svg import picture
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.config.loader import inspect
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.simulation.faults import FaultError
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.simulation_input import NodeFile
from ansible_collections.hotstandby.vrrp.plugins.plugin_utils.group_tree import pairs_of, tree
from ansible_collections.hotstandby.vrrp.plugins.plugin_utils.pair_files import pair_files

REMARKS_MAX = 10  # of a table; the report has all
_MADE_UP = (
    "No host was asked, and the inventory does not say the networks of all of them. So some interfaces and addresses "
    "are made up, which matters only where both hosts of a pair have the same priority."
)
_ARGUMENTS = {"fault": {"type": "raw"}, "report": {"type": "str"}}


class ActionModule(ActionBase):
    """It does all of it in this process."""

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True

    def run(self, tmp=None, task_vars=None):
        """Return the lines of the table, the report and the files that were written."""
        result = super().run(tmp, task_vars)
        _validated, given = self.validate_argument_spec(_ARGUMENTS)
        try:
            report = _simulated(_as_typed(given["fault"]), task_vars)
            files = [] if self._task.check_mode or not given["report"] else _write(report, given["report"])
        except AnsibleActionFail as error:  # Ansible looks at failed_when only where it gets a result
            return {**result, "failed": True, "msg": str(error)}
        text = lines(report) + _remarks(report)
        return {**result, "changed": False, "lines": text, "report": report, "files": files}


def _as_typed(said):
    """Return the faults as they were typed.

    Ansible cuts `-e fault="at 10: kill node-a"` at the first space, as the shell takes the quotes away. So the text is
    taken from the command line where it begins with the word that Ansible has left.
    """
    typed = [each[len("fault=") :] for each in context.CLIARGS.get("extra_vars") or () if each.startswith("fault=")]
    if isinstance(said, str) and any(each.split(" ")[0] == said for each in typed):
        return typed
    return said


def _simulated(said, task_vars):
    """Return the report. Raises AnsibleActionFail with all that is wrong with the inventory, or with the fault."""
    hostvars, groups = task_vars["hostvars"], task_vars["groups"]
    hosts = list(task_vars["ansible_play_hosts_all"])
    wrong, made_up, simulated = [], {}, []
    for pair in pairs_of(hosts, hostvars, *tree(hostvars, groups)):
        made = pair_files(pair.hosts, hostvars, groups) if not pair.problem else None
        wrong += [pair.problem] if made is None else made.problems
        if made is not None and not made.problems:
            nodes = [NodeFile(host, inspect(text, host).configuration) for host, text in made.files.items()]
            simulated.append(SimulatedPair(pair.name or ", ".join(pair.hosts), nodes))
            made_up[simulated[-1].name] = made.made_up
    if wrong:
        raise AnsibleActionFail("\n".join(wrong))
    try:
        instances = _played(said, simulated)
    except FaultError as error:
        raise AnsibleActionFail(f"{error}. docs/simulation.md lists what can happen") from None
    return {
        "title": "What a failure would cost",
        "made_at": datetime.now().astimezone().isoformat(timespec="seconds"),
        "kind": "simulation",
        "remarks": _told(
            [text for name in dict.fromkeys(each["pair"] for each in instances) for text in made_up[name]]
        ),
        "instances": instances,
    }


def _played(said, pairs):
    checks = {node: own for pair in pairs for node, own in pair.checks.items()}
    faults = read(said, checks, set().union(*(pair.words for pair in pairs)))
    for fault in faults:
        own = [pair for pair in pairs if nodes_of(fault) <= set(pair.checks)]
        if not own:
            raise FaultError(f'fault "{fault}": these are not the hosts of one pair (write one split for each pair)')
        if fault.only_on is not None and not any(fault.only_on in pair.words for pair in own):
            there = ", ".join(sorted(set().union(*(pair.words for pair in own))))
            raise FaultError(f'fault "{fault}": {fault.only_on} is of another pair. This one has: {there}')
    if not faults:
        return [instance for pair in pairs for instance in pair.usual()]
    concerned = [(pair, pair.concerned(faults)) for pair in pairs]
    return [instance for pair, own in concerned if own for instance in pair.play(own)]


def _told(made_up):
    """Return what the reader of a report has to know about the network that was made up."""
    return [f"{_MADE_UP} {'; '.join(made_up)}."] if made_up else []


def _remarks(report):
    """Return the remarks as lines of 80 columns."""
    own = dict.fromkeys(
        f"{each['pair']} {each['name']}, {what_happens(each)}: {remark}"
        for each in report["instances"] for remark in each["remarks"]
    )  # fmt: skip
    told = [
        *list(own)[:REMARKS_MAX],
        *([f"{len(own) - REMARKS_MAX} more are in the report"] * (len(own) > REMARKS_MAX)),
    ]
    told += [_MADE_UP + " The report has them."] * bool(report["remarks"])
    return (
        [
            "",
            *(
                line
                for text in told
                for line in textwrap.wrap(text, COLUMNS, subsequent_indent="  ", break_on_hyphens=False)
            ),
        ]
        if told
        else []
    )


def _write(report, name):
    """Write the page, the picture and the data. Return the names of the files."""
    path = Path(name).expanduser()
    if path.suffix != ".html":
        raise AnsibleActionFail(f"report: {name} does not end with .html (the SVG and the JSON get the same name)")
    contents = {".html": page(report), ".svg": picture(report), ".json": json.dumps(report, indent=2) + "\n"}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        for suffix, text in contents.items():
            path.with_suffix(suffix).write_text(text, encoding="utf-8")
    except OSError as error:
        raise AnsibleActionFail(f"report: cannot write {error.filename}: {error.strerror}") from None
    return [str(path.with_suffix(suffix)) for suffix in contents]
