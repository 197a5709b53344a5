"""Compares the audit of a sharded run with that of a run in one workspace."""

import collections
import sqlite3

# Float32 sums of other batch shapes.
TOLERANCE = 1e-5

QUERY = """
  SELECT key, source, line, role, caption, url, image_sha256, status, reason, similarity_a,
    similarity_b, similarity, clean_probability
  FROM pair_audit ORDER BY source, line
"""


def rows(workspace):
    with sqlite3.connect(f"file:{workspace}/audit.sqlite?mode=ro", uri=True) as database:
        return database.execute(QUERY).fetchall()


def differences(whole, sharded):
    """What differs, as lines; nothing when the two audits agree. And the largest difference."""
    left, right = rows(whole), rows(sharded)
    found, largest = [], 0.0
    if len(left) != len(right):
        found.append(f"{len(left)} rows in one workspace, {len(right)} in shards")
    for one, other in zip(left, right):
        if one[:9] != other[:9]:
            found.append(f"{one[:9]} is {other[:9]} in shards")
        for a, b in zip(one[9:12], other[9:12]):
            if (a is None) != (b is None):
                found.append(f"{one[0]}: similarity {a}, {b} in shards")
            elif a is not None:
                largest = max(largest, abs(a - b))
    if largest > TOLERANCE:
        found.append(f"similarities differ by {largest:.2e}, allowed are {TOLERANCE}")
    return found, largest


def reasons(workspace):
    return collections.Counter((row[7], row[8]) for row in rows(workspace))
