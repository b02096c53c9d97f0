# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It lets the real keepalived test many files, all in one network namespace that has their interfaces and programs."""

from __future__ import annotations

import functools
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from vrrp.config.keywords.keepalived_behaviour import FATAL, judged
from vrrp.config.keywords.keepalived_releases import KeepalivedRelease, release

# With these it would end itself at its start, though -t does not say so.
ENDS = ("must be set", "Unknown interface!", "both use VRID")
INTERFACE = re.compile(r"(?:interface|dev)\s+\"?([A-Za-z][\w.-]*)")
PROGRAM = re.compile(r"/(?:usr/local|etc/keepalived)/[\w./-]+")
SCRIPT = r"""
for each in /usr/local /etc/keepalived; do mount -t tmpfs tmpfs "$each" || exit 1; done
while read -r program; do
    mkdir -p "${program%/*}" && printf '#!/bin/sh\n' > "$program" && chmod 755 "$program"
done < "$1/programs"
number=0
while read -r interface; do
    number=$((number + 1))
    ip link add "$interface" type veth peer name "peer$number" && ip link set "$interface" up || exit 1
done < "$1/interfaces"
cd "$1" && mkdir logs && xargs -P 4 -L 1 sh -c '
    keepalived --config-test="logs/$0" -i "$2" -f "$1" \
        -p "logs/$0.pid" -r "logs/$0.vrrp" -c "logs/$0.checkers" -b "logs/$0.bfd"
    echo $? > "logs/$0.end"
' < "$1/files"
exit 0
"""


class Verdict(NamedTuple):
    """It is what keepalived says of one file."""

    starts: bool
    log: str


def judge(files: Mapping[str, Path], config_id: str, folder: Path) -> dict[str, Verdict]:
    """Return keepalived's verdict on each file, by its name. ``folder`` is empty."""
    names = {name: str(number) for number, name in enumerate(files)}
    texts = [
        path.read_text(encoding="utf-8", errors="replace")
        for holder in {path.parent for path in files.values()}
        for path in holder.rglob("*")
        if path.is_file()
    ]
    interfaces = {name for text in texts for name in INTERFACE.findall(text)} | {f"eth{n}" for n in range(4)}
    _write(folder / "interfaces", sorted(name for name in interfaces - {"lo"} if len(name) < 16))
    programs = {path for text in texts for path in PROGRAM.findall(text)}
    _write(folder / "programs", sorted(path for path in programs if not path.endswith(("/", ".d", ".conf"))))
    _write(folder / "files", [f"{names[name]} {path} {config_id}" for name, path in files.items()])
    done = subprocess.run(
        ["unshare", "--net", "--mount", "sh", "-c", SCRIPT, "sh", str(folder)],
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stderr)
    return {name: _verdict(folder / "logs" / number) for name, number in names.items()}


def _write(path: Path, lines: list[str]) -> None:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _verdict(log: Path) -> Verdict:
    end = int(log.with_name(log.name + ".end").read_text())
    said = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
    starts = judged(_release(), end, said) != FATAL
    return Verdict(starts and not any(piece in said for piece in ENDS), said)


@functools.cache
def _release() -> KeepalivedRelease:
    """Return the release of this machine's keepalived."""
    said = subprocess.run(["keepalived", "--version"], capture_output=True, text=True, check=True).stderr
    return release(said.split(" (")[0])
