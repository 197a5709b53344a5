"""Progress on standard error, the closing table on standard output."""

import sys
import time
from collections import Counter, defaultdict

COLUMNS = ("kills", "power", "busy", "full disk", "unwritable", "damage", "clock", "writers",
           "sync order")


class Report:
    """How often what was done to which step, and what came of it."""

    def __init__(self):
        self.began = time.monotonic()
        self.counts = defaultdict(Counter)
        self.differences = []

    def note(self, text):
        seconds = time.monotonic() - self.began
        print(f"{seconds:7.1f} s  {text}", file=sys.stderr, flush=True)

    def count(self, fault, step, by=1):
        self.counts[step][fault] += by

    def total(self, fault):
        return sum(counts[fault] for counts in self.counts.values())

    def differ(self, what, lines):
        self.differences += [f"{what}: {line}" for line in lines]
        for line in lines[:10]:
            self.note(f"DIFFERENCE {what}: {line}")

    def table(self, steps):
        names = [name for name in steps if name in self.counts]
        names += sorted(self.counts.keys() - set(names))
        used = [column for column in COLUMNS if self.total(column)]
        rows = [["stage", *used]]
        rows += [[name, *(str(self.counts[name][column] or "") for column in used)] for name in names]
        rows.append(["in all", *(str(self.total(column)) for column in used)])
        widths = [max(len(row[index]) for row in rows) for index in range(len(used) + 1)]
        lines = [
            "  ".join(cell.ljust(width) if index == 0 else cell.rjust(width)
                      for index, (cell, width) in enumerate(zip(row, widths))).rstrip()
            for row in rows]
        return "\n".join(lines)
