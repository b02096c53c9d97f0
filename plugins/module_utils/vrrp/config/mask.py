# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts without their passwords, for --diff, logs and messages."""

from __future__ import annotations

import re
from dataclasses import replace

MASK = "********"

# Any spelling of the keyword (auth_pass, AUTH-PASS, authpas, auth_password), with or without quotes, : or =.
_KEYWORD = re.compile(r"""auth[_-]?p\w*["']?[^\S\n]*[:=]?""", re.IGNORECASE)
# One value: anything up to white space, where quotes hold white space; an open quote holds the rest of the line.
_VALUE = re.compile(r"""(?:"[^"]*(?:"|$)|'[^']*(?:'|$)|[^\s"'])+""")
_OTHER_KEYWORD = re.compile(r"auth_type\b", re.IGNORECASE)
# A keyword alone at the end of a line, and not in a comment.
_AT_THE_END = re.compile(rf"[^#!]*{_KEYWORD.pattern}\s*$", re.IGNORECASE)
# What a complaint may repeat of a line: its words, as the braces and quotes in them leave them.
_PIECE = re.compile(r"""[^\s{}"]+""")
# What a diff and a conditional line put before the first word.
_PREFIX = re.compile(r"[-+\s]*(?:@\S+\s+)?")


def mask_secrets(text: str) -> str:
    """``text`` with the value of every ``auth_pass`` replaced by ``********``.

    It prefers to hide too much: every word behind the keyword goes, whatever the quoting, in comments, in the lines
    of a diff, and on the next line when none follows on its own. A brace or a comment that stands apart, behind the
    value, remains.
    """
    masked = []
    pending = False  # a keyword stood alone at the end of a line
    for line in text.split("\n"):
        if pending and line.strip():
            pending = False
            prefix = _PREFIX.match(line)
            start = prefix.end() if prefix else 0
            if not _OTHER_KEYWORD.match(line, start) and not _KEYWORD.match(line, start):
                masked.append(line[:start] + _mask_values(line[start:]))
                continue
        pending = pending or bool(_AT_THE_END.match(line))
        masked.append(_mask_line(line))
    return "\n".join(masked)


def hide_secrets(problems: tuple, text: str) -> tuple:
    """Complaints without what they quote from behind a password keyword: a brace in a password splits it into words."""
    lines = dict(enumerate(text.split("\n"), 1))
    return tuple(_hide(problem, lines.get(problem.line, "")) for problem in problems)


def _hide(problem, line: str):
    keyword = _KEYWORD.search(line)
    if keyword is None or problem.column <= keyword.end():
        return problem
    pieces = set(_PIECE.findall(line, keyword.end()))
    shown = re.sub(r'"(?!auth_pass")[^"]*"', f'"{MASK}"', problem.text)
    shown = " ".join(MASK if word in pieces else word for word in shown.split(" "))
    return problem if shown == problem.text else replace(problem, text=shown, hint="")


def _mask_line(line: str) -> str:
    keyword = _KEYWORD.search(line)
    if keyword is None:
        return line
    return line[: keyword.end()] + _mask_values(line[keyword.end() :])


def _mask_values(text: str) -> str:
    """Mask the words at the beginning of ``text``; what follows them may hold another keyword."""
    result = []
    index = 0
    for count, value in enumerate(_VALUE.finditer(text)):
        first = value.group()[0]
        if first in "{}" or (count and first in "#!"):
            return "".join(result) + text[index : value.start()] + _mask_line(text[value.start() :])
        result.append(text[index : value.start()] + MASK)
        index = value.end()
        if not count and first in "#!":
            # The comment may be a password that was not quoted: hide all of it.
            return "".join(result)
    return "".join(result) + text[index:]
