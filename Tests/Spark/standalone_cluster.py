"""A Spark master and workers on the loopback, started and ended here."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import time
import urllib.request

import pyspark

SPARK = pathlib.Path(pyspark.__file__).parent


class Cluster:
    """`with Cluster(folder, workers=2) as cluster`: every process of it is gone afterwards."""

    def __init__(self, folder, workers, port=17077):
        self.folder, self.port = pathlib.Path(folder), port
        self.count = workers
        self.master, self.workers = None, []

    @property
    def url(self):
        return f"spark://127.0.0.1:{self.port}"

    def __enter__(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            self.master = self.start(
                "master", "org.apache.spark.deploy.master.Master", "--host", "127.0.0.1",
                "--port", str(self.port), "--webui-port", str(self.port + 1))
            self.wait_for(lambda: self.state() is not None, "the master")
            for number in range(self.count):
                self.workers.append(self.start(
                    f"worker-{number}", "org.apache.spark.deploy.worker.Worker", "--host",
                    "127.0.0.1", "--cores", "1", "--memory", "1g", "--webui-port",
                    str(self.port + 2 + number), "--work-dir",
                    str(self.folder / f"work-{number}"), self.url))
            self.wait_for(
                lambda: self.alive() == self.count, f"{self.count} workers")
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self, name, class_name, *arguments):
        with open(self.folder / f"{name}.log", "wb") as log:
            return subprocess.Popen(
                [SPARK / "bin/spark-class", class_name, *arguments], stdout=log, stderr=log,
                # A group of its own, executors included: what kills a machine kills them all.
                start_new_session=True,
                env={**os.environ, "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_HOME": str(SPARK),
                     "PYSPARK_PYTHON": sys.executable})

    def kill_worker(self, number):
        """As when a machine dies: the worker and its executors get no chance to say goodbye."""
        os.killpg(self.workers[number].pid, signal.SIGKILL)
        self.workers[number].wait()

    def state(self):
        try:
            with urllib.request.urlopen(
                    f"http://127.0.0.1:{self.port + 1}/json/", timeout=2) as answer:
                return json.load(answer)
        except OSError:
            return None

    def alive(self):
        return sum(worker["state"] == "ALIVE" for worker in (self.state() or {}).get("workers", []))

    def wait_for(self, condition, what, seconds=60):
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                raise TimeoutError(f"{what} did not come up within {seconds} s: see {self.folder}")
            time.sleep(0.2)

    def stop(self):
        for process in [*self.workers, self.master]:
            if process is not None and process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
        for process in [*self.workers, self.master]:
            if process is not None:
                try:
                    process.wait(timeout=20)
                except subprocess.TimeoutExpired:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait()
