"""What a workspace holds: every row of its audit database and every byte of its files.

What may differ between two runs that did the same, and why, is listed here and nowhere else.
"""

import hashlib
import shutil
import sqlite3
import tempfile
from pathlib import Path

# Columns whose values no two runs share, and why.
IGNORED_COLUMNS = {
    ("run", "started_at"): "the clock",
    ("run", "ended_at"): "the clock; whether it ended is compared",
    ("run", "seconds"): "the clock; whether it was measured is compared",
    ("fetch", "fetched_at"): "the clock",
    ("fetch", "seconds"): "the clock",
    ("fetch", "tries"): "requests of a killed fetch are made again",
    ("fetch_audit", "fetched_at"): "the clock",
    ("fetch_audit", "seconds"): "the clock",
    ("fetch_audit", "tries"): "requests of a killed fetch are made again",
    ("pair_audit", "updated_at"): "the clock",
    ("reviewed_pair", "updated_at"): "the clock",
    ("review", "created_at"): "the clock",
}
# Tables that are no result, and why.
IGNORED_TABLES = {
    "standing": "counts of the other tables, made when a stage ends: see `status_truth`",
}
# Of these of a run only whether there is a value is compared.
SET_ONCE = {"ended_at": "ended", "seconds": "measured"}
# Columns that hold a run's number are compared by the run's command, configuration, seed and version:
# a command that is given again after it ended may make a second run, which has another number.
RUN_COLUMNS = {"run_id", "decision_run_id"}
# Files that are no result, and why.
IGNORED_FILES = {
    "writer.lock": "names the last writer's process",
    "inspect.sqlite": "an index that is made anew when it is not as the database is",
    "inspect.sqlite-wal": "part of it",
    "inspect.sqlite-shm": "part of it",
    "audit.sqlite": "compared row by row: its pages lie as its transactions came",
    "audit.sqlite-wal": "part of the database",
    "audit.sqlite-shm": "part of the database",
}
VIEWS = ("pair_audit", "reviewed_pair", "purified_pair", "fetch_audit")


class Snapshot:
    """Tables as lists of rows by name, files as hashes by path."""

    def __init__(self, workspace, without=()):
        self.tables = read_tables(Path(workspace), set(without))
        self.files = read_files(Path(workspace))


def opened_copy(workspace, folder):
    """Opens a copy of the database: even reading one after a kill changes its files."""
    for ending in ("", "-wal"):
        file = workspace / f"audit.sqlite{ending}"
        if file.exists():
            shutil.copyfile(file, Path(folder) / file.name)
    database = sqlite3.connect(Path(folder) / "audit.sqlite")
    database.text_factory = bytes
    return database


def query(workspace, sql):
    """Rows of a query on a copy of the database; None where there is no such table yet."""
    with tempfile.TemporaryDirectory() as folder:
        database = opened_copy(Path(workspace), folder)
        database.text_factory = str
        try:
            return database.execute(sql).fetchall()
        except sqlite3.OperationalError:
            return None
        finally:
            database.close()


def read_tables(workspace, without):
    with tempfile.TemporaryDirectory() as folder:
        if not (workspace / "audit.sqlite").exists():
            return {}
        database = opened_copy(workspace, folder)
        try:
            names = [row[0].decode() for row in database.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
            views = [row[0].decode() for row in database.execute(
                "SELECT name FROM sqlite_master WHERE type = 'view' ORDER BY name")]
            runs, kept = read_runs(database) if "run" in names else ({}, [])
            tables = {}
            for name in names + [view for view in views if view in VIEWS]:
                if name == "run":
                    tables[name] = kept
                elif name not in without and name not in IGNORED_TABLES:
                    tables[name] = read_table(database, name, runs)
            check = database.execute("PRAGMA integrity_check").fetchall()
            tables["PRAGMA integrity_check"] = [tuple(row) for row in check]
            return tables
        finally:
            database.close()


def read_runs(database):
    """What each run is called, None for superseded ones, and the rows of those that count.

    Of several runs of one command and configuration the last that counted anything stands: a command
    that was killed after its end, or given again, made the others.
    """
    columns = [row[1].decode() for row in database.execute("PRAGMA table_info(run)")]
    rows = [dict(zip(columns, row)) for row in database.execute("SELECT * FROM run ORDER BY run_id")]
    groups = {}
    for row in rows:
        identity = (row["command"], row["config"], row["seed"], row["program_version"])
        groups.setdefault(identity, []).append(row)
    names, kept = {}, []
    for group in groups.values():
        standing = [row for row in group if row["counts"] or row["done"]] or group
        last = standing[-1]
        for row in group:
            supersedes = row is last or not decided(database, row["run_id"])
            names[row["run_id"]] = (
                f"{last['command'].decode()} {last['config_sha256'].decode()[:8]}"
                if supersedes else None)
        kept.append(tuple(
            (name, SET_ONCE[name] if value is not None and name in SET_ONCE else value)
            for name, value in last.items() if name not in ("run_id", "started_at")))
    return names, kept


def decided(database, run):
    sql = "SELECT count(*) FROM decision_set WHERE run_id = ?"
    return database.execute(sql, (run,)).fetchone()[0] > 0


def read_table(database, name, runs):
    """The rows in the order of their first columns, as they are meant to be the same."""
    cursor = database.execute(f'SELECT * FROM "{name}"')
    columns = [column[0] for column in cursor.description]
    rows = []
    for row in cursor:
        values = []
        for column, value in zip(columns, row):
            if (name, column) in IGNORED_COLUMNS:
                continue
            if column in RUN_COLUMNS and value is not None:
                value = runs.get(value)
                if value is None:
                    break
            values.append((column, value))
        else:
            rows.append(tuple(values))
    return sorted(rows, key=lambda row: [order(value) for _, value in row])


def order(value):
    """Values of all of SQLite's types in one order."""
    if value is None:
        return (0, 0, b"")
    if isinstance(value, (int, float)):
        return (1, value, b"")
    return (2, 0, value if isinstance(value, bytes) else value.encode())


def read_files(workspace):
    return {
        str(path.relative_to(workspace)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(workspace.rglob("*"))
        if path.is_file() and str(path.relative_to(workspace)) not in IGNORED_FILES}
