"""What the quality benchmark measures: each run a pipeline of its own, named for what it varies."""

from dataclasses import dataclass, field

# No run knows a ratio, a truth or a test pair before its last stage.
RATIOS = [0.0, 0.2, 0.5, 0.7]
SEEDS = [1, 2, 3]

# The published recipe, cut to what fits into twenty minutes of two cores with the compact network.
# Its batches of 128 cost four times as much a pair as the robust recipe's 32; its warm-up loss begins
# to learn the mismatches by heart in the fourth epoch.
PUBLISHED = {"recipe": "published", "warmup-epochs": 3, "epochs": 3}

# Plain training, to compare what different sets of pairs teach: the hinge over all negatives, then
# the hinge over the hardest, on every pair, the best epoch chosen on the dev pairs.
PLAIN = {
    "warmup-loss": "published",
    "calibrate-warmup": False,
    "warmup-epochs": 2,
    "epochs": 4,
    "clean-threshold": 0.0,
    "meta-rate": 0.0,
}


@dataclass
class Run:
    name: str
    ratio: float
    seed: int = 1
    train: dict = field(default_factory=dict)
    purify: dict = field(default_factory=dict)
    featurize: dict = field(default_factory=dict)
    # Trains on the pairs that this run kept, instead of on all harvested ones.
    kept_by: str = ""
    # Measures retrieval on the test pairs.
    tests: bool = False


def winner(ratio, seed=1):
    return f"robust-{round(ratio * 100)}-seed{seed}"


def all_runs():
    """Every run, those first that others need or that tell most."""
    runs = [Run(winner(ratio), ratio) for ratio in (0.5, 0.2, 0.7, 0.0)]
    for ratio in (0.5, 0.2, 0.7):
        percent = round(ratio * 100)
        runs.append(Run(f"no-meta-step-{percent}", ratio, train={"meta-rate": 0.0}))
        runs.append(Run(f"published-{percent}", ratio, train=PUBLISHED))
    runs += [
        Run("plain-noisy", 0.5, train=PLAIN, tests=True),
        Run("plain-purified", 0.5, train=PLAIN, kept_by=winner(0.5), tests=True),
        Run("plain-clean", 0.0, train=PLAIN, tests=True),
        # V learns the labelled pairs nowhere, and in the meta steps alone: what the warm-up's
        # calibration took over from them.
        Run("no-labels-50", 0.5, train={"calibrate-warmup": False, "meta-rate": 0.0}),
        Run("labels-late-50", 0.5, train={"calibrate-warmup": False}),
        Run("meta-rate-published-50", 0.5, train={"meta-rate": 1.7e-5}),
        Run("no-purification-50", 0.5, train={"clean-threshold": 0.0}),
        Run("grid4-50", 0.5, featurize={"grid": 4}),
        Run("grid7-50", 0.5, featurize={"grid": 7}),
        Run("lite2-50", 0.5, featurize={"backbone": "lite2"}),
    ]
    runs += [
        Run(winner(ratio, seed), ratio, seed) for seed in SEEDS[1:] for ratio in (0.5, 0.7, 0.2, 0.0)
    ]
    return runs
