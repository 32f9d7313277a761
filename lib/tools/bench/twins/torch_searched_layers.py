"""The parts of the searched pose in PyTorch, with alternative implementations.

Grids are kept as planes `[B, H, D, W]`, one horizontal layer after the other: turning about the
vertical axis mixes only the last two axes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from protocol import Array
from searched import BINS, Adam
from torch_layers import turned

LEAK, GROUPS, EPSILON = 0.2, 8, 1e-5
ROW = 1024
ADAM_EPSILON = 1e-8
AZIMUTHS = 72
STEP = 2 * math.pi / AZIMUTHS

Values = dict[str, Tensor]


class Pack:
    """Parameters that move together, one after the other in one tensor, each from a new row on.

    An update is a few operations instead of a few for each parameter, and so is a cast.
    """

    def __init__(
        self, weights: dict[str, Array], layout: str, dtype: torch.dtype, device: torch.device
    ) -> None:
        self.places: list[tuple[str, tuple[int, ...], list[int], int]] = []
        pieces, owners = [], []
        for name, values in weights.items():
            native = torch.from_numpy(values.astype(np.float32)).permute(to_native(name))
            stored = list(range(native.ndim))
            if layout == "channels_last" and native.ndim > 2:
                stored = [0, *stored[2:], 1]
            laid = native.permute(stored).reshape(-1)
            rows = math.ceil(len(laid) / ROW)
            self.places.append((name, tuple(native.permute(stored).shape), stored, rows))
            pieces.append(F.pad(laid, (0, rows * ROW - len(laid))))
            owners += [len(self.places) - 1] * rows
        self.flat = torch.cat(pieces).to(device)
        self.owners = torch.tensor(owners, device=device)
        self.first, self.second = torch.zeros_like(self.flat), torch.zeros_like(self.flat)
        self.average = self.flat.clone()
        self.narrow = self.flat if dtype == torch.float32 else self.flat.to(dtype)
        self.values = {n: leaf.requires_grad_() for n, leaf in self.views(self.narrow).items()}
        self.leaves = list(self.values.values())
        self.pads = [
            torch.zeros(rows * ROW - math.prod(shape), dtype=dtype, device=device)
            for _, shape, _, rows in self.places
        ]

    def views(self, flat: Tensor) -> Values:
        """Views all parameters within a tensor that is laid out as `flat`, as PyTorch has them."""
        views, start = {}, 0
        for name, shape, stored, rows in self.places:
            piece = flat.detach()[start : start + math.prod(shape)].view(shape)
            views[name] = piece.permute(inverse(stored))
            start += rows * ROW
        return views

    def constants(self) -> Values:
        """The parameters for those who do not train them."""
        return {name: leaf.detach() for name, leaf in self.values.items()}

    def move(self, gradients: Sequence[Tensor], rate: Tensor, adam: Adam, limit: float) -> None:
        """Moves all parameters by Adam as in TensorFlow, each gradient's norm clipped."""
        pieces = []
        for gradient, pad, (_, _, stored, _) in zip(gradients, self.pads, self.places, strict=True):
            pieces += [gradient.permute(stored).reshape(-1), pad]
        flat = torch.cat(pieces).float()
        if math.isfinite(limit):
            rows = flat.view(-1, ROW)
            sums = torch.zeros(len(self.places), device=flat.device)
            norms = sums.index_add(0, self.owners, rows.square().sum(1)).sqrt()
            scales = limit / norms.clamp_min(limit)
            flat = (rows * scales[self.owners].unsqueeze(1)).view(-1)
        self.first.lerp_(flat, 1 - adam.first)
        self.second.mul_(adam.second).addcmul_(flat, flat, value=1 - adam.second)
        self.flat.sub_(self.first / (self.second.sqrt() + ADAM_EPSILON) * rate)
        if self.narrow is not self.flat:
            self.narrow.copy_(self.flat)

    def follow(self, kept: Tensor) -> None:
        """Moves the averages towards the parameters."""
        self.average.lerp_(self.flat, 1 - kept)

    def variables(self) -> list[Tensor]:
        """All tensors that a step changes."""
        narrow = [] if self.narrow is self.flat else [self.narrow]
        return [self.flat, self.first, self.second, self.average, *narrow]

    def averages(self) -> dict[str, Array]:
        """Reads the averages in our layouts."""
        views = self.views(self.average)
        return {
            name: view.permute(inverse(to_native(name))).cpu().numpy()
            for name, view in views.items()
        }


def to_native(name: str) -> tuple[int, ...]:
    """Which of our axes is each of PyTorch's."""
    match name.split("/"):
        case ["encoder" | "discriminator", _, "kernel"]:  # [h, w, in, out] to [out, in, h, w]
            return 3, 2, 0, 1
        case ["decoder", _, "kernel"]:
            # Convolution [d, h, w, in, out] to [out, in, d, h, w]; transposed [d, h, w, out, in]
            # to [in, out, d, h, w].
            return 4, 3, 0, 1, 2
        case [*_, "weights"]:
            return 0, 1
        case _:
            return (0,)


def inverse(order: Sequence[int]) -> list[int]:
    """Gives the permutation that undoes another."""
    return [order.index(axis) for axis in range(len(order))]


def affine(v: Values, name: str, x: Tensor) -> Tensor:
    """`x W + b`"""
    return torch.addmm(v[f"{name}/bias"], x, v[f"{name}/weights"])


def norm_native(x: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
    """Group norm by PyTorch's own kernel."""
    return F.group_norm(x, GROUPS, scale, shift, EPSILON)


def norm_moments(x: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
    """The same by its moments, for grids whose channels come last: a factor and an addend each."""
    channels = x.shape[1]
    places = x.movedim(1, -1).reshape(len(x), -1, GROUPS, channels // GROUPS)
    variance, mean = torch.var_mean(places.float(), (1, 3), correction=0, keepdim=True)
    factor = (variance + EPSILON).rsqrt() * scale.view(GROUPS, -1)
    addend = shift.view(GROUPS, -1) - mean * factor
    y = torch.addcmul(addend.to(x.dtype), places, factor.to(x.dtype))
    return y.view(x.movedim(1, -1).shape).movedim(-1, 1)


Norm = Callable[[Tensor, Tensor, Tensor], Tensor]
NORM: dict[str, Norm] = {"native": norm_native, "moments": norm_moments}


def normed(norm: Norm, v: Values, name: str, x: Tensor) -> Tensor:
    """Group norm, then leaky ReLU."""
    return F.leaky_relu_(norm(x, v[f"{name}/scale"], v[f"{name}/shift"]), LEAK)


def encode(norm: Norm, v: Values, images: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Images `[B, S, S]` to mean, log-variance `[B, latent]` and logits of azimuths `[B, 24]`."""
    x = images.unsqueeze(1).to(v["encoder/conv1/kernel"].dtype)
    for i in range(1, 5):
        name = f"encoder/conv{i}"
        x = F.conv2d(x, v[f"{name}/kernel"], v[f"{name}/bias"], stride=2, padding=1)
        x = normed(norm, v, f"encoder/norm{i}", x)
    x = F.leaky_relu(affine(v, "encoder/hidden", x.permute(0, 2, 3, 1).flatten(1)), LEAK)
    mean, spread, guess = (
        affine(v, f"encoder/{head}", x).float() for head in ("mean", "logVariance", "azimuth")
    )
    return mean, spread.clamp(-8, 4) - 2, guess


def decode(norm: Norm, v: Values, latent: Tensor, size: int, is_symmetric: bool) -> Tensor:
    """Latents to planes of logits `[B, H, D, W]`."""
    coarse, half = size // 8, size // 2
    x = affine(v, "decoder/grid", latent.to(v["decoder/grid/weights"].dtype))
    x = x.view(len(x), coarse, coarse, coarse, -1).permute(0, 4, 1, 2, 3)
    for i in (1, 2):
        x = normed(norm, v, f"decoder/norm{i}", x)
        kernel, bias = (v[f"decoder/deconv{i}/{part}"] for part in ("kernel", "bias"))
        x = F.conv_transpose3d(x, kernel, bias, stride=2, padding=1)
    x = normed(norm, v, "decoder/norm3", x)
    x = F.conv3d(x, v["decoder/blocks/kernel"], v["decoder/blocks/bias"], padding=1)
    x = x.view(len(x), 2, 2, 2, half, half, half)  # [B, d, h, w, D / 2, H / 2, W / 2]
    x = x.permute(0, 5, 2, 4, 1, 6, 3).reshape(len(x), size, size, size).float()
    return 0.5 * (x + x.flip(3)) if is_symmetric else x


def features(v: Values, images: Tensor) -> Tensor:
    """What the discriminator sees in images `[B, S, S]`: `[B, judged]`."""
    x = (2 * images - 1).unsqueeze(1).to(v["discriminator/conv1/kernel"].dtype)
    for i in range(1, 4):
        name = f"discriminator/conv{i}"
        x = F.conv2d(x, v[f"{name}/kernel"], v[f"{name}/bias"], stride=2, padding=1)
        x = F.leaky_relu_(x, LEAK)
    return x.permute(0, 2, 3, 1).flatten(1)


def kept(x: Tensor, uniform: Tensor) -> Tensor:
    """Drops a fifth of the features."""
    return x * (uniform >= 0.2).to(x.dtype) * 1.25


def judged(v: Values, seen: Tensor) -> Tensor:
    """Logits `[B]` of being an image of the data, from features."""
    return affine(v, "discriminator/output", seen).view(-1).float()


def stretched(images: Tensor, shrink: Tensor) -> Tensor:
    """Reads images `[B, S, S]` at places that are nearer to the centre, `[B, 2]` for x and y."""
    size = images.shape[1]
    cells = torch.arange(size, device=images.device, dtype=torch.float32)
    middle = (size - 1) / 2
    places = shrink[..., None] * (cells - middle) + middle  # [B, 2, S]
    x, y = (1 - (places.unsqueeze(3) - cells).abs()).relu().unbind(1)  # [B, S, S]
    return y @ images @ x.transpose(1, 2)


def points_of(azimuth: Tensor, size: int) -> Tensor:
    """Where the points of rays lie in a plane: `[B, D, W, 2]`."""
    return torch.stack(turned(azimuth, size), 3)


def sampled(planes: Tensor, points: Tensor) -> Tensor:
    """Planes `[B, N, D, W]` at points `[B, D, W, 2]`: `[B, N, D, W]`."""
    return F.grid_sample(planes, points, padding_mode="zeros", align_corners=False)


def rays_of(azimuth: Tensor, size: int) -> Tensor:
    """What each column of an image adds up: the weights of a plane's cells, `[A, W, D W]`."""
    cells = torch.arange(size, device=azimuth.device, dtype=azimuth.dtype)
    weights = [
        (1 - (points * (size / 2) + (size - 1) / 2 - cells).abs()).relu()  # [A, W, D, cells]
        for points in (p.transpose(1, 2).unsqueeze(3) for p in turned(azimuth, size))
    ]
    return (weights[1].transpose(2, 3) @ weights[0]).reshape(len(azimuth), size, size * size)


def opaque(thickness: Tensor) -> Tensor:
    """`1 - exp(-thickness)`"""
    return -torch.expm1(-thickness)


def views_sampled(density: Tensor, occupancy: Tensor, azimuth: Tensor) -> tuple[Tensor, Tensor]:
    """Sums and maxima along rays `[B, H, W]`: one sampling of both."""
    rows = density.shape[1]
    read = sampled(torch.cat([density, occupancy], 1), points_of(azimuth, density.shape[3]))
    sums, greatest = read.split(rows, 1)
    return opaque(sums.sum(2)), greatest.amax(2)


def views_product(density: Tensor, occupancy: Tensor, azimuth: Tensor) -> tuple[Tensor, Tensor]:
    """The same with sums as one product of each ray's weights and the cells."""
    return summed_product(density, azimuth), greatest_sampled(occupancy, azimuth)


def summed_sampled(density: Tensor, azimuth: Tensor) -> Tensor:
    """Sums along rays, by sampling."""
    return opaque(sampled(density, points_of(azimuth, density.shape[3])).sum(2))


def summed_product(density: Tensor, azimuth: Tensor) -> Tensor:
    """Sums along rays, by products."""
    rays = rays_of(azimuth, density.shape[3])
    return opaque(density.flatten(2) @ rays.transpose(1, 2))


def greatest_sampled(occupancy: Tensor, azimuth: Tensor) -> Tensor:
    """Maxima along rays."""
    return sampled(occupancy, points_of(azimuth, occupancy.shape[3])).amax(2)


Views = Callable[[Tensor, Tensor, Tensor], tuple[Tensor, Tensor]]
Summed = Callable[[Tensor, Tensor], Tensor]
RENDER: dict[str, tuple[Views, Summed]] = {
    "sampled": (views_sampled, summed_sampled),
    "product": (views_product, summed_product),
}


class Search:
    """Draws azimuths by how well they explain images.

    Of 72 views those from behind are mirrored, and so are those from the left of symmetric shapes:
    19 are rendered then, 36 else.
    """

    def __init__(
        self, size: int, is_symmetric: bool, dtype: torch.dtype, device: torch.device
    ) -> None:
        self.is_symmetric = is_symmetric
        self.views = AZIMUTHS // 4 + 1 if is_symmetric else AZIMUTHS // 2
        azimuths = torch.arange(self.views, dtype=torch.float64) * STEP
        rays = rays_of(azimuths, size).reshape(self.views * size, size * size)
        self.rays = rays.t().to(device, dtype).contiguous()  # [D W, views W]
        places = torch.arange(AZIMUTHS)
        behind = places >= AZIMUTHS // 2
        front = places % (AZIMUTHS // 2)
        if is_symmetric:
            # From a and pi - a a shape looks the same, and from -a mirrored.
            behind = places > AZIMUTHS // 2
            front = torch.where(behind, AZIMUTHS - places, places)
            front = torch.minimum(front, AZIMUTHS // 2 - front)
        self.place = (front + behind * self.views).to(device)  # among the errors of both sides

    def errors(self, density: Tensor, images: Tensor) -> Tensor:
        """Squared errors of all views `[B, 72]`."""
        batch, rows, _, size = density.shape
        planes = density.reshape(batch * rows, -1).to(self.rays.dtype)
        views = opaque((planes @ self.rays).view(batch, rows, self.views, size)).float()
        both = [
            (views - seen.unsqueeze(2)).square().sum((1, 3)) for seen in (images, images.flip(2))
        ]
        return torch.cat(both, 1).index_select(1, self.place)

    def __call__(
        self, density: Tensor, images: Tensor, temperature: Tensor, uniform: Tensor
    ) -> Tensor:
        """Azimuths `[B]` from which densities `[B, H, D, W]` look like images, in radians."""
        errors = self.errors(density, images)
        noise = -(-(uniform * (1 - 2e-7) + 1e-7).log()).log()
        chosen = (noise - errors / temperature).argmax(1, keepdim=True)
        near = chosen + torch.arange(-1, 2, device=chosen.device)
        before, here, after = errors.gather(1, near % AZIMUTHS).unbind(1)
        bend = (before - 2 * here + after).clamp_min(1e-3)
        shift = (0.5 * (before - after) / bend).clamp(-0.5, 0.5)
        azimuth = (chosen.squeeze(1) + shift) * STEP
        return folded(azimuth) if self.is_symmetric else wrapped(azimuth)


def wrapped(angle: Tensor) -> Tensor:
    """Brings angles into [-pi, pi)."""
    return angle - ((angle + math.pi) / (2 * math.pi)).floor() * (2 * math.pi)


def folded(azimuth: Tensor) -> Tensor:
    """Brings azimuths into [-pi / 2, pi / 2]; a symmetric shape looks the same from there."""
    a = wrapped(azimuth)
    return torch.where(a.abs() > math.pi / 2, a.sign() * math.pi - a, a)


def cross_entropy(guess: Tensor, azimuth: Tensor) -> Tensor:
    """Nats `[B]` between guesses `[B, 24]` and azimuths, shared by the two nearest bins."""
    turns = azimuth / (2 * math.pi)
    place = ((turns - turns.floor()) * BINS).unsqueeze(1)
    away = (place - torch.arange(BINS, device=azimuth.device, dtype=torch.float32)).abs()
    target = (1 - torch.minimum(away, BINS - away)).relu()
    return -(target * guess.log_softmax(1)).sum(1)
