#!/usr/bin/env python3
"""Measures how well Winnow cleans a dataset whose captions can be trusted.

Runs the pipelines of runs.py one after the other and prints their tables. It can be stopped at any
time: what is finished is not done again, and an interrupted run goes on where it was.

  python3 Pipelines/quality/benchmark.py --data /data/mine --output /data/quality

DATA holds train.tsv, dev.tsv and test.tsv, image paths relative to it.
"""

import argparse
import fnmatch
import json
import pathlib
import resource
import subprocess
import sys
import time

from pipeline import pipeline
from runs import all_runs
from tables import print_tables

ROOT = pathlib.Path(__file__).resolve().parents[2]


def weights(run):
    backbone = run.featurize.get("backbone", "lite0")
    return ROOT / f"Data/weights/efficientnet_{backbone}.pth"


def execute(run, data, folder, winnow):
    """Runs a pipeline to its end; returns whether it got there."""
    own = folder / run.name
    own.mkdir(parents=True, exist_ok=True)
    path = own / "pipeline.yaml"
    path.write_text(pipeline(run, data, lambda name: folder / name, weights))
    record_path = own / "record.json"
    before = json.loads(record_path.read_text()) if record_path.exists() else {}
    started = time.monotonic()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    with open(own / "log.txt", "ab") as log:
        status = subprocess.run([winnow, "run", path], stdout=log, stderr=log).returncode
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    peak = usage.ru_maxrss * 1024
    processor = usage.ru_utime + usage.ru_stime - used.ru_utime - used.ru_stime
    record = {
        "seconds": before.get("seconds", 0) + time.monotonic() - started,
        "processor_seconds": before.get("processor_seconds", 0) + processor,
        "peak_bytes": max(before.get("peak_bytes", 0), peak),
    }
    record_path.write_text(json.dumps(record))
    return status == 0


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, help="folder of train.tsv, dev.tsv, test.tsv")
    parser.add_argument("--output", type=pathlib.Path, required=True, help="folder of all runs")
    parser.add_argument("--only", default="*", help="names of runs, such as 'robust-*'")
    parser.add_argument("--list", action="store_true", help="list the runs and end")
    parser.add_argument("--tables", action="store_true", help="print the tables and end")
    parser.add_argument("--winnow", default=ROOT / ".build/release/winnow", help="the executable")
    arguments = parser.parse_args()
    folder = arguments.output.resolve()
    runs = [run for run in all_runs() if fnmatch.fnmatch(run.name, arguments.only)]
    if arguments.list:
        for run in runs:
            state = "done" if (folder / run.name / "evaluation.json").exists() else "open"
            print(f"{state}  {run.name}")
        return 0
    if not arguments.tables:
        if arguments.data is None:
            parser.error("--data is needed to run anything")
        for run in runs:
            if (folder / run.name / "evaluation.json").exists():
                continue
            if run.kept_by and not (folder / run.kept_by / "kept.tsv").exists():
                print(f"{run.name}: waits for {run.kept_by}", file=sys.stderr)
                continue
            print(f"{run.name}: running, see {folder / run.name / 'log.txt'}", file=sys.stderr)
            if not execute(run, arguments.data.resolve(), folder, arguments.winnow):
                print(f"{run.name}: failed, see {folder / run.name / 'log.txt'}", file=sys.stderr)
                return 1
    print_tables(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
