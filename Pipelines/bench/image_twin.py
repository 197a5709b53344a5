#!/usr/bin/env python3
"""Times in Pillow, OpenCV and ONNX Runtime what `winnow-bench images` times in Winnow.

It reads the folder that `winnow-bench images --files FOLDER` keeps: `224x224`, `640x480` and
`1600x1200` with JPEGs, and `winnow` with what Winnow made of them. Whatever of the three can be
imported is timed; the others are named.

- Pillow: open, convert to RGB, resize the shorter side to the network's with the bicubic filter
  (which antialiases), crop the middle. The whole picture is decoded: `draft` is not used.
- OpenCV: imdecode, BGR to RGB, resize as above with INTER_AREA (its only filter that antialiases),
  crop the middle. The whole picture is decoded.
- Both: files in memory; with several threads, each thread takes the next picture.
- ONNX Runtime: EfficientNet-Lite up to the means of its last feature map over the regions. The
  graph is made here from the same weights, read without PyTorch; batch normalisation is left for
  the runtime to fold. Timed with batches of 1, 8 and 16, on `--threads` threads for each batch and,
  where those are several, with as many batches side by side, one thread each; the best counts.

How far Winnow's pictures are from Pillow's, and its features from ONNX Runtime's, is measured too.

  winnow-bench images --twin off --files pictures
  image_twin.py --files pictures --weights Data/weights/efficientnet_lite0.pth
"""

import argparse
import io
import json
import math
import pickle
import struct
import time
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ABSENT = []
try:
    import numpy as np
except ImportError:
    ABSENT = ["pillow", "opencv", "onnxruntime"]
else:
    try:
        import PIL
        from PIL import Image
    except ImportError:
        ABSENT.append("pillow")
    try:
        import cv2
    except ImportError:
        ABSENT.append("opencv")
    try:
        import onnx
        import onnx.numpy_helper
        import onnxruntime
    except ImportError:
        ABSENT.append("onnxruntime")

SIDES = {"lite0": 224, "lite1": 240, "lite2": 260}
SIZES = ["224x224", "640x480", "1600x1200"]
BATCHES = [1, 8, 16]
DIMENSION = 1280


# The network.

class Storage:
    """A run of numbers in a weights file, filled in after the tensors that lie in it are known."""

    kinds = {"FloatStorage": "<f4", "LongStorage": "<i8"}

    def __init__(self, kind):
        self.type, self.numbers = self.kinds[kind], None


class WeightsReader(pickle.Unpickler):
    """Reads PyTorch's older format; of all Python names, only those of tensors may occur in it."""

    def __init__(self, file):
        super().__init__(file)
        self.storages = {}

    def find_class(self, module, name):
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return lambda storage, offset, shape, strides, *_: (storage, offset, shape, strides)
        if module == "torch" and name in Storage.kinds:
            return name
        raise pickle.UnpicklingError(f"unexpected name {module}.{name}")

    def persistent_load(self, identifier):
        _, kind, key, *_ = identifier
        return self.storages.setdefault(key, Storage(kind))


def read_weights(path):
    """Arrays by name."""
    with open(path, "rb") as file:
        for _ in range(3):  # a magic number, the version, the machine
            pickle.Unpickler(file).load()
        reader = WeightsReader(file)
        tensors = reader.load()
        for key in pickle.Unpickler(file).load():
            count, = struct.unpack("<q", file.read(8))
            storage = reader.storages[key]
            data = file.read(count * np.dtype(storage.type).itemsize)
            storage.numbers = np.frombuffer(data, storage.type)
    return {name: array(*tensor) for name, tensor in tensors.items()}


def array(storage, offset, shape, strides):
    """The numbers of a tensor, whose strides count numbers."""
    last = offset + sum((extent - 1) * stride for extent, stride in zip(shape, strides))
    if min([offset, *shape, *strides]) < 0 or last >= len(storage.numbers):
        raise ValueError("a tensor that lies outside its storage")
    return np.lib.stride_tricks.as_strided(
        storage.numbers[offset:], shape, [stride * storage.numbers.itemsize for stride in strides])


def blocks(backbone):
    """(kernel, stride, expansion, outputs) of each bottleneck of a member of the family."""
    width, depth = {"lite0": (1, 1), "lite1": (1, 1.1), "lite2": (1.1, 1.2)}[backbone]
    stages = [
        (1, 3, 1, 1, 16), (2, 3, 2, 6, 24), (2, 5, 2, 6, 40), (3, 3, 2, 6, 80),
        (3, 5, 1, 6, 112), (4, 5, 2, 6, 192), (1, 3, 1, 6, 320)]
    result = []
    for index, (repeats, kernel, stride, expansion, outputs) in enumerate(stages):
        wanted = outputs * width
        outputs = max(8, int(wanted + 4) // 8 * 8)
        if outputs < 0.9 * wanted:
            outputs += 8
        if index not in (0, len(stages) - 1):
            repeats = math.ceil(repeats * depth)
        result += [(kernel, stride if place == 0 else 1, expansion, outputs)
                   for place in range(repeats)]
    return result


class Graph:
    """An ONNX graph in the making."""

    def __init__(self, weights):
        self.weights, self.nodes, self.initializers = weights, [], {}

    def constant(self, name, value):
        self.initializers[name] = onnx.numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def node(self, kind, inputs, **attributes):
        output = f"{kind}{len(self.nodes)}"
        self.nodes.append(onnx.helper.make_node(kind, inputs, [output], **attributes))
        return output

    def convolution(self, value, side, name, norm, stride=1, relu=True):
        """Convolution with TensorFlow's `same` border, normalisation and ReLU6; the side it has."""
        weight = self.weights[name + ".weight"]
        kernel, result = weight.shape[-1], -(-side // stride)
        border = max(0, (result - 1) * stride + kernel - side)
        before, after = border // 2, border - border // 2
        group = weight.shape[0] if weight.shape[1] == 1 else 1
        value = self.node(
            "Conv", [value, self.constant(name, weight)], kernel_shape=[kernel, kernel],
            strides=[stride, stride], pads=[before, before, after, after], group=group)
        parts = [
            self.constant(f"{norm}.{part}", self.weights[f"{norm}.{part}"])
            for part in ("weight", "bias", "running_mean", "running_var")]
        value = self.node("BatchNormalization", [value, *parts], epsilon=1e-3)
        if relu:
            limits = [self.constant("zero", np.float32(0)), self.constant("six", np.float32(6))]
            value = self.node("Clip", [value, *limits])
        return value, result


def region_means(side, grid):
    """[side * side, grid * grid]: the adaptive means of a map's rows and columns."""
    line = np.zeros((side, grid), np.float32)
    for cell in range(grid):
        start, end = cell * side // grid, -(-(cell + 1) * side // grid)
        line[start:end, cell] = 1 / (end - start)
    return np.einsum("yi,xj->yxij", line, line).reshape(side * side, grid * grid)


def network(backbone, weights, grid):
    """The ONNX model: [batch, 3, side, side] to [batch, 1280, grid * grid]."""
    graph = Graph(weights)
    value, side = graph.convolution("picture", SIDES[backbone], "_conv_stem", "_bn0", stride=2)
    channels = 32
    for index, (kernel, stride, expansion, outputs) in enumerate(blocks(backbone)):
        name, before, start = f"_blocks.{index}.", value, side
        if expansion != 1:
            value, side = graph.convolution(value, side, name + "_expand_conv", name + "_bn0")
        value, side = graph.convolution(
            value, side, name + "_depthwise_conv", name + "_bn1", stride=stride)
        value, side = graph.convolution(
            value, side, name + "_project_conv", name + "_bn2", relu=False)
        if stride == 1 and channels == outputs and side == start:
            value = graph.node("Add", [value, before])
        channels = outputs
    value, side = graph.convolution(value, side, "_conv_head", "_bn1")
    shape = graph.constant("flat", np.array([0, DIMENSION, side * side], np.int64))
    value = graph.node("Reshape", [value, shape])
    means = graph.constant("means", region_means(side, grid))
    graph.nodes.append(onnx.helper.make_node("MatMul", [value, means], ["regions"]))

    def tensor(name, shape):
        return onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape)

    size = SIDES[backbone]
    model = onnx.helper.make_model(
        onnx.helper.make_graph(
            graph.nodes, backbone, [tensor("picture", ["batch", 3, size, size])],
            [tensor("regions", ["batch", DIMENSION, grid * grid])],
            list(graph.initializers.values())),
        opset_imports=[onnx.helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(model)
    return model.SerializeToString()


def session(model, threads):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


# The pictures.

def fitted_size(width, height, side):
    """Shorter side to `side`, the longer in proportion, rounded down."""
    shorter = min(width, height)
    return max(side, side * width // shorter), max(side, side * height // shorter)


def corner(width, height, side):
    """Where the middle begins; Python rounds a half to even, as the usual centre crops do."""
    return round((width - side) / 2), round((height - side) / 2)


def pillow_picture(data, side):
    picture = Image.open(io.BytesIO(data)).convert("RGB")
    width, height = fitted_size(*picture.size, side)
    if (width, height) != picture.size:
        picture = picture.resize((width, height), Image.Resampling.BICUBIC)
    left, top = corner(width, height, side)
    return picture.crop((left, top, left + side, top + side))


def opencv_picture(data, side):
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    picture = cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)
    width, height = fitted_size(picture.shape[1], picture.shape[0], side)
    if (width, height) != (picture.shape[1], picture.shape[0]):
        picture = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
    left, top = corner(width, height, side)
    return np.ascontiguousarray(picture[top:top + side, left:left + side])


def pillow_differences(folder, files, side):
    """How far Winnow's pictures are from Pillow's, in 1/255."""
    differences = []
    for size in SIZES:
        theirs = np.stack([np.asarray(pillow_picture(data, side)) for data in files[size]])
        ours = np.fromfile(folder / "winnow" / f"{size}.rgb", np.uint8).reshape(theirs.shape)
        difference = np.abs(theirs.astype(np.int16) - ours)
        differences.append({
            "work": "decode_" + size, "mean": float(difference.mean()),
            "maximum": int(difference.max())})
    return differences


# The times.

def measure(work, repeats):
    """Seconds of each of some runs, after one that does not count.

    Short works run more often: until two seconds are timed, or ten times.
    """
    work()
    seconds = []
    while len(seconds) < repeats or (len(seconds) < 10 and sum(seconds) < 2):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return seconds


def middle(seconds):
    ordered = sorted(seconds)
    return (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2


def over_threads(work, items, threads):
    """Does a work for each item."""
    if threads == 1:
        for item in items:
            work(item)
        return
    with ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(work, items):
            pass


def time_pictures(runtime, picture, files, options):
    return [
        {"runtime": runtime, "work": "decode_" + size, "threads": threads,
         "images": len(files[size]),
         "seconds": measure(
             lambda: over_threads(
                 lambda data: picture(data, options.side), files[size], threads),
             options.repeats)}
        for threads in options.threads for size in SIZES]


def time_network(model, inputs, options):
    """The best of several ways, for each number of threads."""
    measurements = []
    for threads in options.threads:
        ways = [(1, threads)] if threads == 1 else [(1, threads), (threads, 1)]
        best = None
        for beside, each in ways:
            runner = session(model, each)
            for batch in BATCHES:
                parts = [inputs[start:start + batch] for start in range(0, len(inputs), batch)]
                seconds = measure(
                    lambda: over_threads(
                        lambda part: runner.run(None, {"picture": part}), parts, beside),
                    options.repeats)
                if best is None or middle(seconds) < middle(best["seconds"]):
                    best = {
                        "runtime": "onnxruntime", "work": "network", "threads": threads,
                        "images": len(inputs), "batch": batch, "side_by_side": beside,
                        "seconds": seconds}
        measurements.append(best)
    return measurements


def network_inputs(folder, side):
    """Winnow's 224 x 224 pictures as the network takes them: [images, 3, side, side]."""
    pictures = np.fromfile(folder / "winnow" / "224x224.rgb", np.uint8)
    pictures = pictures.reshape(-1, side, side, 3).transpose(0, 3, 1, 2)
    return np.ascontiguousarray((pictures.astype(np.float32) - 127) / 128)


def feature_difference(model, inputs, folder, grid):
    """The largest difference to Winnow's features of the first pictures, over their largest."""
    ours = np.fromfile(folder / "winnow" / "features.f32", "<f4")
    ours = ours.reshape(-1, grid * grid, DIMENSION)
    theirs, = session(model, 1).run(None, {"picture": inputs[:len(ours)]})
    return float(np.abs(theirs.transpose(0, 2, 1) - ours).max() / np.abs(ours).max())


def benchmark(options):
    folder = Path(options.files)
    files = {
        size: [path.read_bytes() for path in sorted((folder / size).glob("*.jpg"))]
        for size in SIZES}
    result = {
        "backbone": options.backbone, "threads": options.threads, "absent": ABSENT,
        "versions": {}, "measurements": [], "pixel_differences": []}
    if "pillow" not in ABSENT:
        result["versions"]["pillow"] = PIL.__version__
        result["measurements"] += time_pictures("pillow", pillow_picture, files, options)
        result["pixel_differences"] = pillow_differences(folder, files, options.side)
    if "opencv" not in ABSENT:
        cv2.setNumThreads(1)
        result["versions"]["opencv"] = cv2.__version__
        result["measurements"] += time_pictures("opencv", opencv_picture, files, options)
    if "onnxruntime" not in ABSENT:
        result["versions"]["onnxruntime"] = onnxruntime.__version__
        model = network(options.backbone, read_weights(options.weights), options.grid)
        inputs = network_inputs(folder, options.side)
        result["feature_difference"] = feature_difference(model, inputs, folder, options.grid)
        result["measurements"] += time_network(model, inputs, options)
    return result


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", required=True, metavar="FOLDER", help="what winnow-bench kept")
    parser.add_argument("--weights", required=True, metavar="FILE", help="the network's weights")
    parser.add_argument("--backbone", choices=sorted(SIDES), default="lite0")
    parser.add_argument("--grid", type=int, default=6, help="regions per side")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument(
        "--repeats", type=int, default=3,
        help="timed runs, after one untimed; short works run more often")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    if min(options.threads) < 1 or options.repeats < 1 or options.grid < 1:
        parser.error("--threads, --repeats and --grid must be at least 1")
    options.side = SIDES[options.backbone]
    result = benchmark(options)
    if options.json:
        print(json.dumps(result, indent=2, sort_keys=True))
        return
    for one in result["measurements"]:
        rate = one["images"] / middle(one["seconds"])
        print(f"{one['runtime']:12} {one['work']:18} {one['threads']} threads {rate:8.1f} images/s")
    for one in result["pixel_differences"]:
        print(f"pillow       {one['work']:18} mean difference {one['mean']:.4f}, "
              f"largest {one['maximum']}")
    if "feature_difference" in result:
        print(f"onnxruntime  features differ by {result['feature_difference']:.2e} at most")
    for runtime in ABSENT:
        print(f"{runtime} cannot be imported")


if __name__ == "__main__":
    main()
