"""Whether the harness can fail: planted differences must be named, each by its place."""

import shutil
import sqlite3

from processes import TortureError
from snapshot import Snapshot
from comparison import differences


def run(torture):
    expected = torture.undisturbed.after[-1]
    original = torture.undisturbed.workspace
    if list(differences(expected, Snapshot(original))):
        raise TortureError("self-check: a workspace differs from itself")
    for what, plant, named in PLANTS:
        workspace = torture.scratch("planted")
        shutil.copytree(original, workspace)
        plant(workspace)
        lines = differences(expected, Snapshot(workspace))
        if not lines or not all(any(word in line for line in lines) for word in named):
            raise TortureError(f"self-check: {what} was planted, the comparison says {lines[:3]}")
        shutil.rmtree(workspace)
    torture.report.note(f"{len(PLANTS)} planted differences were named")


def change_row(sql):
    def plant(workspace):
        database = sqlite3.connect(workspace / "audit.sqlite")
        with database:
            if database.execute(sql).rowcount != 1:
                raise TortureError(f"self-check: nothing to plant with {sql}")
        database.close()
    return plant


def change_byte(name):
    def plant(workspace):
        path = workspace / name
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
    return plant


def leave_behind(workspace):
    (workspace / "models" / "net-a.safetensors.partial-1-1").write_bytes(b"half")


def lose(workspace):
    (workspace / "features" / "featurizer.json").unlink()


FIRST_SCORE = "(SELECT min(pair_id) FROM score)"
PLANTS = [
    ("the last digit of a similarity",
     change_row("UPDATE score SET similarity = similarity + 1e-12 "
                f"WHERE pair_id = {FIRST_SCORE} AND model_id = 1"), ["table score", "pair_audit"]),
    ("a row less", change_row(f"DELETE FROM score WHERE pair_id = {FIRST_SCORE}"), ["row missing"]),
    ("a caption", change_row("UPDATE pair SET caption = 'x' WHERE pair_id = 1"), ["table pair:"]),
    ("a run that did not end", change_row(
        "UPDATE run SET ended_at = NULL WHERE run_id = (SELECT max(run_id) FROM run)"), ["table run"]),
    ("work that was not done", change_row(
        "UPDATE run SET done = done + 1 WHERE run_id = (SELECT max(run_id) FROM run)"), ["table run"]),
    ("a decision", change_row(
        "UPDATE decision SET is_kept = 1 - is_kept WHERE (run_id, pair_id) = "
        "(SELECT run_id, min(pair_id) FROM decision WHERE run_id = (SELECT max(run_id) FROM decision))"),
     ["table decision", "table pair_audit"]),
    ("a byte of an export", change_byte("export/kept.tsv"), ["file export/kept.tsv: other bytes"]),
    ("a byte of an archive", change_byte("export/samples/shard-00000.tar"), ["shard-00000.tar"]),
    ("a byte of a network", change_byte("models/net-b.safetensors"), ["file models/net-b"]),
    ("a file left behind", leave_behind, ["partial-1-1: too many"]),
    ("a file lost", lose, ["featurizer.json: missing"]),
]
