# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It makes a test case of a record of the agent: `make testcase RECORD=FILE` prints it.

Every input and every expected action is a literal, so the test stays the same when the agent is changed.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from typing import Any

from vrrp import cli_events
from vrrp.protocol.event_codec import KINDS, Record, RecordError, Step, attributes_of, told
from vrrp.protocol.packet import Advertisement
from vrrp.protocol.replay import LATER_S, RUN_MAX, deadline
from vrrp.protocol.states import NEVER, State

_HEAD = """\
# Made by `make testcase`.
{title}

from __future__ import annotations

from functools import partial
"""
_NEAR = """
near = partial(pytest.approx, rel=0, abs=1e-6)
"""
_EVENLY = f"""

def evenly(first, last, times):
    # A run after its first input, evenly spaced. A timer is never early, whatever the rounding of a mean says.
    gap = (last - first) / (times - 1)
    between = [first + nth * gap + {LATER_S!r} for nth in range(1, min(times - 1, {RUN_MAX}))]
    return [*between, last] if times <= {RUN_MAX} else between
"""
_WIDTH = 120


def source(record: Record, when: Callable[[float], str]) -> str:
    """Return a test module. ``when`` is the local time of absolute monotonic seconds, for its comments."""
    return _Writer(record, when).source()


class _Writer:
    """It collects, while the test is written, the imports and the advertisements that it needs."""

    def __init__(self, record: Record, when: Callable[[float], str]) -> None:
        self._record = record
        self._when = when
        self._imports: dict[str, set[str]] = {"vrrp.protocol.router": {"VirtualRouter"}}
        self._adverts: dict[Advertisement, str] = {}
        self._private = attributes_of(record.steps[0].after["parameters"])

    def source(self) -> str:
        header = self._record.header
        body = self._body()
        constants = [f"{name} = {self._spelled(advert)}\n" for advert, name in self._adverts.items()]
        title = f"{header.instance} on {header.interface}, virtual router {header.vrid}, agent {header.agent}"
        parts = [_HEAD.format(title=self._text(f"A record of {title}.")), *self._import_lines(), _NEAR, *constants]
        if any(step.times > 1 for step in self._record.steps):
            parts.append(_EVENLY)
        slug = re.sub(r"\W+", "_", header.instance, flags=re.ASCII).strip("_").lower() or "instance"
        parts.append(f"\n\ndef test_{slug}_does_what_it_did():\n")
        return "".join(parts + [f"    {line}\n" if line else "\n" for line in body])

    def _body(self) -> list[str]:
        first, *others = self._record.steps
        lines = [
            f"# {self._when(first.at)}: it was so after the input {first.name}",
            f"router = VirtualRouter({self._literal(first.after['parameters'])})",
            *self._moved({name: value for name, value in first.after.items() if name != "parameters"}),
            *self._rest_of_run(first),
        ]
        for step in others:
            expected = deadline(step)
            lines += ["", f"# {self._when(step.at)}", *self._asserted(step, repr(step.at))]
            lines.append(f"assert router.deadline {'is None' if expected is None else f'== near({expected!r})'}")
            lines += self._rest_of_run(step)
        return lines

    def _rest_of_run(self, step: Step) -> list[str]:
        if step.times <= 1:
            return []
        loop = f"for now in evenly({step.at!r}, {step.until!r}, {step.times}):"
        return [loop, *(f"    {line}" for line in self._asserted(step, "now")), *self._moved(step.last)]

    def _asserted(self, step: Step, now: str) -> list[str]:
        given = [f"{name}={self._literal(value)}" for name, value in step.arguments.items()]
        call = f"assert router.{step.name}({', '.join([*given, f'now={now}'])}) =="
        line = f"{call} {self._literal(step.actions)}"
        if len(line) < _WIDTH - 8 or not step.actions:
            return [line]
        return [f"{call} (", *(f"    {self._literal(action)}," for action in step.actions), ")"]

    def _moved(self, attributes: dict[str, Any]) -> list[str]:
        given = [
            f"    {self._private[name]}={self._literal(value)},"
            for name, value in attributes.items()
            if name in self._private
        ]
        return ["vars(router).update(", *given, ")"] if given else []

    def _literal(self, value: Any) -> str:
        """Return ``value`` as source; an advertisement as the name of its constant."""
        if not isinstance(value, Advertisement):
            return self._spelled(value)
        return self._adverts.setdefault(value, f"ADVERT_{len(self._adverts) + 1}")

    def _spelled(self, value: Any) -> str:
        kind = type(value)
        if kind is tuple:
            inside = ", ".join(self._literal(each) for each in value)
            return f"({inside},)" if len(value) == 1 else f"({inside})"
        if kind is str:
            return self._text(value)
        if value == NEVER and kind is float:
            return self._imported("NEVER", State.__module__)
        if kind is State:
            return f"{self._imported('State', State.__module__)}.{value.name}"
        if kind.__name__ in KINDS:
            given = ", ".join(f"{name}={self._literal(held)}" for name, held in told(value))
            return f"{self._imported(kind.__name__, kind.__module__)}({given})"
        if kind.__module__ == "ipaddress":
            return f"{self._imported(kind.__name__, kind.__module__)}({self._text(str(value))})"
        return repr(value)

    @staticmethod
    def _text(value: str) -> str:
        """Return a string as source, in double quotes where that needs no escapes."""
        spelled = repr(value)
        return f'"{spelled[1:-1]}"' if spelled[0] == "'" and '"' not in spelled else spelled

    def _imported(self, name: str, module: str) -> str:
        # In the collection the package has a longer name than on a node and in the tests.
        self._imports.setdefault(re.sub(r"^.*?\bvrrp\.protocol\b", "vrrp.protocol", module), set()).add(name)
        return name

    def _import_lines(self) -> list[str]:
        own = sorted(module for module in self._imports if module != "ipaddress")
        lines = [f"from {module} import {', '.join(sorted(self._imports[module]))}\n" for module in own]
        addresses = self._imports.get("ipaddress")
        standard = [f"from ipaddress import {', '.join(sorted(addresses))}\n"] if addresses else []
        return [*standard, "\nimport pytest\n\n", *lines]


def case_source(records: list[Record]) -> str:
    """Return the test case of a file with one record. Raises RecordError where there are several, or none."""
    if len(records) != 1:
        names = ", ".join(record.header.instance for record in records)
        raise RecordError(f"it holds {len(records)} records ({names}), and a test case is made of one")
    (record,) = records
    if not record.steps:
        raise RecordError("it has no entries yet")
    return source(record, lambda at: cli_events.local_time(record.header, at))


def main(path: str) -> int:
    """Print the test case of the record in ``path``. Return the exit status."""
    try:
        print(case_source(cli_events.load(path)).rstrip())
    except RecordError as error:
        print(f"error: {path}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
