#!/usr/bin/env python3
"""Writes a large manifest of invented captions and URLs, the same for the same arguments.

Captions and URLs have the lengths of Conceptual Captions' (about 10 words; about 90 bytes); a
hundredth of the URLs come twice, one line in ten thousand is malformed.

  python3 Pipelines/bench/manifest_generator.py --lines 3318333 --output cc3m.tsv
  python3 Pipelines/bench/manifest_generator.py --lines 12423374 --columns url-caption --output cc12m.tsv
"""

import argparse
import itertools
import os
import pathlib
import random

SYLLABLES = "ba be bo ca co da de di do fa fi ga go ha ka la li lo ma mi mo na ne no pa pe po ra re ri ro sa se so ta te ti to va vi".split()


def words(generator, count):
    """Distinct invented words, the frequent ones short."""
    found = {}
    while len(found) < count:
        syllables = 1 if len(found) < 20 else 2 if len(found) < 500 else generator.randint(3, 4)
        found["".join(generator.choices(SYLLABLES, k=syllables))] = None
    return list(found)


def lines(count, seed, reversed_columns):
    generator = random.Random(seed)
    vocabulary = words(generator, 20000)
    # Zipf's law, as words of a language follow it.
    weights = list(itertools.accumulate(1 / (rank + 10) for rank in range(len(vocabulary))))
    hosts = [f"images{number}.example-{number % 977}.com" for number in range(5000)]
    url = ""
    for number in range(count):
        if generator.random() >= 0.01 or not url:
            token = generator.getrandbits(160)
            url = f"https://{hosts[token % 5000]}/{token % 89:02d}/{token:040x}_{number % 640}.jpg"
        caption = " ".join(
            generator.choices(vocabulary, cum_weights=weights, k=generator.randint(5, 16)))
        if generator.random() < 0.0001:
            yield caption + "\n"
        elif reversed_columns:
            yield f"{url}\t{caption}\n"
        else:
            yield f"{caption}\t{url}\n"


def write(path, count, seed=1, reversed_columns=False):
    temporary = pathlib.Path(f"{path}.partial")
    with open(temporary, "w", encoding="utf-8", newline="") as file:
        file.writelines(lines(count, seed, reversed_columns))
    os.replace(temporary, path)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, required=True)
    parser.add_argument("--output", type=pathlib.Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--columns", choices=["caption-url", "url-caption"], default="caption-url")
    arguments = parser.parse_args()
    write(arguments.output, arguments.lines, arguments.seed, arguments.columns == "url-caption")


if __name__ == "__main__":
    main()
