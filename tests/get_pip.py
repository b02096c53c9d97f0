# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It replaces the get-pip.py that ansible-test would download: same arguments, and the pip of this Python."""

from __future__ import annotations

import ensurepip
import subprocess
import sys

ensurepip.bootstrap()
wanted = [argument for argument in sys.argv[1:] if argument.startswith(("pip==", "setuptools==", "wheel=="))]
if wanted:
    sys.exit(
        subprocess.call([sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--quiet", *wanted])
    )
