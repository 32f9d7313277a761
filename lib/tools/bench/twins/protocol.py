"""Shared by the twins of all methods: reference files, timing, and the commands.

A twin is this project's training step in another framework, as fast as a good engineer would write
it there. `peers.ts` starts it with `serve` and exchanges lines of JSON; `time` and `check` are for
use by hand, even without the rest of this project.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
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


@dataclasses.dataclass(frozen=True)
class Config:
    """The settings that every step depends on, named as in our configs."""

    imageSize: int = 28
    batchSize: int = 64
    learningRate: float = 1e-3

    @classmethod
    def of(cls, values: dict[str, Any]) -> Any:
        """Picks these settings from a config, which may lack some."""
        known = (field.name for field in dataclasses.fields(cls))
        return cls(**{name: values[name] for name in known if name in values})


@dataclasses.dataclass(frozen=True)
class Method:
    """What the twins of one method have in common."""

    config: type[Config]
    """Its settings."""
    losses: tuple[str, ...]
    """A step's outputs, in this order; the first is the loss that all are compared with."""
    weights: Callable[[Any], dict[str, Array]]
    """Makes up first values of all parameters for some settings, in our layouts."""


@dataclasses.dataclass(frozen=True)
class Reference:
    """A run of our own step, written by `reference.ts`; S = image size, N = steps."""

    config: Any
    weights: dict[str, Array]
    """Initial parameters and running statistics, in our layouts."""
    images: Array
    """`[N, B, S, S, 1]`"""
    draws: dict[str, Array]
    """Random numbers of the steps, `[N, ...]` each, by their streams."""
    losses: Array
    """`[N, losses]`, in the method's order"""
    after: dict[str, Array]
    """What a trained model works with besides trained parameters, after the last step."""

    @staticmethod
    def read(path: str, method: Method) -> Reference:
        """Reads a file."""
        from safetensors import safe_open

        with safe_open(path, framework="numpy") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}
            config = method.config.of(json.loads(file.metadata()["config"]))

        def below(prefix: str) -> dict[str, Array]:
            return {n.removeprefix(prefix): t for n, t in tensors.items() if n.startswith(prefix)}

        losses = np.stack([tensors[f"losses/{name}"] for name in method.losses], axis=1)
        weights, draws, after = below("initial/"), below("draws/"), below("after/")
        return Reference(config, weights, tensors["images"], draws, losses, after)


class Twin(Protocol):
    """The step in one framework: its variables and their updates."""

    description: dict[str, Any]
    """Device and versions."""

    def host_batch(self, images: Array) -> Any:
        """Puts images `[B, S, S, 1]` where a data loader would."""

    def step(self, batch: Any, draws: dict[str, Array] | None = None) -> Any:
        """Uploads a batch and takes a step; draws random numbers unless given.

        Returns the losses on the device, without waiting for them.
        """

    def read(self, losses: list[Any]) -> list[list[float]]:
        """Reads the losses of several steps."""

    def after(self) -> dict[str, Array]:
        """Reads what a reference has under `after`, in our layouts."""


Create = Callable[[Any, dict[str, Array], argparse.Namespace], Twin]


def synthetic(config: Config, method: Method) -> Reference:
    """Makes up weights and images, for timing without a file."""
    random = np.random.default_rng(1)
    shape = (2, config.batchSize, config.imageSize, config.imageSize, 1)
    weights = method.weights(config)
    return Reference(
        config,
        {name: values.astype(np.float32) for name, values in weights.items()},
        images=random.uniform(size=shape).astype(np.float32),
        draws={},
        losses=np.zeros((0,)),
        after={},
    )


def deviations(twin: Twin, reference: Reference, names: tuple[str, ...]) -> dict[str, float]:
    """Takes the steps of a reference and returns the largest deviations, relative to its losses."""
    losses = np.array(
        [
            twin.read(
                [twin.step(twin.host_batch(images), {n: d[i] for n, d in reference.draws.items()})]
            )[0]
            for i, images in enumerate(reference.images)
        ]
    )
    found = np.abs(losses - reference.losses) / np.abs(reference.losses[:, :1])
    after = twin.after()
    apart = [np.abs(after[n] - s).max() / np.abs(s).max() for n, s in reference.after.items()]
    largest = dict(zip(names, found.max(axis=0).tolist(), strict=True))
    return {**largest, "after": float(max(apart))}


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


def serve(
    create: Create, method: Method, arguments: argparse.Namespace, answers: TextIO
) -> None:
    """Sets up, reports it, then takes the steps that each line requests.

    A line reads `{"steps": 64, "together": 32}`.
    """

    def answer(line: dict[str, Any]) -> None:
        print(json.dumps(line), file=answers, flush=True)

    try:
        twin, batches, seconds = set_up(create, inputs_of(method, arguments), arguments)
        answer({"setupSeconds": seconds, **twin.description})
        for line in sys.stdin:
            request = json.loads(line)
            answer({"ms": timed(twin, batches, request["steps"], request["together"])})
    except Exception as error:  # the table must show any error
        answer({"error": f"{type(error).__name__}: {error}"})
        raise


def inputs_of(method: Method, arguments: argparse.Namespace) -> Reference:
    """Reads weights and images from a file, or makes them up."""
    if arguments.file is not None:
        return Reference.read(arguments.file, method)
    return synthetic(method.config.of(arguments.config), method)


def set_up(
    create: Create, reference: Reference, arguments: argparse.Namespace
) -> tuple[Twin, list[Any], float]:
    """Creates a twin and warms it up; returns the seconds of both."""
    start = time.perf_counter()
    twin = create(reference.config, reference.weights, arguments)
    batches = [twin.host_batch(images) for images in reference.images]
    timed(twin, batches, WARM_UP)
    return twin, batches, time.perf_counter() - start


def check(
    create: Create, method: Method, arguments: argparse.Namespace, answers: TextIO
) -> None:
    """Prints the largest deviations from a reference."""
    reference = Reference.read(arguments.file, method)
    twin = create(reference.config, reference.weights, arguments)
    line = {"mode": arguments.mode, **deviations(twin, reference, method.losses)}
    print(json.dumps(line), file=answers)


def time_by_hand(
    create: Create, method: Method, arguments: argparse.Namespace, answers: TextIO
) -> None:
    """Prints the times of many steps as one line of JSON."""
    reference = inputs_of(method, arguments)
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


def main(
    create: Create, method: Method, modes: tuple[str, ...], options: Callable[[Any], None]
) -> None:
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
        command.add_argument(
            "--config",
            type=json.loads,
            default={},
            help="settings as JSON, named as in our configs; others keep their defaults",
        )
        if name == "time":
            command.add_argument("--steps", type=int, default=50)
            command.add_argument("--together", type=int, default=1)
    arguments = parser.parse_args()
    arguments.run(create, method, arguments, answers)
