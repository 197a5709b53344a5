"""The steps of a whole pipeline, as a user would type them."""

from dataclasses import dataclass, field


@dataclass
class Step:
    """One command. `{workspace}` in an argument is the workspace's folder."""
    name: str
    arguments: list
    # Kills in each round, by how much can go wrong.
    kills: int = 1
    # Whether the stage takes the writer's lock and keeps a row in `run`.
    writes: bool = True
    # Folders of the workspace that it cannot do without.
    folders: list = field(default_factory=list)
    # The command of its rows in `run`, where that is not the program's name.
    kept_as: str = None
    # Other commands of which it keeps rows in `run` as well.
    also: tuple = ()
    # Whether what it prints is its result.
    tells: bool = False

    @property
    def program(self):
        return self.arguments[0]

    @property
    def stage(self):
        return self.kept_as or self.program.removeprefix("winnow-")

    @property
    def stages(self):
        return {self.stage, *self.also}

    def command(self, workspace):
        return [str(argument).replace("{workspace}", str(workspace)) for argument in self.arguments]


TRAINING = ["--seed", 5, "--embed-size", 24, "--similarity-dimension", 12, "--warmup-epochs", 2,
            "--epochs", 2, "--warmup-batch", 32, "--batch", 32, "--minimum-count", 2]


def steps(data, weights, programs):
    """All stages in order, with the options of a small run."""
    def step(name, program, *arguments, **options):
        return Step(name, [program, "--workspace", "{workspace}", "--quiet", *arguments], **options)

    def export(name, *arguments):
        return step(f"export {name}", "winnow-export", *arguments, writes=False, folders=["export"])

    explains = "--explain" in programs.run(["winnow-score", "--help"]).output
    every = ["--role", "train", "--role", "meta", "--role", "dev"]
    found = [
        step("ingest", "winnow-ingest", "--input", data.train, "--input", data.copies, kills=2),
        step("ingest archives", "winnow-ingest", "--format", "webdataset", "--input",
             data.archive_pattern, kills=2, folders=["images"]),
        step("ingest trusted", "winnow-ingest", "--input", data.trusted, "--role", "meta"),
        step("ingest dev", "winnow-ingest", "--input", data.dev, "--role", "dev"),
        step("fetch", "winnow-fetch", "--allow-private-addresses", "--retry-delay", 0.05,
             kills=3, folders=["images"]),
        step("featurize", "winnow-featurize", "--weights", weights, kills=3, folders=["features"]),
        step("train", "winnow-train", *TRAINING, kills=4, folders=["models", "stages"]),
        step("score", "winnow-score", kills=3),
        # More lines come, and are scored without storing features.
        step("ingest late", "winnow-ingest", "--input", data.late),
        step("score stream", "winnow-score", "--stream", "--weights", weights, kills=4,
             also=("featurize",)),
        step("purify", "winnow-purify", "--drop-repeated", "--near-duplicates", "drop-pairs",
             "--placeholder-captions", 5, kills=3),
        step("purify again", "winnow-purify", "--threshold", 0.5, kills=2),
        step("featurize late", "winnow-featurize", "--weights", weights, kills=2),
        *([step("explain", "winnow-score", "--explain", kills=2, kept_as="explain")]
          if explains else []),
        export("tsv", "--output", "{workspace}/export/kept.tsv"),
        export("jsonl", "--format", "jsonl", "--decision", "all", *every,
               "--output", "{workspace}/export/all.jsonl"),
        export("webdataset", "--format", "webdataset", "--decision", "all", "--shard-pairs", 50,
               "--output", "{workspace}/export/samples"),
        export("precomp", "--format", "precomp", "--decision", "all", *every,
               "--output", "{workspace}/export/features"),
        step("evaluate", "winnow-evaluate", "--output", "{workspace}/export/evaluation.json",
             writes=False, folders=["export"]),
        Step("corrupt", ["winnow-corrupt", "--quiet", "--input", data.dev, "--ratio", 0.5, "--seed", 3,
                         "--output", "{workspace}/export/noisy.tsv",
                         "--truth", "{workspace}/export/truth.tsv"], writes=False, folders=["export"]),
    ]
    if programs.has("winnow-inspect"):
        found.append(Step("inspect", [
            "winnow-inspect", "list", "--workspace", "{workspace}", "--quiet", "--json"],
            kills=2, writes=False, tells=True))
    return found


def pipeline_file(data, weights):
    """The same as one YAML file, for `winnow run`.

    Nothing is ingested after the training: given again, a pipeline begins with its first stage, would
    store the late pictures' features, and would find that the training was begun on other pairs.
    """
    training = "".join(
        f"      {key.removeprefix('--')}: {value}\n"
        for key, value in zip(TRAINING[2::2], TRAINING[3::2]))
    return f"""seed: {TRAINING[1]}
stages:
  - ingest:
      input: [{data.train}, {data.copies}]
  - ingest:
      input: "{data.archive_pattern}"
      format: webdataset
  - ingest:
      input: {data.trusted}
      role: meta
  - ingest:
      input: {data.dev}
      role: dev
  - fetch:
      allow-private-addresses: true
      retry-delay: 0.05
  - featurize:
      weights: {weights}
  - train:
{training}  - score:
  - purify:
      drop-repeated: true
  - export:
      output: ${{EXPORT}}/kept.tsv
  - export:
      output: ${{EXPORT}}/samples
      format: webdataset
      decision: all
"""
