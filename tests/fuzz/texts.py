# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make texts that look like keepalived.conf: its keywords and blocks, its line layer, nested includes.

They come from a random number generator that hypothesis seeds, and not from its strategies, which are a hundred times
slower at this: a failing text is printed, but not made smaller.
"""

from __future__ import annotations

import posixpath
import random

from hypothesis import strategies as st

from vrrp.config.keywords.keyword import Block
from vrrp.config.keywords.table import blocks
from vrrp.config.syntax.include import DIRECTORY, FILE, OTHER, Surroundings

# "Cs" are lone surrogates, which no UTF-8 file can hold.
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)
NAMES = ["A", "B", "M", "N", "PASS", "_PWD", "_X"]
FILES = ["f", "a", "b", "d/a", "d/b"]
VALUES = [
    *("192.0.2.1/24", "192.0.2.2", "fe80::1", "2001:db8::1/64", "224.0.0.18", "0.0.0.0/0", "default"),
    *("0", "1", "2", "3", "51", "100", "255", "256", "-1", "0.5", "1e9", "+3", "0x10", "4294967296", "9" * 30),
    *("PASS", "AH", "MASTER", "BACKUP", "eth0", "eth1", "VI_1", "VI_2", "G1", "chk", "root", "nobody", "on", "off"),
    *("dev", "via", "weight", "scope", "label", "src", "table", "from", "to", "reverse", "interval", "brd", "mode"),
    *("/bin/true", "\"/bin/sh -c 'exit 0'\"", '"a b"', '""', "'", '"', "\\", "\\#", "hex:" + "ab" * 32, "file:/x"),
    *("${_ENV HOME}", "${_ENV NO}", "${_RANDOM 1 5}", "${_HASH}", "${_INSTANCE}", "$", "${", "$1", "\u00a0", "状态"),
    *(f"${name}" for name in NAMES),
    *(f"${{{name}}}" for name in NAMES),
]
KEYWORDS = sorted({name for block in blocks() for name in (*block.keywords, block.name) if name})
CONTROLS = ["\0", "\r", "\x0b", "\ufeff", "\x1b", "\t"]
PREFIXES = ["", "", "", "", "@node1 ", "@^node1 ", "@node2 ", "@hotstandby ", "@", "@^", "  "]
COMMENTS = ["", "", "", " # x", " ! x", "#", " \\"]


class FakeDisk:
    """It holds files of text by their path."""

    def __init__(self, files):
        self.files = files

    def names(self, directory):
        prefix = "" if directory in (".", "") else posixpath.normpath(directory) + "/"
        return [path[len(prefix) :].split("/")[0] for path in self.files if path.startswith(prefix)] or None

    def kind(self, path):
        path = posixpath.normpath(path)
        if any(each.startswith(path + "/") for each in self.files):
            return DIRECTORY
        return None if path not in self.files else OTHER if path == "d/b" else FILE

    def read(self, path):
        return self.files[posixpath.normpath(path)]

    def absolute(self, path):
        return posixpath.join("/root", path)


def some(rnd, choices, most):
    """Return a few of them, in any order, some more than once."""
    return [rnd.choice(choices) for _each in range(rnd.randint(0, most))]


def sequence(rnd):
    """Return one ~SEQ or ~LST, without the rest of its line."""
    numbers = ["0", "1", "2", "3", "-2", "0x0a", "30", "$A", "${N}", ""] * 20 + ["250", "100000"]
    name = rnd.choice(NAMES)
    kind = rnd.choice(["SEQ", "SEQ", "SEQx", "LST"])
    if kind != "LST":
        return f"~{kind}({name}, {', '.join(some(rnd, numbers, 3) or ['3'])}) "
    groups = [rnd.choice([rnd.choice(VALUES), f"{{{', '.join(some(rnd, VALUES, 3))}}}"]) for _each in range(3)]
    return f"~LST({{{name}, B}}, {', '.join(groups)}) "


def directive(rnd):
    """Return a line, or several, of the line layer."""
    kind = rnd.choice(["define", "lines", "include", "sequence", "use"])
    name = rnd.choice(NAMES)
    if kind == "define":
        return f"${name}=" + " ".join(some(rnd, [*VALUES, "{", "}"], 4))
    if kind == "lines":
        body = [statement(rnd) for _each in range(rnd.randint(0, 4))]
        return " \\\n".join([f"${name}=", *body]) + rnd.choice(["\n", "\n", " \\\n\n"])
    if kind == "include":
        patterns = [*FILES, "*", "d/*", "{a,b}", "none", "./*", "../*", "[ab]", "$A", "{" * 9, ""]
        return f"include{rnd.choice(['', 'r', 'm', 'w', 'b', 'a', '_check'])} {rnd.choice(patterns)}"
    if kind == "sequence":
        return "".join(sequence(rnd) for _each in range(rnd.randint(1, 3))) + statement(rnd)
    return f"${name}"


def statement(rnd):
    """Return words, and now and then a brace."""
    line = " ".join([rnd.choice([rnd.choice(KEYWORDS), rnd.choice(VALUES)]), *some(rnd, VALUES, 4)])
    return line + rnd.choice(["", "", "", " {", " }", "{", " { x }"])


def block_of(rnd, block):
    """Return a block of the schema with keywords that belong to it, and now and then one that does not."""
    inside = sorted(block.keywords) or VALUES
    lines = []
    for keyword in some(rnd, inside, 8):
        keyword = rnd.choice(KEYWORDS) if not rnd.randrange(8) else keyword
        entry = block.keywords.get(keyword)
        if isinstance(entry, Block):
            lines.append(block_of(rnd, entry))
        else:
            lines.append(" ".join([keyword, *some(rnd, VALUES, 4)]))
    name = " " + rnd.choice(["VI_1", "VI_2", "$A", "chk"]) if block.named else ""
    return "\n".join([f"{block.name}{name} {{", *lines, "}"])


TOP = [block for block in next(blocks()).keywords.values() if isinstance(block, Block)]


def line_layer(rnd):
    """Return lines of which many are directives."""
    return "\n".join(rnd.choice([directive, statement])(rnd) for _each in range(rnd.randint(0, 20)))


def file(rnd):
    """Return a whole file."""
    lines = []
    for _each in range(rnd.randint(0, 12)):
        kind = rnd.randrange(3)
        item = directive(rnd) if not kind else statement(rnd) if kind == 1 else block_of(rnd, rnd.choice(TOP))
        lines.append(rnd.choice(PREFIXES) + item + rnd.choice(COMMENTS))
    text = "\n".join(lines)
    if not rnd.randrange(10):
        at = rnd.randint(0, len(text))
        text = text[:at] + rnd.choice(CONTROLS) + text[at:]
    return text


def tree(rnd):
    """Return (text of the file "f", its surroundings)."""
    text = file(rnd)
    files = {name: file(rnd) for name in some(rnd, FILES, 4)}
    return text, Surroundings(FakeDisk({**files, "f": text}), {"HOME": "/root # x", "EMPTY": ""})


def made_by(function):
    """Return a strategy."""
    return st.integers(0, 2**64).map(lambda number: function(random.Random(number)))
