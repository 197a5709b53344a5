"""kill -9 while audits are united: a merge leaves the audit that was there, or the whole new one."""

import json
import time

from processes import TortureError, kill
from snapshot import Snapshot, query

SHARDS = 2


def scored_shard(torture, folder, number):
    """A shard of the harvested lines with the trusted and dev ones, scored by the undisturbed model."""
    for program, *arguments in (
        ("winnow-ingest", "--input", torture.data.train, "--shard", f"{number}/{SHARDS}"),
        ("winnow-ingest", "--input", torture.data.trusted, "--role", "meta"),
        ("winnow-ingest", "--input", torture.data.dev, "--role", "dev"),
        ("winnow-featurize", "--weights", torture.weights),
        ("winnow-score", "--model", torture.undisturbed.workspace / "models"),
    ):
        torture.programs.succeed([program, "--workspace", folder, "--quiet", *arguments])
    return folder


def check_audit(torture, workspace, allowed):
    """What a killed merge left has as many lines as one of the audits that may be there."""
    result = torture.programs.run(["winnow", "status", "--workspace", workspace, "--json"])
    if not (workspace / "audit.sqlite").exists():
        if 0 not in allowed or result.status != 1:
            raise TortureError(f"a killed winnow-merge took the audit of {workspace} away")
        return
    report = json.loads(result.output)
    lines = sum(count["pairs"] for count in report["counts"])
    rows = query(workspace, "SELECT count(*) FROM pair")[0][0]
    if lines != rows or lines not in allowed:
        raise TortureError(
            f"a killed winnow-merge left {rows} lines in {workspace}, {lines} by winnow status, "
            f"where {sorted(allowed)} may be")


def run_merges(torture):
    """A new audit killed again and again, and one that takes the place of another's."""
    folder = torture.scratch("merges")
    folder.mkdir()
    draw = torture.random("merges")
    shards = [scored_shard(torture, folder / f"shard-{number}", number) for number in range(SHARDS)]

    def command(workspace, united):
        return ["winnow-merge", *united, "--workspace", workspace, "--quiet"]

    first = folder / "one"
    torture.programs.succeed(command(first, shards[:1]))
    whole = torture.programs.succeed(command(folder / "undisturbed", shards))
    expected = Snapshot(folder / "undisturbed")
    counts = {
        name: query(folder / name, "SELECT count(*) FROM pair")[0][0]
        for name in ("one", "undisturbed")}
    for number in range(1 if torture.is_short else 4):
        workspace = folder / f"killed-{number}"
        allowed = {0, counts["undisturbed"]}
        if number % 2 == 1:
            torture.programs.succeed(command(workspace, shards[:1]))
            allowed = set(counts.values())
        for _ in range(2 if torture.is_short else 4):
            process = torture.programs.start(command(workspace, draw.sample(shards, SHARDS)))
            time.sleep(whole.seconds * draw.uniform(0, 1))
            if kill(process):
                torture.report.count("kills", "winnow-merge")
                check_audit(torture, workspace, allowed)
        torture.programs.succeed(command(workspace, shards))
        torture.compare("winnow-merge after kills", expected, workspace)
    torture.discard(folder)
