"""Whether `winnow status --json` says what is: asked after each kill, against the bare database."""

import json

from processes import TortureError
from snapshot import query


def check_status(torture, workspace, step, before):
    """Asks, and compares with the database and the files.

    - `step`: the one that was killed.
    - `before`: the commands of the steps before it, which all ended.
    - Returns: whether the killed stage is said to have ended.
    """
    def refuse(problem):
        raise TortureError(f"winnow status of {workspace} after a killed {step.name}: {problem}")

    result = torture.programs.run(["winnow", "status", "--workspace", workspace, "--json"])
    sources = query(workspace, "SELECT path, line_count, is_complete FROM source") \
        if (workspace / "audit.sqlite").exists() else None
    lines = sum(count for _, count, _ in sources or [])
    if result.status == 1 and lines == 0:
        known = ("nothing was ingested yet", "there is no audit database")
        if not any(word in result.errors for word in known):
            refuse(f"says {result.errors.strip()}")
        return False
    if result.status != 0:
        refuse(f"ended with {result.status}: {result.said.strip()}")
    report = json.loads(result.output)
    if report.get("writer") is not None:
        refuse(f"names a writer, {report['writer']}, where there is none")
    check_lines(torture, report, workspace, sources, refuse)
    check_images(report, workspace, refuse)
    runs = {run["stage"]: run for run in report["runs"]}
    for stage in before - step.stages:
        if runs.get(stage, {}).get("ended_at") is None:
            refuse(f"{stage} ended, but it is said not to have")
    return runs.get(step.stage, {}).get("ended_at") is not None


def check_lines(torture, report, workspace, sources, refuse):
    """Totals equal the lines in the database, and no manifest has more of them than it has."""
    rows = query(workspace, "SELECT count(*) FROM pair")[0][0]
    total = sum(count["pairs"] for count in report["counts"])
    said = sum(source["lines"] for source in report["sources"])
    if not total == said == rows:
        refuse(f"counts {total} pairs, {said} lines, where {rows} are there")
    counted = {
        (count["role"], count["status"], count.get("reason")): count["pairs"]
        for count in report["counts"]}
    there = {
        (role, status, reason): pairs for role, status, reason, pairs in query(
            workspace, "SELECT role, status, reason, count(*) FROM pair_audit GROUP BY 1, 2, 3")}
    if counted != there:
        refuse(f"counts {sorted(counted.items(), key=str)}, where {sorted(there.items(), key=str)}")
    for source in report["sources"]:
        held = torture.data.lines(source["path"])
        if source["lines"] > held or (source["complete"] and source["lines"] != held):
            refuse(f"{source['lines']} of {held} lines of {source['path']}, {source['complete']}")
    if {source["path"] for source in report["sources"]} != {path for path, _, _ in sources}:
        refuse("names other manifests than the database")


def check_images(report, workspace, refuse):
    """Nothing is counted that is not there: fetched files are whole, featurized rows in a shard."""
    if report["urls_fetched"] + report["urls_failed"] > report["urls"]:
        refuse("more URLs are settled than there are")
    if report["images_done"] > report["images"]:
        refuse("more images are looked at than there are")
    named = query(workspace, "SELECT lower(hex(sha256)) FROM fetch WHERE sha256 IS NOT NULL")
    if report["urls_fetched"] != len(named):
        refuse(f"{report['urls_fetched']} URLs fetched, {len(named)} files named")
    for (digest,) in named:
        if not (workspace / "images" / digest[:2] / digest).is_file():
            refuse(f"{digest} is said to be fetched and is not there")
    for (shard,) in query(workspace, "SELECT DISTINCT shard FROM image WHERE shard IS NOT NULL"):
        if not (workspace / "features" / f"shard-{shard:05}.safetensors").is_file():
            refuse(f"shard {shard} is said to be there and is not")
