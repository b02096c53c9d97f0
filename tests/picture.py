# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It draws the library and its imports for docs/architecture.md. `make picture` writes it, a unit test compares it."""

from __future__ import annotations

from floors import INSIDE, LIBRARY, MODULES, Module, floor_in, imported

PAGE = LIBRARY.parents[1] / "docs" / "architecture.md"
BEGIN, END = "```mermaid\n", "```\n"


def box_of(module: Module) -> str:
    """Return the box that a file is drawn in: its folder, or the files of its folder that are on one floor."""
    folder = module[:-1]
    if folder not in INSIDE:
        return "/".join(folder) + "/"
    floor = INSIDE[folder][floor_in(folder, module)]
    files = [name for name in floor if (*folder, name) not in _FOLDERS]
    lines = [", ".join(files[at : at + 3]) for at in range(0, len(files), 3)]
    return "<br>".join(["/".join(folder) + "/", *lines])


_FOLDERS = {module[:-1] for module in MODULES}


def arrows() -> dict[str, set[str]]:
    """Return for each box the boxes that it imports from."""
    found: dict[str, set[str]] = {}
    for module in MODULES:
        if module in _FOLDERS:
            continue  # a package's own file has its name and its version
        own = box_of(module)
        targets = found.setdefault(own, set())
        targets |= {box_of(each) for each in imported(module) if each not in _FOLDERS} - {own}
    return found


def reduced(edges: dict[str, set[str]]) -> dict[str, set[str]]:
    """Leave out arrows that follow from others: from A to C, where A has one to B and B has one to C."""

    def reached(start: str) -> set[str]:
        seen: set[str] = set()
        rest = list(edges[start])
        while rest:
            each = rest.pop()
            if each not in seen:
                seen.add(each)
                rest += edges[each]
        return seen

    return {own: {each for each in targets if not any(each in reached(by) for by in targets - {each})}
            for own, targets in edges.items()}  # fmt: skip


def draw() -> str:
    """Return a flowchart in mermaid's language. An arrow points to what is imported."""
    edges = reduced(arrows())
    names = {box: f"b{number}" for number, box in enumerate(sorted(edges))}
    lines = ["flowchart TD", *(f'    {names[box]}["{box}"]' for box in names)]
    lines += [f"    {names[own]} --> {names[each]}" for own in names for each in sorted(edges[own])]
    return "\n".join(lines) + "\n"


def page_with(picture: str) -> str:
    """Return the page with ``picture`` in the place of the one that it has."""
    head, rest = PAGE.read_text(encoding="utf-8").split(BEGIN, 1)
    return head + BEGIN + picture + END + rest.split(END, 1)[1]


if __name__ == "__main__":
    PAGE.write_text(page_with(draw()), encoding="utf-8")
