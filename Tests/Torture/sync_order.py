"""Whether what a power failure may not take is synced, in the right order: from the calls themselves.

The README says what is synced before what ("What survives a crash"). Here each stage's calls are read
one after the other, and the first one that comes too early is named.
"""

import sqlite3
from pathlib import Path

from processes import TortureError
from shims import compiled

NAMES = ["ingest", "ingest archives", "fetch", "featurize", "train", "score", "score stream", "purify", "export tsv",
         "export webdataset"]


def run(torture):
    library = compiled(torture, "calls")
    for name in ("ingest archives", "score", "export tsv") if torture.is_short else NAMES:
        workspace = torture.scratch("order")
        step, expected = torture.undisturbed.begin(name, workspace)
        log = torture.scratch("calls.log")
        log.unlink(missing_ok=True)
        # With a reader beside it, closing the database syncs nothing: that is up to the run's end.
        reader = reading(workspace)
        torture.programs.succeed(
            step.command(workspace), environment={"LD_PRELOAD": str(library), "TORTURE_LOG": str(log)})
        reader.close()
        calls = [line.split("\t") for line in log.read_text(errors="replace").splitlines()]
        calls = [call for call in calls if call[1].startswith(f"{workspace}")]
        problem = check(calls, workspace, step)
        if problem:
            raise TortureError(f"{name}: {problem}")
        torture.report.count("sync order", name)
        torture.compare(f"{name} with its calls noted", expected, workspace)
        torture.discard(workspace)


def reading(workspace):
    """A read transaction on the database; on none where there is no database yet."""
    path = workspace / "audit.sqlite"
    database = sqlite3.connect(path if path.exists() else ":memory:", isolation_level=None)
    database.execute("BEGIN")
    database.execute("SELECT count(*) FROM sqlite_master").fetchall()
    return database


class Unsynced:
    """What was written, made or named and is not on disk yet."""

    def __init__(self):
        self.contents = set()
        self.names = set()

    def pictures(self, folder):
        return [path for path in self.contents if path.startswith(folder)]


def check(calls, workspace, step):
    """The first call that comes too early, in words; None when all is as it should be."""
    unsynced = Unsynced()
    renamed = []
    log, images = f"{workspace}/audit.sqlite-wal", f"{workspace}/images/"
    for kind, path, other in calls:
        if kind == "write":
            if path == log and unsynced.pictures(images):
                return f"rows are written while {unsynced.pictures(images)[0]} is not synced"
            unsynced.contents.add(path)
        elif kind == "sync":
            unsynced.contents.discard(path)
            unsynced.names = {name for name in unsynced.names if str(Path(name).parent) != path}
        elif kind == "syncfs":
            unsynced.contents = {name for name in unsynced.contents if not name.startswith(path)}
            unsynced.names = {name for name in unsynced.names if not name.startswith(path)}
        elif kind == "unlink":
            unsynced.contents.discard(path)
            if is_voucher(path):
                unsynced.names.add(path)
        elif kind == "rename" and not path.startswith(images):
            if path in unsynced.contents:
                return f"{other} gets its name before its content is synced"
            if unsynced.names:
                return f"{other} gets its name before {unsynced.names.pop()} is synced in its folder"
            unsynced.names.add(other)
            renamed.append(other)
    if unsynced.names:
        return f"{unsynced.names.pop()} is not synced in its folder at the end"
    if log in unsynced.contents:
        return "the end of the run is not synced"
    return wrong_last(renamed, step)


def is_voucher(path):
    """Whether a file vouches for others: one that comes back vouches for what is gone."""
    return path.endswith(("SHA256SUMS", ".sha256")) or Path(path).parent.name == "stages"


LAST = {"winnow-train": "stages/train.json", "export tsv": ".sha256", "export webdataset": "SHA256SUMS"}


def wrong_last(renamed, step):
    """What vouches for the others must come last."""
    last = LAST.get(step.program, LAST.get(step.name))
    if last and not (renamed and renamed[-1].endswith(last)):
        return f"{last} does not come last: {renamed[-3:]}"
    return None
