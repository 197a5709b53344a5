"""Small and read-only file systems, where the system lets us make them."""

import os
import subprocess

from processes import TortureError


class Mount:
    """A mounted folder, unmounted at the end of a `with`."""

    def __init__(self, folder, *arguments):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        mount("mount", *arguments, str(folder))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        mount("umount", str(self.folder))

    def change(self, options):
        mount("mount", "-o", f"remount,{options}", str(self.folder))

    @property
    def used(self):
        status = os.statvfs(self.folder)
        return (status.f_blocks - status.f_bfree) * status.f_frsize


def mount(*command):
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise TortureError(f"{' '.join(command)}: {result.stderr.strip()}")


def can_mount(torture):
    """Whether file systems can be mounted here: as root, and not in every sandbox."""
    if not torture.may_mount or os.geteuid() != 0:
        return False
    try:
        with Mount(torture.scratch("probe"), "-t", "tmpfs", "-o", "size=64k", "winnow-torture"):
            return True
    except (TortureError, FileNotFoundError):
        return False
