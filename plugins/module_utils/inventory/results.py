# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It says how a play over several pairs ended, with one line for each pair. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Optional

from .fleet import Pair
from .table import lines

ModuleResult = Mapping[str, Any]  # what a module returned
_COLUMNS = ("pair", "result", "what")
_CANNOT_RUN = (126, 127)  # exit statuses of a shell: the program is not executable here, or something of it is missing
_NOT_FOUND = "The module interpreter "  # Ansible says the rest itself
_OF_SSH = "Shared connection to "
STOPPED = "stopped, because "  # the other host failed


def stopped(host: str, results: Mapping[str, Mapping[str, Optional[ModuleResult]]], step: str) -> list[str]:
    """Return why ``host`` cannot go on after ``step``, as sentences; empty where both hosts of its pair did the step.

    ``results`` has for each host of the pair what its steps returned, by what they do in words.
    """
    failures = {each: _failure(each, done, step) for each, done in results.items()}
    if failures[host]:
        return [failures[host]]
    return [f"{STOPPED}{failure}" for failure in failures.values() if failure]


def result_lines(pairs: Sequence[Pair], hosts: Mapping[str, Mapping[str, Any]], checked: bool = False) -> list[str]:
    """Return a table with one line for each pair.

    ``hosts`` has for each host ``failed``, the first line of what stopped it, ``seen``, the last result of
    ``vrrp_info``, and ``unknown``, sentences about what was not tried. These count where nothing was seen afterwards.
    ``checked``: the play was in check mode.
    """
    rows = []
    for pair in pairs:
        played = [host for host in pair.hosts if host in hosts]
        failures = [(host, hosts[host]["failed"]) for host in played if hosts[host].get("failed")]
        # The cause comes before the host that stopped because of it.
        failures.sort(key=lambda failure: STOPPED in failure[1])
        if failures:
            host, text = failures[0]
            rows.append({"pair": _name(pair), "result": "FAILED", "what": text if host in text else f"{host}: {text}"})
        else:
            states = "" if checked else _states({host: hosts[host].get("seen") or {} for host in played})
            unknown = [] if states else [text for host in played for text in hosts[host].get("unknown") or ()]
            result = "unknown" if unknown else "ok"
            rows.append({"pair": _name(pair), "result": result, "what": states or "".join(unknown[:1])})
    return lines(rows, _COLUMNS)


def _name(pair: Pair) -> str:
    return pair.name or ", ".join(pair.hosts)


def _failure(host: str, done: Mapping[str, Optional[ModuleResult]], step: str) -> str:
    """Return a sentence about a step that failed or was never done; "" where there is none."""
    for words, result in done.items():
        if result and result.get("unreachable"):
            return f"{host} is unreachable ({words}): {message(result)}"
        if result and result.get("failed"):
            return f"{host} failed ({words}): {message(result)}"
    return "" if done.get(step) else f"{host} failed in a check before"


def message(result: ModuleResult) -> str:
    """Return the first line of the message of a result; of a loop that of the first item that failed."""
    failed = [item for item in result.get("results") or () if item.get("failed") or item.get("unreachable")]
    shown = failed[0] if failed else result
    if "module_stderr" in shown and not str(shown.get("msg")).startswith(_NOT_FOUND):
        return _no_answer(shown)
    problems = [first_line(problem) for problem in shown.get("problems") or ()]
    return ": ".join([first_line(shown.get("msg")), *problems[:1]])


def _no_answer(result: ModuleResult) -> str:
    """Return why a module gave no answer: a program that it needs could not be started, or it crashed."""
    said = [line for key in ("module_stderr", "module_stdout") for line in str(result.get(key) or "").splitlines()]
    told = [line.strip() for line in said if line.strip() and not line.startswith(_OF_SSH)]
    status = result.get("rc")
    text = f"the module gave no answer (exit status {status}): {told[-1] if told else 'it said nothing'}"
    if status in _CANNOT_RUN and told and "python" in told[-1]:  # else it may be sudo
        return f"{text}. Install Python 3.9 or later, or name it with ansible_python_interpreter"
    return text


def first_line(text: Any) -> str:
    """Return the first line of a message."""
    return (str(text or "").strip().splitlines() or ["no message"])[0]


def _states(seen: Mapping[str, ModuleResult]) -> str:
    """Return who is what of each instance."""
    said: dict[str, list[str]] = {}
    for host, result in seen.items():
        for name, sample in ((result.get("samples") or [{}])[-1].get("instances") or {}).items():
            said.setdefault(name, []).append(f"{host} {sample['state']}")
    for states in said.values():
        states.sort(key=lambda state: not state.endswith(" MASTER"))
    return "; ".join(f"{name}: {', '.join(states)}" for name, states in said.items())
