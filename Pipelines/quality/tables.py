"""The quality benchmark's tables, from what the finished runs left behind."""

import json
import sqlite3

from runs import RATIOS, SEEDS, winner


class Results:
    """Figures of finished runs, in a file that outlives their folders if one is named."""

    def __init__(self, folder, path=None):
        self.folder = folder
        self.path = path
        self.known = json.loads(path.read_text()) if path and path.exists() else {}

    def __getitem__(self, name):
        figures = self.known.get(name)
        if figures is None:
            figures = self.known[name] = self.read(self.folder / name)
        return figures

    def keep(self, name):
        """Takes the figures of a finished run into the file."""
        if not self.path or not self[name]:
            return
        kept = {key: figures for key, figures in sorted(self.known.items()) if figures}
        temporary = self.path.with_name(self.path.name + ".partial")
        temporary.write_text(json.dumps(kept, indent=2) + "\n")
        temporary.replace(self.path)

    def read(self, folder):
        """A run's figures; None while it is not finished."""
        try:
            evaluation = json.loads((folder / "evaluation.json").read_text())
            record = json.loads((folder / "record.json").read_text())
        except FileNotFoundError:
            return None
        detection = evaluation.get("detection") or {}
        retrieval = evaluation.get("retrieval")
        figures = {
            "auroc": detection.get("auroc"),
            "precision": detection.get("kept_precision"),
            "recall": detection.get("kept_recall"),
            "kept": detection.get("kept_share"),
            "minutes": record["seconds"] / 60,
            "processor_minutes": record["processor_seconds"] / 60
            if "processor_seconds" in record else None,
            "gigabytes": record["peak_bytes"] / 1e9 or None,
            "programs": record.get("programs", []),
            "retrieval": retrieval
            and sum(retrieval["image_to_text"]) + sum(retrieval["text_to_image"]),
        }
        figures.update(networks(folder))
        return figures


def networks(folder):
    """What each network alone would reach, and the share that they disagree on."""
    truth = {}
    for line in (folder / "truth.tsv").read_text(encoding="utf-8").splitlines():
        key, clean = line.split("\t")[:2]
        truth[key] = clean == "1"
    database = sqlite3.connect(f"file:{folder}/workspace/audit.sqlite?mode=ro", uri=True)
    rows = database.execute(
        "SELECT key, similarity_a, similarity_b, reason FROM pair_audit WHERE role = 'train'"
    ).fetchall()
    scored = [row for row in rows if row[1] is not None and row[0] in truth]
    return {
        "auroc_a": area([(row[1], truth[row[0]]) for row in scored]),
        "auroc_b": area([(row[2], truth[row[0]]) for row in scored]),
        "uncertain": sum(row[3] == "uncertain" for row in rows) / max(len(rows), 1),
    }


def area(pairs):
    """The area under the ROC curve by mean ranks; None where one class is missing."""
    pairs = sorted(pairs)
    positives = sum(clean for _, clean in pairs)
    negatives = len(pairs) - positives
    if not positives or not negatives:
        return None
    ranks = 0.0
    start = 0
    while start < len(pairs):
        end = start
        while end < len(pairs) and pairs[end][0] == pairs[start][0]:
            end += 1
        ranks += (start + end + 1) / 2 * sum(clean for _, clean in pairs[start:end])
        start = end
    return (ranks - positives * (positives + 1) / 2) / (positives * negatives)


def number(value, digits=3):
    return "–" if value is None else f"{value:.{digits}f}"


def spread(values, digits=3):
    """Mean and range."""
    values = [value for value in values if value is not None]
    if not values:
        return "–"
    mean = sum(values) / len(values)
    if len(values) == 1:
        return number(mean, digits)
    return f"{number(mean, digits)} ({number(min(values), digits)}–{number(max(values), digits)})"


def row(*cells):
    return "| " + " | ".join(cells) + " |"


def print_tables(results):
    print(row("noise", "runs", "AUROC", "kept precision", "kept recall", "kept", "uncertain",
              "minutes", "processor minutes", "peak GB"))
    print(row(*["---"] * 10))
    for ratio in RATIOS:
        done = [results[winner(ratio, seed)] for seed in SEEDS]
        done = [figures for figures in done if figures]
        columns = [
            spread([figures[key] for figures in done])
            for key in ("auroc", "precision", "recall", "kept", "uncertain")
        ]
        minutes = spread([figures["minutes"] for figures in done], 1)
        busy = spread([figures["processor_minutes"] for figures in done], 1)
        memory = spread([figures["gigabytes"] for figures in done], 2)
        print(row(f"{ratio:.0%}", str(len(done)), *columns, minutes, busy, memory))
    print()
    print(row("recipe, seed 1", "20 %", "50 %", "70 %"))
    print(row(*["---"] * 4))
    for label, name in [
        ("robust", "robust-{}-seed1"),
        ("robust without the meta step", "no-meta-step-{}"),
        ("published, 3 + 3 epochs", "published-{}"),
    ]:
        cells = [results[name.format(percent)] for percent in (20, 50, 70)]
        print(row(label, *[number(cell and cell["auroc"]) for cell in cells]))
    print()
    print(row("at 50 %, seed 1", "AUROC", "kept precision", "kept recall"))
    print(row(*["---"] * 4))
    best = results[winner(0.5)]
    for label, name in [
        ("robust: two networks, grid 6, Lite0", winner(0.5)),
        ("without the meta step", "no-meta-step-50"),
        ("meta step of the published size", "meta-rate-published-50"),
        ("V learns labelled pairs in meta steps alone", "labels-late-50"),
        ("V learns no labelled pairs", "no-labels-50"),
        ("no purification while training", "no-purification-50"),
        ("grid 4", "grid4-50"),
        ("grid 7", "grid7-50"),
        ("Lite2", "lite2-50"),
    ]:
        figures = results[name] or {}
        print(row(label, *[number(figures.get(key)) for key in ("auroc", "precision", "recall")]))
    for network in ("a", "b"):
        alone = best and best[f"auroc_{network}"]
        print(row(f"network {network.upper()} of the two alone", number(alone), "–", "–"))
    print()
    print(row("plain training on", "recalls on the test pairs, sum of six"))
    print(row("---", "---"))
    for label, name in [
        ("all pairs, half of them wrong", "plain-noisy"),
        ("what Winnow kept of them", "plain-purified"),
        ("all pairs before any was moved", "plain-clean"),
    ]:
        print(row(label, number((results[name] or {}).get("retrieval"), 1)))
    programs = {
        program for figures in results.known.values() if figures for program in figures["programs"]
    }
    if len(programs) > 1:
        print()
        print(f"These runs are of {len(programs)} different builds of winnow.")
