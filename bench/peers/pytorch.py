# The workloads in PyTorch: `pytorch.py eager|tuned|compiled`. Speaks the lines of ../peer.ts.
import base64
import json
import os
import re
import sys
import time

import numpy as np
import torch
from torch import nn

mode = sys.argv[1]
threads = int(os.environ.get("OMP_NUM_THREADS", "1"))
torch.set_num_threads(threads)
torch.set_num_interop_threads(1)
layout = torch.channels_last if mode == "tuned" else torch.contiguous_format


def blas():
    """What multiplies matrices: by the libraries that are loaded once it has, else by what PyTorch says it was built with."""
    torch.mm(torch.ones(64, 64), torch.ones(64, 64))
    try:
        with open("/proc/self/maps") as maps:
            libraries = {os.path.realpath(line.split()[-1]) for line in maps if "/" in line}
    except OSError:
        libraries = set()
    built = re.search(r"BLAS_INFO=(\w+)", torch.__config__.show())
    for name in ["mkl", "openblas", "blis", "atlas", "accelerate"]:
        if any(name in library.lower() for library in libraries) or (built and built[1].lower().startswith(name)):
            return {"mkl": "MKL", "openblas": "OpenBLAS", "blis": "BLIS", "atlas": "ATLAS"}.get(name, "Accelerate")
    reference = next((library for library in libraries if "libblas.so" in library), None)
    if reference:
        raise RuntimeError(
            f"PyTorch multiplies with the reference BLAS here, {reference}, many times slower than any other: "
            "no yardstick. Install OpenBLAS (Debian: libopenblas0-pthread), or another PyTorch"
        )
    return "a BLAS that is not known"


def floats(data, dtype=np.float32):
    values = torch.from_numpy(np.frombuffer(base64.b64decode(data["base64"]), dtype).copy()).reshape(data["shape"])
    return values.to(memory_format=layout) if values.dim() == 4 else values


class Branches(nn.Module):
    def __init__(self, branches):
        super().__init__()
        self.branches = nn.ModuleList(branches)

    def forward(self, x):
        return torch.cat([branch(x) for branch in self.branches], 1)


def norm(layer, rank):
    module = (nn.BatchNorm1d if rank == 2 else nn.BatchNorm2d)(layer["weight"]["shape"][0])
    state = zip(["weight", "bias", "running_mean", "running_var"], ["weight", "bias", "mean", "variance"])
    module.load_state_dict({name: floats(layer[key]) for name, key in state}, strict=False)
    return module


def network(layers, rank):
    modules = []
    for layer in layers:
        kind = layer["kind"]
        if kind == "linear":
            outputs, inputs = layer["weight"]["shape"]
            modules.append(nn.Linear(inputs, outputs))
            modules[-1].load_state_dict({name: floats(layer[name]) for name in ["weight", "bias"]})
        elif kind == "conv":
            outputs, inputs, size, _ = layer["weight"]["shape"]
            names = ["weight", "bias"] if layer["bias"] else ["weight"]
            modules.append(nn.Conv2d(inputs, outputs, size, padding=size // 2, bias=len(names) == 2))
            modules[-1].load_state_dict({name: floats(layer[name]) for name in names})
        elif kind == "norm":
            modules.append(norm(layer, rank))
        elif kind == "branches":
            modules.append(Branches([network(branch, rank) for branch in layer["branches"]]))
        elif kind == "globalAveragePool":
            modules += [nn.AdaptiveAvgPool2d(1), nn.Flatten()]
            rank = 2
        elif kind == "flatten":
            modules.append(nn.Flatten())
            rank = 2
        else:
            modules.append({
                "sigmoid": nn.Sigmoid(),
                "relu": nn.ReLU(inplace=True),
                "maxPool": nn.MaxPool2d(2),
                "averagePool": nn.AvgPool2d(3, stride=1, padding=1),
            }[kind])
    return nn.Sequential(*modules).to(memory_format=layout)


def compiled(function):
    return torch.compile(function) if mode == "compiled" else function


def start(task):
    kind = task["kind"]
    if kind == "train":
        batches = [(floats(batch["x"]), floats(batch["labels"], np.int32).long()) for batch in task["batches"]]
        net = network(task["layers"], batches[0][0].dim())
        optimizer = torch.optim.SGD(net.parameters(), lr=task["lr"], momentum=task["momentum"])
        forward = compiled(net)
        taken = 0

        def step():
            nonlocal taken
            x, labels = batches[taken % len(batches)]
            taken += 1
            loss = nn.functional.cross_entropy(forward(x), labels)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            return loss.item()

        return step
    if kind == "norm":
        x, dy = floats(task["x"]).requires_grad_(), floats(task["dy"])
        layer = norm(task["norm"], x.dim())
        forward = compiled(layer)

        def step():
            layer.zero_grad(set_to_none=True)
            x.grad = None
            forward(x).backward(dy)
            return layer.weight.grad[0].item()

        return step
    if kind == "chain":
        x, w, b = (floats(task[name]) for name in "xwb")
        w.requires_grad_()
        b.requires_grad_()
        chain = compiled(lambda: (torch.sigmoid(x * w + b) ** 2).mean())

        def step():
            w.grad = b.grad = None
            value = chain()
            value.backward()
            return value.item()

        return step
    x = floats(task["x"])
    net = network(task["layers"], x.dim()).eval()
    with torch.no_grad():
        net = torch.jit.freeze(torch.jit.trace(net, x)) if mode == "tuned" else compiled(net)

    def step():
        with torch.no_grad():
            return net(x)[0, 0].item()

    return step


step = None
for line in sys.stdin:
    request = json.loads(line)
    try:
        if "start" in request:
            step = start(request["start"])
            answer = {"version": f"PyTorch {torch.__version__} on {blas()}"}
        else:
            begin = time.perf_counter()
            for _ in range(request["steps"]):
                value = step()
            answer = {"value": value, "seconds": time.perf_counter() - begin}
    except Exception as error:
        answer = {"error": f"{type(error).__name__}: {error}".splitlines()[0]}
    print(json.dumps(answer), flush=True)
