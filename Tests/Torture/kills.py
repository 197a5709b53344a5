"""kill -9 in every stage, at its start, at its end and anywhere between."""

import re
import time

from processes import TortureError, kill
from snapshot import Snapshot
from status_truth import check_status


def moment(draw, seconds):
    """Seconds from a process's start until it is killed."""
    kind = draw.random()
    if kind < 0.15:
        return draw.uniform(0, 0.03)
    if kind < 0.3:
        return seconds * draw.uniform(0.85, 1.05)
    return draw.uniform(0, seconds)


def companion(torture, draw, workspace):
    """Another process that reads the same workspace for a while."""
    return torture.programs.start(draw.choice([
        ["winnow", "status", "--workspace", workspace, "--json"],
        ["winnow-export", "--workspace", workspace, "--decision", "all", "--quiet", "--format",
         "jsonl", "--output", workspace.parent / "companion.jsonl"],
    ]))


def strike(torture, draw, workspace, index):
    """Starts a step and kills it, alone or with another process beside it.

    - Returns: whether it was killed before it ended.
    """
    step = torture.steps[index]
    process = torture.programs.start(step.command(workspace))
    other = companion(torture, draw, workspace) if draw.random() < 0.3 else None
    time.sleep(moment(draw, torture.undisturbed.seconds[index]))
    # Either may die first.
    if other is not None and draw.random() < 0.5:
        kill(other)
    was_killed = kill(process)
    if other is not None:
        kill(other)
    if not was_killed and process.returncode != 0:
        raise TortureError(f"{step.name} on {workspace} ended with {process.returncode}, not killed")
    return was_killed


def kill_round(torture, draw, number):
    """A whole pipeline, each step of it killed some times and then given once more."""
    workspace = torture.scratch(f"kill-{number}")
    before = set()
    for index, step in enumerate(torture.steps):
        for _ in range(1 if torture.is_short else step.kills):
            if not strike(torture, draw, workspace, index):
                continue
            torture.report.count("kills", step.name)
            has_ended = check_status(torture, workspace, step, before)
            if has_ended and step.writes and step.stage not in before:
                # What is said to have ended has nothing left to do.
                torture.compare(f"killed {step.name}, said to have ended",
                                torture.undisturbed.after[index], workspace)
        result = torture.programs.succeed(step.command(workspace))
        torture.compare(
            f"{step.name} after kills", torture.undisturbed.after[index], workspace)
        if step.tells and numberless(result.output) != numberless(torture.undisturbed.told[index]):
            torture.report.differ(f"{step.name} after kills", ["prints something else"])
        if step.writes:
            before.add(step.stage)
    torture.discard(workspace)


def numberless(text):
    """What a program told, without the numbers of runs: see `snapshot.RUN_COLUMNS`."""
    return re.sub(r'"run_id" : \d+', "", text)


def run_kills(torture):
    """Rounds until there were as many kills as asked for."""
    number = 0
    while torture.report.total("kills") < torture.kills:
        number += 1
        draw = torture.random(f"kills {number}")
        kill_round(torture, draw, number)
        torture.report.note(f"round {number}: {torture.report.total('kills')} kills so far")


def run_pipeline_kills(torture):
    """`winnow run`: all stages in one process, killed again and again until it gets through."""
    folder = torture.scratch("run")
    folder.mkdir()
    draw = torture.random("run")

    def command(workspace):
        return ["winnow", "run", torture.pipeline, "--workspace", workspace, "--quiet",
                "--set", f"EXPORT={workspace}/export"]

    whole = torture.programs.succeed(command(folder / "undisturbed"))
    expected = Snapshot(folder / "undisturbed")
    for number in range(1 if torture.is_short else 3):
        workspace = folder / f"killed-{number}"
        for _ in range(2 if torture.is_short else 5):
            process = torture.programs.start(command(workspace))
            # Each goes on where the last one was stopped: the first must not get through.
            time.sleep(whole.seconds * draw.uniform(0, 0.4))
            if kill(process):
                torture.report.count("kills", "winnow run")
        torture.programs.succeed(command(workspace))
        torture.compare("winnow run after kills", expected, workspace)
    torture.discard(folder)
