#!/usr/bin/env python3
"""Runs the Spark job on clip art: in one process, and on two workers of which one is killed.

Both must give what a single workspace gives: the same rows, the same decisions, similarities within
1e-5. `make test-spark` installs what it needs and runs it.
"""

import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

import compare
from standalone_cluster import SPARK, Cluster

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = ROOT / ".build/release"
JOB = ROOT / "Pipelines/spark"


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--manifest", type=pathlib.Path, default=ROOT / "Data/demo/clipart.tsv",
                        help="a clean manifest, of which the first lines are taken")
    parser.add_argument("--lines", type=int, default=900)
    parser.add_argument("--shards", type=int, default=8)
    arguments = parser.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="winnow-spark-"))
    try:
        data = make_data(folder / "data", arguments.manifest.resolve(), arguments.lines)
        failures = check(folder, data, arguments.manifest.resolve().parent, arguments.shards)
    finally:
        shutil.rmtree(folder)
    print(f"{'failed' if failures else 'passed'}: the Spark job")
    return 1 if failures else 0


def make_data(data, manifest, lines):
    """A third of the captions moved; trusted and dev pairs beside them."""
    data.mkdir()
    with open(manifest, "rb") as file:
        (data / "clean.tsv").write_bytes(b"".join(line for line, _ in zip(file, range(lines))))
    subprocess.run(
        [BIN / "winnow-corrupt", "--input", data / "clean.tsv", "--ratio", "0.3", "--seed", "1",
         "--output", data / "train.tsv", "--truth", data / "truth.tsv",
         "--meta-share", "0.1", "--meta-output", data / "trusted.tsv",
         "--dev-share", "0.1", "--dev-output", data / "dev.tsv", "--quiet"],
        check=True, stdout=subprocess.DEVNULL)
    return data


def check(folder, data, pictures, shards):
    settings = folder / "job"
    shutil.copytree(JOB, settings)
    text = (settings / "cleaning.yaml").read_text()
    (settings / "cleaning.yaml").write_text(
        text.replace("shards: 64", f"shards: {shards}")
        .replace("../../.build/release", str(BIN)))
    for name in ["train.yaml", "shard.yaml"]:
        path = settings / name
        rooted = re.sub(
            r"(input: \S+\.tsv)", rf"\1\n      image-root: {pictures}", path.read_text())
        path.write_text(
            rooted.replace("../../Data", str(ROOT / "Data"))
            .replace("shard: 0/16", "shard: 0/1")
            .replace("preset: compact", "preset: compact\n      warmup-epochs: 2\n      epochs: 1"))
    local = submit(settings, data, folder / "local", "local[2]")
    whole = one_workspace(folder, data, pictures, folder / "local")
    failures = report("local[2]", local, whole, folder / "local")
    with Cluster(folder / "cluster", workers=2) as cluster:
        job = start(settings, data, folder / "standalone", cluster.url)
        wait_for_shards(job, folder / "standalone", 2)
        cluster.kill_worker(0)
        print("killed one of two workers", flush=True)
        status = job.wait()
        if status != 0:
            print((folder / "standalone.log").read_text()[-3000:])
    failures += report("a worker killed", status, whole, folder / "standalone")
    return failures


def command(settings, data, run, master):
    scratch = run.parent / f"{run.name}-scratch"
    scratch.mkdir()
    return [
        SPARK / "bin/spark-submit", "--master", master, "--conf", "spark.ui.enabled=false",
        "--conf", "spark.driver.host=127.0.0.1", "--conf", "spark.driver.bindAddress=127.0.0.1",
        "--conf", "spark.executor.memory=512m", "--conf", f"spark.pyspark.python={sys.executable}",
        settings / "winnow_spark.py", settings / "cleaning.yaml", "--set", f"DATA={data}",
        "--set", f"RUN={run}", "--set", f"SCRATCH={scratch}"]


def start(settings, data, run, master):
    environment = {
        **os.environ, "SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable}
    with open(f"{run}.log", "wb") as log:
        return subprocess.Popen(
            list(map(str, command(settings, data, run, master))), stdout=log, stderr=log,
            env=environment)


def submit(settings, data, run, master):
    status = start(settings, data, run, master).wait()
    if status != 0:
        print(pathlib.Path(f"{run}.log").read_text()[-3000:])
    return status


def wait_for_shards(job, run, count, seconds=900):
    """Until some shards are done and others are not."""
    end = time.monotonic() + seconds
    while len(list(run.glob("shards/shard-*/done.json"))) < count:
        if job.poll() is not None or time.monotonic() > end:
            sys.exit("the job ended before a worker could be killed:\n"
                     + pathlib.Path(f"{run}.log").read_text()[-3000:])
        time.sleep(0.05)


def one_workspace(folder, data, pictures, run):
    """The same networks on all pairs at once."""
    pipeline = folder / "whole.yaml"
    pipeline.write_text(f"""
workspace: {folder}/whole
stages:
  - ingest: {{input: {data}/train.tsv, image-root: {pictures}}}
  - ingest: {{input: {data}/trusted.tsv, role: meta, image-root: {pictures}}}
  - ingest: {{input: {data}/dev.tsv, role: dev, image-root: {pictures}}}
  - featurize: {{weights: {ROOT}/Data/weights/efficientnet_lite0.pth}}
  - score: {{model: {run}/training/models}}
  - purify:
  - export: {{output: {folder}/whole.tsv}}
""")
    subprocess.run([BIN / "winnow", "run", pipeline, "--quiet"], check=True,
                   stdout=subprocess.DEVNULL)
    return folder / "whole"


def report(name, status, whole, run):
    if status != 0:
        print(f"{name}: the job failed with status {status}")
        return 1
    found, largest = compare.differences(whole, run / "merged")
    if (run / "kept.tsv").read_bytes() != pathlib.Path(f"{whole}.tsv").read_bytes():
        found.append("the exported manifests differ")
    for line in found[:20]:
        print(f"{name}: {line}")
    print(f"{name}: {len(found)} differences, similarities within {largest:.1e}")
    for (state, reason), count in sorted(compare.reasons(run / "merged").items()):
        print(f"  {state:<10} {reason or '':<14} {count:>8,}")
    return len(found)


if __name__ == "__main__":
    sys.exit(main())
