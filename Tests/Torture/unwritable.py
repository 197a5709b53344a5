"""Folders that cannot be written to: a file in the way, and a workspace on a read-only disk."""

import shutil

from mounts import Mount, can_mount


def run(torture):
    for step in torture.steps[:5] if torture.is_short else torture.steps:
        for folder in step.folders:
            file_in_the_way(torture, step.name, folder)
    if can_mount(torture):
        for step in torture.steps[6:8] if torture.is_short else torture.steps:
            read_only(torture, step.name)
    else:
        torture.report.note("no file system can be mounted here: none is read-only")


def file_in_the_way(torture, name, folder):
    workspace = torture.scratch("unwritable")
    step, expected = torture.undisturbed.begin(name, workspace)
    obstacle, aside = workspace / folder, workspace.parent / "aside"
    if obstacle.exists():
        shutil.move(obstacle, aside)
    workspace.mkdir(exist_ok=True)
    obstacle.write_text("in the way")
    torture.programs.fail(step.command(workspace), obstacle)
    torture.report.count("unwritable", name)
    obstacle.unlink()
    if aside.exists():
        shutil.move(aside, obstacle)
    torture.programs.succeed(step.command(workspace))
    torture.compare(f"{name} after a file in the way of {folder}", expected, workspace)
    torture.discard(workspace)


def read_only(torture, name):
    workspace = torture.scratch("unwritable")
    step, expected = torture.undisturbed.begin(name, workspace)
    workspace.mkdir(exist_ok=True)
    with Mount(workspace, "--bind", str(workspace)) as mount:
        mount.change("ro,bind")
        if step.tells:
            torture.programs.succeed(step.command(workspace))
        else:
            torture.programs.fail(step.command(workspace), workspace, "Read-only file system")
        torture.report.count("unwritable", name)
        if (workspace / "audit.sqlite").exists():
            # What only reads goes on.
            torture.programs.succeed(["winnow", "status", "--workspace", workspace])
        mount.change("rw,bind")
    torture.programs.succeed(step.command(workspace))
    torture.compare(f"{name} after a read-only disk", expected, workspace)
    torture.discard(workspace)
