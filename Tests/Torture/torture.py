#!/usr/bin/env python3
"""Does to Winnow what happens to machines, and compares what comes of it with an undisturbed run.

A small dataset goes through every stage once in peace. Then the built programs are killed, starved of
disk, locked out, set back in time and given damaged files; each time the same command, or the one that
the message names, goes on, and in the end every row and every byte must be as in the undisturbed run.

Standard library only. See `--help`; `make torture` runs all of it, `--short` is what CI runs.
"""

import argparse
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

import busy
import clock
import damage
import full_disk
import kills
import merges
import power
import self_check
import sync_order
import unwritable
import writers
from comparison import differences
from dataset import Dataset
from fetch_site import Site
from pipeline import pipeline_file, steps
from processes import Programs, TortureError
from report import Report
from snapshot import Snapshot
from undisturbed import Undisturbed

PARTS = {
    "self-check": self_check.run, "kills": kills.run_kills, "run": kills.run_pipeline_kills,
    "merges": merges.run_merges,
    "power": power.run, "busy": busy.run, "disk": full_disk.run, "unwritable": unwritable.run,
    "damage": damage.run, "clock": clock.run, "writers": writers.run, "sync-order": sync_order.run,
}


class Torture:
    """What all parts share."""

    def __init__(self, arguments, folder):
        self.folder = folder
        self.seed = arguments.seed
        self.is_short = arguments.short
        self.kills = arguments.kills or (10 if arguments.short else 100)
        self.may_mount = not arguments.no_mount
        self.report = Report()
        self.programs = Programs(arguments.bin)
        self.site = Site(self.programs)
        self.data = Dataset(folder / "data", self.site.url, self.seed, arguments.short)
        weights = arguments.weights.resolve()
        self.weights = weights
        self.steps = steps(self.data, weights, self.programs)
        self.pipeline = folder / "pipeline.yaml"
        self.pipeline.write_text(pipeline_file(self.data, weights))
        self.undisturbed = Undisturbed(self, folder / "undisturbed")

    def random(self, purpose):
        """Draws of their own for each purpose: leaving one part out changes no other."""
        return random.Random(f"{self.seed} {purpose}")

    def scratch(self, name):
        """A path for a workspace that is not there yet."""
        return self.folder / name

    def discard(self, path):
        shutil.rmtree(path)

    def compare(self, what, expected, workspace, without=(), counts=True):
        """Names every difference between what is expected and what a workspace holds."""
        expected_tables = {
            name: rows for name, rows in expected.tables.items() if name not in without}
        found = Snapshot(workspace, without)
        lines = differences(Expected(expected_tables, expected.files), found, counts)
        if lines:
            self.report.differ(what, lines)
        return lines


class Expected:
    """A snapshot without some of its tables."""

    def __init__(self, tables, files):
        self.tables = tables
        self.files = files


def options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    root = Path(__file__).resolve().parents[2]
    parser.add_argument("--bin", type=Path, default=root / ".build/release", metavar="FOLDER",
                        help="the built programs (default: .build/release)")
    parser.add_argument("--weights", type=Path, metavar="FILE",
                        default=root / "Data/weights/efficientnet_lite0.pth")
    parser.add_argument("--seed", type=int, default=1, help="names all that is drawn (default: 1)")
    parser.add_argument("--kills", type=int, help="at least so many (default: 100, short: 10)")
    parser.add_argument("--short", action="store_true", help="less of each, in under a minute")
    parser.add_argument("--only", action="append", choices=list(PARTS), help="these parts alone")
    parser.add_argument("--no-mount", action="store_true",
                        help="fill disks by a library instead of a small file system")
    parser.add_argument("--keep", action="store_true", help="leave all workspaces behind")
    return parser.parse_args()


def main():
    arguments = options()
    folder = Path(tempfile.mkdtemp(prefix="winnow-torture-")).resolve()
    began = time.monotonic()
    torture = None
    try:
        torture = Torture(arguments, folder)
        for name, run in PARTS.items():
            if not arguments.only or name in arguments.only:
                torture.report.note(f"[{name}]")
                run(torture)
    except TortureError as error:
        print(f"torture: {error}", file=sys.stderr)
        print(f"torture: what is left lies in {folder}", file=sys.stderr)
        return 1
    finally:
        if torture:
            torture.site.close()
    report = torture.report
    print(report.table([step.name for step in torture.steps]))
    print(f"differences from the undisturbed run: {len(report.differences) or 'none'}")
    print(f"seed {arguments.seed}, {time.monotonic() - began:.0f} s")
    if report.differences:
        for line in report.differences[:50]:
            print(f"  {line}")
        print(f"what is left lies in {folder}")
        return 1
    if not arguments.keep:
        shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
