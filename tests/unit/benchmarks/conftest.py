# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It puts the folder of the benchmarks on the path, as they are programs and no package."""

from __future__ import annotations

import sys
from pathlib import Path

# Before the library, which has a folder report as well.
sys.path.insert(0, str(Path(__file__).parents[3] / "benchmarks"))
