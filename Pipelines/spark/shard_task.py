"""One shard's work, as a Spark task or by itself: it may be tried again anywhere, any time."""

import ctypes
import hashlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile

# What a merge and a look at a shard need; features and pictures stay on the machine and go.
COLLECTED = ["audit.sqlite", "models"]
DONE = "done.json"


class ShardFailed(Exception):
    """A shard's pipeline ended with an error; the last lines it said are the message."""


def shard_name(index, count):
    return f"shard-{index:05d}-of-{count:05d}"


def clean_shard(settings, index, fingerprint):
    """Runs the shard's pipeline unless its result is collected already; returns what was done.

    `fingerprint` names the settings, the pipeline and the model: a result of others is made anew.
    """
    target = pathlib.Path(settings.storage) / "shards" / shard_name(index, settings.shards)
    done = read_done(target)
    if done and done["fingerprint"] == fingerprint:
        return {**done, "was_done": True}
    # A task that is tried again on the same machine goes on where the last try was killed.
    workspace = pathlib.Path(settings.scratch) / f"winnow-{fingerprint[:16]}-{target.name}"
    run_pipeline(
        settings.executables, settings.shard, workspace, SHARD=f"{index}/{settings.shards}")
    result = {"fingerprint": fingerprint, "shard": index, "host": os.uname().nodename}
    collect(workspace, target, result)
    shutil.rmtree(workspace)
    return {**result, "was_done": False}


def run_pipeline(executables, step, workspace, **values):
    """Runs `winnow run` on a workspace; it does not outlive this process."""
    command = [
        f"{executables}/winnow", "run", step.pipeline, "--workspace", str(workspace), "--quiet",
        *step.arguments(**values)]
    # In a file: a pipe that nobody reads any more would hold up what writes to it.
    with tempfile.TemporaryFile("w+", errors="replace") as log:
        status = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=end_with_parent
        ).returncode
        log.seek(0)
        said = log.read()[-2000:].strip()
    if status != 0:
        raise ShardFailed(f"{' '.join(command)} ended with status {status}:\n{said}")


def end_with_parent():
    """Called in the child: Linux ends it when this process is killed, as a worker may be.

    Two tries of a shard on one machine would otherwise meet in its workspace.
    """
    pr_set_pdeathsig = 1
    ctypes.CDLL(None, use_errno=True).prctl(pr_set_pdeathsig, signal.SIGKILL, 0, 0, 0)


def collect(workspace, target, result):
    """Copies what a merge needs to the storage, where it appears as a whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = pathlib.Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        for name in COLLECTED:
            source = workspace / name
            if source.is_dir():
                shutil.copytree(source, partial / name)
            elif source.exists():
                shutil.copy2(source, partial / name)
        (partial / DONE).write_text(json.dumps(result, sort_keys=True) + "\n")
        for path in [*partial.rglob("*"), partial]:
            synchronize(path)
        partial.chmod(0o755)
        replace_folder(partial, target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def replace_folder(partial, target):
    """A folder cannot be renamed onto one that is not empty: the old one steps aside first.

    Two tries of a task may come here at once; both carry the same, and the first stays.
    """
    old = pathlib.Path(f"{partial}.old")
    try:
        if target.exists():
            target.rename(old)
        partial.rename(target)
    except OSError:
        if read_done(target) is None:
            raise
    finally:
        shutil.rmtree(old, ignore_errors=True)


def synchronize(path):
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_done(folder):
    path = pathlib.Path(folder) / DONE
    try:
        return json.loads(path.read_text())
    except FileNotFoundError:
        return None


def digest(*contents):
    """A hash of texts or bytes in their order."""
    hasher = hashlib.sha256()
    for content in contents:
        content = content.encode() if isinstance(content, str) else content
        hasher.update(len(content).to_bytes(8, "little"))
        hasher.update(content)
    return hasher.hexdigest()
