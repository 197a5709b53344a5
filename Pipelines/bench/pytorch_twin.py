#!/usr/bin/env python3
"""Times in PyTorch what `winnow-bench training` times in Winnow, done the published way.

The computation is that of MSCN (CVPR 2023, arXiv 2304.06275) over SGRAF (AAAI 2021, arXiv
2101.01368), on the fixed shapes of the benchmark: 64 captions with 895 words in all, the longest of
27, 36 regions x 1280, a vocabulary of 3,162. As published means:

- captions one after the other, each against all images of the batch at once;
- the look-ahead w' = w - lr * gradient keeps its graph (create_graph) over the whole batch, and the
  meta loss is differentiated through it a second time, by a plain backward() of everything the
  graph holds; `--prune` asks autograd for the meta network's gradients alone, which spares it the
  second derivatives for w that nobody uses;
- the main step then is a forward and reverse pass of its own, over the whole batch.

Needs torch. `--check CASE.safetensors` (needs the safetensors package too) computes a golden case
instead and compares every tensor with it, which shows that what is timed is the right thing.

  pytorch_twin.py --preset compact --threads 2 --repeats 3
  pytorch_twin.py --check Tests/ModelsTests/Fixtures/reference/sgr-small.safetensors
"""

import argparse
import json
import sys
import time
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

CAPTIONS, WORDS, LONGEST = 64, 895, 27
REGIONS, REGION_DIMENSION, VOCABULARY = 36, 1280, 3162
PRESETS = {"compact": (256, 64), "paper": (1024, 256)}
RATE, META_RATE, GRADIENT_NORM = 2e-4, 1.7e-5, 2.0


@dataclass
class Sizes:
    """The sizes that decide a network's shape."""

    region_dimension: int
    regions: int
    vocabulary: int
    embed: int
    similarity: int
    words: int = 300
    steps: int = 3
    hidden: int = 64
    reasoning: str = "SGR"
    dropout: float = 0.4


@dataclass
class Batch:
    """images [B, regions, dimension], captions [B, longest] padded with 0, lengths [B]."""

    images: torch.Tensor
    captions: torch.Tensor
    lengths: torch.Tensor


def l2norm(x):
    """x / (norm + 1e-8) along the last dimension, the epsilon outside the root."""
    return x / (x.pow(2).sum(dim=-1, keepdim=True).sqrt() + 1e-8)


class Network:
    """The similarity network without state: every pass is given its parameters by name, so that
    the look-ahead's, which depend on the meta network, are used like any others.

    `statistics` holds the BatchNorms' running mean and variance; only a pass with mode "real" moves
    them, "lookahead" uses the batch's without a trace, "evaluation" the running ones.
    """

    def __init__(self, sizes, statistics):
        self.sizes, self.statistics = sizes, statistics

    def linear(self, p, name, x):
        return F.linear(x, p[name + ".weight"], p[name + ".bias"])

    def drop(self, x, mode):
        return F.dropout(x, self.sizes.dropout, training=mode != "evaluation")

    def batch_norm(self, p, name, x, mode):
        running = mode != "lookahead"
        return F.batch_norm(
            x,
            self.statistics[name + ".running_mean"] if running else None,
            self.statistics[name + ".running_var"] if running else None,
            p[name + ".weight"], p[name + ".bias"],
            training=mode != "evaluation", momentum=0.1, eps=1e-5)

    def pool(self, p, name, rows, mode, norms):
        """The global vectors of rows [N, R, d]: [N, d]."""
        local = self.linear(p, name + ".embedding_local.0", rows)
        whole = self.linear(p, name + ".embedding_global.0", rows.mean(dim=1))
        if norms:
            local = self.batch_norm(p, name + ".embedding_local.1", local, mode)
            whole = self.batch_norm(p, name + ".embedding_global.1", whole, mode)
        local = self.drop(torch.tanh(local), mode)
        whole = self.drop(torch.tanh(whole), mode)
        common = self.linear(p, name + ".embedding_common.0", local * whole.unsqueeze(1))
        weights = torch.softmax(common.squeeze(2), dim=1)
        return l2norm((weights.unsqueeze(2) * rows).sum(dim=1))

    def encode(self, p, batch, mode):
        """Regions [B, R, d], their globals [B, d], words [B, longest, d]."""
        regions = l2norm(self.linear(p, "img_enc.fc", batch.images))
        embedded = self.drop(F.embedding(batch.captions, p["txt_enc.embed.weight"]), mode)
        packed = pack_padded_sequence(
            embedded, batch.lengths, batch_first=True, enforce_sorted=False)
        names = ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"]
        weights = [
            p["txt_enc.cap_rnn." + name + suffix] for suffix in ["", "_reverse"] for name in names]
        start = embedded.new_zeros(2, len(batch.lengths), self.sizes.embed)
        # What torch.nn.GRU calls, with the parameters of this pass.
        states, _ = torch.gru(
            packed.data, packed.batch_sizes, start, weights, True, 1, 0.0,
            mode != "evaluation", True)
        states, _ = pad_packed_sequence(
            PackedSequence(
                states, packed.batch_sizes, packed.sorted_indices, packed.unsorted_indices),
            batch_first=True)
        forward, backward = states.chunk(2, dim=2)
        words = l2norm((forward + backward) / 2)
        return regions, self.pool(p, "sim_enc.v_global_w", regions, mode, norms=True), words

    def caption_vectors(self, p, regions, region_globals, words, mode):
        """One caption's words [L, d] against images' regions [N, R, d]: [N, m]."""
        images = regions.shape[0]
        caption_global = self.pool(p, "sim_enc.t_global_w", words.unsqueeze(0), mode, norms=False)
        repeated = words.unsqueeze(0).repeat(images, 1, 1)

        attention = torch.bmm(regions, repeated.transpose(1, 2))
        attention = l2norm(F.leaky_relu(attention, 0.1))
        attention = torch.softmax(9 * attention.transpose(1, 2), dim=2)
        context = l2norm(torch.bmm(attention, regions))

        local = l2norm(self.linear(p, "sim_enc.sim_tranloc_w", (context - repeated).pow(2)))
        whole = l2norm(
            self.linear(p, "sim_enc.sim_tranglo_w", (region_globals - caption_global).pow(2)))
        nodes = torch.cat([whole.unsqueeze(1), local], dim=1)
        if self.sizes.reasoning == "SAF":
            return self.filtrate(p, nodes, mode)
        for step in range(self.sizes.steps):
            nodes = self.reason(p, f"sim_enc.SGR_module.{step}", nodes)
        return nodes[:, 0]

    def reason(self, p, name, nodes):
        query = self.linear(p, name + ".graph_query_w", nodes)
        key = self.linear(p, name + ".graph_key_w", nodes)
        edges = torch.softmax(torch.bmm(query, key.transpose(1, 2)), dim=2)
        return F.relu(self.linear(p, name + ".sim_graph_w", torch.bmm(edges, nodes)))

    def filtrate(self, p, nodes, mode):
        name = "sim_enc.SAF_module"
        logits = self.linear(p, name + ".attn_sim_w", nodes).transpose(1, 2)
        weights = torch.sigmoid(self.batch_norm(p, name + ".bn", logits, mode))
        weights = weights / (weights.abs().sum(dim=-1, keepdim=True) + 1e-8)
        return l2norm(torch.bmm(weights, nodes).squeeze(1))

    def all_pairs(self, p, batch, mode):
        """The similarity vectors of all images with all captions: [images, captions, m]."""
        regions, region_globals, words = self.encode(p, batch, mode)
        return torch.stack([
            self.caption_vectors(p, regions, region_globals, words[index, :length], mode)
            for index, length in enumerate(batch.lengths.tolist())], dim=1)

    def matched_pairs(self, p, batch, mode):
        """The similarity vectors of image i with caption i: [pairs, m]."""
        regions, region_globals, words = self.encode(p, batch, mode)
        return torch.cat([
            self.caption_vectors(
                p, regions[index:index + 1], region_globals[index:index + 1],
                words[index, :length], mode)
            for index, length in enumerate(batch.lengths.tolist())])


def similarity(theta, vectors):
    """V, the meta network."""
    hidden = F.relu(F.linear(
        vectors, theta["first_hidden_layer.fc.weight"], theta["first_hidden_layer.fc.bias"]))
    output = F.linear(hidden, theta["output_layer.weight"], theta["output_layer.bias"])
    return torch.sigmoid(output).squeeze(-1)


def mean_hinge(matrix, margin=0.2):
    """The published warm-up loss of S [images, captions]."""
    count = len(matrix)
    own = matrix.diag()
    others = 1 - torch.eye(count, dtype=matrix.dtype)
    rows = (margin + matrix - own.unsqueeze(1)).clamp(min=0) * others
    columns = (margin + matrix - own.unsqueeze(0)).clamp(min=0) * others
    return (rows.sum() + columns.sum()) / count


def hardest_negatives(matrix):
    """The main loss of S [images, captions], its margins softened by the captions' own pairs."""
    own = matrix.diag()
    match = own.detach()
    margins = (0.2 / (1 + (match / (1 - match)).pow(-2))).unsqueeze(0)
    same = torch.eye(len(matrix), dtype=torch.bool)
    rows = (margins + matrix - own.unsqueeze(1)).clamp(min=0).masked_fill(same, 0)
    columns = (margins + matrix - own.unsqueeze(0)).clamp(min=0).masked_fill(same, 0)
    return rows.max(dim=1).values.sum() + columns.max(dim=0).values.sum()


def look_ahead(network, w, theta, batch, rate):
    """w' = w - rate * gradient of the main loss, still a function of theta."""
    loss = hardest_negatives(similarity(theta, network.all_pairs(w, batch, "lookahead")))
    # The key bias of the reasoning and its like have no gradient at all, hence materialize_grads.
    gradients = torch.autograd.grad(
        loss, list(w.values()), create_graph=True, materialize_grads=True)
    return {name: value - rate * change for (name, value), change in zip(w.items(), gradients)}


def meta_loss(network, w, theta, batch, meta_batch, labels, rate):
    """V on the meta batch after the look-ahead, and its cross-entropy."""
    ahead = look_ahead(network, w, theta, batch, rate)
    output = similarity(theta, network.matched_pairs(ahead, meta_batch, "lookahead"))
    return output, F.binary_cross_entropy(output, labels)


def iteration(network, w, theta, optimizer, meta_optimizer, batch, meta_batch, labels, prune):
    """Look-ahead, meta step, main step."""
    _, loss = meta_loss(network, w, theta, batch, meta_batch, labels, RATE)
    meta_optimizer.zero_grad()
    loss.backward(inputs=list(theta.values()) if prune else None)
    meta_optimizer.step()

    main = hardest_negatives(similarity(theta, network.all_pairs(w, batch, "real")))
    optimizer.zero_grad()
    main.backward(inputs=list(w.values()))
    torch.nn.utils.clip_grad_norm_(list(w.values()), GRADIENT_NORM)
    optimizer.step()
    return {"loss": main.item(), "meta_loss": loss.item()}


def warmup_step(network, w, theta, optimizer, meta_optimizer, batch):
    """One step with the hinge over all negatives, for both networks."""
    loss = mean_hinge(similarity(theta, network.all_pairs(w, batch, "real")))
    optimizer.zero_grad()
    meta_optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(list(w.values()), GRADIENT_NORM)
    torch.nn.utils.clip_grad_norm_(list(theta.values()), GRADIENT_NORM)
    optimizer.step()
    meta_optimizer.step()
    return {"loss": loss.item()}


def caption_lengths():
    """5 up to the longest, evened out to the total, as `winnow-bench` does it."""
    lengths = [5 + index * 18 // (CAPTIONS - 1) for index in range(CAPTIONS)]
    lengths[-1] = LONGEST
    index = 0
    while sum(lengths) != WORDS:
        step = 1 if sum(lengths) < WORDS else -1
        if 3 <= lengths[index] + step < LONGEST:
            lengths[index] += step
        index = (index + 1) % (CAPTIONS - 1)
    return lengths


def synthetic_batch():
    lengths = caption_lengths()
    captions = torch.zeros(CAPTIONS, LONGEST, dtype=torch.long)
    for index, length in enumerate(lengths):
        captions[index, :length] = torch.randint(4, VOCABULARY, (length,))
    images = torch.rand(CAPTIONS, REGIONS, REGION_DIMENSION) * 2 - 1
    return Batch(images, captions, torch.tensor(lengths))


def initial_parameters(sizes):
    """Random parameters under their published names: w, theta, and the running statistics."""
    d, m = sizes.embed, sizes.similarity
    w, statistics = {}, {}

    def uniform(shape, bound):
        return (torch.rand(shape) * 2 - 1) * bound

    def linear(name, inputs, outputs):
        w[name + ".weight"] = uniform((outputs, inputs), (6 / (inputs + outputs)) ** 0.5)
        w[name + ".bias"] = torch.zeros(outputs)

    def batch_norm(name, channels):
        w[name + ".weight"], w[name + ".bias"] = torch.ones(channels), torch.zeros(channels)
        statistics[name + ".running_mean"] = torch.zeros(channels)
        statistics[name + ".running_var"] = torch.ones(channels)

    linear("img_enc.fc", sizes.region_dimension, d)
    w["txt_enc.embed.weight"] = uniform((sizes.vocabulary, sizes.words), 0.1)
    for suffix in ["", "_reverse"]:
        for name, shape in [
                ("weight_ih_l0", (3 * d, sizes.words)), ("weight_hh_l0", (3 * d, d)),
                ("bias_ih_l0", (3 * d,)), ("bias_hh_l0", (3 * d,))]:
            w["txt_enc.cap_rnn." + name + suffix] = uniform(shape, d ** -0.5)
    for side in ["v", "t"]:
        name = f"sim_enc.{side}_global_w"
        linear(name + ".embedding_local.0", d, d)
        linear(name + ".embedding_global.0", d, d)
        linear(name + ".embedding_common.0", d, 1)
        if side == "v":
            batch_norm(name + ".embedding_local.1", sizes.regions)
            batch_norm(name + ".embedding_global.1", d)
    linear("sim_enc.sim_tranloc_w", d, m)
    linear("sim_enc.sim_tranglo_w", d, m)
    for step in range(sizes.steps):
        for part in ["graph_query_w", "graph_key_w", "sim_graph_w"]:
            linear(f"sim_enc.SGR_module.{step}.{part}", m, m)
    theta = {}
    for name, inputs, outputs in [
            ("first_hidden_layer.fc", m, sizes.hidden), ("output_layer", sizes.hidden, 1)]:
        theta[name + ".weight"] = uniform((outputs, inputs), inputs ** -0.5)
        theta[name + ".bias"] = uniform((outputs,), inputs ** -0.5)
    for value in [*w.values(), *theta.values()]:
        value.requires_grad_()
    return w, theta, statistics


def measure(work, repeats):
    """Seconds of each of some runs, after one that does not count, and what the last returned.

    Short works run more often: until two seconds are timed, or ten times.
    """
    work()
    seconds = []
    while len(seconds) < repeats or (len(seconds) < 10 and sum(seconds) < 2):
        start = time.perf_counter()
        result = work()
        seconds.append(time.perf_counter() - start)
    return seconds, result


def sgemm_rate(size=2048, repeats=5):
    """GFLOP/s of a square product: the best of a few."""
    left, right = torch.rand(size, size), torch.rand(size, size)
    seconds, _ = measure(lambda: left @ right, repeats)
    return 2 * size ** 3 / min(seconds) / 1e9


def peak_memory():
    """VmHWM in bytes, 0 where the system does not tell."""
    try:
        with open("/proc/self/status", encoding="ascii") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def benchmark(preset, repeats, prune):
    """Times of all three works on one preset; stops where a loss is not finite."""
    torch.manual_seed(7)
    embed, similarity_dimension = PRESETS[preset]
    sizes = Sizes(REGION_DIMENSION, REGIONS, VOCABULARY, embed, similarity_dimension)
    batch, meta_batch = synthetic_batch(), synthetic_batch()
    labels = torch.tensor([1.0, 0.0] * (CAPTIONS // 2))
    seconds, values = {}, {}

    def fresh():
        torch.manual_seed(1)
        w, theta, statistics = initial_parameters(sizes)
        return Network(sizes, statistics), w, theta

    def optimizers(w, theta, meta_rate):
        return (torch.optim.Adam(list(w.values()), lr=RATE),
                torch.optim.Adam(list(theta.values()), lr=meta_rate))

    network, w, theta = fresh()

    @torch.no_grad()
    def score():
        output = similarity(theta, network.matched_pairs(w, batch, "evaluation"))
        return {"mean_similarity": output.mean().item()}

    seconds["scoring"], values["scoring"] = measure(score, repeats)
    adam = optimizers(w, theta, RATE)
    seconds["warmup_step"], values["warmup_step"] = measure(
        lambda: warmup_step(network, w, theta, *adam, batch), repeats)
    network, w, theta = fresh()
    adam = optimizers(w, theta, META_RATE)
    seconds["iteration"], values["iteration"] = measure(
        lambda: iteration(network, w, theta, *adam, batch, meta_batch, labels, prune), repeats)
    for work, results in values.items():
        for name, value in results.items():
            if value != value or value in (float("inf"), float("-inf")):
                sys.exit(f"pytorch_twin.py: {work}: {name} is {value}")
    return {
        "preset": preset,
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
        "pruned": prune,
        "shapes": {
            "captions": len(batch.lengths), "words": int(batch.lengths.sum()),
            "longest": int(batch.lengths.max()), "regions": batch.images.shape[1],
            "region_dimension": batch.images.shape[2], "vocabulary": sizes.vocabulary,
            "embed_size": sizes.embed, "similarity_dimension": sizes.similarity},
        "seconds": seconds,
        "values": values,
        "sgemm_gflops": sgemm_rate(),
        "peak_memory_bytes": peak_memory(),
    }


def check(path):
    """Computes a golden case and compares; returns the number of tensors that miss it.

    Tolerances are a few times what single precision costs: 2e-5 absolute for outputs and losses
    (1e-4 after a look-ahead), 2e-3 of the largest golden magnitude + 1e-5 for gradients.
    """
    from safetensors import safe_open

    with safe_open(path, framework="pt") as file:
        told = file.metadata()
        golden = {name: file.get_tensor(name) for name in file.keys()}
    sizes = Sizes(
        int(told["img_dim"]), int(told["regions"]), int(told["vocab_size"]),
        int(told["embed_size"]), int(told["sim_dim"]), int(told["word_dim"]),
        int(told["sgr_step"]), int(told["meta_hidden"]), told["module"].upper(), dropout=0.0)

    def under(prefix):
        return {
            name[len(prefix):]: value for name, value in golden.items() if name.startswith(prefix)}

    stored = under("net.")
    statistics = {name: value for name, value in stored.items() if "running_" in name}
    w = {
        name: value.clone().requires_grad_() for name, value in stored.items()
        if "running_" not in name and "num_batches" not in name}
    theta = {name: value.clone().requires_grad_() for name, value in under("meta.").items()}

    def pairs(prefix):
        return Batch(
            golden[prefix + "images"], golden[prefix + "captions"].long(),
            golden[prefix + "lengths"].long())

    batch, meta_batch = pairs("batch."), pairs("metabatch.")
    network = Network(sizes, statistics)
    found = {}
    found["eval.similarity"] = similarity(theta, network.all_pairs(w, batch, "evaluation"))
    found["eval.similarity_matched"] = similarity(
        theta, network.matched_pairs(w, batch, "evaluation"))
    matrix = similarity(theta, network.all_pairs(w, batch, "lookahead"))
    found["train.similarity"] = matrix

    def gradients(prefix, loss, parameters):
        values = torch.autograd.grad(
            loss, list(parameters.values()), retain_graph=True, materialize_grads=True)
        found.update({prefix + name: value for name, value in zip(parameters, values)})

    for name, loss in [("warmup", mean_hinge(matrix)), ("main", hardest_negatives(matrix))]:
        found[name + ".loss"] = loss.reshape(1)
        gradients(name + ".grad.net.", loss, w)
        if name == "warmup":
            gradients(name + ".grad.meta.", loss, theta)
    output, loss = meta_loss(
        network, w, theta, batch, meta_batch, golden["metabatch.labels"].float(),
        golden["metastep.lr"].item())
    found["metastep.output"], found["metastep.loss"] = output, loss.reshape(1)
    gradients("metastep.grad.meta.", loss, theta)

    misses, worst = 0, {}
    expected = [
        name for name in golden
        if name.startswith(("eval.", "train.", "warmup.", "main.")) or (
            name.startswith("metastep.") and name != "metastep.lr")]
    for name in expected:
        if name not in found:
            print(f"{name}: not computed")
            misses += 1
            continue
        difference = (found[name].detach() - golden[name]).abs().max().item()
        if ".grad." in name:
            tolerance = 2e-3 * golden[name].abs().max().item() + 1e-5
        else:
            tolerance = 1e-4 if name.startswith("metastep.") else 2e-5
        kind = name.split(".grad.")[0] + (" gradients" if ".grad." in name else "")
        worst[kind] = max(worst.get(kind, 0.0), difference / tolerance)
        if not difference <= tolerance:
            print(f"{name}: off by {difference:.2e}, allowed {tolerance:.2e}")
            misses += 1
    for kind, share in worst.items():
        print(f"{kind:26}{share:7.1%} of the tolerance")
    print(f"{len(expected) - misses} of {len(expected)} tensors agree")
    return misses


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--preset", choices=sorted(PRESETS), default="compact")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=1, help="timed runs, after one untimed; short works run more often")
    parser.add_argument(
        "--prune", action="store_true", help="differentiate the meta loss for theta alone")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--check", metavar="CASE", help="compare with a golden case instead")
    options = parser.parse_args()
    if options.threads < 1 or options.repeats < 1:
        parser.error("--threads and --repeats must be at least 1")
    torch.set_num_threads(options.threads)
    if options.check:
        sys.exit(1 if check(options.check) else 0)
    result = benchmark(options.preset, options.repeats, options.prune)
    if options.json:
        print(json.dumps(result, indent=2, sort_keys=True))
        return
    print(f"{options.preset}, torch {result['torch']}, {result['threads']} threads, "
          f"sgemm {result['sgemm_gflops']:.0f} GFLOP/s")
    for work, seconds in result["seconds"].items():
        print(f"{work:12} {sorted(seconds)[len(seconds) // 2]:8.3f} s")
    print(f"peak memory  {result['peak_memory_bytes'] / 1e9:8.2f} GB")


if __name__ == "__main__":
    main()
