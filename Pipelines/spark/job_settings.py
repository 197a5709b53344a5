"""The job's YAML file: where things are, and which pipeline runs on what."""

import difflib
import pathlib
import re
from dataclasses import dataclass

import yaml

KEYS = ["executables", "storage", "scratch", "shards", "train", "shard", "merged"]
STEP_KEYS = ["pipeline", "set"]


class SettingsError(Exception):
    """Something about the file that whoever wrote it has to change."""


@dataclass(frozen=True)
class Step:
    """A pipeline of Winnow's, and what its names stand for."""

    pipeline: str
    names: dict

    def arguments(self, **values):
        """`--set` for `winnow run`; ${KEY} in a value stands for `values`."""
        result = []
        for name, value in self.names.items():
            result += ["--set", f"{name}={substitute(value, values, name)}"]
        return result


@dataclass(frozen=True)
class JobSettings:
    executables: str
    storage: str
    scratch: str
    shards: int
    train: Step
    shard: Step
    merged: Step


def read_settings(path, values):
    """Reads the file; names that are not known, missing or unused are errors that say which."""
    path = pathlib.Path(path).resolve()
    document = yaml.safe_load(path.read_text())
    require_keys(document, KEYS, KEYS, path)
    used = set()

    def text(value):
        used.update(re.findall(r"\$\{(\w+)\}", str(value)))
        return substitute(str(value), {"SHARD": "${SHARD}", **values}, path)

    def place(key):
        return str((path.parent / text(document[key])).resolve())

    def step(key):
        require_keys(document[key], STEP_KEYS, ["pipeline"], f"{path}: {key}")
        names = {name: text(value) for name, value in (document[key].get("set") or {}).items()}
        return Step(str((path.parent / text(document[key]["pipeline"])).resolve()), names)

    shards = document["shards"]
    if not isinstance(shards, int) or shards < 1:
        raise SettingsError(f"{path}: shards: expected a whole number of at least 1, found {shards}")
    settings = JobSettings(
        executables=place("executables"), storage=place("storage"), scratch=place("scratch"),
        shards=shards, train=step("train"), shard=step("shard"), merged=step("merged"))
    unused = sorted(set(values) - used)
    if unused:
        raise SettingsError(f"--set {unused[0]}: {path} has no ${{{unused[0]}}}")
    return settings


def require_keys(mapping, known, needed, where):
    if not isinstance(mapping, dict):
        raise SettingsError(f"{where}: expected keys and values")
    for key in mapping:
        if key not in known:
            near = difflib.get_close_matches(str(key), known, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise SettingsError(f"{where}: there is no key {key}{hint}")
    for key in needed:
        if key not in mapping:
            raise SettingsError(f"{where}: {key} is missing")


def substitute(text, values, where):
    def value(match):
        if match[1] not in values:
            raise SettingsError(f"{where}: ${{{match[1]}}} has no value; give --set {match[1]}=VALUE")
        return str(values[match[1]])

    return re.sub(r"\$\{(\w+)\}", value, text)
