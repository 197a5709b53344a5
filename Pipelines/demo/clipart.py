#!/usr/bin/env python3
"""Makes the demo's manifest from Debian's clip art.

The openclipart-png package holds the pictures, openclipart-svg the same pictures as drawings with
a title and keywords inside. A caption is "title: keyword, keyword, ...", as in
"Apple Pie: dessert, fruit, food". Only the standard library, no network, no randomness: the same
packages give the same bytes.

usage: clipart.py --svg DIR --png DIR --output FILE [--limit 3000]

DIR are the packages' .../openclipart/svg and .../openclipart/png folders. FILE gets a line
`caption<TAB>file:PATH` per picture, PATH relative to the folder of FILE.
"""

import argparse
import collections
import hashlib
import os
import re
import struct
import sys
import unicodedata
import xml.etree.ElementTree as ElementTree
from pathlib import Path

DUBLIN_CORE = "{http://purl.org/dc/elements/1.1/}"
LIST_ITEM = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}li"

# Gradients draw as blank pages, logos are the marks of others, and on the last line stand mixed
# bags whose captions say least about the picture (measured by how well a small model tells them
# from random ones).
SKIPPED_SHELVES = re.compile(
    r"shapes/tangram|special/gradients|recreation/games/cards/cardbacks|unsorted/duplicates|logos"
    r"|computer/connectors|computer/diagrams"
    r"|education$|animals$|recreation/toys|recreation/holiday$|computer/icons/applications")
# Icon sets and map symbols under other shelves; file managers' names for their icons.
SKIPPED_NAMES = re.compile(
    r"^(hotel_icon|gnome|bb_|fc\d|svg_|stock[-_]|plastik|emblem|head\d)|symbol_\d*m?_bwh"
    r"|_icon_-_symb|bwh$|blueberry|mime[-_]", re.IGNORECASE)
# Series: shelves whose pictures look alike. More of them would add pairs nobody can tell apart.
SERIES_LIMITS = {
    "signs_and_symbols/flags": 200, "signs_and_symbols/map_symbols": 120,
    "transportation/aiga-symbols": 120, "recreation/games/cards": 220, "shapes/stars": 80,
    "shapes/jigsaw": 48, "shapes/arrows": 100, "special/patterns": 90, "people/stickmen": 50,
    "computer/icons/lemon-theme": 120, "computer/icons/flat-theme": 300, "computer/buttons": 60,
    "geography": 100}
SHELF_LIMIT = 130
# Pictures that may share a caption, numbers aside: six books are welcome, thirty are not.
CAPTION_LIMIT = 6
# A title shared by more pictures than this names a collection, not a picture.
SERIES_SIZE = 6
# Collection titles and authors' signatures inside titles and file names.
COLLECTION_TITLE = re.compile(
    r"(clip ?art|icons?|theme|iconset|collection|symbol_signs|submission|sibmission|advertising"
    r"|illustration|map elements|balloons-aj)\b|^(card|people|head\d*|r16)$", re.IGNORECASE)
AUTHOR_IN_NAME = re.compile(
    r"_(?:[a-z]+_)*(?:archite\w*|ganson|nicu_\w*|benji\w*|jean\w*|dan_gerhar\w*|jon_ph\w*"
    r"|francesc\w*|mo|ano|geral|gerald\w*|aj|erwan|yves|sergio\w*|s_rgio\w*"
    r"|marcelo|kattekrab|fab\w*|johnny\w*"
    r"|mcol|pete\w*|bobo\w*|tiz\w*|momo)_?(?:_|$).*")
# The catalogue's own bookkeeping, not words about a picture.
BOOKKEEPING = {
    "", "hash", "unsorted", "sign and symbol", "special", "menu", "magick", "recreation", "mapsym",
    "map symbol", "appicon", "icon", "theme", "webpage", "clipart", "clip art", "simple", "svg",
    "color", "colour", "image", "png", "externalsource", "contour", "action",
    "united nation member",
    "subnational", "carbohydrate", "protein", "activity", "other", "misc", "miscellany", "hotel",
    "work", "equipment", "bread and carb", "meat and egg"}
# Words joined or cut in the catalogue.
SPELLING = {
    "icecream": "ice cream", "roadsign": "road sign", "bodypart": "body part", "tv": "television",
    "musicsym": "music", "networksym": "network", "arrowshape": "arrow",
    "signalflag": "signal flag", "united state": "united states",
    "northamerica": "north america", "unitedstates": "united states", "musicstuff": "music",
    "vegitable": "vegetable", "transport": "transportation", "stickmen": "stickman",
    "housecat": "cat", "lemon theme icon": "lemon icon", "lemon theme": "lemon icon",
    "flat theme": "flat icon", "etiquette theme": "etiquette icon",
    "xma": "christmas", "smily": "smiley", "silhouet": "silhouette", "noze": "nose"}
# Shelf names and keywords in the plural that a rule of thumb would get wrong.
KEPT_PLURALS = {
    "glasses", "news", "bus", "christmas", "cross", "grass", "glass", "dress", "chess", "swiss",
    "canvas", "gas", "lens", "sports", "electronics", "business", "scissors", "united states",
    "physics", "mathematics", "octopus", "cactus", "tennis", "texas", "pants", "asparagus"}
CARD_SUITS = {"c": "clubs", "d": "diamonds", "h": "hearts", "s": "spades"}
CARD_RANKS = {
    "a": "ace", "2": "two", "3": "three", "4": "four", "5": "five", "6": "six", "7": "seven",
    "8": "eight", "9": "nine", "10": "ten", "j": "jack", "q": "queen", "k": "king"}
# The Italian drawings of one author; every other title is English.
FOREIGN = re.compile(r"archite|rollandin|francesc|s_rgio|sergio_luiz|araujo|ara_j", re.IGNORECASE)

MINIMUM_SIDE, MAXIMUM_SIDE, MAXIMUM_ASPECT = 60, 1600, 3.0
MINIMUM_BYTES, MAXIMUM_BYTES = 700, 400_000
MAXIMUM_KEYWORDS = 5
# The vocabulary keeps words seen this often.
KNOWN_WORD_COUNT = 4
# A caption needs this many of them. With two, detection loses a point of AUROC.
MINIMUM_KNOWN_WORDS = 3


class Picture:
  """One drawing: where it stands, its cleaned title and keywords, its caption."""

  def __init__(self, shelf, stem, title, keywords):
    self.shelf, self.stem, self.title, self.keywords = shelf, stem, title, keywords

  @property
  def path(self):
    return f"{self.shelf}/{self.stem}"

  def caption(self):
    title = self.title[:1].upper() + self.title[1:]
    return f"{title}: {', '.join(self.keywords)}" if self.keywords else title

  def words(self):
    return set(re.findall(r"[a-z]+", self.caption().lower()))


def plain(text):
  """Text with one kind of blank, no control characters and no markup left over."""
  text = unicodedata.normalize("NFC", text.replace("&amp;", "&").replace("_", " "))
  return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def singular(word):
  if word in KEPT_PLURALS or len(word) < 4 or not word.endswith("s") or word.endswith("ss"):
    return word
  if word.endswith("ies"):
    return word[:-3] + "y"
  if word.endswith(("shes", "ches", "xes", "toes")):
    return word[:-2]
  return word[:-1]


def read_metadata(path):
  """The title and keywords of a drawing, or None when it has no readable metadata."""
  title, keywords, in_subject, depth = "", [], False, 0
  try:
    for event, element in ElementTree.iterparse(path, events=("start", "end")):
      if event == "start":
        in_subject = in_subject or element.tag == DUBLIN_CORE + "subject"
      elif element.tag == DUBLIN_CORE + "title":
        # The picture's own title comes first; the publisher's and author's follow.
        title = title or (element.text or "").strip()
      elif element.tag == DUBLIN_CORE + "subject":
        in_subject = False
      elif element.tag == LIST_ITEM and in_subject:
        keywords.append(element.text or "")
      elif element.tag.endswith("}metadata"):
        break
  except ElementTree.ParseError:
    return None
  return title, keywords


def series_of(shelf):
  """The series that a shelf belongs to, or None."""
  return next((series for series in SERIES_LIMITS if shelf.startswith(series)), None)


def name_from_stem(stem):
  """`train_station_jon_phillips_01` as "train station"."""
  name = AUTHOR_IN_NAME.sub("", stem.lower())
  name = re.sub(r"^(aiga|contour|svg|rpg map|pictogram)[_-]", "", name)
  name = re.sub(r"[_\-.]+", " ", re.sub(r"\d+(pt|step)?", " ", name))
  return " ".join(name.split())


def playing_card(stem):
  """`ornamental_s_j` as "Jack of spades", or None for any other name."""
  match = re.fullmatch(r"[a-z]+_([cdhs])_(\d+|[ajkq])", stem)
  if not match:
    return None
  suit, rank = match.groups()
  return f"{CARD_RANKS.get(rank, rank)} of {CARD_SUITS[suit]}"


def clean_title(title, stem, is_series):
  if playing_card(stem):
    return playing_card(stem)
  title = plain(title)
  if is_series or not title or COLLECTION_TITLE.search(title):
    title = plain(name_from_stem(stem))
  title = re.sub(r"\((B ?(&|and) ?W|colou?r|b/w)\)", "", title, flags=re.IGNORECASE)
  title = re.sub(r"[-,.#\s(]*\b[a-z]?\d+[a-z]?\)?$", "", title, flags=re.IGNORECASE)
  return title.strip(" -_.,:;#")


def clean_keywords(raw, shelf, title):
  title_words = {singular(w) for w in re.findall(r"[a-z]+", title.lower())}
  cleaned = []
  for keyword in list(raw) + list(reversed(shelf.split("/"))):
    keyword = re.sub(r"hash\(.*\)|\(.*\)", "", plain(keyword).lower()).strip(" .,:;-")
    keyword = keyword.replace("-", " ")
    keyword = SPELLING.get(keyword, keyword)
    keyword = " ".join(singular(word) for word in keyword.split())
    keyword = SPELLING.get(keyword, keyword)
    is_word = re.fullmatch(r"[a-z][a-z ']{2,24}", keyword)
    if not is_word or keyword in BOOKKEEPING or keyword in cleaned:
      continue
    if set(keyword.split()) <= title_words:
      continue
    cleaned.append(keyword)
  return cleaned


def is_good_picture(path):
  """Whether the file is a PNG of a sensible size that is neither blank nor huge."""
  try:
    size = path.stat().st_size
    with open(path, "rb") as file:
      header = file.read(24)
  except OSError:
    return False
  if len(header) < 24 or not header.startswith(b"\x89PNG\r\n\x1a\n"):
    return False
  width, height = struct.unpack(">II", header[16:24])
  short, long = min(width, height), max(width, height)
  return (short >= MINIMUM_SIDE and long <= MAXIMUM_SIDE and long <= MAXIMUM_ASPECT * short
          and MINIMUM_BYTES <= size <= MAXIMUM_BYTES)


def read_pictures(svg_root, png_root):
  """Every picture with a usable title, in path order."""
  raw = []
  for path in sorted(svg_root.rglob("*.svg")):
    shelf, stem = path.parent.relative_to(svg_root).as_posix(), path.name[: -len(".svg")]
    if SKIPPED_SHELVES.match(shelf) or SKIPPED_NAMES.search(stem) or FOREIGN.search(stem):
      continue
    if not is_good_picture(png_root / shelf / (stem + ".png")):
      continue
    metadata = read_metadata(path)
    if metadata and not any(FOREIGN.search(k) for k in metadata[1]):
      raw.append((shelf, stem, *metadata))

  series = collections.Counter(title for _, _, title, _ in raw)
  for shelf, stem, title, keywords in raw:
    title = clean_title(title, stem, series[title] > SERIES_SIZE)
    keywords = clean_keywords(keywords, shelf, title)
    is_name = title.isascii() and re.search(r"[A-Za-z]{3}", title) and "@" not in title
    if is_name and len(title) <= 50 and keywords:
      yield Picture(shelf, stem, title, keywords)


def trim_keywords(pictures):
  """Keeps the keywords that recur, the most telling (rarest) first."""
  counts = collections.Counter(k for picture in pictures for k in set(picture.keywords))
  for picture in pictures:
    recurring = [k for k in picture.keywords if counts[k] >= KNOWN_WORD_COUNT]
    recurring.sort(key=lambda k: (counts[k], k))
    picture.keywords = recurring[:MAXIMUM_KEYWORDS]


def unique(pictures, png_root):
  """Each file content once; outside a series, each caption (numbers aside) a few times."""
  seen, per_caption = set(), collections.Counter()
  for picture in pictures:
    content = hashlib.sha256((png_root / (picture.path + ".png")).read_bytes()).hexdigest()
    caption = re.sub(r"[^a-z]+", " ", picture.caption().lower()).strip()
    is_series = series_of(picture.shelf) is not None
    if content not in seen and (is_series or per_caption[caption] < CAPTION_LIMIT):
      seen.add(content)
      per_caption[caption] += 1
      yield picture


def choose(pictures, limit):
  """The pictures whose captions say most in words that recur, no shelf crowding out the rest."""
  counts = collections.Counter(word for picture in pictures for word in picture.words())

  def known_words(picture):
    return sum(1 for word in picture.words() if counts[word] >= KNOWN_WORD_COUNT)

  chosen, per_shelf = [], collections.Counter()
  for picture in sorted(pictures, key=lambda p: (-min(known_words(p), 4), digest(p.path))):
    shelf = series_of(picture.shelf) or picture.shelf
    shelf_limit = SERIES_LIMITS.get(shelf, SHELF_LIMIT)
    is_telling = known_words(picture) >= MINIMUM_KNOWN_WORDS
    if is_telling and per_shelf[shelf] < shelf_limit and len(chosen) < limit:
      per_shelf[shelf] += 1
      chosen.append(picture)
  return sorted(chosen, key=lambda p: p.path)


def digest(text):
  return hashlib.sha256(text.encode()).digest()


def write_manifest(pictures, png_root, output):
  """Writes beside the target first, so that a killed run leaves no half manifest."""
  temporary = output.with_name(output.name + ".partial")
  with open(temporary, "w", encoding="utf-8", newline="\n") as file:
    for picture in pictures:
      path = os.path.relpath(png_root / (picture.path + ".png"), output.parent)
      file.write(f"{picture.caption()}\tfile:{path}\n")
    file.flush()
    os.fsync(file.fileno())
  os.replace(temporary, output)


def main():
  parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
  parser.add_argument("--svg", type=Path, required=True)
  parser.add_argument("--png", type=Path, required=True)
  parser.add_argument("--output", type=Path, required=True)
  parser.add_argument("--limit", type=int, default=3000)
  arguments = parser.parse_args()

  pictures = list(read_pictures(arguments.svg, arguments.png))
  if not pictures:
    sys.exit(f"clipart.py: no captioned picture under {arguments.svg}; remove Data/demo and try "
             "`make demo-data` again")
  trim_keywords(pictures)
  pictures = list(unique(pictures, arguments.png))
  chosen = choose(pictures, arguments.limit)
  write_manifest(chosen, arguments.png, arguments.output)
  print(f"{arguments.output}: {len(chosen)} pictures with captions, of {len(pictures)} usable",
        file=sys.stderr)


if __name__ == "__main__":
  main()
