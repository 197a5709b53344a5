#!/usr/bin/env python3
"""Measures ingest, decide and export on millions of lines, beside the sqlite3 shell's import.

The shell imports the same file into a table of two text columns with as many indexes as Winnow's
ingest keeps, three. Both write to new files on the same disk, one after the other. Pictures and scores
are made up by `winnow-bench scores`, as fetching, featurizing and scoring would store them; all other
commands are the real ones.

  python3 Pipelines/bench/scale_benchmark.py --lines 3318333
  python3 Pipelines/bench/scale_benchmark.py --lines 12423374 --columns url-caption
"""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

import manifest_generator

CONTENT_RULES = [
    "--drop-repeated", "--near-duplicates", "drop-images", "--placeholder-captions", "20",
    "--minimum-side", "64", "--minimum-words", "3"]
BIN = pathlib.Path(__file__).resolve().parents[2] / ".build/release"


def measured(command, stdin=None):
    """Runs a command; its seconds, processor seconds and peak bytes."""
    started = time.monotonic()
    with tempfile.TemporaryFile("w+") as log:
        child = subprocess.Popen(list(map(str, command)), stdin=stdin, stdout=log, stderr=log)
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.monotonic() - started
        log.seek(0)
        text = log.read()
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{text[-2000:]}")
    print(f"{seconds:9.1f} s  {' '.join(map(str, command))}", file=sys.stderr, flush=True)
    return {
        "seconds": seconds,
        "processor_seconds": usage.ru_utime + usage.ru_stime,
        "peak_bytes": usage.ru_maxrss * 1024,
    }


def shell_import(manifest, database, columns):
    first, second = columns.split("-")
    script = database.with_suffix(".sql")
    script.write_text(
        ".mode tabs\n"
        f"CREATE TABLE pair ({first} TEXT, {second} TEXT);\n"
        "CREATE INDEX pair_by_caption ON pair (caption);\n"
        "CREATE INDEX pair_by_url ON pair (url);\n"
        "CREATE INDEX pair_by_both ON pair (url, caption);\n"
        f".import '{manifest}' pair\n")
    with open(script) as commands:
        return measured(["sqlite3", database], stdin=commands)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=3318333)
    parser.add_argument("--columns", choices=["caption-url", "url-caption"], default="caption-url")
    parser.add_argument("--folder", type=pathlib.Path, help="where files go while it runs")
    parser.add_argument(
        "--manifest", type=pathlib.Path,
        help="take this file, which manifest_generator.py wrote with the same arguments")
    parser.add_argument("--skip-import", action="store_true", help="leave the sqlite3 shell out")
    parser.add_argument("--ingest-only", action="store_true", help="stop after ingesting")
    parser.add_argument("--json", action="store_true", help="print JSON")
    arguments = parser.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="winnow-scale-", dir=arguments.folder))
    try:
        results = run(folder, arguments)
    finally:
        shutil.rmtree(folder)
    if arguments.json:
        print(json.dumps(results, indent=2))
    else:
        print_table(results, arguments.lines)


def run(folder, arguments):
    manifest, workspace = arguments.manifest or folder / "manifest.tsv", folder / "workspace"
    if not arguments.manifest:
        manifest_generator.write(
            manifest, arguments.lines, reversed_columns=arguments.columns == "url-caption")
    results = {}
    if not arguments.skip_import:
        results["sqlite3 .import"] = shell_import(
            manifest, folder / "shell.sqlite", arguments.columns)
        (folder / "shell.sqlite").unlink()
    def winnow(name, program, *options):
        results[name] = measured([BIN / program, *options, "--workspace", workspace])

    winnow(
        "winnow-ingest", "winnow-ingest", "--input", manifest, "--columns",
        arguments.columns.replace("-", ","), "--quiet")
    winnow("winnow status", "winnow", "status")
    if arguments.ingest_only:
        return results
    winnow("(made-up scores)", "winnow-bench", "scores", "--quiet")
    winnow("winnow-purify", "winnow-purify", "--quiet")
    winnow("  with all content rules", "winnow-purify", *CONTENT_RULES, "--quiet")
    winnow("winnow status", "winnow", "status")
    winnow("winnow-export", "winnow-export", "--quiet")
    winnow("winnow-inspect, first", "winnow-inspect", "summary")
    winnow("winnow-inspect summary", "winnow-inspect", "summary")
    winnow("winnow-inspect list", "winnow-inspect", "list", "--decision", "rejected")
    return results


def print_table(results, lines):
    print(f"{f'{lines:,} lines':<24}  seconds   lines/s   processor s   peak MB")
    for name, result in results.items():
        # What does not look at all lines has no lines a second.
        rate = f"{lines / result['seconds']:9,.0f}" if result["seconds"] >= 0.1 else ""
        print(
            f"{name:<24} {result['seconds']:8.1f} {rate:>9} "
            f"{result['processor_seconds']:13.1f} {result['peak_bytes'] / 1e6:9.0f}")


if __name__ == "__main__":
    main()
