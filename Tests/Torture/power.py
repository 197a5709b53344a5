"""A power failure: what was written and not synced is gone.

After a kill the end of the write-ahead log is cut off, and pictures that no row names are torn. Both is
what a disk may keep with `synchronous = NORMAL`; what was synced, a run's end with all before it, stays.
"""

import time

from processes import kill
from snapshot import query
from status_truth import check_status


def ended_runs(workspace):
    rows = query(workspace, "SELECT count(*) FROM run WHERE ended_at IS NOT NULL")
    return rows[0][0] if rows else 0


def lose_unsynced(draw, workspace):
    """Cuts the log at a place that is not before the last synced one; says whether anything went."""
    log = workspace / "audit.sqlite-wal"
    shared = workspace / "audit.sqlite-shm"
    before = ended_runs(workspace)
    whole = log.read_bytes() if log.exists() else b""
    is_cut = False
    if whole:
        log.write_bytes(whole[:draw.randrange(len(whole) + 1)])
        is_cut = True
        if ended_runs(workspace) < before:
            log.write_bytes(whole)
            is_cut = False
    shared.unlink(missing_ok=True)
    named = query(workspace, "SELECT lower(hex(sha256)) FROM fetch WHERE sha256 IS NOT NULL") or []
    named = {digest for (digest,) in named}
    for path in (workspace / "images").glob("??/*"):
        if path.name not in named:
            content = path.read_bytes()
            path.write_bytes(content[:draw.randrange(len(content) + 1)])
            is_cut = True
    return is_cut


def run(torture):
    draw = torture.random("power")
    names = ["ingest", "ingest archives", "fetch", "featurize", "score", "score stream", "purify"]
    for name in names[2:6] if torture.is_short else names * 2:
        workspace = torture.scratch("power")
        index = torture.undisturbed.index(name)
        step, expected = torture.undisturbed.begin(name, workspace)
        before = {step.stage for step in torture.steps[:index] if step.writes}
        process = torture.programs.start(step.command(workspace))
        time.sleep(torture.undisturbed.seconds[index] * draw.uniform(0.3, 1))
        if kill(process) and lose_unsynced(draw, workspace):
            torture.report.count("power", name)
            check_status(torture, workspace, step, before - step.stages)
        torture.programs.succeed(step.command(workspace))
        torture.compare(f"{name} after a power failure", expected, workspace)
        torture.discard(workspace)
