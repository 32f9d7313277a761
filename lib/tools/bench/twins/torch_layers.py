"""The parts of the PyTorch step, with alternative implementations, and its layouts.

Everything is mirrored in space. TensorFlow's SAME pads the far side of an even axis, PyTorch's
convolutions pad the near side; mirroring every axis turns one into the other, so no image or grid
is copied for padding or cropping. Kernels are mirrored on loading, images on upload; the squared
error is unaffected, and a rotation about the vertical axis commutes with mirroring.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from protocol import Array
from vae import Config

LEAK = 0.2


def mirrored(name: str, values: Array, config: Config) -> Tensor:
    """Converts a parameter from our layout to PyTorch's, mirrored in space."""
    coarse, small = config.imageSize // 4, math.ceil(config.imageSize / 16)
    x = torch.from_numpy(values)
    match name.split("/"):
        case ["encoder", _, "kernel"]:  # [h, w, in, out]
            x = x.flip(0, 1).permute(3, 2, 0, 1)
            return x.contiguous(memory_format=torch.channels_last)
        case ["encoder", "mean" | "logVariance", "weights"]:  # [h * w * channels, units]
            return x.reshape(small, small, config.filters, -1).flip(0, 1).reshape(x.shape)
        case ["decoder", "grid", "weights"]:  # [units, d * h * w * channels]
            grid = x.reshape(-1, coarse, coarse, coarse, config.filters)
            return grid.flip(1, 2, 3).reshape(x.shape)
        case ["decoder", _, "kernel"]:  # [d, h, w, out, in]
            x = x.flip(0, 1, 2).permute(4, 3, 0, 1, 2)
            return x.contiguous(memory_format=torch.channels_last_3d)
        case _:
            return x.clone()


def last_transposed(x: Tensor, kernel: Tensor) -> Tensor:
    """Transposed convolution to one channel: `[B, C, n, n, n]` to `[B, 2n, 2n, 2n]`."""
    n = 2 * x.shape[-1]
    return F.conv_transpose3d(x, kernel, stride=2)[:, 0, :n, :n, :n]


def last_taps(x: Tensor, kernel: Tensor) -> Tensor:
    """The same as one product to the 27 taps of each cell, which are then summed.

    It avoids the slow kernels for a single output channel, also in the gradients.
    """
    channels, n = x.shape[1], x.shape[-1]
    product = F.conv3d(x, kernel.flatten(1).t().reshape(27, channels, 1, 1, 1))
    taps = product.permute(0, 2, 3, 4, 1).unflatten(4, (3, 3, 3))  # [B, n, n, n, 3, 3, 3]
    for axis in (1, 2, 3):  # each consumes the first remaining axis of taps
        near, middle, far = taps.unbind(4)
        before = F.pad(far, (0, 0) * (far.ndim - 1 - axis) + (1, 0)).narrow(axis, 0, n)
        taps = torch.stack([near + before, middle], axis + 1).flatten(axis, axis + 1)
    return taps


def render_sampled(occupancy: Tensor, azimuth: Tensor) -> Tensor:
    """Optical thickness of rays: `[B, D, H, W]` and radians `[B]` to `[B, H, W]`.

    Uses `grid_sample` on the xz planes, with rows as channels; its coordinates match ours.
    """
    x, z = turned(azimuth, occupancy.shape[-1])  # [B, D, W] each
    planes = occupancy.permute(0, 2, 1, 3)  # [B, H, D, W]
    points = torch.stack([x, z], 3)
    return F.grid_sample(planes, points, padding_mode="zeros", align_corners=False).sum(2)


def render_product(occupancy: Tensor, azimuth: Tensor) -> Tensor:
    """The same as matrix products: each ray's weights over its plane's cells, times the cells."""
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
    """Rotates the cell centres of one layer by each azimuth: x and z, `[B, D, W]` each."""
    centres = (2 * torch.arange(size, device=azimuth.device, dtype=torch.float32) + 1) / size - 1
    x, z = centres, centres.unsqueeze(1)
    cos, sin = azimuth.cos().reshape(-1, 1, 1), azimuth.sin().reshape(-1, 1, 1)
    return x * cos + z * sin, z * cos - x * sin


Form = Callable[[Tensor, Tensor], Tensor]
LAST: dict[str, Form] = {"transposed": last_transposed, "taps": last_taps}
RENDER: dict[str, Form] = {"sampled": render_sampled, "product": render_product}


def dense(values: dict[str, Tensor], name: str, x: Tensor) -> Tensor:
    """`x W + b`, cast to float32."""
    return torch.addmm(values[f"{name}/bias"], x, values[f"{name}/weights"]).float()


def normed(values: dict[str, Tensor], name: str, x: Tensor) -> Tensor:
    """Batch norm, updating its running statistics, then leaky ReLU."""
    mean, variance, scale, shift = (
        values[f"{name}/{part}"] for part in ("mean", "variance", "scale", "shift")
    )
    x = F.batch_norm(x, mean, variance, scale, shift, training=True, momentum=0.1, eps=1e-5)
    return F.leaky_relu(x, LEAK, inplace=True)


def clip_rows(x: Tensor, limit: float) -> Tensor:
    """Clips the norm of each row."""
    return x * (limit * x.square().sum(1, keepdim=True).clamp_min(limit * limit).rsqrt())


def sample(mean: Tensor, log_variance: Tensor, noise: Tensor) -> Tensor:
    """Samples a latent."""
    return mean + noise * (log_variance / 2).exp()


def distance(mean: Tensor, log_variance: Tensor) -> Tensor:
    """The mu-VAE's penalty on a posterior."""
    return (mean.sum() / len(mean)).abs() + (log_variance.sum() / len(mean)).abs()
