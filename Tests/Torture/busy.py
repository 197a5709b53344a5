"""SQLITE_BUSY: another process holds a write transaction on the audit database."""

import sqlite3
import threading
import time

from processes import TortureError

STEPS = ["ingest trusted", "fetch", "featurize", "score", "purify", "train"]
# Longer than the ten seconds that every writer waits.
LONG = 13


class Transaction:
    """A write transaction, open for some seconds on a thread of its own."""

    def __init__(self, workspace, seconds):
        self.is_open = threading.Event()
        self.thread = threading.Thread(target=self.hold, args=(workspace, seconds))
        self.thread.start()
        self.is_open.wait()

    def hold(self, workspace, seconds):
        database = sqlite3.connect(workspace / "audit.sqlite", isolation_level=None)
        database.execute("BEGIN IMMEDIATE")
        self.is_open.set()
        time.sleep(seconds)
        database.execute("ROLLBACK")
        database.close()


def prepared(torture, names):
    """A workspace for each step, with what it must hold in the end."""
    for name in names:
        workspace = torture.scratch(f"busy-{name.replace(' ', '-')}")
        yield (name, workspace, *torture.undisturbed.begin(name, workspace))


def run(torture):
    for name, workspace, step, expected in prepared(torture, STEPS[:1] if torture.is_short else STEPS):
        held = Transaction(workspace, 1.5)
        result = torture.programs.succeed(step.command(workspace))
        held.thread.join()
        if result.seconds < 1:
            raise TortureError(f"{name} did not wait for the transaction")
        torture.report.count("busy", name)
        torture.compare(f"{name} after waiting", expected, workspace)
        torture.discard(workspace)
    if torture.is_short:
        return
    # All at once: each waits ten seconds.
    cases = list(prepared(torture, STEPS))
    held = [Transaction(workspace, LONG) for _, workspace, _, _ in cases]
    waiting = []
    for _, workspace, step, _ in cases:
        words = [workspace / "audit.sqlite", "another process is writing to it"]
        waiting.append(Refusal(torture, step.command(workspace), words))
    for one in waiting + held:
        one.thread.join()
    for (name, workspace, step, expected), refusal in zip(cases, waiting):
        if refusal.error:
            raise refusal.error
        torture.report.count("busy", name)
        torture.programs.succeed(step.command(workspace))
        torture.compare(f"{name} after giving up", expected, workspace)
        torture.discard(workspace)


class Refusal:
    """A command that must fail, on a thread of its own."""

    def __init__(self, torture, command, words):
        self.error = None
        self.thread = threading.Thread(target=self.run, args=(torture, command, words))
        self.thread.start()

    def run(self, torture, command, words):
        try:
            torture.programs.fail(command, *words, seconds=90)
        except TortureError as error:
            self.error = error
