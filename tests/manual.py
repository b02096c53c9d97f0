# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It makes the manual page and the bash completion, of the argument parser. `make manual` writes them."""

from __future__ import annotations

import argparse
import sys
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
LIBRARY = ROOT / "plugins" / "module_utils"
sys.path.insert(0, str(LIBRARY))

from vrrp import cli  # noqa: E402

PAGE, COMPLETION = LIBRARY / "deployment" / "man_page.py", LIBRARY / "deployment" / "completion.py"
NOT_ON_A_NODE = "simulate"
COMMON = "runtime_dir"  # an option of nearly every command, described once
MODULE = '''\
# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It has {what}. `make manual` writes this file: change tests/manual.py or the argument parser."""

from __future__ import annotations

TEXT = r"""{text}"""
'''

HEAD = r""".\" Made by tests/manual.py of the collection hotstandby.vrrp.
.TH HOTSTANDBY 8 "" "hotstandby.vrrp" "System Administration"
.SH NAME
hotstandby \- a VRRP agent for hot\-standby pairs
.SH SYNOPSIS
.B hotstandby
.I COMMAND
.RI [ OPTION ...]
.SH DESCRIPTION
Two machines share one virtual address, and one of them has it: the MASTER. The agent speaks VRRP (RFC 9568) as
.BR keepalived (8)
does, and reads its configuration. It is the service
.BR hotstandby .
This command runs the agent, and asks and directs the running one.
.PP
Root and the agent's own user may change something. Members of the group
.B hotstandby
may look.
.SH COMMANDS
"""

TAIL = r"""
.SH OPTIONS
.TP
\fB\-\-runtime\-dir\fR \fIDIR\fR
Where the agent has its control socket (/run/hotstandby). Every command has this option, but
.BR check " and " replay .
.TP
.B \-\-help
Print what a command takes.
.TP
.B \-\-version
Print the version of the release.
.SH EXIT STATUS
.TP
.B 0
It is done. For
.B status
this says nothing about the state: see
.BR \-\-check .
.TP
.B 1
The agent or the file said no.
.TP
.B 2
Wrong usage.
.TP
.B 3
No agent answers, or there is no right to ask it.
.TP
.B 4
.B status \-\-check
found a warning. A drain, a promotion or a demotion is none.
.SH ENVIRONMENT
.TP
.B NO_COLOR
If it is not empty, nothing has colour.
.TP
.B TERM
With
.B dumb
nothing has colour, and
.B watch
prints lines.
.SH SIGNALS
.TP
.B SIGHUP
The agent reads its file again, as with
.BR reload .
.TP
.BR SIGUSR1 ", " SIGUSR2
It writes its status to
.IR /run/hotstandby/status.json ,
and after the first one its events beside it.
.SH FILES
.TP
.I /etc/hotstandby/hotstandby.conf
The configuration, in the language of
.BR keepalived.conf (5).
.TP
.I /run/hotstandby/control.sock
The control socket of the agent.
.TP
.I /var/lib/hotstandby/history.jsonl
Each change of mastership, at most 4096 of them and 1 MiB.
.SH EXAMPLES
.TP
.B hotstandby status \-\-check >/dev/null || echo \(dqlook at it\(dq
.TP
.B hotstandby events VI_1 \-\-since 1h
.TP
.B hotstandby drain \-\-reason \(dqkernel update\(dq \-\-expires 2h
.TP
.B journalctl \-u hotstandby HOTSTANDBY_INSTANCE=VI_1
.SH SEE ALSO
.BR keepalived.conf (5),
.BR systemctl (1),
.BR journalctl (1),
.BR ip (8)
"""

SCRIPT = r"""# bash completion of hotstandby. Made by tests/manual.py of the collection hotstandby.vrrp.

# Print the names of the instances that the running agent has. JSON writes other characters than ASCII as \uXXXX.
_hotstandby_names() {
    local name
    "${COMP_WORDS[0]}" status --json "$@" 2>/dev/null | sed -n 's/^      "name": "\(.*\)",\{0,1\}$/\1/p' |
        while read -r name; do printf '%b\n' "$name"; done
}

# Offer paths. The options are those of compgen.
_hotstandby_paths() {
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen "$@")
}

_hotstandby() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
    local command='' skip='' word words='' number
    local -a directory=()
    COMPREPLY=()
    for ((number = 1; number < COMP_CWORD; number++)); do
        word=${COMP_WORDS[number]}
        case $skip$word in
            +*) [ "${COMP_WORDS[number - 1]}" = --runtime-dir ] && directory=(--runtime-dir "$word"); skip='' ;;
            @WITH_VALUE@) skip=+ ;;
            -*) ;;
            *) command=${command:-$word} ;;
        esac
    done
    case $previous in
        @DIRECTORIES@) _hotstandby_paths -d -- "$current"; return ;;
        @FILES@) _hotstandby_paths -f -- "$current"; return ;;
@CHOICES@
        @OTHERS@) return ;;
    esac
    case $command in
        '')
            words='@COMMANDS@' ;;
@OPTIONS@
    esac
    case $current,$command in
        -*) ;;
        *,@NAMED@)
            while read -r word; do
                [[ $word = "$current"* ]] && COMPREPLY+=("$word")
            done < <(_hotstandby_names "${directory[@]}")
            return ;;
        *,@WITH_FILE@) _hotstandby_paths -f -- "$current"; return ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}

complete -F _hotstandby hotstandby
"""


def commands() -> dict[str, argparse.ArgumentParser]:
    """Return the parser of each command that a node has."""
    (found,) = [each for each in cli.parser()._actions if isinstance(each, argparse._SubParsersAction)]
    return {name: parser for name, parser in found.choices.items() if name != NOT_ON_A_NODE}


def options(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    """Return the options of a command, without --help."""
    return [each for each in parser._actions if each.option_strings and each.dest != "help"]


def arguments(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    """Return the arguments of a command that are no options."""
    return [each for each in parser._actions if not each.option_strings]


def page() -> str:
    """Return the manual page, in the language of man(7)."""
    parts = [HEAD]
    for name, parser in commands().items():
        title = [
            f'.SS "{name}{"".join(" " + _optional(each) for each in arguments(parser))}"',
            roff(parser.description),
        ]
        for option in [each for each in options(parser) if each.dest != COMMON]:
            value = f" \\fI{roff(_value(option))}\\fR" if option.nargs != 0 else ""
            flags = ", ".join(f"\\fB{roff(each)}\\fR" for each in option.option_strings)
            title += [".TP", f"{flags}{value}", roff(_help(option))]
        parts.append("\n".join(title) + "\n")
    return "".join(parts).rstrip("\n") + TAIL


def script() -> str:
    """Return the completion, in the language of bash(1)."""
    known = commands()
    every = {flag: each for parser in known.values() for each in options(parser) for flag in each.option_strings}
    with_value = {flag: each for flag, each in every.items() if each.nargs != 0}
    directories = [flag for flag, each in with_value.items() if each.metavar == "DIR"]
    files = [flag for flag, each in with_value.items() if each.metavar == "FILE"]
    choices = {flag: each.choices for flag, each in with_value.items() if each.choices}
    others = [flag for flag in with_value if flag not in (*directories, *files, *choices)]
    text = SCRIPT
    for place, words in (
        ("@WITH_VALUE@", _pattern(with_value)),
        ("@DIRECTORIES@", " | ".join(directories)),
        ("@FILES@", " | ".join(files)),
        ("@CHOICES@", "\n".join(_choices(flag, chosen) for flag, chosen in choices.items())),
        ("@OTHERS@", " | ".join(others)),
        ("@COMMANDS@", "\n".join(textwrap.wrap(" ".join([*known, "--help", "--version"]), 90))),
        ("@OPTIONS@", "\n".join(f"        {name}) words='{_flags(parser)}' ;;" for name, parser in known.items())),
        ("@NAMED@", " | *,".join(_with_argument("name"))),
        ("@WITH_FILE@", " | *,".join(_with_argument("file"))),
    ):
        text = text.replace(place, words)
    return text


def written() -> Iterator[tuple[Path, str]]:
    """Yield each file with its content."""
    yield PAGE, MODULE.format(what="the page hotstandby(8)", text=page())
    yield COMPLETION, MODULE.format(what="the bash completion", text=script())


def roff(text: object) -> str:
    """Return a text as it is written in a manual page."""
    escaped = str(text).replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{escaped}" if escaped.startswith((".", "'")) else escaped


def _help(option: argparse.Action) -> str:
    text = (option.help or "") % {"default": option.default}
    return text[:1].upper() + text[1:] + "."


def _value(option: argparse.Action) -> str:
    return "|".join(option.choices) if option.choices else str(option.metavar)


def _optional(argument: argparse.Action) -> str:
    return f"[{argument.metavar}]" if argument.nargs == "?" else str(argument.metavar)


def _choices(flag: str, chosen: object) -> str:
    return f"        {flag}) mapfile -t COMPREPLY < <(compgen -W '{' '.join(chosen)}' -- \"$current\"); return ;;"


def _pattern(flags: Iterable[str]) -> str:
    """Return a pattern of `case` that is any of these flags, on lines that are not too long."""
    return " \\\n                ".join(textwrap.wrap(" | ".join(flags), 90))


def _flags(parser: argparse.ArgumentParser) -> str:
    return " ".join([*(flag for each in options(parser) for flag in each.option_strings), "--help"])


def _with_argument(name: str) -> list[str]:
    return [command for command, parser in commands().items() if name in [each.dest for each in arguments(parser)]]


if __name__ == "__main__":
    for file, content in written():
        file.write_text(content, encoding="utf-8")
