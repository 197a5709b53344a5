"""Loads a model of Winnow into PyTorch modules, strictly.

    python3 load_in_pytorch.py WORKSPACE/models [--save model.pth.tar]     # torch, safetensors

Builds modules with the published parameter names from the sizes in each file's metadata and calls
`load_state_dict(strict=True)` with all its tensors: PyTorch refuses any that is missing, left over or
of another shape. With --save the state dicts are saved again as the published code saves them, which
`winnow-score --model` and `winnow-train --initialize-from` read.
"""

import argparse
import json
import pathlib

import torch
from safetensors import safe_open
from torch import nn


def pooling(width, regions=None):
    """Self-attention pooling; with BatchNorms over regions and features for images."""
    module = nn.Module()
    norms = [[nn.BatchNorm1d(count)] if regions else [] for count in (regions, width)]
    module.embedding_local = nn.Sequential(nn.Linear(width, width), *norms[0])
    module.embedding_global = nn.Sequential(nn.Linear(width, width), *norms[1])
    module.embedding_common = nn.Sequential(nn.Linear(width, 1))
    return module


def similarity_network(sizes):
    width, vector = sizes["embed_size"], sizes["similarity_dimension"]
    network = nn.Module()
    network.img_enc, network.txt_enc, network.sim_enc = nn.Module(), nn.Module(), nn.Module()
    network.img_enc.fc = nn.Linear(sizes["region_dimension"], width)
    network.txt_enc.embed = nn.Embedding(sizes["vocabulary_size"], sizes["word_dimension"])
    network.txt_enc.cap_rnn = nn.GRU(
        sizes["word_dimension"], width, num_layers=1, batch_first=True, bidirectional=True)
    network.sim_enc.v_global_w = pooling(width, sizes["regions"])
    network.sim_enc.t_global_w = pooling(width)
    network.sim_enc.sim_tranloc_w = nn.Linear(width, vector)
    network.sim_enc.sim_tranglo_w = nn.Linear(width, vector)
    if sizes["reasoning"] == "sgr":
        steps = nn.ModuleList()
        for _ in range(sizes["reasoning_steps"]):
            step = nn.Module()
            for part in ("graph_query_w", "graph_key_w", "sim_graph_w"):
                setattr(step, part, nn.Linear(vector, vector))
            steps.append(step)
        network.sim_enc.SGR_module = steps
    else:
        network.sim_enc.SAF_module = nn.Module()
        network.sim_enc.SAF_module.attn_sim_w = nn.Linear(vector, 1)
        network.sim_enc.SAF_module.bn = nn.BatchNorm1d(1)
    return network


def meta_network(sizes):
    network = nn.Module()
    network.first_hidden_layer = nn.Module()
    network.first_hidden_layer.fc = nn.Linear(
        sizes["similarity_dimension"], sizes["meta_hidden"])
    network.output_layer = nn.Linear(sizes["meta_hidden"], 1)
    return network


def load(path):
    with safe_open(path, framework="pt") as file:
        sizes = json.loads(file.metadata()["winnow.configuration"])
        tensors = {name: file.get_tensor(name) for name in file.keys()}
    model = nn.Module()
    model.net, model.meta = similarity_network(sizes), meta_network(sizes)
    print(f"{path.name}: {len(tensors)} tensors: {model.load_state_dict(tensors, strict=True)}")
    for name, tensor in model.state_dict().items():
        if name.endswith("num_batches_tracked"):
            print(f"  {name}: {tensor.dtype}, shape {list(tensor.shape)}, {tensor.item()}")
    return model, sizes


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", type=pathlib.Path)
    parser.add_argument("--save", type=pathlib.Path)
    arguments = parser.parse_args()
    checkpoint = {"epoch": 0, "best_rsum": 0}
    for letter in "AB":
        model, sizes = load(arguments.models / f"net-{letter.lower()}.safetensors")
        checkpoint[f"net_{letter}"] = model.net.state_dict()
        checkpoint[f"meta_net_{letter}"] = model.meta.state_dict()
    if arguments.save:
        checkpoint["opt"] = argparse.Namespace(
            img_dim=sizes["region_dimension"], word_dim=sizes["word_dimension"],
            embed_size=sizes["embed_size"], sim_dim=sizes["similarity_dimension"],
            vocab_size=sizes["vocabulary_size"], module_name=sizes["reasoning"].upper(),
            sgr_step=sizes["reasoning_steps"], num_layers=1, bi_gru=True, no_imgnorm=False,
            no_txtnorm=False)
        torch.save(checkpoint, arguments.save)
        print(f"saved {arguments.save}")


if __name__ == "__main__":
    main()
