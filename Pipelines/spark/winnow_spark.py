#!/usr/bin/env python3
"""Cleans a dataset in shards on Spark: train once, score every shard, merge, decide, export.

  spark-submit --master local[2] Pipelines/spark/winnow_spark.py Pipelines/spark/cleaning.yaml \\
    --set DATA=/shared/cc3m --set RUN=/shared/cc3m-run --set SCRATCH=/tmp

Needs pyspark and PyYAML. Winnow's executables and the storage must be at the same paths on all
machines. Given again after an interruption, the same command does what is left.
"""

import argparse
import pathlib
import subprocess
import sys

import yaml
from pyspark.sql import SparkSession

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from job_settings import SettingsError, read_settings  # noqa: E402
from shard_task import ShardFailed, clean_shard, digest, run_pipeline, shard_name  # noqa: E402

MODULES = ["shard_task.py", "job_settings.py"]


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("settings", help="the job's YAML file")
    parser.add_argument(
        "--set", dest="values", metavar="NAME=VALUE", type=name_and_value, action="append",
        default=[], help="what ${NAME} stands for in the file; may be given several times")
    arguments = parser.parse_args()
    try:
        settings = read_settings(arguments.settings, dict(arguments.values))
        clean(settings)
    except (SettingsError, ShardFailed, yaml.YAMLError) as error:
        sys.exit(f"winnow_spark: error: {error}")


def name_and_value(text):
    name, equals, value = text.partition("=")
    if not equals or not name.isidentifier():
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name, value


def clean(settings):
    storage = pathlib.Path(settings.storage)
    storage.mkdir(parents=True, exist_ok=True)
    say("training on a sample")
    training = storage / "training"
    run_pipeline(settings.executables, settings.train, training)
    fingerprint = job_fingerprint(settings, training)
    say(f"{settings.shards} shards")
    count_new = score_shards(settings, fingerprint)
    say(f"{count_new} shards done, {settings.shards - count_new} were done before; merging")
    merged = storage / "merged"
    shards = [storage / "shards" / shard_name(index, settings.shards)
              for index in range(settings.shards)]
    merge = [f"{settings.executables}/winnow-merge", *map(str, shards),
             "--workspace", str(merged), "--quiet"]
    if subprocess.run(merge, stdout=subprocess.DEVNULL).returncode != 0:
        raise ShardFailed("winnow-merge failed, as it says above")
    run_pipeline(settings.executables, settings.merged, merged)
    subprocess.run([f"{settings.executables}/winnow", "status", "--workspace", str(merged)],
                   check=True)


def job_fingerprint(settings, training):
    """Names what decides a shard's result: its pipeline, what that is given, and the model."""
    models = sorted((training / "models").glob("net-*.safetensors"))
    return digest(
        pathlib.Path(settings.shard.pipeline).read_bytes(),
        *[f"{name}={value}" for name, value in sorted(settings.shard.names.items())],
        str(settings.shards), *[path.read_bytes() for path in models])


def score_shards(settings, fingerprint):
    """Every shard as a task of its own, so that Spark tries a lost one again elsewhere."""
    session = SparkSession.builder.appName("winnow").getOrCreate()
    context = session.sparkContext
    for module in MODULES:
        context.addPyFile(str(HERE / module))
    try:
        tasks = context.parallelize(range(settings.shards), settings.shards)
        results = tasks.map(lambda index: clean_shard(settings, index, fingerprint)).collect()
    finally:
        session.stop()
    return sum(not result["was_done"] for result in results)


def say(text):
    print(f"winnow_spark: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
