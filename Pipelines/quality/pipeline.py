"""A run as a pipeline file for `winnow run`. YAML contains JSON, so JSON is what is written."""

import json


def pipeline(run, data, output, weights):
    """The stages of a run; all paths absolute. `output` maps a run's name to its folder."""
    own = output(run.name)

    def ingest(path, role):
        return {"ingest": {"input": str(path), "role": role, "image-root": str(data)}}

    corrupt = {
        "input": str(data / "train.tsv"),
        "ratio": run.ratio,
        "output": str(own / "noisy.tsv"),
        "truth": str(own / "truth.tsv"),
        "meta-share": 0.02,
        "meta-output": str(own / "meta.tsv"),
    }
    harvested = output(run.kept_by) / "kept.tsv" if run.kept_by else own / "noisy.tsv"
    stages = [
        {"corrupt": corrupt},
        ingest(harvested, "train"),
        ingest(own / "meta.tsv", "meta"),
        ingest(data / "dev.tsv", "dev"),
    ]
    if run.tests:
        stages.append(ingest(data / "test.tsv", "test"))
    stages += [
        {"featurize": {"weights": str(weights(run)), **run.featurize}},
        {"train": {"preset": "compact", **run.train}},
        {"score": None},
        {"purify": run.purify or None},
        {"export": {"output": str(own / "kept.tsv")}},
    ]
    evaluate = {"output": str(own / "evaluation.json"), "truth": str(own / "truth.tsv")}
    if run.tests:
        evaluate["retrieval"] = "test"
    stages.append({"evaluate": evaluate})
    document = {"workspace": str(own / "workspace"), "seed": run.seed, "stages": stages}
    return json.dumps(document, indent=2)
