"""Shared by the twins: sizes, reference files, initial weights, timing, and the commands.

A twin is this project's training step in another framework, as fast as a good engineer would write
it there. `peers.ts` starts it with `serve` and exchanges lines of JSON; `time` and `check` are for
use by hand, even without the rest of this project.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import math
import os
import resource
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any, Protocol, TextIO

import numpy as np

Array = np.ndarray

WARM_UP = 5
"""Steps counted as set-up: the first ones compile and choose algorithms."""

LOSSES = ("loss", "image", "latent", "pose")
"""A step's outputs, in this order; the loss is the sum of the others."""

POSE_UNITS, POSE_HIDDEN = 12, 10


@dataclasses.dataclass(frozen=True)
class Config:
    """The settings that the step depends on, named as in our configs."""

    imageSize: int = 28
    latentSize: int = 20
    filters: int = 128
    batchSize: int = 64
    beta: float = 1.0
    learningRate: float = 1e-3
    clipNorm: float = 1.0

    @property
    def shape_units(self) -> int:
        """Units of the shape latent: the last unit is the pose."""
        return self.latentSize - 1

    @staticmethod
    def of(values: dict[str, Any]) -> Config:
        """Picks these settings from a full config."""
        return Config(**{f.name: values[f.name] for f in dataclasses.fields(Config)})


@dataclasses.dataclass(frozen=True)
class Reference:
    """A run of our own step, written by `reference.ts`; S = image size, N = steps."""

    config: Config
    weights: dict[str, Array]
    """Initial parameters and running statistics, in our layouts."""
    images: Array
    """`[N, B, S, S, 1]`"""
    noise: Array
    """`[N, B, shape units + pose units]`, from N(0, 1)"""
    losses: Array
    """`[N, 4]`, in the order of `LOSSES`"""
    statistics: dict[str, Array]
    """Running means and variances after the last step."""

    @staticmethod
    def read(path: str) -> Reference:
        """Reads a file."""
        from safetensors import safe_open

        with safe_open(path, framework="numpy") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}
            config = Config.of(json.loads(file.metadata()["config"]))

        def below(prefix: str) -> dict[str, Array]:
            return {n.removeprefix(prefix): t for n, t in tensors.items() if n.startswith(prefix)}

        losses = np.stack([tensors[f"losses/{name}"] for name in LOSSES], axis=1)
        noise = np.concatenate([tensors["noise/shape"], tensors["noise/pose"]], axis=2)
        weights, after = below("initial/"), below("after/")
        return Reference(config, weights, tensors["images"], noise, losses, after)


class Twin(Protocol):
    """The step in one framework: its variables and their updates."""

    description: dict[str, Any]
    """Device and versions."""

    def host_batch(self, images: Array) -> Any:
        """Puts images `[B, S, S, 1]` where a data loader would."""

    def step(self, batch: Any, noise: Array | None = None) -> Any:
        """Uploads a batch and takes a step; draws the noise unless given.

        Returns the losses on the device, without waiting for them.
        """

    def read(self, losses: list[Any]) -> list[list[float]]:
        """Reads the losses of several steps."""

    def statistics(self) -> dict[str, Array]:
        """Reads the running means and variances, by name."""


Create = Callable[[Config, dict[str, Array], argparse.Namespace], Twin]


def synthetic(config: Config) -> Reference:
    """Makes synthetic weights and images, for timing without a file."""
    random = np.random.default_rng(1)
    units, filters, coarse = config.shape_units, config.filters, config.imageSize // 4
    features = math.ceil(config.imageSize / 16) ** 2 * filters

    def glorot(inputs: int, outputs: int) -> Array:
        limit = math.sqrt(6 / (inputs + outputs))
        return random.uniform(-limit, limit, (inputs, outputs))

    weights: dict[str, Array] = {}
    norms = {"decoder/norm1": filters, "decoder/norm2": filters // 2}
    for i in range(1, 5):
        inputs = 1 if i == 1 else filters
        weights[f"encoder/conv{i}/kernel"] = random.normal(0, 0.02, (3, 3, inputs, filters))
        norms[f"encoder/norm{i}"] = filters
    for name, channels in norms.items():
        for part, value in {"scale": 1, "shift": 0, "mean": 0, "variance": 1}.items():
            weights[f"{name}/{part}"] = np.full(channels, value)
    dense = {
        "encoder/mean": (features, units),
        "encoder/logVariance": (features, units),
        "pose/hidden": (POSE_UNITS, POSE_HIDDEN),
        "pose/output": (POSE_HIDDEN, 1),
    }
    for name, (inputs, outputs) in dense.items():
        weights[f"{name}/weights"] = glorot(inputs, outputs)
        weights[f"{name}/bias"] = np.zeros(outputs)
    weights["decoder/grid/weights"] = random.normal(0, 0.1, (units, coarse**3 * filters))
    weights["decoder/deconv1/kernel"] = random.normal(0, 0.02, (3, 3, 3, filters // 2, filters))
    weights["decoder/deconv2/kernel"] = random.normal(0, 0.02, (3, 3, 3, 1, filters // 2))
    weights["decoder/deconv2/bias"] = np.zeros(1)
    for part in ("mean", "logVariance"):
        weights[f"pose/{part}"] = np.zeros((config.batchSize, POSE_UNITS))
    shape = (2, config.batchSize, config.imageSize, config.imageSize, 1)
    return Reference(
        config,
        {name: values.astype(np.float32) for name, values in weights.items()},
        images=random.uniform(size=shape).astype(np.float32),
        noise=np.zeros((0,)),
        losses=np.zeros((0,)),
        statistics={},
    )


def deviations(twin: Twin, reference: Reference) -> dict[str, float]:
    """Takes the steps of a reference and returns the largest deviations, relative to its losses."""
    losses = np.array(
        [
            twin.read([twin.step(twin.host_batch(images), noise)])[0]
            for images, noise in zip(reference.images, reference.noise, strict=True)
        ]
    )
    found = np.abs(losses - reference.losses) / np.abs(reference.losses[:, :1])
    after = twin.statistics()
    apart = [np.abs(after[n] - s).max() / np.abs(s).max() for n, s in reference.statistics.items()]
    largest = dict(zip(LOSSES, found.max(axis=0).tolist(), strict=True))
    return {**largest, "statistics": float(max(apart))}


def timed(twin: Twin, batches: list[Any], count: int, together: int = 1) -> list[float]:
    """Takes at least `count` steps, and reads the losses after every `together` steps.

    Returns milliseconds per step, upload and reading included, for each reading.
    """
    milliseconds = []
    for first in range(0, count, together):
        start = time.perf_counter()
        steps = range(first, first + together)
        twin.read([twin.step(batches[i % len(batches)]) for i in steps])
        milliseconds.append(1000 * (time.perf_counter() - start) / together)
    return milliseconds


def serve(create: Create, arguments: argparse.Namespace, answers: TextIO) -> None:
    """Sets up, reports it, then takes the steps that each line requests.

    A line reads `{"steps": 64, "together": 32}`.
    """

    def answer(line: dict[str, Any]) -> None:
        print(json.dumps(line), file=answers, flush=True)

    try:
        twin, batches, seconds = set_up(create, inputs_of(arguments), arguments)
        answer({"setupSeconds": seconds, **twin.description})
        for line in sys.stdin:
            request = json.loads(line)
            answer({"ms": timed(twin, batches, request["steps"], request["together"])})
    except Exception as error:  # the table must show any error
        answer({"error": f"{type(error).__name__}: {error}"})
        raise


def inputs_of(arguments: argparse.Namespace) -> Reference:
    """Reads weights and images from a file, or synthesises them."""
    if arguments.file is not None:
        return Reference.read(arguments.file)
    sizes = {
        "batchSize": arguments.batch,
        "filters": arguments.filters,
        "imageSize": arguments.grid,
        "latentSize": arguments.latent,
    }
    return synthetic(Config(**sizes))


def set_up(
    create: Create, reference: Reference, arguments: argparse.Namespace
) -> tuple[Twin, list[Any], float]:
    """Creates a twin and warms it up; returns the seconds of both."""
    start = time.perf_counter()
    twin = create(reference.config, reference.weights, arguments)
    batches = [twin.host_batch(images) for images in reference.images]
    timed(twin, batches, WARM_UP)
    return twin, batches, time.perf_counter() - start


def check(create: Create, arguments: argparse.Namespace, answers: TextIO) -> None:
    """Prints the largest deviations from a reference."""
    reference = Reference.read(arguments.file)
    twin = create(reference.config, reference.weights, arguments)
    print(json.dumps({"mode": arguments.mode, **deviations(twin, reference)}), file=answers)


def time_by_hand(create: Create, arguments: argparse.Namespace, answers: TextIO) -> None:
    """Prints the times of many steps as one line of JSON."""
    reference = inputs_of(arguments)
    twin, batches, seconds = set_up(create, reference, arguments)
    milliseconds = timed(twin, batches, arguments.steps, arguments.together)
    line = {
        "mode": arguments.mode,
        "medianMs": round(statistics.median(milliseconds), 3),
        "fastestMs": round(min(milliseconds), 3),
        "setupSeconds": round(seconds, 1),
        "peakMB": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "steps": arguments.steps,
        "config": dataclasses.asdict(reference.config),
        **twin.description,
    }
    print(json.dumps(line), file=answers)


MEMORY = {
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
    "MALLOC_MMAP_THRESHOLD_": "1073741824",
    "MALLOC_TRIM_THRESHOLD_": "4294967296",
    "MALLOC_TOP_PAD_": "67108864",
}
"""Settings that glibc needs before a process starts: huge pages, and keeping freed memory for the
next step, as in our own tasks. PyTorch's median falls from 356 ms to 256 (batch 64, 2 cores).
"""


def with_tuned_memory() -> None:
    """Restarts this program with the settings for glibc, unless they are set."""
    if any(name not in os.environ for name in MEMORY):
        os.execve(sys.executable, [sys.executable, *sys.argv], {**MEMORY, **os.environ})


def main(create: Create, modes: tuple[str, ...], options: Callable[[Any], None]) -> None:
    """Runs the command line of a twin; `options` adds its own options."""
    with_tuned_memory()
    # Compilers print to standard output; reserve it for answers.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    parser = argparse.ArgumentParser(description=create.__doc__)
    commands = parser.add_subparsers(required=True)
    for name, run in {"time": time_by_hand, "check": check, "serve": serve}.items():
        command = commands.add_parser(name, help=run.__doc__)
        command.set_defaults(run=run)
        command.add_argument("--mode", choices=modes, default=modes[0])
        options(command)
        if name == "check":
            command.add_argument("file", help="a reference")
            continue
        command.add_argument("file", nargs="?", help="a reference to take sizes and values from")
        defaults = Config()
        command.add_argument("--batch", type=int, default=defaults.batchSize)
        command.add_argument("--filters", type=int, default=defaults.filters)
        command.add_argument("--grid", type=int, default=defaults.imageSize)
        command.add_argument("--latent", type=int, default=defaults.latentSize)
        if name == "time":
            command.add_argument("--steps", type=int, default=50)
            command.add_argument("--together", type=int, default=1)
    arguments = parser.parse_args()
    arguments.run(create, arguments, answers)
