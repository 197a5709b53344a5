#!/usr/bin/env python3
"""Measures how well Winnow cleans a dataset whose captions can be trusted.

Runs the pipelines of runs.py one after the other and prints their tables. It can be stopped at any
time: what is finished is not done again, and an interrupted run goes on where it was. A run of
other settings or other manifests than those asked for now is refused, not taken over.

  python3 Pipelines/quality/benchmark.py --data /data/mine --output /data/quality

DATA holds train.tsv, dev.tsv and test.tsv, image paths relative to it.
"""

import argparse
import fnmatch
import hashlib
import json
import os
import pathlib
import signal
import subprocess
import sys
import time

from pipeline import pipeline
from runs import all_runs
from tables import Results, print_tables

ROOT = pathlib.Path(__file__).resolve().parents[2]


def weights(run):
    backbone = run.featurize.get("backbone", "lite0")
    return ROOT / f"Data/weights/efficientnet_{backbone}.pth"


def digest(*contents):
    """A hash that tells runs apart."""
    hasher = hashlib.sha256()
    for content in contents:
        hasher.update(len(content).to_bytes(8, "little"))
        hasher.update(content)
    return hasher.hexdigest()


def asked_for(run, data, folder):
    """The pipeline of a run, and a hash of it and of the manifests that it reads."""
    text = pipeline(run, data, lambda name: folder / name, weights)
    manifests = [data / name for name in ("train.tsv", "dev.tsv", "test.tsv")]
    if run.kept_by:
        manifests.append(folder / run.kept_by / "kept.tsv")
    return text, digest(text.encode(), *[path.read_bytes() for path in manifests])


def read_record(own):
    path = own / "record.json"
    return json.loads(path.read_text()) if path.exists() else {}


def execute(run, text, fingerprint, own, winnow):
    """Runs a pipeline to its end; returns whether it got there."""
    own.mkdir(parents=True, exist_ok=True)
    path = own / "pipeline.yaml"
    path.write_text(text)
    record = {"seconds": 0, "processor_seconds": 0, "peak_bytes": 0, **read_record(own)}
    record["fingerprint"] = fingerprint
    programs = record.setdefault("programs", [])
    program = digest(pathlib.Path(winnow).read_bytes())
    if program not in programs:
        programs.append(program)
    started = time.monotonic()
    with open(own / "log.txt", "ab") as log:
        child = subprocess.Popen([winnow, "run", path], stdout=log, stderr=log)
        try:
            _, status, usage = os.wait4(child.pid, 0)
        except BaseException:
            child.terminate()
            _, status, usage = os.wait4(child.pid, 0)
            raise
        finally:
            record["seconds"] += time.monotonic() - started
            record["processor_seconds"] += usage.ru_utime + usage.ru_stime
            record["peak_bytes"] = max(record["peak_bytes"], usage.ru_maxrss * 1024)
            temporary = own / "record.json.partial"
            temporary.write_text(json.dumps(record))
            temporary.replace(own / "record.json")
    return os.waitstatus_to_exitcode(status) == 0


def main():
    # Ended from outside, a run's time is still recorded.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, help="folder of train.tsv, dev.tsv, test.tsv")
    parser.add_argument("--output", type=pathlib.Path, required=True, help="folder of all runs")
    parser.add_argument("--only", default="*", help="names of runs, such as 'robust-*'")
    parser.add_argument("--list", action="store_true", help="list the runs and end")
    parser.add_argument("--tables", action="store_true", help="print the tables and end")
    parser.add_argument(
        "--results", type=pathlib.Path,
        help="file of figures: what is in it is not run, what ends is taken into it")
    parser.add_argument("--winnow", default=ROOT / ".build/release/winnow", help="the executable")
    arguments = parser.parse_args()
    folder = arguments.output.resolve()
    runs = [run for run in all_runs() if fnmatch.fnmatch(run.name, arguments.only)]
    results = Results(folder, arguments.results)
    if arguments.list:
        for run in runs:
            state = "done" if results[run.name] else "open"
            print(f"{state}  {run.name}")
        return 0
    failed = False
    if not arguments.tables:
        if arguments.data is None:
            parser.error("--data is needed to run anything")
        for run in runs:
            if arguments.results and results[run.name]:
                results.keep(run.name)
                continue
            failed |= not settle(run, arguments.data.resolve(), folder, arguments.winnow)
            results.known.pop(run.name, None)
            results.keep(run.name)
    print_tables(results)
    return 1 if failed else 0


def settle(run, data, folder, winnow):
    """Does what is left of a run; returns whether nothing is left."""
    own = folder / run.name

    def say(text):
        print(f"{run.name}: {text}", file=sys.stderr)

    if run.kept_by and not (folder / run.kept_by / "kept.tsv").exists():
        say(f"waits for {run.kept_by}")
        return False
    if not weights(run).exists():
        backbone = weights(run).stem.removeprefix("efficientnet_")
        say(f"needs {weights(run)}: run make weights BACKBONES={backbone}")
        return False
    text, fingerprint = asked_for(run, data, folder)
    if read_record(own).get("fingerprint", fingerprint) != fingerprint:
        say(f"was run with other settings or on other manifests; remove {own} to run it anew")
        return False
    if (own / "evaluation.json").exists():
        return True
    say(f"running, see {own / 'log.txt'}")
    if execute(run, text, fingerprint, own, winnow):
        return True
    say(f"failed, see {own / 'log.txt'}")
    return False


if __name__ == "__main__":
    sys.exit(main())
