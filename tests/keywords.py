# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It makes docs/keywords.md of the agent's table of keywords. `make keywords` writes it, a unit test compares it."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "keywords.md"
sys.path.insert(0, str(ROOT / "plugins" / "module_utils"))

from vrrp.config.keywords.keepalived_releases import NEVER, since  # noqa: E402
from vrrp.config.keywords.table import IGNORED, REFUSED, WORKS, Block, Entry, blocks  # noqa: E402

HEAD = """\
<!-- Made by tests/keywords.py from the agent's own table: change that table and run `make keywords`. -->
# Keyword by keyword

This is every keyword of keepalived 2.4.3's `keepalived.conf`, block by block, with what hotstandby makes of it, and our
own ones. `hotstandby check FILE` says the same of a file, with the line of each keyword that does not work.

| standing | meaning |
|---|---|
| works | it does what it does under keepalived |
| ignored | a warning with its line: it has no meaning here, or tunes keepalived's own process; the rest works |
| not ours | one warning for all of a file: it is of keepalived's load balancer or BFD; its block is skipped |
| refused | an error with its line: without it somebody else would be MASTER, or something would not be protected |
| **ours** | keepalived does not know it: it stands on an `@hotstandby` line, which keepalived skips |

`BOOL` is on, off, true, false, yes or no. `[...]` may be left out, `|` stands between alternatives. The last column but
one is the variable of the role `ha_pair`; a word of a `vrrp_instance` is also one of an entry of `ha_pair_instances`.
The last column is the first release of keepalived that knows the keyword, where that is later than 2.0.19:
[the releases of keepalived](keepalived_versions.md).
"""

_STANDINGS = {WORKS: "works", IGNORED: "ignored", REFUSED: "refused"}


def render() -> str:
    """Return the whole page."""
    parts = [HEAD]
    for block in blocks():
        if block.standing != WORKS:
            continue
        if block.item is not None:
            refused = ", ".join(f"`{word}`" for word in block.not_in_items)
            words = f"\nRefused by name: {refused}.\n" if refused else ""
            parts.append(f"## {_title(block)}\n\n{_sentence(block)} One line each:\n\n    {block.items}\n{words}")
        elif block.keywords:
            rows = "\n".join(_row(block, entry) for entry in block.keywords.values())
            parts.append(
                f"## {_title(block)}\n\n{_sentence(block)}\n\n"
                f"| keyword | values | standing | words | variable | since |\n|---|---|---|---|---|---|\n{rows}\n"
            )
    return "\n".join(_once(parts))


def _once(parts: list[str]) -> list[str]:
    """Return the parts, each once: a block inside two others is described once."""
    return list(dict.fromkeys(parts))


def _title(block: Block) -> str:
    return f"`{block.name}`" if block.name else "The top of a file"


def _sentence(block: Block) -> str:
    return f"{block.help[0].upper()}{block.help[1:]}."


def _row(block: Block, entry: Entry) -> str:
    name = f"@hotstandby {entry.name}" if entry.addition else entry.name
    values = "{ ... }" if isinstance(entry, Block) else entry.values
    words = f"{entry.help}; instead: {entry.instead}" if entry.instead else entry.help
    variable = _variable(block, entry)
    cells = [f"`{name}`", f"`{values}`" if values else "", standing(entry), words, f"`{variable}`" if variable else ""]
    cells.append(_since(block, entry))
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _since(block: Block, entry: Entry) -> str:
    """Return the first release of keepalived that knows a keyword, where not all releases do."""
    first = None if entry.addition else since(block.name, entry.name)
    return "no release" if first == NEVER else first or ""


def _variable(block: Block, entry: Entry) -> str:
    """Return the variable of the role, or the word in the entries of one."""
    if entry.variable is None or (block.named and block.variable is None):
        return ""
    name = entry.variable.name or entry.name
    if block.variable is None or block.name == "vrrp_instance":
        return f"ha_pair_{name}"
    return f"ha_pair_{block.variable.name}[].{name}"


def standing(entry: Entry) -> str:
    if entry.foreign:
        return "not ours"
    return "works, **ours**" if entry.addition else _STANDINGS[entry.standing]


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
