"""The parts of the JAX step, with alternative implementations."""

from __future__ import annotations

import functools
import itertools
import operator
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

LEAK = 0.2
MOMENTUM, VARIANCE_FLOOR = 0.9, 1e-5
VOLUMES = ("NDHWC", "DHWOI", "NDHWC")

Tensor = jax.Array
Tensors = dict[str, Tensor]


def first_native(x: Tensor, kernel: Tensor) -> Tensor:
    """Transposed convolution of stride 2, `[B, n, n, n, in]` to `[B, 2n, 2n, 2n, out]`, by XLA.

    Tap k of cell i reaches 2i + k; the far face is cropped.
    """
    flipped = kernel[::-1, ::-1, ::-1]
    return lax.conv_general_dilated(
        x, flipped, (1, 1, 1), [(2, 1)] * 3, lhs_dilation=(2, 2, 2), dimension_numbers=VOLUMES
    )


def first_products(x: Tensor, kernel: Tensor) -> Tensor:
    """The same as 27 matrix products: on a CPU, XLA multiplies the zeros of a dilated grid."""
    batch, n, channels = x.shape[0], x.shape[1], x.shape[4]
    outputs = kernel.shape[3]
    padded = jnp.pad(x, [(0, 0), *[(1, 0)] * 3, (0, 0)])
    shifted = {
        shift: lax.dynamic_slice(padded, (0, *shift, 0), x.shape).reshape(-1, channels)
        for shift in itertools.product((0, 1), repeat=3)
    }
    reaching = {0: [(1, 0), (0, 2)], 1: [(1, 1)]}  # parity -> shifts and taps that contribute
    parities = []
    for parity in itertools.product((0, 1), repeat=3):
        terms = itertools.product(*(reaching[p] for p in parity))
        products = (
            shifted[tuple(shift for shift, _ in term)] @ kernel[tuple(tap for _, tap in term)].T
            for term in terms
        )
        parities.append(functools.reduce(operator.add, products))
    return interleaved(jnp.stack(parities, 1).reshape(batch, n, n, n, 2, 2, 2, outputs))


def last_parity(x: Tensor, kernel: Tensor) -> Tensor:
    """Transposed convolution to one channel, `[B, 2n, 2n, 2n]`; tap k of cell i reaches 2i + k - 1.

    One convolution computes the 8 parities of the output's coordinates.
    """
    batch, n, channels = x.shape[0], x.shape[1], x.shape[4]
    # [tap of the 2x2x2 kernel][parity] -> tap of the 3x3x3 kernel
    tap_of: list[list[int | None]] = [[1, 2], [None, 0]]
    spread = np.zeros((2, 2, 2, 2, 2, 2, 27), np.float32)
    for place in itertools.product((0, 1), repeat=6):
        d, h, w = (tap_of[tap][parity] for tap, parity in zip(place[:3], place[3:], strict=True))
        if d is not None and h is not None and w is not None:
            spread[(*place, 9 * d + 3 * h + w)] = 1
    taps = jnp.asarray(spread.reshape(64, 27), x.dtype) @ kernel.reshape(27, channels)
    parities = lax.conv_general_dilated(
        x, taps.reshape(2, 2, 2, 8, channels), (1, 1, 1), [(0, 1)] * 3, dimension_numbers=VOLUMES
    )
    return interleaved(parities.reshape(batch, n, n, n, 2, 2, 2, 1))[..., 0]


def last_taps(x: Tensor, kernel: Tensor) -> Tensor:
    """The same as one product to the 27 taps of each cell, which are then summed."""
    n = x.shape[1]
    taps = jnp.tensordot(x, kernel[:, :, :, 0], (4, 3))  # [B, n, n, n, 3, 3, 3]
    for axis in (1, 2, 3):  # each consumes the first remaining axis of taps
        near, middle, far = (lax.index_in_dim(taps, tap, 4, keepdims=False) for tap in range(3))
        padding = [(0, 1) if a == axis else (0, 0) for a in range(near.ndim)]
        after = lax.slice_in_dim(jnp.pad(near, padding), 1, n + 1, axis=axis)
        pairs = jnp.stack([middle, far + after], axis + 1)
        taps = pairs.reshape(*pairs.shape[:axis], 2 * n, *pairs.shape[axis + 2 :])
    return taps


def interleaved(parities: Tensor) -> Tensor:
    """`[B, n, n, n, 2, 2, 2, C]` to `[B, 2n, 2n, 2n, C]`."""
    batch, n, channels = parities.shape[0], parities.shape[1], parities.shape[-1]
    ordered = parities.transpose(0, 1, 4, 2, 5, 3, 6, 7)
    return ordered.reshape(batch, 2 * n, 2 * n, 2 * n, channels)


Form = Callable[[Tensor, Tensor], Tensor]
FIRST: dict[str, Form] = {"native": first_native, "products": first_products}
LAST: dict[str, Form] = {"parity": last_parity, "taps": last_taps}


def render(occupancy: Tensor, azimuth: Tensor) -> Tensor:
    """Optical thickness of rays, `[B, D, H, W]` and radians `[B]` to `[B, H, W]`.

    As matrix products: each ray's weights over the cells of its plane, times the cells.
    """
    batch, size = occupancy.shape[:2]
    cells = jnp.arange(size, dtype=jnp.float32)
    centres = (2 * cells + 1) / size - 1
    x, z = centres.reshape(1, size, 1), centres.reshape(1, 1, size)
    cos, sin = jnp.cos(azimuth).reshape(-1, 1, 1), jnp.sin(azimuth).reshape(-1, 1, 1)

    def weights(points: Tensor) -> Tensor:  # [B, W, D, cells]
        index = points[..., None] * (size / 2) + (size - 1) / 2
        return jax.nn.relu(1 - jnp.abs(index - cells))

    rays = jnp.einsum("bwpd,bwpx->bwdx", weights(z * cos - x * sin), weights(x * cos + z * sin))
    return jnp.einsum("bdhx,bwdx->bhw", occupancy, rays)


def clip_rows(x: Tensor, limit: float) -> Tensor:
    """Clips the norm of each row."""
    squares = jnp.sum(jnp.square(x), 1, keepdims=True)
    return x * (limit * lax.rsqrt(jnp.maximum(squares, limit * limit)))


def sample(mean: Tensor, log_variance: Tensor, noise: Tensor) -> Tensor:
    """Samples a latent."""
    return mean + noise * jnp.exp(log_variance / 2)


def distance(mean: Tensor, log_variance: Tensor) -> Tensor:
    """The mu-VAE's penalty on a posterior."""
    return magnitude(jnp.sum(mean) / len(mean)) + magnitude(jnp.sum(log_variance) / len(mean))


def magnitude(x: Tensor) -> Tensor:
    """|x| with slope 0 at 0, where the pose starts; JAX's own has slope 1 there."""
    return x * lax.stop_gradient(jnp.sign(x))


def batch_norm(
    x: Tensor, scale: Tensor, shift: Tensor, mean: Tensor, variance: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Normalises by the batch's moments; returns the running ones too (with n / (n - 1))."""
    axes = tuple(range(x.ndim - 1))
    count = x.size // x.shape[-1]
    centre = jnp.mean(x, axes)
    spread = jnp.maximum(jnp.mean(jnp.square(x), axes) - jnp.square(centre), 0)
    y = (x - centre) * (lax.rsqrt(spread + VARIANCE_FLOOR) * scale) + shift
    kept = [lax.stop_gradient(moment) for moment in (centre, spread * (count / (count - 1)))]
    old = (mean, variance)
    moved = [MOMENTUM * was + (1 - MOMENTUM) * new for was, new in zip(old, kept, strict=True)]
    return y, moved[0], moved[1]


def dense(values: Tensors, name: str, x: Tensor) -> Tensor:
    """`x W + b`, cast to float32."""
    product = x @ values[f"{name}/weights"].astype(x.dtype)
    return product.astype(jnp.float32) + values[f"{name}/bias"]
