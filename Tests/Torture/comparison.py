"""Differences between two snapshots, each named by table and row or by file."""

from collections import Counter


def differences(expected, found, counts=True):
    """Lines that name what differs; none when nothing does.

    Without `counts` what a run counted may differ, as it does where a repair is a run of its own.
    """
    return (list(table_differences(expected.tables, found.tables, counts))
            + list(file_differences(expected.files, found.files)))


def table_differences(expected, found, counts):
    for name in sorted(expected.keys() | found.keys()):
        if name not in found or name not in expected:
            yield f"table {name}: only in {'one run' if name in expected else 'the other run'}"
            continue
        one, other = expected[name], found[name]
        if name == "run" and not counts:
            one, other = without_counts(one), without_counts(other)
        for row, count in (Counter(one) - Counter(other)).items():
            yield f"table {name}: {count} row missing: {shown(row)}"
        for row, count in (Counter(other) - Counter(one)).items():
            yield f"table {name}: {count} row too many: {shown(row)}"
        if Counter(one) == Counter(other) and one != other:
            yield f"table {name}: rows in another order"


def without_counts(rows):
    return [tuple(value for value in row if value[0] not in ("counts", "done")) for row in rows]


def shown(row):
    parts = []
    for value in row:
        name, value = value if isinstance(value, tuple) else ("", value)
        if isinstance(value, bytes):
            try:
                value = value.decode()
            except UnicodeDecodeError:
                value = value.hex()
        parts.append(f"{name}={value}" if name else f"{value}")
    return ", ".join(parts)[:400]


def file_differences(expected, found):
    for name in sorted(expected.keys() | found.keys()):
        if name not in found:
            yield f"file {name}: missing"
        elif name not in expected:
            yield f"file {name}: too many"
        elif expected[name] != found[name]:
            yield f"file {name}: other bytes"
