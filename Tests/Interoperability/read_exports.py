"""Reads what winnow-export writes with the libraries that its users have.

    python3 read_exports.py .build/release       # webdataset, datasets, numpy, pillow

Makes pictures of every format, with hostile captions, cleans them with the built programs, exports
them in all formats and reads them again: tars with `webdataset` and `datasets`, arrays as SCAN's loader
does, sums with `sha256sum --check`. Ends with status 1 at the first difference.
"""

import argparse
import hashlib
import io
import json
import os
import pathlib
import sqlite3
import subprocess
import tempfile

# Nothing of this is to be looked for elsewhere.
os.environ["HF_HUB_OFFLINE"] = "1"

import datasets
import numpy
import webdataset
from PIL import Image

FORMATS = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP", "gif": "GIF"}
HOSTILE = [
    "</script><script>alert(1)</script>", 'quoted "twice" \\ and \'once\'', "\u202edesrever",
    "line\u2028separator\u2029 and \x85 next", "bell\x07 escape\x1b[31m nul\x00 del\x7f",
    "carriage\rreturn, \x0b\x0c\x1c\x1d\x1e breaks", "\U0001f468\u200d\U0001f469 family e\u0301",
    "a.dotted.caption.jpg", "{json: [1, 2]}", "=1+1", "x" * 20000,
]
COLORS = ["red", "green", "blue", "yellow", "white", "black", "purple", "cyan"]


def check(holds, what):
    if not holds:
        raise SystemExit(f"read_exports: {what}")


def picture(number, form):
    """A picture of one of the colours with a block that no other one has."""
    image = Image.new("RGB", (64, 48), COLORS[number % len(COLORS)])
    image.paste((number % 256, 100, 50), (8, 8, 24, 24))
    file = io.BytesIO()
    image.save(file, FORMATS[form])
    return file.getvalue()


def manifest(folder, name, count, forms, hostile=()):
    """Writes pictures and the lines that name them; a name says nothing about a format."""
    lines = []
    for number in range(count):
        path = folder / f"{name}-{number}.dat"
        path.write_bytes(picture(number, forms[number % len(forms)]))
        caption = f"a {COLORS[number % len(COLORS)]} picture, number {number}"
        if number < len(hostile):
            caption = hostile[number]
        lines.append(f"{caption}\t{path.name}\n")
    return lines


class Winnow:
    def __init__(self, programs, workspace):
        self.programs, self.workspace = programs, workspace

    def __call__(self, stage, *arguments):
        command = [self.programs / f"winnow-{stage}", "--workspace", self.workspace, "--quiet",
                   "--json", *arguments]
        return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def prepare(winnow, folder):
    train = manifest(folder, "train", 120, list(FORMATS), HOSTILE)
    train += [train[0], "no pair\n", train[0], "gone\tgone.jpg\n"]
    roles = {
        "train": train,
        "meta": manifest(folder, "meta", 60, ["png"]),
        "dev": [f"{line.split(chr(9))[0]}, {count}\t{line.split(chr(9))[1]}"
                for line in manifest(folder, "dev", 12, ["jpg"]) for count in range(5)],
    }
    for role, lines in roles.items():
        path = folder / f"{role}.tsv"
        path.write_bytes("".join(lines).encode())
        winnow("ingest", "--role", role, "--input", path)
    # A second manifest that repeats a line of the first.
    (folder / "again.tsv").write_bytes(train[20].encode())
    winnow("ingest", "--input", folder / "again.tsv")
    winnow("featurize")
    winnow("train", "--seed", "1", "--embed-size", "16", "--similarity-dimension", "8",
           "--warmup-epochs", "3", "--epochs", "1", "--minimum-count", "1")
    winnow("score")
    winnow("purify", "--keep-fraction", "0.7")


def check_sums(folder, name="SHA256SUMS"):
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", name], cwd=folder, check=True)


def records(winnow, folder, *arguments):
    """The pairs of a JSON Lines export, in order."""
    path = folder / "records.jsonl"
    winnow("export", "--output", path, "--format", "jsonl", *arguments)
    check_sums(folder, "records.jsonl.sha256")
    return [json.loads(line) for line in path.read_text().split("\n")[:-1]]


def read_webdataset(shards, expected, pictures):
    """Each sample's caption, record and picture are the pair's."""
    found = list(webdataset.WebDataset([str(path) for path in shards], shardshuffle=False))
    decoded = list(
        webdataset.WebDataset([str(path) for path in shards], shardshuffle=False).decode("pil"))
    check(len(found) == len(expected), f"webdataset reads {len(found)} of {len(expected)} pairs")
    check(len({sample["__key__"] for sample in found}) == len(found), "a sample's key is there twice")
    seen = set()
    for sample, readable, record in zip(found, decoded, expected):
        forms = [form for form in FORMATS if form in sample]
        check(len(forms) == 1, f"{sample['__key__']} has the pictures {forms}")
        seen.add(forms[0])
        check(sample["txt"].decode() == record["caption"], f"{record['key']}: another caption")
        check(sample[forms[0]] == (pictures / record["url"]).read_bytes(), "another picture")
        check(hashlib.sha256(sample[forms[0]]).hexdigest() == record["image_sha256"], "another hash")
        check(Image.open(io.BytesIO(sample[forms[0]])).format == FORMATS[forms[0]], "another format")
        check(readable[forms[0]].size == (64, 48), "pil decodes another picture")
        for key, value in json.loads(sample["json"]).items():
            check(record.get(key, value) == value, f"{record['key']}: {key} is {value!r}")
        for key in record:
            check(key in readable["json"], f"{record['key']}: {key} is missing")
        check(sample["__key__"].split("#")[0] == record["key"].split("#")[0], "another key")
    return seen


def read_datasets(shards, expected, cache, features=None):
    found = datasets.load_dataset(
        "webdataset", data_files={"train": [str(path) for path in shards]}, split="train",
        features=features, cache_dir=str(cache))
    check(len(found) == len(expected), f"datasets reads {len(found)} of {len(expected)} pairs")
    for sample, record in zip(found, expected):
        check(sample["txt"] == record["caption"], f"datasets: {record['key']}: another caption")
        check(sample["json"]["key"] == record["key"], f"datasets: {record['key']}: another key")
        check(sample["json"].get("similarity") == record.get("similarity"), "another similarity")
        image = next(sample[form] for form in FORMATS if sample.get(form))
        check(image.size == (64, 48), "datasets decodes another picture")


def mixed_features():
    """What `datasets` is told where pictures are of several formats."""
    text, number, whole = (datasets.Value(kind) for kind in ("string", "float64", "int64"))
    record = {key: text for key in (
        "caption", "detail", "image_sha256", "key", "reason", "role", "source", "status", "url",
        "verdict")}
    record |= {key: number for key in (
        "clean_probability", "similarity", "similarity_a", "similarity_b")}
    record |= {key: whole for key in ("height", "line", "width")}
    pictures = {form: datasets.Image() for form in FORMATS}
    return datasets.Features(
        {"__key__": text, "__url__": text, "txt": text, "json": record, **pictures})


class PrecompDataset:
    """SCAN's loader (data.py of github.com/kuanghuei/SCAN), without the vocabulary."""

    def __init__(self, folder, split, text):
        if text:
            with open(f"{folder}/{split}_caps.txt", encoding="utf-8") as file:
                self.captions = [line.strip() for line in file]
        else:
            with open(f"{folder}/{split}_caps.txt", "rb") as file:
                self.captions = [line.strip().decode() for line in file]
        self.images = numpy.load(f"{folder}/{split}_ims.npy")
        self.length = len(self.captions)
        self.im_div = 5 if self.images.shape[0] != self.length else 1

    def __getitem__(self, index):
        return self.images[index // self.im_div], self.captions[index]


def feature_rows(workspace):
    """The stored features of each pair, by source and line."""
    shards = {}
    for path in sorted((workspace / "features").glob("shard-*.safetensors")):
        content = path.read_bytes()
        length = int.from_bytes(content[:8], "little")
        entry = next(value for name, value in json.loads(content[8:8 + length]).items()
                     if name != "__metadata__")
        start, end = entry["data_offsets"]
        shards[int(path.stem.split("-")[1])] = numpy.frombuffer(
            content[8 + length + start:8 + length + end], "<f2").reshape(entry["shape"])
    with sqlite3.connect(f"file:{workspace}/audit.sqlite?mode=ro", uri=True) as database:
        rows = database.execute(
            "SELECT source.path, line, shard, shard_row FROM pair JOIN source USING (source_id)"
            " JOIN location USING (location_id) JOIN image USING (image_id) WHERE shard IS NOT NULL")
        return {(source, line): shards[shard][row].astype("<f4")
                for source, line, shard, row in rows.fetchall()}


def read_precomp(folder, split, expected, features, division):
    for text in (False, True):
        loaded = PrecompDataset(folder, split, text)
        check(loaded.images.dtype == numpy.float32, "the array is not of float32")
        check((loaded.length, loaded.im_div) == (len(expected), division),
              f"{split}: {loaded.length} captions, {loaded.im_div} an image")
        for index, record in enumerate(expected):
            image, caption = loaded[index]
            check(numpy.array_equal(image, features[record["source"], record["line"]]),
                  f"{split}: row {index} is another image")
            plain = "".join(" " if not each.isprintable() and each in "\x00\x07\x0b\x0c\r\x1b\x1c"
                            "\x1d\x1e\x7f\x85\u2028\u2029" else each for each in record["caption"])
            check(caption == plain.strip(), f"{split}: caption {index} is {caption!r}")
    keys = (folder / f"{split}_keys.txt").read_text().splitlines()
    check(keys == [record["key"] for record in expected], f"{split}: other keys")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("programs", type=pathlib.Path, help="where the built programs are")
    programs = parser.parse_args().programs.resolve()
    datasets.disable_progress_bars()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name).resolve()
        cache = folder / "cache"
        winnow = Winnow(programs, folder / "run")
        prepare(winnow, folder)

        kept = records(winnow, folder)
        check(60 < len(kept) < 110, f"{len(kept)} pairs are kept")
        for output in ("shards", "again"):
            winnow("export", "--format", "webdataset", "--shard-pairs", "25", "--output",
                   folder / output)
            check_sums(folder / output)
        shards = sorted((folder / "shards").glob("*.tar"))
        check(len(shards) == -(-len(kept) // 25), f"{len(shards)} archives")
        for path in [*shards, folder / "shards" / "SHA256SUMS"]:
            check(path.read_bytes() == (folder / "again" / path.name).read_bytes(),
                  f"{path.name} is another the second time")
        seen = read_webdataset(shards, kept, folder)
        check(seen == set(FORMATS), f"only {sorted(seen)} were exported")
        read_datasets(shards, kept, cache, mixed_features())

        everything = records(winnow, folder, "--decision", "all")
        summary = winnow("export", "--format", "webdataset", "--decision", "all", "--output",
                         folder / "all")
        failed = [record for record in everything if record["status"] == "failed"]
        check(sum(summary["left_out"].values()) == len(failed) == 2, f"{summary['left_out']}")
        whole = [record for record in everything if record["status"] != "failed"]
        read_webdataset(sorted((folder / "all").glob("*.tar")), whole, folder)

        # Of one format nothing needs to be told.
        dev = records(winnow, folder, "--role", "dev")
        winnow("export", "--format", "webdataset", "--role", "dev", "--output", folder / "dev")
        read_datasets(sorted((folder / "dev").glob("*.tar")), dev, cache)
        whole_folder = datasets.load_dataset(
            str(folder / "dev"), split="train", cache_dir=str(cache))
        check(len(whole_folder) == len(dev), "datasets does not take the folder")

        winnow("export", "--format", "precomp", "--role", "train", "--role", "dev", "--output",
               folder / "precomp")
        check_sums(folder / "precomp")
        features = feature_rows(folder / "run")
        read_precomp(folder / "precomp", "train", kept, features, 1)
        read_precomp(folder / "precomp", "dev", dev, features, 5)
        print(f"read_exports: webdataset {webdataset.__version__}, datasets {datasets.__version__}, "
              f"numpy {numpy.__version__}: {len(kept)} kept pairs, {len(whole)} in all, {len(dev)} "
              "dev captions: all as they were")


if __name__ == "__main__":
    main()
