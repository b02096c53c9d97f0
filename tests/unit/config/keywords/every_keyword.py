# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Give a file with every keyword of keepalived, and read which of them a keepalived does not know."""

from __future__ import annotations

import re
import subprocess

from vrrp.config.keywords.table import ROOT, Block, blocks

#: A value with which keepalived reads on. Most keywords complain about it, which is not what this is about.
VALUE = "1"
VALUES = {
    "state": "BACKUP",
    "interface": "eth0",
    "auth_type": "PASS",
    "key": "1 abcdefghabcdefghabcdefghabcdefghabcd",
    "version": "2",
}
#: At the top of a file they change what the process does: each is looked up in a file of its own.
ALONE = ("net_namespace", "net_namespace_ipvs", "instance", "use_pid_dir", "namespace_with_ipsets")
UNKNOWN = re.compile(r"Line (\d+)\) Unknown keyword '([^']+)'")

Name = tuple[str, str]  # block and keyword


def every_keyword() -> tuple[str, dict[int, Name]]:
    """Return a file and the keyword on each of its lines. A block that may be unknown is the last of its block."""
    lines: list[str] = []
    names: dict[int, Name] = {}

    def add(line: str, name: Name) -> None:
        lines.append(line)
        names[len(lines)] = name

    def whole(block: Block, outer: str) -> None:
        add(f"{block.name} {'x' if block.named else ''} {{", (outer, block.name))
        inside(block)
        lines.append("}")

    def inside(block: Block) -> None:
        nested = []
        for entry in block.keywords.values():
            if entry.addition:
                continue
            if isinstance(entry, Block):
                nested.append(entry)
            else:
                add(f"{entry.name} {VALUES.get(entry.name, VALUE)}", (block.name, entry.name))
        for each in sorted(nested, key=lambda each: each.name == "auth_hmac"):
            whole(each, block.name)

    for entry in ROOT.keywords.values():
        if isinstance(entry, Block):
            whole(entry, "")
        elif entry.name not in ALONE:
            add(f"{entry.name} {VALUE}", ("", entry.name))
    return "\n".join(lines) + "\n", names


def all_names() -> set[Name]:
    """Return every keyword of keepalived that the table has, but those of ALONE."""
    return {
        (block.name, entry.name)
        for block in blocks()
        for entry in block.keywords.values()
        if not entry.addition and entry.name not in ALONE
    }


def unknown_to(program: str, folder) -> set[Name]:
    """Return the keywords that ``keepalived -t`` of this program calls unknown."""
    text, names = every_keyword()
    (folder / "every.conf").write_text(text)
    command = [program, f"--config-test={folder}/log", "-f", f"{folder}/every.conf"]
    pids = ["-p", f"{folder}/pid", "-r", f"{folder}/vrrp", "-c", f"{folder}/check", "-b", f"{folder}/bfd"]
    subprocess.run(["unshare", "--net", *command, *pids], capture_output=True, timeout=30, check=False)
    said = UNKNOWN.findall((folder / "log").read_text(errors="replace"))
    assert said, "it has said nothing about a file that has keywords of every release"
    return {names[int(number)] for number, word in said if word != "}" and int(number) in names}
