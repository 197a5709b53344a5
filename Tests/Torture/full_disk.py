"""A disk that is full in the middle of a stage, at several fill levels."""

import shutil

from mounts import Mount, can_mount
from processes import TortureError
from shims import compiled

CAUSES = ("No space left", "disk is full", "disk I/O error", "are free")
LEVELS = (0.03, 0.25, 0.5, 0.75, 0.95)
BLOCK = 4096


def run(torture):
    if can_mount(torture):
        disk = SmallDisk(torture)
    else:
        torture.report.note("no file system can be mounted here: a library stands in for a full disk")
        disk = FullDiskLibrary(torture)
    names = [step.name for step in torture.steps]
    for name in ("score", "export jsonl") if torture.is_short else names:
        needed = growth(torture, name)
        for level in LEVELS[1:2] if torture.is_short else LEVELS:
            disk.fill(name, int(needed * level))


def growth(torture, name):
    """Bytes that a step adds to its workspace, in whole blocks."""
    index = torture.undisturbed.index(name)
    later = torture.undisturbed.folder / f"before-{index + 1}"
    after = later if later.exists() else torture.undisturbed.workspace
    return size(after) - size(torture.undisturbed.folder / f"before-{index}")


def size(folder):
    return sum(-(-path.stat().st_size // BLOCK) * BLOCK for path in folder.rglob("*") if path.is_file())


def check(torture, result, name, room):
    """A full disk ends a stage with 1 and a message of file and cause; too much room with 0."""
    if result.status == 0:
        return
    if result.status != 1 or not any(cause in result.errors for cause in CAUSES) \
            or str(torture.folder) not in result.errors:
        raise TortureError(
            f"{name} with room for {room} bytes ended with {result.status}: {result.said.strip()}")
    torture.report.count("full disk", name)


def check_status_of_full_disk(torture, workspace):
    """`winnow status` works, or says that nothing is there yet or that it has no room to read."""
    result = torture.programs.run(["winnow", "status", "--workspace", workspace])
    known = ("the disk is full", "there is no audit database", "nothing was ingested yet")
    if result.status != 0 and not any(words in result.errors for words in known):
        raise TortureError(f"winnow status on a full disk: {result.errors.strip()}")


class SmallDisk:
    """A file system in memory with little room."""

    def __init__(self, torture):
        self.torture = torture

    def fill(self, name, room):
        torture = self.torture
        folder = torture.scratch("disk")
        with Mount(folder, "-t", "tmpfs", "-o", "size=1g", "winnow-torture") as mount:
            workspace = folder / "workspace"
            step, expected = torture.undisturbed.begin(name, workspace)
            mount.change(f"size={mount.used + max(BLOCK, room // BLOCK * BLOCK)}")
            result = torture.programs.run(step.command(workspace))
            check(torture, result, name, room)
            if result.status == 1:
                check_status_of_full_disk(torture, workspace)
            mount.change("size=1g")
            torture.programs.succeed(step.command(workspace))
            torture.compare(f"{name} after a full disk", expected, workspace)
            shutil.rmtree(workspace)


class FullDiskLibrary:
    """A library that refuses writes, where no file system can be made."""

    def __init__(self, torture):
        self.torture = torture
        self.library = compiled(torture, "full_disk")

    def fill(self, name, room):
        torture = self.torture
        workspace = torture.scratch("disk")
        step, expected = torture.undisturbed.begin(name, workspace)
        result = torture.programs.run(step.command(workspace), {
            "LD_PRELOAD": str(self.library), "TORTURE_FOLDER": str(workspace),
            "TORTURE_BYTES": str(room)})
        check(torture, result, name, room)
        torture.programs.succeed(step.command(workspace))
        torture.compare(f"{name} after a full disk", expected, workspace)
        torture.discard(workspace)
