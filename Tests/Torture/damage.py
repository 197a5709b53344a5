"""Files that are cut, changed, gone or mixed up: named, and made good by the command that is named."""

import shutil

from processes import TortureError, kill, wait_until
from snapshot import query


def cut(path):
    path.write_bytes(path.read_bytes()[:path.stat().st_size * 2 // 3])


def flip(path):
    content = bytearray(path.read_bytes())
    for place in range(len(content) * 3 // 4, min(len(content), len(content) * 3 // 4 + 8)):
        content[place] ^= 0x10
    path.write_bytes(content)


def remove(path):
    path.unlink()


def replace_by_zeros(path):
    path.write_bytes(bytes(path.stat().st_size))


def run(torture):
    if torture.is_short:
        shard(torture, flip)
        model(torture, "models/net-a.safetensors", flip)
        fetched_picture(torture, cut)
        return
    for hurt in (cut, flip, remove, replace_by_zeros):
        shard(torture, hurt)
        fetched_picture(torture, hurt)
        archived_picture(torture, hurt)
        for name in ("models/net-a.safetensors", "models/net-b.safetensors", "models/vocabulary.json",
                     "models/training.jsonl", "models/config.json"):
            model(torture, name, hurt)
    for hurt in (cut, flip, replace_by_zeros):
        marker(torture, hurt)
        training_state(torture, hurt)
        calibration(torture, hurt)
        featurizer_description(torture, hurt)
    swapped_shards(torture)


def hurt_after(torture, name, file, hurt):
    """A workspace after a step, with a file of it hurt.

    - Returns: the workspace, the file, the step and what the workspace must hold in the end.
    """
    workspace = torture.scratch("damage")
    step, expected = torture.undisturbed.begin(name, workspace, after=True)
    path = workspace / file
    hurt(path)
    torture.report.count("damage", name)
    return workspace, path, step, expected


def step_command(torture, name, workspace):
    return torture.steps[torture.undisturbed.index(name)].command(workspace)


def repair(torture, command, *paths):
    """A command that makes good what was hurt, and says so."""
    result = torture.programs.succeed(command)
    for path in paths:
        if str(path) not in result.output:
            raise TortureError(f"{' '.join(result.command)} does not name {path}: {result.said}")


def finish(torture, what, expected, workspace, **options):
    torture.compare(what, expected, workspace, **options)
    torture.discard(workspace)


def shard(torture, hurt):
    workspace, path, step, _ = hurt_after(
        torture, "featurize", "features/shard-00000.safetensors", hurt)
    refused_until_repaired(torture, f"a shard, {hurt.__name__}", workspace, step, [path])


def refused_until_repaired(torture, what, workspace, step, paths):
    """Training refuses damaged shards, featurizing makes them anew, and training goes on."""
    train = torture.undisturbed.index("train")
    torture.programs.fail(torture.steps[train].command(workspace), "features/shard-0000")
    repair(torture, step.command(workspace), *paths)
    torture.programs.succeed(torture.steps[train].command(workspace))
    finish(torture, what, torture.undisturbed.after[train], workspace)


def swapped_shards(torture):
    workspace = torture.scratch("damage")
    step, _ = torture.undisturbed.begin("featurize", workspace, after=True)
    shards = sorted((workspace / "features").glob("shard-*"))
    if len(shards) < 2:
        raise TortureError(f"one shard is no two to swap: {shards}")
    shutil.move(shards[0], workspace / "features/aside")
    shutil.move(shards[1], shards[0])
    shutil.move(workspace / "features/aside", shards[1])
    torture.report.count("damage", "featurize")
    refused_until_repaired(torture, "swapped shards", workspace, step, shards[:2])


def model(torture, name, hurt):
    workspace, path, step, expected = hurt_after(torture, "train", name, hurt)
    torture.programs.fail(step_command(torture, "score", workspace), path, "winnow-train")
    repair(torture, step.command(workspace), path)
    finish(torture, f"{name}, {hurt.__name__}", expected, workspace)


def marker(torture, hurt):
    workspace, path, step, expected = hurt_after(torture, "train", "stages/train.json", hurt)
    torture.programs.fail(step_command(torture, "score", workspace), path, "winnow-train")
    torture.programs.succeed(step.command(workspace))
    finish(torture, f"a marker, {hurt.__name__}", expected, workspace)


def training_state(torture, hurt):
    workspace = torture.scratch("damage")
    step, expected = torture.undisturbed.begin("train", workspace)
    process = torture.programs.start(step.command(workspace))
    path = workspace / "models/training-state.safetensors"
    wait_until(lambda: path.exists() or process.poll() is not None, what="a training's first epoch")
    kill(process)
    if (workspace / "stages/train.json").exists():
        (workspace / "stages/train.json").unlink()
    hurt(path)
    torture.report.count("damage", "train")
    torture.programs.fail(step.command(workspace), path, "--restart")
    torture.programs.succeed(step.command(workspace) + ["--restart"])
    finish(torture, f"a training's state, {hurt.__name__}", expected, workspace)


def stored(torture, is_archived):
    """A stored picture of the workspace after fetching, by where it came from."""
    condition = "=" if is_archived else "<>"
    rows = query(torture.undisturbed.folder / f"before-{torture.undisturbed.index('featurize')}", f"""
        SELECT lower(hex(sha256)) FROM fetch JOIN run USING (run_id)
        WHERE sha256 IS NOT NULL AND command {condition} 'ingest' ORDER BY location_id""")
    digest = rows[len(rows) // 2][0]
    return f"images/{digest[:2]}/{digest}"


def fetched_picture(torture, hurt):
    picture(torture, hurt, stored(torture, is_archived=False), "fetch", "winnow-fetch")


def archived_picture(torture, hurt):
    picture(torture, hurt, stored(torture, is_archived=True), "ingest archives", "winnow-ingest")


def picture(torture, hurt, file, source, program):
    workspace, path, _, _ = hurt_after(torture, "fetch", file, hurt)
    index = torture.undisturbed.index("featurize")
    torture.programs.fail(torture.steps[index].command(workspace), path, program)
    torture.programs.succeed(step_command(torture, source, workspace))
    torture.programs.succeed(torture.steps[index].command(workspace))
    # Fetching once more is a run of its own.
    finish(torture, f"a stored picture, {hurt.__name__}", torture.undisturbed.after[index], workspace,
           counts=False)


def calibration(torture, hurt):
    workspace, path, step, expected = hurt_after(torture, "score", "models/calibration.json", hurt)
    torture.programs.fail(step_command(torture, "purify", workspace), path, "winnow-score")
    torture.programs.succeed(step.command(workspace))
    finish(torture, f"a calibration, {hurt.__name__}", expected, workspace)


def featurizer_description(torture, hurt):
    workspace, path, step, expected = hurt_after(
        torture, "featurize", "features/featurizer.json", hurt)
    torture.programs.fail(step.command(workspace), path, "winnow-featurize --restart")
    torture.programs.succeed(step.command(workspace) + ["--restart"])
    finish(torture, f"the featurizer's description, {hurt.__name__}", expected, workspace)
