"""What the PyTorch twins of all methods have in common: the device, and steps as CUDA graphs."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from protocol import Array

MODES = ("eager", "compile", "cuda-graphs", "bf16-eager", "bf16-compile", "bf16-cuda-graphs")


def prepared() -> torch.device:
    """Makes PyTorch use all that the machine has, and says on which device."""
    torch.set_num_threads(len(os.sched_getaffinity(0)))
    if not torch.cuda.is_available():
        return torch.device("cpu")
    torch.backends.cudnn.benchmark = True
    torch.backends.cudnn.allow_tf32 = True
    torch.set_float32_matmul_precision("high")
    return torch.device("cuda")


def described(device: torch.device, **forms: str) -> dict[str, Any]:
    """Describes a twin."""
    return {
        "device": torch.cuda.get_device_name() if device.type == "cuda" else "CPU",
        "versions": {"torch": torch.__version__, "cuda": torch.version.cuda},
        "forms": forms,
    }


def host_batch(images: Array, device: torch.device) -> Tensor:
    """Returns images, in pinned memory for a GPU, as a data loader would."""
    batch = torch.from_numpy(np.ascontiguousarray(images))
    return batch.pin_memory() if device.type == "cuda" else batch


def captured(
    steps: Sequence[Callable[[], Tensor]], variables: list[Tensor]
) -> list[Callable[[], Tensor]]:
    """Captures steps, all their kernels and the updates too, as one CUDA graph each.

    They share their memory: between steps, only variables and losses live on.
    """
    if not torch.cuda.is_available():
        raise RuntimeError("Cannot capture the step: it must run on a GPU, got CPU")
    start = [variable.detach().clone() for variable in variables]
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for step in steps:
            for _ in range(3):  # compiles, and chooses algorithms
                step()
    torch.cuda.current_stream().wait_stream(stream)
    pool = torch.cuda.graph_pool_handle()
    replays = [replay_of(step, pool) for step in steps]
    with torch.no_grad():
        torch._foreach_copy_(variables, start)
    return replays


def replay_of(step: Callable[[], Tensor], pool: Any) -> Callable[[], Tensor]:
    """Captures one step in a pool of memory."""
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph, pool=pool):
        losses = step()

    def replay() -> Tensor:
        graph.replay()
        return losses.clone()  # the next replay overwrites them

    return replay
