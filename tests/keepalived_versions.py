# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It makes docs/keepalived_versions.md of the table of releases. `make keywords` writes it, a unit test compares it."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "keepalived_versions.md"
sys.path.insert(0, str(ROOT / "plugins" / "module_utils"))

from vrrp.config.keywords.keepalived_behaviour import BEHAVIOURS, Behaviour  # noqa: E402
from vrrp.config.keywords.keepalived_changes import ValueChange  # noqa: E402
from vrrp.config.keywords.keepalived_language import SYNTAX_CHANGES  # noqa: E402
from vrrp.config.keywords.keepalived_releases import NEVER, RELEASES, SHOWN, SINCE, advice, number  # noqa: E402
from vrrp.config.keywords.keepalived_values import VALUE_CHANGES  # noqa: E402

HEAD = f"""\
<!-- Made by tests/keepalived_versions.py from the table of releases: change that table and run `make keywords`. -->
# The releases of keepalived

For administrators who run keepalived of a certain release beside the agent, or go back to it. This page says in what
the releases {RELEASES[0]} to {RELEASES[-1]} differ. What is not here is the same in all of them.

    hotstandby check FILE --for keepalived-2.2.7

says it of a file, with the line of each keyword that this release ignores, refuses or understands otherwise. The exit
status is 1 where there is one. `--json` prints the same for programs. A release between two of the table is taken as
well, with a note; an older or a newer one is an error. While the file has errors, nothing good is said of a release.
What every release ignores in a value, such as the end of a password of more than 8 octets, is a warning of `check`.

| word | what such a release does with the line |
|---|---|
| ignored | it skips the line, with a message, and starts |
| refused | it skips the line and more: the rest of the block is lost, or it does not start at all |
| other meaning | it takes the line, and does something else |

Not compared are the keywords inside `virtual_server` and the other blocks of keepalived's load balancer and BFD, and
the values of keywords that the agent does not use, such as `umask`. Lines that begin with `@hotstandby` are skipped by
every release. Some keywords need a keepalived that is built for them, such as `vrrp_ipsets`. `check` says each of it.
"""


def render() -> str:
    """Return the whole page."""
    return "\n".join([HEAD, *_behaviours(), *_keywords(), *_values(), *_language()])


def _behaviours() -> Iterable[str]:
    for area, found in groupby(BEHAVIOURS, key=lambda each: each.area):
        yield f"## {area}\n"
        yield _table(["what", *SHOWN], (_row(each) for each in found))


def _row(behaviour: Behaviour) -> list[str]:
    """Return a row in which each text stands once, in the first of the columns that it holds for."""
    cells, before = [], ""
    for version in SHOWN:
        text = behaviour.of(number(version))
        cells.append("as before" if text == before else text)
        before = text
    return [behaviour.subject, *cells]


def _keywords() -> Iterable[str]:
    yield "## Keywords that came later\n"
    yield "The oldest release here knows every other keyword of [keyword by keyword](keywords.md).\n"
    order = sorted(SINCE, key=lambda name: (SINCE[name] == NEVER, _version(SINCE[name]), name))
    rows = ([_since(SINCE[name]), f"`{name[1]}`", _where(name[0]), advice(*name)] for name in order)
    yield _table(["since", "keyword", "in", "on an older release"], rows)


def _values() -> Iterable[str]:
    yield "## Values that a release takes otherwise\n"
    rows: dict[tuple[str, ...], list[str]] = {}
    for each in VALUE_CHANGES:
        rest = (_range(each), each.values, each.effect, each.what, each.advice)
        rows.setdefault(rest, []).append(f"`{each.keyword or each.block}`")
    table = ([when, ", ".join(dict.fromkeys(names)), *rest] for (when, *rest), names in rows.items())
    yield _table(["releases", "keyword", "values", "effect", "what they do", "instead"], table)


def _language() -> Iterable[str]:
    yield "## Parts of the language that came later\n"
    yield _table(
        ["since", "what", "effect before", "what older releases do", "instead"],
        ([each.since, f"`{each.name}`", each.effect, each.what, each.advice] for each in SYNTAX_CHANGES),
    )


def _version(text: str) -> tuple[int, ...]:
    return () if text == NEVER else number(text)


def _since(text: str) -> str:
    return "no release" if text == NEVER else text


def _where(block: str) -> str:
    return f"`{block}`" if block else "the top of a file"


def _range(change: ValueChange) -> str:
    if not change.mended:
        return f"from {change.first}" if change.first else "all"
    return f"{change.first or RELEASES[0]} to before {change.mended}"


def _table(head: list[str], rows: Iterable[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *dict.fromkeys(tuple(row) for row in rows)]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
