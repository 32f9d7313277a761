"""The training step in PyTorch, in its strongest form.

It computes in a mirrored world. TensorFlow's SAME pads the far side of an even axis, PyTorch's
convolutions pad the near side; mirrored along every axis the one is the other, so no picture and no
grid is ever copied to pad or crop it. Kernels are mirrored when they are loaded, pictures when they are
uploaded, and the squared error does not know. A turn about the vertical axis commutes with it.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from protocol import LOSSES, POSE_UNITS, Array, Config, main

MODES = ("eager", "compile", "cuda-graphs", "bf16-eager", "bf16-compile", "bf16-cuda-graphs")
LEAK = 0.2
BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8
BATCH_NORM: dict[str, Any] = {"training": True, "momentum": 0.1, "eps": 1e-5}
POSE_VARIABLES = ("pose/mean", "pose/logVariance")


def mirrored(name: str, values: Array, config: Config) -> Tensor:
    """Turns a parameter from our layout to PyTorch's, mirrored in space."""
    coarse, small = config.imageSize // 4, math.ceil(config.imageSize / 16)
    x = torch.from_numpy(values)
    match name.split("/"):
        case ["encoder", _, "kernel"]:  # [h, w, in, out]
            x = x.flip(0, 1).permute(3, 2, 0, 1)
            return x.contiguous(memory_format=torch.channels_last)
        case ["encoder", "mean" | "logVariance", "weights"]:  # [h * w * channels, units]
            return x.reshape(small, small, config.filters, -1).flip(0, 1).reshape(x.shape)
        case ["decoder", "grid", "weights"]:  # [units, d * h * w * channels]
            return x.reshape(-1, coarse, coarse, coarse, config.filters).flip(1, 2, 3).reshape(x.shape)
        case ["decoder", _, "kernel"]:  # [d, h, w, out, in]
            x = x.flip(0, 1, 2).permute(4, 3, 0, 1, 2)
            return x.contiguous(memory_format=torch.channels_last_3d)
        case _:
            return x.clone()


def last_transposed(x: Tensor, kernel: Tensor) -> Tensor:
    """Transposed convolution to one channel, `[B, C, n, n, n]` to `[B, 2n, 2n, 2n]`, by the library."""
    n = 2 * x.shape[-1]
    return F.conv_transpose3d(x, kernel, stride=2)[:, 0, :n, :n, :n]


def last_taps(x: Tensor, kernel: Tensor) -> Tensor:
    """The same as one product to the 27 taps of each cell, which are then added up.

    Nothing of it is slow for having a single output channel, and the gradients are as plain.
    """
    channels, n = x.shape[1], x.shape[-1]
    product = F.conv3d(x, kernel.flatten(1).t().reshape(27, channels, 1, 1, 1))
    taps = product.permute(0, 2, 3, 4, 1).unflatten(4, (3, 3, 3))  # [B, n, n, n, 3, 3, 3]
    for axis in (1, 2, 3):  # each takes the first axis of taps that is left
        near, middle, far = taps.unbind(4)
        before = F.pad(far, (0, 0) * (far.ndim - 1 - axis) + (1, 0)).narrow(axis, 0, n)
        taps = torch.stack([near + before, middle], axis + 1).flatten(axis, axis + 1)
    return taps


def render_sampled(occupancy: Tensor, azimuth: Tensor) -> Tensor:
    """Optical thickness of rays: `grid_sample` over the planes of x and z, with rows as channels.

    `[B, D, H, W]` and radians `[B]` to `[B, H, W]`. A cell's index is its coordinate in [-1, 1] in both
    conventions, with 0 outside.
    """
    x, z = turned(azimuth, occupancy.shape[-1])  # [B, D, W] each
    planes = occupancy.permute(0, 2, 1, 3)  # [B, H, D, W]
    points = torch.stack([x, z], 3)
    return F.grid_sample(planes, points, padding_mode="zeros", align_corners=False).sum(2)


def render_product(occupancy: Tensor, azimuth: Tensor) -> Tensor:
    """The same as matrix products: the weights of each ray on the cells of its plane, times the cells."""
    batch, size = occupancy.shape[:2]
    cells = torch.arange(size, device=occupancy.device, dtype=torch.float32)
    weights = [
        (1 - (points * (size / 2) + (size - 1) / 2 - cells).abs()).relu()  # [B, W, D, cells]
        for points in (p.transpose(1, 2).unsqueeze(3) for p in turned(azimuth, size))
    ]
    rays = (weights[1].transpose(2, 3) @ weights[0]).reshape(batch, size, size * size)
    planes = occupancy.permute(0, 2, 1, 3).reshape(batch, size, size * size)
    return planes @ rays.transpose(1, 2)


def turned(azimuth: Tensor, size: int) -> tuple[Tensor, Tensor]:
    """Turns the cell centres of one layer by each azimuth: their x and z, `[B, D, W]` each."""
    centres = (2 * torch.arange(size, device=azimuth.device, dtype=torch.float32) + 1) / size - 1
    x, z = centres, centres.unsqueeze(1)
    cos, sin = azimuth.cos().reshape(-1, 1, 1), azimuth.sin().reshape(-1, 1, 1)
    return x * cos + z * sin, z * cos - x * sin


LAST: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "transposed": last_transposed,
    "taps": last_taps,
}
RENDER: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "sampled": render_sampled,
    "product": render_product,
}


def clip_rows(x: Tensor, limit: float) -> Tensor:
    """Scales each row down to a largest norm."""
    return x * (limit * x.square().sum(1, keepdim=True).clamp_min(limit * limit).rsqrt())


def sample(mean: Tensor, log_variance: Tensor, noise: Tensor) -> Tensor:
    """Draws a latent."""
    return mean + noise * (log_variance / 2).exp()


def distance(mean: Tensor, log_variance: Tensor) -> Tensor:
    """The mu-VAE's term of a posterior."""
    return (mean.sum() / len(mean)).abs() + (log_variance.sum() / len(mean)).abs()


class Adam:
    """Adam as TensorFlow writes it: epsilon is added to the root of the uncorrected second moment."""

    def __init__(self, variables: list[Tensor], learning_rate: float) -> None:
        self.variables, self.learning_rate = variables, learning_rate
        self.first = [torch.zeros_like(v, requires_grad=False) for v in variables]
        self.second = [torch.zeros_like(v, requires_grad=False) for v in variables]

    def update(self, gradients: Sequence[Tensor], count: Tensor) -> None:
        """Moves the variables for the `count`th time."""
        rate = self.learning_rate * (1 - BETA2**count).sqrt() / (1 - BETA1**count)
        torch._foreach_lerp_(self.first, gradients, 1 - BETA1)
        torch._foreach_mul_(self.second, BETA2)
        torch._foreach_addcmul_(self.second, gradients, gradients, 1 - BETA2)
        roots = torch._foreach_sqrt(self.second)
        torch._foreach_add_(roots, EPSILON)
        moves = torch._foreach_div(self.first, roots)
        torch._foreach_mul_(moves, rate)
        torch._foreach_sub_(self.variables, moves)


class TorchStep:
    """The step: its variables and what moves them."""

    def __init__(
        self, config: Config, weights: dict[str, Array], arguments: argparse.Namespace
    ) -> None:
        is_gpu = torch.cuda.is_available()
        torch.set_num_threads(arguments.threads)
        if is_gpu:
            torch.backends.cudnn.benchmark = True
            torch.backends.cudnn.allow_tf32 = True
            torch.set_float32_matmul_precision("high")
        self.config, self.device = config, torch.device("cuda" if is_gpu else "cpu")
        last = arguments.last or ("transposed" if is_gpu else "taps")
        render = arguments.render or ("product" if is_gpu else "sampled")
        self.last, self.render = LAST[last], RENDER[render]
        self.values = {n: mirrored(n, w, config).to(self.device) for n, w in weights.items()}
        trained = {
            name: value.requires_grad_()
            for name, value in self.values.items()
            if "/norm" not in name or name.endswith(("/scale", "/shift"))
        }
        self.trained = list(trained.values())
        self.pose_variables = [self.values[name] for name in POSE_VARIABLES]
        self.adam = Adam(self.trained, config.learningRate)
        self.pose_adam = Adam(self.pose_variables, config.learningRate)
        size = config.imageSize
        self.images = torch.zeros(config.batchSize, size, size, 1, device=self.device)
        self.noise = torch.zeros(
            config.batchSize, config.shape_units + POSE_UNITS, device=self.device
        )
        self.count = torch.zeros((), device=self.device)
        self.is_half = arguments.mode.startswith("bf16-")
        self.advance = self.formed(arguments.mode.removeprefix("bf16-"), arguments.compile)
        name = torch.cuda.get_device_name() if is_gpu else "CPU"
        self.description = {
            "device": name,
            "versions": {"torch": torch.__version__, "cuda": torch.version.cuda},
            "forms": {"last": last, "render": render},
        }

    def shape_pass(self) -> tuple[Tensor, Tensor, Tensor]:
        """Encodes and decodes: occupancy `[B, D, H, W]`, then mean and log-variance `[B, units]`."""
        v, config = self.values, self.config
        # The mirrored pictures, as [B, 1, H, W]; with one channel every layout is the same.
        x = self.images.flip(1, 2).permute(0, 3, 1, 2)
        for i in range(1, 5):
            x = F.conv2d(x, v[f"encoder/conv{i}/kernel"], stride=2, padding=1)
            x = self.normed(x, f"encoder/norm{i}")
        features = x.permute(0, 2, 3, 1).flatten(1)
        mean, log_variance = (
            clip_rows(
                torch.addmm(v[f"encoder/{head}/bias"], features, v[f"encoder/{head}/weights"]).float(),
                limit * math.sqrt(config.latentSize),
            )
            for head, limit in (("mean", 6), ("logVariance", 1))
        )
        z = sample(mean, log_variance, self.noise[:, : config.shape_units])
        coarse = config.imageSize // 4
        grid = (z @ v["decoder/grid/weights"]).unflatten(1, (coarse, coarse, coarse, config.filters))
        x = self.normed(grid.permute(0, 4, 1, 2, 3), "decoder/norm1")
        x = F.conv_transpose3d(
            x, v["decoder/deconv1/kernel"], stride=2, padding=1, output_padding=1
        )
        x = self.normed(x, "decoder/norm2")
        logits = self.last(x, v["decoder/deconv2/kernel"]) + v["decoder/deconv2/bias"]
        return logits.float().sigmoid(), mean, log_variance

    def normed(self, x: Tensor, name: str) -> Tensor:
        """Batch norm, which keeps its running statistics, and leaky ReLU."""
        mean, variance, scale, shift = (
            self.values[f"{name}/{part}"] for part in ("mean", "variance", "scale", "shift")
        )
        x = F.batch_norm(x, mean, variance, scale, shift, **BATCH_NORM)
        return F.leaky_relu(x, LEAK, inplace=True)

    def pose_pass(self, occupancy: Tensor) -> tuple[Tensor, Tensor]:
        """Poses, renders and compares: the terms of the picture and of the pose."""
        v = self.values
        mean, log_variance = self.pose_variables
        z = sample(mean, log_variance, self.noise[:, self.config.shape_units :])
        hidden = torch.addmm(v["pose/hidden/bias"], z, v["pose/hidden/weights"]).tanh()
        s = torch.addmm(v["pose/output/bias"], hidden, v["pose/output/weights"]).tanh().flatten()
        azimuth = (s + 1) * math.pi
        # The density is occupancy / tau, and tau of it is absorbed: tau cancels.
        picture = 1 - (-self.render(occupancy, azimuth)).exp()
        target = self.images.flip(1, 2).squeeze(3)
        return (picture - target).square().sum() / len(picture), distance(mean, log_variance)

    def update_pose(self, gradients: Sequence[Tensor]) -> None:
        """Moves the pose variables alone; their gradients are not clipped."""
        with torch.no_grad():
            self.count += 1
            self.pose_adam.update(gradients, self.count)

    def update(self, gradients: Sequence[Tensor]) -> None:
        """Moves everything, each gradient clipped to a largest norm."""
        with torch.no_grad():
            limit = self.config.clipNorm
            norms = torch.stack(torch._foreach_norm(gradients))
            scales = limit / norms.clamp_min(limit)
            self.adam.update(torch._foreach_mul(gradients, list(scales.unbind())), self.count)

    def whole_step(self) -> Tensor:
        """Takes a step on what lies in `images` and `noise`; gives `LOSSES`.

        The first update moves the pose variables alone. Nothing in front of the pose depends on them,
        so both passes share the encoder and the decoder.
        """
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.is_half):
            occupancy, mean, log_variance = self.shape_pass()
            image, pose = self.pose_pass(occupancy.detach())
        self.update_pose(torch.autograd.grad(image + pose, self.pose_variables))
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.is_half):
            image, pose = self.pose_pass(occupancy)
        latent = self.config.beta * distance(mean, log_variance)
        loss = image + latent + pose
        self.update(torch.autograd.grad(loss, self.trained))
        return torch.stack([loss, image, latent, pose]).detach()

    def formed(self, mode: str, compile_mode: str) -> Callable[[], Tensor]:
        """Gives the step in the form that a mode asks for."""
        if mode != "eager":
            # Part by part: the first backward pass must end at the pose.
            for part in ("shape_pass", "pose_pass", "update_pose", "update"):
                form = torch.compile(getattr(self, part), fullgraph=True, mode=compile_mode)
                setattr(self, part, form)
        return captured(self.whole_step, self.variables()) if mode == "cuda-graphs" else self.whole_step

    def variables(self) -> list[Tensor]:
        """Everything that a step changes."""
        adams = (self.adam, self.pose_adam)
        moments = [m for adam in adams for m in (*adam.first, *adam.second)]
        return [*self.values.values(), *moments, self.count]

    def host_batch(self, images: Array) -> Tensor:
        """Gives pictures in pinned memory where a graphics card takes them, as a loader would."""
        batch = torch.from_numpy(np.ascontiguousarray(images))
        return batch.pin_memory() if self.device.type == "cuda" else batch

    def step(self, batch: Tensor, noise: Array | None = None) -> list[float]:
        """Uploads a batch, takes a step, reads the losses."""
        self.images.copy_(batch, non_blocking=True)
        if noise is None:
            self.noise.normal_()
        else:
            self.noise.copy_(torch.from_numpy(noise))
        return self.advance().tolist()

    def statistics(self) -> dict[str, Array]:
        """Reads the running means and variances."""
        return {
            name: value.cpu().numpy()
            for name, value in self.values.items()
            if "/norm" in name and name.endswith(("/mean", "/variance"))
        }


def captured(step: Callable[[], Tensor], variables: list[Tensor]) -> Callable[[], Tensor]:
    """Captures a step, all its kernels and the update too, as one CUDA graph."""
    if not torch.cuda.is_available():
        raise RuntimeError("Cannot capture the step: CUDA graphs must have a graphics card, got none")
    start = [variable.detach().clone() for variable in variables]
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for _ in range(3):  # compiles, and chooses algorithms
            step()
    torch.cuda.current_stream().wait_stream(stream)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        losses = step()
    with torch.no_grad():
        torch._foreach_copy_(variables, start)

    def replay() -> Tensor:
        graph.replay()
        return losses

    return replay


def add_options(command: Any) -> None:
    """Adds the choices between forms; by default the fastest that was measured on each device."""
    command.add_argument("--last", choices=LAST, help="form of the last transposed convolution")
    command.add_argument("--compile", default="default", help="mode of torch.compile")
    command.add_argument("--render", choices=RENDER, help="form of the renderer")


if __name__ == "__main__":
    main(TorchStep, MODES, add_options)
