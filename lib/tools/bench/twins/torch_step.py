"""The training step in PyTorch, in its fastest form (see `torch_layers.py`)."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from protocol import Array, main
from torch_device import MODES, captured, described, host_batch, prepared
from torch_layers import LAST, RENDER, clip_rows, dense, distance, mirrored, normed, sample
from vae import POSE_UNITS, VAE, Config, noise

BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8
POSE_VARIABLES = ("pose/mean", "pose/logVariance")


class Adam:
    """Adam as in TensorFlow: epsilon is added to the root of the uncorrected second moment."""

    def __init__(self, variables: list[Tensor], learning_rate: float) -> None:
        self.variables, self.learning_rate = variables, learning_rate
        self.first = [torch.zeros_like(v, requires_grad=False) for v in variables]
        self.second = [torch.zeros_like(v, requires_grad=False) for v in variables]

    def update(self, gradients: tuple[Tensor, ...], count: Tensor) -> None:
        """Makes the `count`th update of the variables."""
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
    """The step: its variables and their updates."""

    def __init__(
        self, config: Config, weights: dict[str, Array], arguments: argparse.Namespace
    ) -> None:
        self.config, self.device = config, prepared()
        is_gpu = self.device.type == "cuda"
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
        self.description = described(self.device, last=last, render=render)

    def shape_pass(self) -> tuple[Tensor, Tensor, Tensor]:
        """Encodes and decodes: occupancy `[B, D, H, W]`, mean and log-variance `[B, units]`."""
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.is_half):
            v, config = self.values, self.config
            # The mirrored images, as [B, 1, H, W]; with one channel all layouts are the same.
            x = self.images.flip(1, 2).permute(0, 3, 1, 2)
            for i in range(1, 5):
                x = F.conv2d(x, v[f"encoder/conv{i}/kernel"], stride=2, padding=1)
                x = normed(v, f"encoder/norm{i}", x)
            features = x.permute(0, 2, 3, 1).flatten(1)
            root = math.sqrt(config.latentSize)
            mean = clip_rows(dense(v, "encoder/mean", features), 6 * root)
            log_variance = clip_rows(dense(v, "encoder/logVariance", features), root)
            z = sample(mean, log_variance, self.noise[:, : config.shape_units])
            coarse = config.imageSize // 4
            grid = z @ v["decoder/grid/weights"]
            x = grid.unflatten(1, (coarse, coarse, coarse, config.filters)).permute(0, 4, 1, 2, 3)
            x = normed(v, "decoder/norm1", x)
            kernel = v["decoder/deconv1/kernel"]
            x = F.conv_transpose3d(x, kernel, stride=2, padding=1, output_padding=1)
            x = normed(v, "decoder/norm2", x)
            logits = self.last(x, v["decoder/deconv2/kernel"]).float() + v["decoder/deconv2/bias"]
            return logits.sigmoid(), mean, log_variance

    def pose_pass(self, occupancy: Tensor) -> tuple[Tensor, Tensor]:
        """Poses, renders and compares: the image and pose terms."""
        mean, log_variance = self.pose_variables
        z = sample(mean, log_variance, self.noise[:, self.config.shape_units :])
        s = dense(self.values, "pose/output", dense(self.values, "pose/hidden", z).tanh()).tanh()
        azimuth = (s.flatten() + 1) * math.pi
        # The density is occupancy / tau, and a ray's opacity tau times its sum: tau cancels.
        rendering = 1 - (-self.render(occupancy, azimuth)).exp()
        target = self.images.flip(1, 2).squeeze(3)
        return (rendering - target).square().sum() / len(rendering), distance(mean, log_variance)

    def update_pose(self, gradients: tuple[Tensor, ...]) -> None:
        """Updates only the pose variables; their gradients are not clipped."""
        with torch.no_grad():
            self.count += 1
            self.pose_adam.update(gradients, self.count)

    def update(self, gradients: tuple[Tensor, ...]) -> None:
        """Updates everything, with each gradient's norm clipped."""
        with torch.no_grad():
            limit = self.config.clipNorm
            norms = torch.stack(torch._foreach_norm(gradients))
            scales = limit / norms.clamp_min(limit)
            self.adam.update(torch._foreach_mul(gradients, list(scales.unbind())), self.count)

    def whole_step(self) -> Tensor:
        """Takes a step on `images` and `noise`; returns the losses.

        The first update changes only the pose variables. Nothing before the pose depends on them,
        so both passes share the encoder and the decoder.
        """
        occupancy, mean, log_variance = self.shape_pass()
        image, pose = self.pose_pass(occupancy.detach())
        self.update_pose(torch.autograd.grad(image + pose, self.pose_variables))
        image, pose = self.pose_pass(occupancy)
        latent = self.config.beta * distance(mean, log_variance)
        loss = image + latent + pose
        self.update(torch.autograd.grad(loss, self.trained))
        return torch.stack([loss, image, latent, pose]).detach()

    def formed(self, mode: str, compile_mode: str) -> Callable[[], Tensor]:
        """Returns the step in the requested mode."""
        if mode != "eager":
            # Part by part: the first backward pass must end at the pose.
            for part in ("shape_pass", "pose_pass", "update_pose", "update"):
                form = torch.compile(getattr(self, part), fullgraph=True, mode=compile_mode)
                setattr(self, part, form)
        if mode != "cuda-graphs":
            return self.whole_step
        return captured([self.whole_step], self.variables())[0]

    def variables(self) -> list[Tensor]:
        """All tensors that a step changes."""
        adams = (self.adam, self.pose_adam)
        moments = [m for adam in adams for m in (*adam.first, *adam.second)]
        return [*self.values.values(), *moments, self.count]

    def host_batch(self, images: Array) -> Tensor:
        """Returns images where the device's upload is fastest."""
        return host_batch(images, self.device)

    def step(self, batch: Tensor, draws: dict[str, Array] | None = None) -> Tensor:
        """Uploads a batch and takes a step."""
        self.images.copy_(batch, non_blocking=True)
        if draws is None:
            self.noise.normal_()
        else:
            self.noise.copy_(torch.from_numpy(noise(draws)))
        return self.advance()

    def read(self, losses: list[Tensor]) -> list[list[float]]:
        """Reads the losses of several steps."""
        return torch.stack(losses).tolist()

    def after(self) -> dict[str, Array]:
        """Reads the running means and variances."""
        return {
            name: value.cpu().numpy()
            for name, value in self.values.items()
            if "/norm" in name and name.endswith(("/mean", "/variance"))
        }


def add_options(command: Any) -> None:
    """Adds the choice of variants; by default the fastest measured on each device."""
    command.add_argument("--last", choices=LAST, help="variant of the last deconvolution")
    command.add_argument("--compile", default="default", help="mode of torch.compile")
    command.add_argument("--render", choices=RENDER, help="variant of the renderer")


if __name__ == "__main__":
    main(TorchStep, VAE, MODES, add_options)
