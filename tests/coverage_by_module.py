# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It prints what `make coverage` has measured: the share of each package that runs in any test, and in own tests.

A module's own tests are those of its name (unit/test_own_tests.py), also with a suffix. Code that runs when a module is
imported counts for all of them. Nothing is measured in child processes.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from test_own_tests import CHECKOUT, ELSEWHERE, LIBRARY, MODULES, TESTS, folder_of

if TYPE_CHECKING:
    from coverage import Coverage

FEW = 80  # percent of the branches: a module whose own tests run fewer of them is listed


def own_tests() -> dict[Path, list[Path]]:
    """Return the test files of each module. A file that begins with several names has the longest of them."""
    names = {module: f"test_{folder_of(module)}_{module.stem}".replace("__", "_") for module in MODULES}
    found: dict[Path, list[Path]] = {module: [] for module in MODULES}
    for path in TESTS.rglob("test_*.py"):
        folder = path.relative_to(TESTS).parts[0] if path.parent != TESTS else ""
        in_folder = [module for module in MODULES if folder_of(module) == folder]
        begun = [module for module in in_folder if f"{path.stem}_".startswith(f"{names[module]}_")]
        if begun:
            found[max(begun, key=lambda module: len(names[module]))].append(path)
    for module in MODULES:
        if module.stem in ELSEWHERE:
            found[module].append((TESTS / ELSEWHERE[module.stem]).resolve())
    return found


def counted(measured: Coverage, module: Path, contexts: Sequence[str] | None = None) -> tuple[int, int, int, int]:
    """Return (lines, lines that ran, branches, branches that ran), of all tests or of those ``contexts`` only."""
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        measured.json_report(morfs=[str(module)], outfile=file.name, contexts=contexts)
        ((_name, found),) = json.loads(Path(file.name).read_bytes())["files"].items()
    said = found["summary"]
    return said["num_statements"], said["covered_lines"], said["num_branches"], said["covered_branches"]


def lines() -> Iterator[str]:
    """Yield the table, and below it the modules whose own tests run few of their branches."""
    from coverage import Coverage  # here, as the unit tests run in environments without it, too

    measured = Coverage()
    measured.load()
    packages: dict[str, list[int]] = {}
    few = []
    for module, tests in own_tests().items():
        contexts = ["^$", *(f"^{re.escape(str(path.relative_to(CHECKOUT)))}::" for path in tests)]
        by_any, by_own = counted(measured, module), counted(measured, module, contexts)
        for package in (str(module.parent.relative_to(LIBRARY)), "all of it"):
            sums = packages.setdefault(package, [0] * 6)
            packages[package] = [before + now for before, now in zip(sums, (*by_any, by_own[1], by_own[3]))]
        if by_any[2] and percent(by_own[3], by_any[2]) < FEW:
            few.append((percent(by_own[3], by_any[2]), str(module.relative_to(LIBRARY))))
    yield f"{'package':26}{'lines':>8}{'branches':>10}   by their own tests: {'lines':>8}{'branches':>10}"
    for package, (count, ran, branches, taken, own_ran, own_taken) in sorted(packages.items()):
        shares = (percent(ran, count), percent(taken, branches), percent(own_ran, count), percent(own_taken, branches))
        yield "{:26}{:>7.1f}%{:>9.1f}%                       {:>7.1f}%{:>9.1f}%".format(package, *shares)
    yield f"Own tests take less than {FEW} % of the branches of:"
    yield from (f"{share:7.1f}%  {name}" for share, name in sorted(few))


def percent(part: int, whole: int) -> float:
    """Return a share in percent; all of nothing is 100."""
    return 100 * part / whole if whole else 100.0


if __name__ == "__main__":
    print(*lines(), sep="\n")
