"""Makes backbone-lite0.safetensors and so on: EfficientNet-Lite's features of three computed pictures.

Needs PyTorch, NumPy and the weights: python3 make_backbone_golden.py lite2 WEIGHTS.pth
The network is written out with torch's functions from the architecture's description, in double
precision, batch normalisation not folded. Of Lite0 every tenth channel is kept, of the others every
fortieth, to keep the files small.
"""

import json
import math
import pathlib
import struct
import sys

import numpy as np
import torch
import torch.nn.functional as F

STAGES = [  # repeats, kernel, stride, expansion, output channels of Lite0
    (1, 3, 1, 1, 16), (2, 3, 2, 6, 24), (2, 5, 2, 6, 40), (3, 3, 2, 6, 80), (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192), (1, 3, 1, 6, 320)]
MEMBERS = {  # width, depth, pixels per side, channels left out
    "lite0": (1.0, 1.0, 224, 10), "lite1": (1.0, 1.1, 240, 40), "lite2": (1.1, 1.2, 260, 40)}


def stages(width, depth):
    """The first and the last stage keep their repeats; channels stay multiples of eight."""
    def channels(count):
        nearest = max(8, int(count * width + 4) // 8 * 8)
        return nearest + 8 if nearest < 0.9 * count * width else nearest

    for index, (repeats, kernel, stride, expansion, outputs) in enumerate(STAGES):
        is_outer = index in (0, len(STAGES) - 1)
        yield (repeats if is_outer else math.ceil(repeats * depth), kernel, stride, expansion,
               channels(outputs))


def pictures(size):
    """Integer formulas, repeated in BackboneFixture.swift."""
    y, x = np.mgrid[0:size, 0:size].astype(np.int64)
    last = size - 1
    waves = np.stack([x * 255 // last, y * 255 // last, ((x * 7) ^ (y * 13)) & 255], -1)
    inside = (x - 112) ** 2 + (y - 90) ** 2 < 60 ** 2
    disc = np.stack([np.where(inside, 230, 40), np.where(inside, 60, 90 + y // 4),
                     np.where(inside, 30, 200 - x // 4)], -1)
    squares = (x // 28 + y // 28) % 2
    board = np.stack([squares * 200 + 20, squares * 100 + (x * y) % 97, 255 - squares * 180], -1)
    return np.stack([waves, disc, board]).astype(np.float64)


def convolve(x, weight, stride, groups=1):
    """TensorFlow's SAME padding: the smaller half in front."""
    kernel = weight.shape[-1]
    extent = x.shape[-1]
    total = max((-(-extent // stride) - 1) * stride + kernel - extent, 0)
    before, after = total // 2, total - total // 2
    return F.conv2d(F.pad(x, (before, after, before, after)), weight, stride=stride, groups=groups)


def forward(state, x, stages):
    def norm(name, x):
        return F.batch_norm(
            x, state[name + ".running_mean"], state[name + ".running_var"],
            state[name + ".weight"], state[name + ".bias"], training=False, eps=1e-3)

    x = F.relu6(norm("_bn0", convolve(x, state["_conv_stem.weight"], 2)))
    index = 0
    for repeats, kernel, stride, expansion, outputs in stages:
        for position in range(repeats):
            block = f"_blocks.{index}."
            step = stride if position == 0 else 1
            y = x
            if expansion != 1:
                y = F.relu6(norm(block + "_bn0", convolve(y, state[block + "_expand_conv.weight"], 1)))
            weight = state[block + "_depthwise_conv.weight"]
            assert weight.shape[-1] == kernel
            y = F.relu6(norm(block + "_bn1", convolve(y, weight, step, groups=y.shape[1])))
            y = norm(block + "_bn2", convolve(y, state[block + "_project_conv.weight"], 1))
            x = x + y if step == 1 and x.shape == y.shape else y
            assert x.shape[1] == outputs
            index += 1
    return F.relu6(norm("_bn1", convolve(x, state["_conv_head.weight"], 1)))


def rows(x, step):
    """[pictures, channels, h, w] to [pictures, h·w, every step-th channel]."""
    return x[:, ::step].flatten(2).transpose(1, 2).float().numpy().copy()


def write(path, tensors):
    header, data = {}, b""
    for name, array in sorted(tensors.items()):
        body = array.astype("<f4").tobytes()
        header[name] = {"dtype": "F32", "shape": list(array.shape),
                        "data_offsets": [len(data), len(data) + len(body)]}
        data += body
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


if __name__ == "__main__":
    member, path = sys.argv[1:]
    width, depth, size, step = MEMBERS[member]
    weights = torch.load(path, map_location="cpu", weights_only=True)
    weights = {name: value.double() for name, value in weights.items()}
    inputs = torch.from_numpy((pictures(size) - 127) / 128).permute(0, 3, 1, 2)
    with torch.no_grad():
        last = forward(weights, inputs, stages(width, depth))
    write(pathlib.Path(__file__).parent / f"backbone-{member}.safetensors", {
        "map": rows(last, step),
        "grid6": rows(F.adaptive_avg_pool2d(last, 6), step),
        "grid3": rows(F.adaptive_avg_pool2d(last, 3), step),
        "grid1": rows(F.adaptive_avg_pool2d(last, 1), step),
    })
