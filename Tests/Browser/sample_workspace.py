"""A workspace to look at: drawn shapes with captions, some of them wrong, scored and decided.

The manifest goes through winnow-ingest. Scores, decisions and explanations are written into the
database, so that no network has to be trained for them: what the page shows is what is tested here,
not what a model says.
"""

import datetime
import hashlib
import json
import os
import pathlib
import random
import sqlite3
import struct
import subprocess
import zlib

BIN = pathlib.Path(os.environ.get(
    "WINNOW_BIN", pathlib.Path(__file__).resolve().parents[2] / ".build/release"))

COLOURS = {
    "red": (208, 52, 44), "blue": (44, 96, 200), "green": (46, 140, 76), "yellow": (236, 188, 44),
    "purple": (124, 68, 168), "orange": (232, 124, 40), "black": (40, 40, 44), "pink": (236, 132, 168),
}
SHAPES = ["circle", "square", "triangle", "cross"]
PLACES = {"left": 0.25, "middle": 0.5, "right": 0.75}
WIDTH, HEIGHT = 120, 90
HOSTILE = {
    1: "<script>window.pwned = 1</script><img src=x onerror='window.pwned = 1'> a red circle",
    2: "a \u202egnorw\u202c circle \u2066in\u2069 a box\u200b with \u0007 controls",
    3: "שלום עולם, a picture of a blue square",
}
# Ingest refuses a caption of a megabyte; that of the fifth pair becomes one, as from another program.
ENDLESS = (5, "endless " * 131_072)


def png(shape, colour, place):
    """One shape on a light ground, as a PNG."""
    ink, ground = COLOURS[colour], (244, 242, 236)
    centre, middle, radius = PLACES[place] * WIDTH, HEIGHT / 2, 23
    rows = bytearray()
    for y in range(HEIGHT):
        rows.append(0)
        for x in range(WIDTH):
            across, down = abs(x - centre), abs(y - middle)
            inside = {
                "circle": across**2 + down**2 <= radius**2,
                "square": max(across, down) <= radius * 0.86,
                "triangle": across <= (y - middle + radius) / 2 and y <= middle + radius,
                "cross": min(across, down) <= radius / 3 and max(across, down) <= radius,
            }[shape]
            rows += bytes(ink if inside else ground)

    def chunk(name, data):
        return (struct.pack(">I", len(data)) + name + data
                + struct.pack(">I", zlib.crc32(name + data)))

    head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head)
            + chunk(b"IDAT", zlib.compress(bytes(rows))) + chunk(b"IEND", b""))


def make(folder, scored=True, pairs=300):
    """Makes the pictures, the manifest and the workspace; returns the workspace's path."""
    folder = pathlib.Path(folder)
    (folder / "images").mkdir(parents=True)
    kinds = [(shape, colour, place) for shape in SHAPES for colour in COLOURS for place in PLACES]
    for kind in kinds:
        (folder / "images" / ("-".join(kind) + ".png")).write_bytes(png(*kind))
    draw = random.Random(7)
    lines, truth = [], []
    for number in range(pairs):
        shown = draw.choice(kinds)
        is_right = draw.random() < 0.7
        told = shown if is_right else draw.choice([kind for kind in kinds if kind[:2] != shown[:2]])
        caption = HOSTILE.get(number) or f"{'an' if told[1][0] in 'aeiou' else 'a'} {told[1]} {told[0]} on the {told[2]} of a light ground"
        lines.append(f"{caption}\timages/{'-'.join(shown)}.png")
        truth.append((is_right, shown, told))
    lines += ["a line without a picture", "nothing there\timages/missing.png",
              "a picture on the web\thttps://example.org/picture.jpg"]
    (folder / "manifest.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    workspace = folder / "workspace"
    subprocess.run(
        [BIN / "winnow-ingest", "--workspace", workspace, "--input", folder / "manifest.tsv",
         "--quiet"], check=True, stdout=subprocess.DEVNULL)
    with sqlite3.connect(workspace / "audit.sqlite") as database:
        if scored:
            fill(database, folder, truth, draw)
        database.execute(
            "UPDATE pair SET caption = ? WHERE pair_id = ?", (ENDLESS[1], ENDLESS[0]))
    database.close()
    if scored:
        write_history(workspace)
    return workspace


def moment(second):
    start = datetime.datetime(2026, 1, 5, 9, tzinfo=datetime.timezone.utc)
    return (start + datetime.timedelta(seconds=second)).strftime("%Y-%m-%dT%H:%M:%SZ")


def begin(database, command, start, end, counts):
    return database.execute(
        "INSERT INTO run (command, config, config_sha256, program_version, started_at, ended_at,"
        " counts) VALUES (?, '{}', '', 'test', ?, ?, ?)",
        (command, moment(start), moment(end), json.dumps(counts))).lastrowid


def fill(database, folder, truth, draw):
    """What featurize, train, score, purify and score --explain would have written."""
    run = begin(database, "featurize", 5, 12, {"ok": 96, "missing_image": 1})
    images = {}
    for row, (location, url) in enumerate(database.execute(
            "SELECT location.location_id, url FROM location JOIN pair ON pair_id = first_pair_id"
            " WHERE NOT is_remote").fetchall()):
        path = folder / url
        if not path.exists():
            database.execute(
                "UPDATE location SET reason = 'missing_image', detail = ?, run_id = ?"
                " WHERE location_id = ?", (f"{url}: No such file or directory", run, location))
            continue
        images[location] = database.execute(
            "INSERT INTO image (sha256, format, width, height, shard, shard_row)"
            " VALUES (?, 'png', ?, ?, 0, ?)",
            (hashlib.sha256(path.read_bytes()).digest(), WIDTH, HEIGHT, row)).lastrowid
        database.execute(
            "UPDATE location SET image_id = ?, run_id = ? WHERE location_id = ?",
            (images[location], run, location))
    begin(database, "train", 12, 115, {})
    scoring = begin(database, "score", 115, 119, {"ok": len(truth)})
    model = database.execute("INSERT INTO model (name) VALUES ('sample')").lastrowid
    scores = {}
    failed = {pair for (pair,) in database.execute("SELECT pair_id FROM pair WHERE reason NOT NULL")}
    for number, (is_right, _, _) in enumerate(truth):
        pair = number + 1
        if pair in failed:
            continue
        both = [min(max(draw.betavariate(*((6, 2.5) if is_right else (3, 9))), 0.001), 0.999)
                for _ in range(2)]
        both[1] = 0.7 * both[0] + 0.3 * both[1]
        scores[pair] = both
        database.execute("INSERT INTO score VALUES (?, ?, ?, ?, ?, ?)",
                         (model, pair, *both, sum(both) / 2, scoring))
    mixture = {"matched": {"alpha": 6, "beta": 2.5}, "matched_share": 0.7,
               "mismatched": {"alpha": 3, "beta": 9}, "origin": "refined"}
    counts = {"matched": 0, "uncertain": 0, "mismatch": 0}
    decided = begin(database, "purify", 119, 120, {})
    database.execute(
        "INSERT INTO decision_set VALUES (?, ?, 'consensus', 0.6, ?)",
        (decided, model, json.dumps({"mixtures": [mixture, mixture]})))
    for pair, both in scores.items():
        clean = 1 / (1 + 2.718 ** (-14 * (sum(both) / 2 - 0.46)))
        reason = "matched" if clean > 0.6 else "uncertain" if clean >= 0.4 else "mismatch"
        counts[reason] += 1
        database.execute(
            "INSERT INTO decision VALUES (?, ?, ?, ?, NULL, ?)",
            (decided, pair, reason == "matched", reason, clean))
    database.execute("UPDATE run SET counts = ? WHERE run_id = ?", (json.dumps(counts), decided))
    database.execute("UPDATE published SET model_id = ?, decision_run_id = ?", (model, decided))
    explain(database, model, truth, scores, draw)


def explain(database, model, truth, scores, draw):
    """Words that name what is shown look at it; the others look anywhere."""
    run = begin(database, "explain", 120, 140, {})
    texts = dict(database.execute("SELECT pair_id, caption FROM pair"))
    for pair, (is_right, shown, told) in enumerate(truth, start=1):
        if pair not in scores:
            continue
        words = texts[pair].lower().replace(",", " ,").split()[:40]
        column = PLACES[shown[2]] * 6
        grounding, attention = [], bytearray()
        for word in words:
            fits = word in shown
            grounding.append((0.6 if fits else 0.1) + 0.25 * draw.random())
            for region in range(36):
                near = 2 ** -((region % 6 + 0.5 - column) ** 2 + (region // 6 - 2.5) ** 2)
                attention.append(int(255 * near) if fits else draw.randrange(60, 255))
        best = sorted((other for other in scores if truth[other - 1][2] == shown),
                      key=lambda other: -scores[other][0])[:5]
        pictures = sorted((other for other in scores if truth[other - 1][1] == told),
                          key=lambda other: -scores[other][0])[:5]
        database.execute(
            "INSERT INTO explanation VALUES (?, ?, ?, ?, ?, ?, 6, 6, 'pad', ?, ?, ?)",
            (model, pair, json.dumps(words), json.dumps([word != "ground" for word in words]),
             json.dumps(grounding), bytes(attention),
             json.dumps([{"pair_id": other, "similarity": scores[other][0]} for other in best]),
             json.dumps([{"pair_id": other, "similarity": scores[other][0]} for other in pictures]),
             run))


def write_history(workspace):
    """Three epochs of warm-up, four of correction."""
    (workspace / "models").mkdir()
    lines = []
    for epoch in range(1, 8):
        is_warm = epoch <= 3
        line = {"epoch": epoch, "phase": "warmup" if is_warm else "correction",
                "best": epoch in (1, 2, 3, 4, 6),
                "loss": [2.2 - 0.25 * epoch, 2.25 - 0.24 * epoch] if is_warm
                else [11 - epoch, 10.4 - 0.9 * epoch],
                "dev": {"images": 150, "captions": 150,
                        "image_to_text": [20 + 4 * epoch, 45 + 4 * epoch, 60 + 3 * epoch],
                        "text_to_image": [18 + 4 * epoch, 42 + 4 * epoch, 58 + 3 * epoch]}}
        if not is_warm:
            line["kept_share"] = [0.62 + 0.02 * epoch, 0.6 + 0.022 * epoch]
            line["meta_loss"] = [0.7 - 0.06 * epoch, 0.72 - 0.06 * epoch]
        lines.append(json.dumps(line))
    (workspace / "models/training.jsonl").write_text("\n".join(lines) + "\n")
