# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Collect the files of other tests, and damage them at random."""

from __future__ import annotations

import random
import re
import sys
from pathlib import Path

import yaml

TESTS = Path(__file__).parents[1]
sys.path[:0] = [str(TESTS / "unit" / "inventory"), str(TESTS / "unit" / "config")]

from foreign_files import FILES
from role_template import files
from two_hosts import interfaces

EXTREMES = [
    *("", "0", "-1", "1", "255", "256", "65536", "4294967295", "4294967296", "9" * 40, "0.0000001", "1e400", "nan"),
    *("a" * 5000, "0.0.0.0/0", "255.255.255.255", "::/0", "fe80::1%eth0", "224.0.0.18", "ff02::12", "hex:", "file:"),
    *('"', "'", "\\", "{", "}", "#", "!", "$X", "${X}", "~SEQ(X,3)", "@", "\0", "\r", "\u2028", "\udcff", "节", "{{"),
    *('"a b"', "'a b'", "\\x22", "a\\", "/", "%s", "inf"),
]
NUMBER_OR_WORD = re.compile(r"[^\s{}]+")


def _examples():
    """Yield the files of the inventories in the documentation."""
    for path in sorted((TESTS.parent / "docs" / "examples").glob("*.yml")):
        group = yaml.safe_load(path.read_text(encoding="utf-8"))["ha_pair"]
        said = {name: {**group["vars"], **own} for name, own in group["hosts"].items()}
        for own in said.values():
            number = own["ansible_host"].rpartition(".")[2]
            other = interfaces(f"10.0.8.{number}/24", name="eth1")[1:]
            own["ha_pair_interfaces"] = [*interfaces(f"{own['ansible_host']}/24", f"fd00:8::{number}/64"), *other]
        yield from files(said).values()


FOLDER = TESTS / "keepalived_files" / "one"
CORPUS = [
    *(text for text, _verdict in FILES.values()),
    *_examples(),
    *(path.read_text(encoding="utf-8", errors="surrogateescape") for path in sorted(FOLDER.glob("*.conf"))),
]


def dropped(rnd, lines):
    return [line for line in lines if rnd.randrange(12)]


def doubled(rnd, lines):
    return [line for line in lines for _time in range(1 if rnd.randrange(8) else 2)]


def swapped(rnd, lines):
    first, second = rnd.randrange(len(lines)), rnd.randrange(len(lines))
    lines = [*lines]
    lines[first], lines[second] = lines[second], lines[first]
    return lines


def replaced(rnd, lines):
    """Replace a word in some lines."""
    return [line if rnd.randrange(6) else _other_word(rnd, line) for line in lines]


def _other_word(rnd, line):
    words = list(NUMBER_OR_WORD.finditer(line))
    if not words:
        return line
    start, end = rnd.choice(words).span()
    return line[:start] + rnd.choice(EXTREMES) + line[end:]


def braced(rnd, lines):
    lines = [*lines]
    at = rnd.randrange(len(lines))
    lines[at] = rnd.choice([lines[at] + " {", "}" + lines[at], lines[at].replace("{", ""), lines[at].replace("}", "")])
    return lines


def flipped(rnd, lines):
    """Flip some bits."""
    octets = bytearray("\n".join(lines).encode("utf-8", "surrogateescape"))
    for _each in range(rnd.randint(1, 4)):
        octets[rnd.randrange(len(octets))] ^= 1 << rnd.randrange(8)
    return octets.decode("utf-8", "surrogateescape").split("\n")


def joined(rnd, lines):
    return [*lines, *rnd.choice(CORPUS).split("\n")]


def mutated(rnd):
    """Return one file of the corpus, changed up to three times; now and then as it is."""
    lines = rnd.choice(CORPUS).split("\n")
    for _each in range(rnd.randint(0, 3)):
        lines = rnd.choice([dropped, doubled, swapped, replaced, replaced, braced, flipped, joined])(rnd, lines) or [""]
    return "\n".join(lines)


def files_of(seed, count):
    """Return files that are the same for one seed."""
    rnd = random.Random(seed)
    return (mutated(rnd) for _each in range(count))
