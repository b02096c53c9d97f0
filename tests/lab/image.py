# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the images of the nodes: Debian with systemd, made on this machine from packages, without a registry.

The name holds a hash of the recipe. So a changed recipe is built anew, and everyone with the same recipe shares one
image.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from .host import LabError
from .run import locked

REPOSITORY = "localhost/hotstandby-lab"
SUITE = "bookworm"
_SCRATCH = Path("/var/tmp")
_PREFIX = "hotstandby-lab-image-"

# A machine as it is delivered: systemd, ssh, Python. keepalived checks configuration files and is compared with; it
# does not start.
_NODE_PACKAGES = (
    "systemd-sysv", "dbus", "python3", "openssh-server", "iproute2", "iputils-ping", "procps", "psmisc", "curl",
    "keepalived", "tcpdump", "nftables",
)  # fmt: skip
_PACKAGE_MODULE = ("python3-apt",)  # what Ansible needs to install packages
_TOMCAT_PACKAGES = ("openjdk-17-jre-headless", "tomcat10")

# Maintenance jobs and consoles: not needed on a node that lives for an hour.
_IDLE_UNITS = (
    "apt-daily.timer", "apt-daily-upgrade.timer", "dpkg-db-backup.timer", "e2scrub_all.timer", "e2scrub_reap.service",
    "systemd-tmpfiles-clean.timer", "getty.target", "console-getty.service", "systemd-timesyncd.service",
)  # fmt: skip

# It answers the client's probes. The program is mounted into the node, so that editing it needs no new image.
PROBE = "/usr/local/lib/lab/probe.py"
_PROBE_UNIT = f"""\
[Unit]
Description=Answers probes with the name of its node
[Service]
ExecStart=/usr/bin/python3 {PROBE} respond --name %H
Restart=always
[Install]
WantedBy=multi-user.target
"""

# The page that says which node served it. The lab writes the file when it makes the node.
_PAGE_UNIT = """\
[Unit]
Description=A page that names its node
[Service]
ExecStart=/usr/bin/python3 -m http.server --directory /srv/www 8080
Restart=always
[Install]
WantedBy=multi-user.target
"""


_OPTIONS = (
    "--mode=root", "--variant=minbase", "--format=tar",
    "--dpkgopt=path-exclude=/usr/share/man/*", "--dpkgopt=path-exclude=/usr/share/doc/*",
    "--dpkgopt=path-exclude=/usr/share/locale/*",
    '--setup-hook=mkdir -p "$1/usr/share/man/man1"',  # Java's alternatives put links there
)  # fmt: skip


@dataclass(frozen=True)
class Recipe:
    """It is a recipe. ``setup`` is a shell script that runs inside the new root before it is packed."""

    name: str
    packages: tuple[str, ...]
    setup: str
    page: str  # the file that says which node served it

    @property
    def digest(self) -> str:
        return hashlib.sha256(repr((SUITE, _OPTIONS, self.packages, self.setup)).encode()).hexdigest()[:12]

    @property
    def image(self) -> str:
        return f"{REPOSITORY}-{self.name}:{self.digest}"


_SETUP = f"""\
set -eu
cat > /etc/systemd/system/probe.service <<'UNIT'
{_PROBE_UNIT}UNIT
systemctl enable probe.service >/dev/null 2>&1
systemctl mask {" ".join(_IDLE_UNITS)} >/dev/null
systemctl disable keepalived.service >/dev/null 2>&1
rm -f /etc/machine-id /var/lib/dbus/machine-id
: > /etc/machine-id
"""

RECIPES = {
    "node": Recipe(
        "node",
        _NODE_PACKAGES + _PACKAGE_MODULE,
        _SETUP
        + f"""\
mkdir -p /srv/www/test
cat > /etc/systemd/system/page.service <<'UNIT'
{_PAGE_UNIT}UNIT
systemctl enable page.service >/dev/null 2>&1
""",
        "/srv/www/test/test.html",
    ),
    "tomcat": Recipe(
        "tomcat",
        _NODE_PACKAGES + _TOMCAT_PACKAGES,
        _SETUP + "mkdir -p /var/lib/tomcat10/webapps/test\n",
        "/var/lib/tomcat10/webapps/test/test.html",
    ),
}


def exists(recipe: Recipe) -> bool:
    """Return whether this very recipe has been built on this machine."""
    return subprocess.run(["podman", "image", "exists", recipe.image], check=False).returncode == 0


def ensure(recipe: Recipe, tell=lambda sentence: None) -> str:
    """Return the name of the image, built if need be (about half a minute). Raises LabError."""
    if not exists(recipe):
        with locked(f"image-{recipe.name}"):  # after this wait it is built
            if not exists(recipe):
                tell(f"building the image {recipe.image} from Debian packages")
                _build(recipe)
    return recipe.image


def remove_all() -> list[str]:
    """Remove the images that no container uses; return their names."""
    listed = subprocess.run(
        ["podman", "images", "--filter", f"reference={REPOSITORY}-*", "--format", "{{.Repository}}:{{.Tag}}"],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    done = [name for name in listed.stdout.split()
            if subprocess.run(["podman", "rmi", name], check=False, capture_output=True).returncode == 0]  # fmt: skip
    return done


def _build(recipe: Recipe) -> None:
    prefix = f"{_PREFIX}{recipe.name}-"
    for stale in _SCRATCH.glob(f"{prefix}*"):  # of a build that was killed: the lock keeps others from building now
        shutil.rmtree(stale, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=prefix, dir=_SCRATCH) as scratch, tempfile.TemporaryFile() as complaints:
        setup = Path(scratch, "setup.sh")
        setup.write_text(recipe.setup)
        mirror = [os.environ["LAB_MIRROR"]] if os.environ.get("LAB_MIRROR") else []
        builder = subprocess.Popen(
            [
                "mmdebstrap", *_OPTIONS, f"--include={','.join(recipe.packages)}",
                f'--customize-hook=chroot "$1" sh < {setup}',
                SUITE, "-", *mirror,
            ],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=complaints,
            env={**os.environ, "TMPDIR": scratch, "DEBIAN_FRONTEND": "noninteractive"},
        )  # fmt: skip
        try:
            store = subprocess.run(
                ["podman", "import", "--quiet", "-", f"{recipe.image}-new"],
                stdin=builder.stdout, capture_output=True, text=True, check=False,
            )  # fmt: skip
            builder.stdout.close()
            failed = builder.wait() or store.returncode
            if failed:
                complaints.seek(0)
                said = complaints.read().decode(errors="replace") + store.stderr
                raise LabError(f"could not build {recipe.image}:\n{said[-4000:]}")
            # Tagged only when complete: an interrupted build must not look like an image.
            subprocess.run(["podman", "tag", f"{recipe.image}-new", recipe.image], check=True)
        finally:
            if builder.poll() is None:
                builder.terminate()  # mmdebstrap unmounts what it mounted
                builder.wait()
            # Removes the name, and the image where it has no other name.
            subprocess.run(["podman", "rmi", f"{recipe.image}-new"], check=False, capture_output=True)


if __name__ == "__main__":
    for wanted in sys.argv[1:] or RECIPES:
        print(ensure(RECIPES[wanted], print))
