"""Writes small checkpoints of the form that MSCN's published training code saves.

    python3 make_published_checkpoints.py      # needs torch and safetensors

The networks are those of reference/*.safetensors; network B is A with every weight halved.
`published/sgr.pth.tar` holds plain state dicts, `published/saf.pth.tar` lists of three with the
`module.` that DataParallel puts before names. The vocabulary has the form that SCAN's code writes.
"""

import argparse
import json
import pathlib
from collections import OrderedDict

import torch
from safetensors.torch import load_file

HERE = pathlib.Path(__file__).parent
ENCODERS = ["img_enc.", "txt_enc.", "sim_enc."]


def state(tensors, prefix, factor):
    found = OrderedDict()
    for name in sorted(tensors):
        if name.startswith(prefix):
            tensor = tensors[name]
            if name.endswith("num_batches_tracked"):
                found[name[len(prefix):]] = tensor.to(torch.int64)
            else:
                found[name[len(prefix):]] = tensor if "running" in name else tensor * factor
    return found


def in_three(network):
    return [
        OrderedDict(
            ("module." + name[len(encoder):], tensor)
            for name, tensor in network.items() if name.startswith(encoder))
        for encoder in ENCODERS
    ]


def save(case, module, divide):
    tensors = load_file(HERE / "reference" / f"{case}.safetensors")
    networks = {}
    for letter, factor in [("A", 1.0), ("B", 0.5)]:
        network = state(tensors, "net.", factor)
        networks[f"net_{letter}"] = in_three(network) if divide else network
        networks[f"meta_net_{letter}"] = state(tensors, "meta.", factor)
    options = argparse.Namespace(
        data_name="f30k_precomp", batch_size=64, lr=2e-4, meta_lr=17e-6, img_dim=20, word_dim=12,
        embed_size=24, sim_dim=16, num_layers=1, bi_gru=True, no_imgnorm=False, no_txtnorm=False,
        module_name=module, sgr_step=3, vocab_size=40, noise_file="", noise_ratio=0.2)
    path = HERE / "published" / f"{module.lower()}.pth.tar"
    torch.save({"epoch": 4, **networks, "best_rsum": 321.5, "opt": options}, path)


def main():
    save("sgr-tiny", "SGR", divide=False)
    save("saf-tiny", "SAF", divide=True)
    words = ["<pad>", "<start>", "<end>", "<unk>"] + [f"word{number}" for number in range(4, 40)]
    vocabulary = {
        "word2idx": {word: number for number, word in enumerate(words)},
        "idx2word": {number: word for number, word in enumerate(words)},
        "idx": len(words),
    }
    (HERE / "published" / "tiny_vocab.json").write_text(json.dumps(vocabulary) + "\n")


if __name__ == "__main__":
    main()
