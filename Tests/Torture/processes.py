"""Starting the built programs and stopping them, by their own process numbers only."""

import os
import signal
import subprocess
import time
from dataclasses import dataclass


@dataclass
class Result:
    """How a program ended."""
    command: list
    status: int
    output: str
    errors: str
    seconds: float

    @property
    def said(self):
        return self.output + self.errors


class TortureError(Exception):
    """What should not have been: a finding, or a broken harness."""


class Programs:
    """The executables of a build."""

    def __init__(self, folder):
        self.folder = folder.resolve()

    def has(self, name):
        return (self.folder / name).is_file()

    def command(self, arguments):
        return [str(self.folder / arguments[0])] + [str(argument) for argument in arguments[1:]]

    def start(self, arguments, environment=None):
        """Starts a program; its output goes nowhere."""
        return subprocess.Popen(
            self.command(arguments), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, env={**os.environ, **(environment or {})})

    def run(self, arguments, environment=None, seconds=180, prefix=()):
        """Runs a program to its end; one that takes longer than `seconds` hangs."""
        began = time.monotonic()
        command = list(prefix) + self.command(arguments)
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={**os.environ, **(environment or {})})
        try:
            output, errors = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise TortureError(f"hangs: {' '.join(command)} was not done after {seconds} s") from None
        return Result(
            command, process.returncode, output.decode(errors="replace"),
            errors.decode(errors="replace"), time.monotonic() - began)

    def succeed(self, arguments, **options):
        """Runs a program that must end with status 0."""
        result = self.run(arguments, **options)
        if result.status != 0:
            raise TortureError(
                f"{' '.join(result.command)} ended with {result.status}: {result.said.strip()}")
        return result

    def fail(self, arguments, *words, **options):
        """Runs a program that must end with status 1 and say all of the words."""
        result = self.run(arguments, **options)
        missing = [word for word in words if str(word) not in result.said]
        if result.status != 1 or missing:
            raise TortureError(
                f"{' '.join(result.command)} ended with {result.status} where 1 was due"
                f"{f', without saying {missing}' if missing else ''}: {result.said.strip()}")
        return result


def kill(process):
    """Ends a process of ours at once, as a machine that dies does; false when it had ended before."""
    if process.poll() is None:
        process.send_signal(signal.SIGKILL)
    return process.wait() == -signal.SIGKILL


def wait_until(condition, seconds=30, what="something"):
    """Waits for a condition, asked every two milliseconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.002)
    raise TortureError(f"waited {seconds} s for {what}")
