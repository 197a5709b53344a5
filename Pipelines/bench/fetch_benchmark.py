#!/usr/bin/env python3
"""Measures winnow-fetch against a server on this machine, and img2dataset beside it if there.

Both fetch the same URLs, each of a JPEG of 27 KB with a content of its own, on one core; the server
has the other. img2dataset (pip install img2dataset) stores them as they are (encode_only off, no
resizing), in folders of files.

  python3 Pipelines/bench/fetch_benchmark.py --urls 20000
"""

import argparse
import importlib.util
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

BIN = pathlib.Path(__file__).resolve().parents[2] / ".build/release"


def measured(command, core):
    """Runs a command on one core; its seconds, processor seconds and peak bytes."""
    started = time.monotonic()
    with tempfile.TemporaryFile("w+") as log:
        child = subprocess.Popen(
            ["taskset", "-c", str(core), *map(str, command)], stdout=log, stderr=log,
            env={**os.environ, "NO_ALBUMENTATIONS_UPDATE": "1"})
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.monotonic() - started
        if os.waitstatus_to_exitcode(status) != 0:
            log.seek(0)
            sys.exit(f"{' '.join(map(str, command))} failed:\n{log.read()}")
    return {
        "seconds": seconds,
        "core_seconds": usage.ru_utime + usage.ru_stime,
        "peak_bytes": usage.ru_maxrss * 1024,
    }


def winnow(manifest, folder, arguments):
    workspace = folder / "workspace"
    subprocess.run(
        [BIN / "winnow-ingest", "--workspace", workspace, "--input", manifest, "--quiet"],
        check=True, stdout=subprocess.DEVNULL)
    result = measured(
        [BIN / "winnow-fetch", "--workspace", workspace, "--allow-private-addresses",
         "--per-host", arguments.concurrency, "--concurrency", arguments.concurrency, "--quiet"],
        core=0)
    result["images"] = sum(len(files) for _, _, files in os.walk(workspace / "images"))
    return result


def img2dataset(urls, folder, arguments):
    output = folder / "img2dataset"
    result = measured(
        [sys.executable, "-c", "from img2dataset.main import main; main()", f"--url_list={urls}", f"--output_folder={output}",
         "--input_format=txt", "--output_format=files", "--resize_mode=no",
         "--disable_all_reencoding=True",
         "--processes_count=1", f"--thread_count={arguments.concurrency}",
         "--number_sample_per_shard=10000", "--enable_wandb=False"],
        core=0)
    result["images"] = sum(
        name.endswith(".jpg") for _, _, files in os.walk(output) for name in files)
    return result


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--urls", type=int, default=20000)
    parser.add_argument("--concurrency", type=int, default=128)
    parser.add_argument(
        "--folder", help="where files go while it runs; ext4 makes files slowly for some minutes "
        "after as many were removed there")
    parser.add_argument("--json", action="store_true", help="print JSON")
    arguments = parser.parse_args()
    server = subprocess.Popen(
        ["taskset", "-c", "1", BIN / "fetch-server"], stdout=subprocess.PIPE, text=True)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="winnow-fetch-", dir=arguments.folder))
    try:
        root = server.stdout.readline().strip()
        urls = [f"{root}image/{number}" for number in range(arguments.urls)]
        (folder / "urls.txt").write_text("\n".join(urls) + "\n")
        manifest = folder / "manifest.tsv"
        manifest.write_text("".join(f"caption {n}\t{url}\n" for n, url in enumerate(urls)))
        results = {"winnow-fetch": winnow(manifest, folder, arguments)}
        if importlib.util.find_spec("img2dataset"):
            results["img2dataset"] = img2dataset(folder / "urls.txt", folder, arguments)
    finally:
        server.terminate()
        server.wait()
        shutil.rmtree(folder)
    report(results, arguments)


def report(results, arguments):
    for result in results.values():
        result["images_per_second"] = result["images"] / result["seconds"]
        result["images_per_core_second"] = result["images"] / result["core_seconds"]
    if arguments.json:
        print(json.dumps(results, indent=2))
        return
    print(f"{arguments.urls:,} JPEGs of 27 KB from 127.0.0.1, {arguments.concurrency} at a time, "
          "on one core")
    print(f"{'':14}{'images':>9}{'images/s':>10}{'images/core-s':>15}{'peak MB':>9}")
    for name, result in results.items():
        print(f"{name:14}{result['images']:9,}{result['images_per_second']:10,.0f}"
              f"{result['images_per_core_second']:15,.0f}{result['peak_bytes'] / 1e6:9,.0f}")
    if "img2dataset" in results:
        ratio = (results["winnow-fetch"]["images_per_core_second"]
                 / results["img2dataset"]["images_per_core_second"])
        print(f"{ratio:.1f} times its images per core-second")
    else:
        print("img2dataset is not installed, so there is nothing to compare with; "
              "run: pip install img2dataset")


if __name__ == "__main__":
    main()
