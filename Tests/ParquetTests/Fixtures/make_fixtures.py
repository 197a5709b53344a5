#!/usr/bin/env python3
"""Writes small Parquet files, and values.json with what their columns of text hold.

    pip install pyarrow==26.0.1
    python3 make_fixtures.py

values.json maps each file to its row groups, a row group to its columns, a column to its values.
Columns that are not text, or that only tests of refusals read, are left out of it.
"""

import json
import pathlib

import pyarrow as pa
import pyarrow.parquet as pq

FOLDER = pathlib.Path(__file__).parent
VALUES = {}

CAPTIONS = [
    "a brown dog runs across the wet sand",
    None,
    "Ein Käse auf dem Tisch, über Öl",
    "日本の庭に赤い橋がある",
    "",
    "two kites 🪁🪁 high above the pier, two kites 🪁🪁 high above the pier",
    "e\u0301 decomposed and \u00e9 composed",
    "tab\there, newline\nthere, NUL\0too",
    None,
    "مركب شراعي في الميناء",
]


def captions(count):
    return [CAPTIONS[(7 * row + row // 10) % len(CAPTIONS)] for row in range(count)]


def urls(count):
    return [f"https://images.example.org/{row % 13:02}/{row:05}.jpg" for row in range(count)]


def write(name, columns, types=None, group=None, expected=None, **options):
    """Writes a file, and notes its values by row group as pyarrow reads them."""
    types = types or {}
    fields = [
        types[key] if isinstance(types.get(key), pa.Field)
        else pa.field(key, types.get(key, pa.string()))
        for key in columns
    ]
    table = pa.table(
        [pa.array(values, field.type) for values, field in zip(columns.values(), fields)],
        pa.schema(fields))
    path = FOLDER / f"{name}.parquet"
    pq.write_table(table, path, row_group_size=group, **{"store_schema": False, **options})
    expected = list(columns) if expected is None else expected
    file = pq.ParquetFile(path)
    VALUES[path.name] = [
        {key: file.read_row_group(index, columns=[key])[key].to_pylist() for key in expected}
        for index in range(file.num_row_groups)
    ]
    for key in expected:
        read = [value for rows in VALUES[path.name] for value in rows[key]]
        assert read == list(columns[key]), (name, key)


def write_img2dataset():
    """The columns and row groups that img2dataset 1.47.0 writes beside a shard."""
    count = 130
    failed = [row % 3 == 0 for row in range(count)]
    columns = {
        "url": urls(count),
        "caption": captions(count),
        "key": [f"{row:09}" for row in range(count)],
        "status": ["failed_to_download" if bad else "success" for bad in failed],
        "error_message": ["HTTP Error 404: Not Found" if bad else None for bad in failed],
        "width": [None if bad else 256 for bad in failed],
        "original_width": [None if bad else 640 for bad in failed],
        "exif": [None if bad else "{}" for bad in failed],
    }
    types = {"width": pa.int32(), "original_width": pa.int32()}
    texts = [key for key in columns if key not in types]
    write("img2dataset", columns, types, 100, texts, store_schema=True)


def write_types():
    """One column of each kind that is read, and of each that is refused."""
    structure = pa.struct([("a", pa.string()), ("b", pa.list_(pa.int32()))])
    columns = {
        "count": [1, 2, None],
        "required": ["one", "two", "three"],
        "tags": [["a"], [], None],
        "structure": [{"a": "x", "b": [1]}, None, {"a": None, "b": None}],
        "map": [[("k", "v")], [], None],
        "large": ["eins", None, "drei"],
        "bytes": [b"plain", b"\xff\xfe", None],
        "category": ["red", "red", None],
        "nothing": [None, None, None],
        "fixed": [b"abc", None, b"def"],
        "score": [0.5, None, 1.5],
        "last": ["after", None, "these"],
    }
    types = {
        "count": pa.int64(), "required": pa.field("required", pa.string(), nullable=False),
        "tags": pa.list_(pa.string()), "structure": structure,
        "map": pa.map_(pa.string(), pa.string()), "large": pa.large_string(),
        "bytes": pa.binary(), "category": pa.dictionary(pa.int32(), pa.string()),
        "nothing": pa.null(), "fixed": pa.binary(3), "score": pa.float32(),
    }
    texts = ["required", "large", "category", "nothing", "last"]
    write("types", columns, types, None, texts)


def write_refused():
    """Codecs and encodings that are not read, each beside a column that is."""
    rows = {key: ["a", "b", "c"] for key in ["zstd", "gzip", "brotli", "lz4", "snappy"]}
    codecs = {key: key for key in rows}
    write("codecs", rows, expected=["snappy"], compression=codecs)
    encodings = {
        "delta": "DELTA_BYTE_ARRAY", "lengths": "DELTA_LENGTH_BYTE_ARRAY", "plain": "PLAIN"}
    write("encodings", {key: ["a", "ab", "abc"] for key in encodings}, expected=["plain"],
          use_dictionary=False, column_encoding=encodings)
    table = pa.Table.from_arrays([pa.array(["a"]), pa.array(["b"])], names=["same", "same"])
    pq.write_table(table, FOLDER / "twice.parquet", store_schema=False)
    VALUES["twice.parquet"] = [{}]


def main():
    both = {"caption": captions(40), "url": urls(40)}
    write("dictionary", both)
    write("plain", both, use_dictionary=False)
    write("uncompressed", both, compression="none")
    write("page-v2", both, data_page_version="2.0")
    write("page-v2-plain", both, data_page_version="2.0", use_dictionary=False,
          compression="none")
    write("row-groups", {"caption": captions(30), "url": urls(30)}, group=7)
    # Indices of nine bits; then plain pages, where the dictionary has become too large.
    many = {"word": [f"w{row * 7919 % 300:x}" for row in range(900)]}
    write("pages", many, data_page_size=200, write_batch_size=50)
    write("fallback", {"url": urls(80)}, dictionary_pagesize_limit=600, write_batch_size=10,
          data_page_size=300)
    required = {"url": pa.field("url", pa.string(), nullable=False)}
    write("required-v2", {"url": urls(30)}, required, data_page_version="2.0")
    # Text over 64 KiB that repeats itself makes Snappy's blocks and long copies.
    long = ["x" * 70_000, "ab" * 1000, None, "".join(f"{row * row:x}" for row in range(600)) * 40]
    write("long", {"caption": long}, expected=[], use_dictionary=False, write_statistics=False)
    nulls = {"caption": [None] * 50}
    write("nulls", nulls)
    write("nulls-v2", nulls, data_page_version="2.0", use_dictionary=False)
    write("empty", {"caption": [], "url": []})
    write("no-columns", {})
    write_img2dataset()
    write_types()
    write_refused()
    text = json.dumps(VALUES, ensure_ascii=False, indent=None, sort_keys=True)
    (FOLDER / "values.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
