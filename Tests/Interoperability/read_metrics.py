"""Reads what --metrics-file writes with Prometheus' own Python client.

    python3 read_metrics.py .build/release       # prometheus_client

Runs stages on hostile manifests in a workspace with a hostile name, kills one and goes on, lets one fail,
and compares each sample with the summaries and the audit. Ends with status 1 at the first difference.
"""

import argparse
import json
import os
import pathlib
import sqlite3
import subprocess
import tempfile
import time
from importlib.metadata import version

from prometheus_client.parser import text_string_to_metric_families

LINES = 400_000
NAME = 'run "1" \\ {a="b"}\n#'


def check(holds, what):
    if not holds:
        raise SystemExit(f"read_metrics: {what}")


def manifest(path):
    """Every tenth line is none, every tenth a URL that is none."""
    kinds = ["no pair", "caption {0}\tgopher://host/", *["caption {0}\tpicture-{0}.jpg"] * 8]
    path.write_text("".join(kinds[line % 10].format(line) + "\n" for line in range(LINES)))


class Metrics:
    """Samples by name and labels, those that all have left out."""

    def __init__(self, path, command, workspace):
        self.samples, self.kinds = {}, {}
        text = path.read_text()
        for family in text_string_to_metric_families(text):
            check(family.name.startswith("winnow_"), f"{family.name} is called otherwise")
            check(family.documentation.endswith("."), f"{family.name} is not explained")
            check(family.type in ("counter", "gauge"), f"{family.name} is a {family.type}")
            for sample in family.samples:
                labels = dict(sample.labels)
                check(labels.pop("command") == command, f"{sample} names another command")
                check(labels.pop("workspace") == workspace, f"{sample} names another workspace")
                check(sample.name.endswith("_total") == (family.type == "counter"), f"{sample}")
                key = (sample.name, tuple(sorted(labels.items())))
                check(key not in self.samples, f"{key} is there twice")
                self.samples[key] = sample.value
        lines = [line for line in text.splitlines() if not line.startswith("#")]
        check(len(lines) == len(self.samples), f"{len(lines)} lines, {len(self.samples)} samples")

    def __call__(self, name, **labels):
        return self.samples.get((f"winnow_{name}", tuple(sorted(labels.items()))))

    def of(self, name, label):
        return {dict(labels)[label]: value for (key, labels), value in self.samples.items()
                if key == f"winnow_{name}"}


class Winnow:
    def __init__(self, programs, workspace, metrics):
        self.programs, self.workspace, self.metrics = programs, workspace, metrics

    def command(self, stage, *arguments):
        return [self.programs / f"winnow-{stage}", "--workspace", self.workspace, "--quiet",
                "--json", "--metrics-file", self.metrics, *arguments]

    def __call__(self, stage, *arguments, status=0):
        done = subprocess.run(self.command(stage, *arguments), capture_output=True)
        check(done.returncode == status, f"{stage} ended with {done.returncode}: {done.stderr}")
        return (json.loads(done.stdout) if status == 0 else None,
                Metrics(self.metrics, f"winnow-{stage}", str(self.workspace)))

    def query(self, sql):
        with sqlite3.connect(f"file:{uri(self.workspace)}/audit.sqlite?mode=ro", uri=True) as audit:
            return audit.execute(sql).fetchall()


def uri(path):
    return path.as_uri().removeprefix("file://")


def kill_on_the_way(winnow, arguments):
    """Kills an ingest once some of it is stored; what the file said last is returned."""
    process = subprocess.Popen(winnow.command("ingest", *arguments), stdout=subprocess.DEVNULL)
    while process.poll() is None:
        try:
            if winnow.query("SELECT 1 FROM run WHERE done > 0"):
                break
        except sqlite3.OperationalError:
            pass
        time.sleep(0.005)
    process.kill()
    check(process.wait() < 0, "it was done before it could be killed")
    return Metrics(winnow.metrics, "winnow-ingest", str(winnow.workspace))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("programs", type=pathlib.Path, help="where the built programs are")
    programs = parser.parse_args().programs.resolve()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name).resolve()
        winnow = Winnow(programs, folder / NAME.replace("\n", ""), folder / "winnow.prom")
        manifest(folder / "m.tsv")

        killed = kill_on_the_way(winnow, ["--input", folder / "m.tsv"])
        check(killed("command_running") == 1 and killed("command_success") is None,
              "a killed command does not look as if it were running")
        (stored, seconds), = winnow.query("SELECT done, seconds FROM run")
        check(0 < stored < LINES and seconds > 0, f"{stored} lines in {seconds} s before the kill")

        summary, metrics = winnow("ingest", "--input", folder / "m.tsv")
        (done, total), = winnow.query("SELECT done, seconds FROM run")
        check(done == LINES and total > seconds, f"{done} lines in {total} s after {seconds} s")
        check(summary["throughput"]["done"] == LINES - stored, f"{summary['throughput']}")
        check(metrics("run_items_total", stage="ingest", unit="lines") == LINES, "another count")
        check(metrics("run_seconds_total", stage="ingest") == total, "other seconds")
        check(metrics("stage_items_done", stage="ingest", unit="lines") == LINES, "not all done")
        reasons = dict(winnow.query("SELECT reason, count FROM run_outcome"))
        check(metrics.of("run_outcomes_total", "reason") == reasons, f"other reasons than {reasons}")
        check(reasons == {"ok": LINES * 0.8, "malformed_row": LINES * 0.1,
                          "unsupported_url": LINES * 0.1}, f"{reasons}")
        check(metrics("command_success") == 1 and metrics("command_running") == 0, "no success")
        check(metrics("command_end_timestamp_seconds") >= metrics("command_start_timestamp_seconds"),
              "it ended before it began")
        check(metrics("command_resident_memory_bytes") > 1 << 20, "no memory")
        check(abs(metrics("command_updated_timestamp_seconds") - time.time()) < 60, "an old file")
        check(os.stat(winnow.metrics).st_mode & 0o444 == 0o444 & ~current_umask(),
              "others cannot read it")

        _, failed = winnow("score", status=1)
        check(failed("command_success") == 0 and failed("stage_success", stage="score") == 0,
              "a failed command does not say so")
        client = version("prometheus_client")
        print(f"read_metrics: prometheus_client {client}: "
              f"{len(metrics.samples)} samples of a run that was killed after {stored:,} of {LINES:,} "
              "lines, all as the audit has them")


def current_umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


if __name__ == "__main__":
    main()
