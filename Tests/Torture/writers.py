"""Two processes on one workspace: a second writer is told of the first, readers and reviewers go on."""

import json
import signal
import sqlite3
import time

from processes import TortureError, wait_until


def run(torture):
    names = ["train"] if torture.is_short else [
        "fetch", "featurize", "train", "score", "purify"]
    for name in names:
        one_writer(torture, name)


def locked(workspace):
    """What the lock's file says, once it is somebody's."""
    path = workspace / "writer.lock"
    return path.read_text() if path.exists() else ""


def is_stopped(process):
    """Whether a process stands still, as it does soon after it was told to, unless it has ended."""
    def state():
        with open(f"/proc/{process.pid}/stat", encoding="utf-8") as file:
            return file.read().rpartition(")")[2].split()[0]
    return wait_until(lambda: state() if state() in "TZX" else None, what="a process to stop") == "T"


def stopped_writer(torture, step, workspace, seconds):
    """A step that was stopped in the middle of its work, and what it calls itself.

    It holds what it holds. Not while it opens the database, when it keeps readers out for an instant.

    - Returns: None when it ended before.
    """
    (workspace / "writer.lock").unlink(missing_ok=True)
    process = torture.programs.start(step.command(workspace))
    holder = f"{step.program} (process {process.pid})"
    wait_until(lambda: locked(workspace) == holder or process.poll() is not None,
               what=f"{step.name} to lock its workspace")
    time.sleep(seconds)
    process.send_signal(signal.SIGSTOP)
    if process.poll() is None and is_stopped(process):
        return process, holder
    process.wait()
    return None


def one_writer(torture, name):
    workspace = torture.scratch("writers")
    seconds = min(0.2, torture.undisturbed.seconds[torture.undisturbed.index(name)] * 0.4)
    for attempt in range(1, 9):
        step, expected = torture.undisturbed.begin(name, workspace)
        found = stopped_writer(torture, step, workspace, seconds / attempt)
        if found:
            break
    else:
        torture.report.note(f"{name} was done each time before anybody came")
        torture.discard(workspace)
        return
    process, holder = found
    try:
        beside(torture, workspace, holder)
    finally:
        process.send_signal(signal.SIGCONT)
        status = process.wait()
    if status != 0:
        raise TortureError(f"{name} ended with {status} beside readers and reviewers")
    torture.report.count("writers", name)
    torture.compare(f"{name} beside others", expected, workspace,
                    without={"review", "reviewed_pair", "purified_pair"})
    torture.discard(workspace)


def beside(torture, workspace, holder):
    """What may be done while another process writes, and what may not."""
    for step in torture.steps:
        if not step.writes:
            continue
        result = torture.programs.fail(step.command(workspace), "being written to by", holder)
        if result.seconds > 5:
            raise TortureError(f"{step.name} took {result.seconds:.1f} s to refuse")
    report = json.loads(torture.programs.succeed(
        ["winnow", "status", "--workspace", workspace, "--json"]).output)
    if report["writer"] != holder:
        raise TortureError(f"winnow status names {report['writer']} as the writer, not {holder}")
    torture.programs.succeed([
        "winnow-export", "--workspace", workspace, "--decision", "all", "--quiet",
        "--output", workspace.parent / "beside.tsv"])
    if torture.programs.has("winnow-inspect"):
        torture.programs.succeed(["winnow-inspect", "summary", "--workspace", workspace, "--quiet"])
    # As a reviewer does it: SQLite's own lock, which the stopped writer may hold for one batch.
    database = sqlite3.connect(workspace / "audit.sqlite", timeout=1)
    try:
        with database:
            database.execute(
                "INSERT INTO review (pair_id, verdict, reviewer, created_at) "
                "VALUES (1, 'kept', 'torture', '2026-01-01T00:00:00Z')")
    except sqlite3.OperationalError as error:
        if "locked" not in str(error):
            raise TortureError(f"a review beside {holder}: {error}") from None
    finally:
        database.close()
