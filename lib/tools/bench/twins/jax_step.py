"""The training step in JAX, in its fastest form: one jitted function with donated buffers."""

from __future__ import annotations

import argparse
import math
import os
from importlib import metadata
from typing import Any

os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")  # the GPU is shared

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from jax_layers import FIRST, LAST, LEAK, Tensor, Tensors
from jax_layers import batch_norm, clip_rows, dense, distance, render, sample
from protocol import Array, main
from vae import POSE_UNITS, VAE, Config, noise

MODES = ("jit", "bf16")
BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8
POSE_VARIABLES = ("pose/mean", "pose/logVariance")


def adam(values: Tensors, moments: Any, gradients: Tensors, count: Tensor, rate: float) -> Any:
    """Adam as in TensorFlow; returns values and moments of the variables with gradients."""
    size = rate * jnp.sqrt(1 - BETA2**count) / (1 - BETA1**count)
    first = {n: m + (gradients[n] - m) * (1 - BETA1) for n, m in moments[0].items()}
    second = {n: v + (gradients[n] ** 2 - v) * (1 - BETA2) for n, v in moments[1].items()}
    moved = {n: values[n] - size * first[n] / (jnp.sqrt(second[n]) + EPSILON) for n in first}
    return moved, (first, second)


class JaxStep:
    """The step: its state and the function that updates it."""

    def __init__(
        self, config: Config, weights: dict[str, Array], arguments: argparse.Namespace
    ) -> None:
        is_gpu = jax.default_backend() != "cpu"
        first = arguments.first or ("native" if is_gpu else "products")
        last = arguments.last or ("parity" if is_gpu else "taps")
        self.config, self.first, self.last = config, FIRST[first], LAST[last]
        self.dtype = jnp.bfloat16 if arguments.mode == "bf16" else jnp.float32
        is_running = {n: "/norm" in n and n.endswith(("/mean", "/variance")) for n in weights}
        trained = {n: jnp.array(w) for n, w in weights.items() if not is_running[n]}
        pose = {n: trained[n] for n in POSE_VARIABLES}
        self.state: dict[str, Any] = {
            "trained": trained,
            "running": {n: jnp.array(w) for n, w in weights.items() if is_running[n]},
            "moments": (zeros_like(trained), zeros_like(trained)),
            "pose moments": (zeros_like(pose), zeros_like(pose)),
            "count": jnp.zeros(()),
        }
        key = jax.random.key(1)

        def drawn(state: Any, images: Tensor) -> Any:
            stream = jax.random.fold_in(key, state["count"].astype(jnp.int32))
            shape = (config.batchSize, config.shape_units + POSE_UNITS)
            return self.advance(state, images, jax.random.normal(stream, shape))

        self.drawn = jax.jit(drawn, donate_argnums=0)
        self.given = jax.jit(self.advance, donate_argnums=0)
        self.description = {
            "device": jax.devices()[0].device_kind,
            "versions": {name: metadata.version(name) for name in ("jax", "jaxlib")},
            "forms": {"first": first, "last": last},
        }

    def advance(self, state: Any, images: Tensor, noise: Tensor) -> tuple[Any, Tensor]:
        """Returns the state after a step, and the losses.

        The first update changes only the pose variables. Nothing before the pose depends on them,
        so both passes share the encoder and the decoder.
        """
        config, trained = self.config, state["trained"]
        count = state["count"] + 1
        targets = images[..., 0]
        shape_noise, pose_noise = jnp.split(noise, [config.shape_units], 1)

        def pose_pass(values: Tensors, occupancy: Tensor) -> Any:
            mean, log_variance = (values[name] for name in POSE_VARIABLES)
            z = sample(mean, log_variance, pose_noise)
            s = jnp.tanh(dense(values, "pose/output", jnp.tanh(dense(values, "pose/hidden", z))))
            # The density is occupancy / tau: tau cancels.
            rendering = 1 - jnp.exp(-render(occupancy, (s[:, 0] + 1) * math.pi))
            image = jnp.sum(jnp.square(rendering - targets)) / len(targets)
            pose = distance(mean, log_variance)
            return image + pose, (image, pose)

        def shape_pass(values: Tensors) -> Any:
            return self.shape_pass(values, state["running"], images, shape_noise)

        (occupancy, *posterior), pull_back, running = jax.vjp(shape_pass, trained, has_aux=True)
        variables = {name: trained[name] for name in POSE_VARIABLES}
        first = jax.grad(lambda moved: pose_pass(trained | moved, occupancy), has_aux=True)
        gradients, _ = first(variables)
        moved, pose_moments = adam(
            trained, state["pose moments"], gradients, count, config.learningRate
        )
        trained = trained | moved
        with_terms = jax.value_and_grad(pose_pass, argnums=(0, 1), has_aux=True)
        (_, (image, pose)), (direct, to_occupancy) = with_terms(trained, occupancy)
        distance_and_gradients = jax.value_and_grad(distance, argnums=(0, 1))
        latent, to_posterior = jax.tree.map(
            lambda x: config.beta * x, distance_and_gradients(*posterior)
        )
        (through,) = pull_back((to_occupancy, *to_posterior))
        gradients = jax.tree.map(lambda a, b: clip(a + b, config.clipNorm), direct, through)
        trained, moments = adam(trained, state["moments"], gradients, count, config.learningRate)
        after = {
            "trained": trained,
            "running": running,
            "moments": moments,
            "pose moments": pose_moments,
            "count": count,
        }
        return after, jnp.stack([image + latent + pose, image, latent, pose])

    def shape_pass(self, values: Tensors, running: Tensors, images: Tensor, noise: Tensor) -> Any:
        """Encodes and decodes; also returns the updated running statistics.

        Occupancy `[B, D, H, W]`, mean and log-variance `[B, units]`.
        """
        config, after = self.config, dict(running)

        def half(x: Tensor) -> Tensor:
            return x.astype(self.dtype)

        def normed(x: Tensor, name: str) -> Tensor:
            y, after[f"{name}/mean"], after[f"{name}/variance"] = batch_norm(
                x.astype(jnp.float32),
                *(values[f"{name}/{part}"] for part in ("scale", "shift")),
                *(running[f"{name}/{part}"] for part in ("mean", "variance")),
            )
            return half(jax.nn.leaky_relu(y, LEAK))

        x = half(images)
        for i in range(1, 5):
            kernel = half(values[f"encoder/conv{i}/kernel"])
            x = lax.conv_general_dilated(
                x, kernel, (2, 2), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC")
            )
            x = normed(x, f"encoder/norm{i}")
        features = x.reshape(len(x), -1)
        root = math.sqrt(config.latentSize)
        mean = clip_rows(dense(values, "encoder/mean", features), 6 * root)
        log_variance = clip_rows(dense(values, "encoder/logVariance", features), root)
        z = sample(mean, log_variance, noise)
        coarse = config.imageSize // 4
        x = half(z) @ half(values["decoder/grid/weights"])
        x = normed(x.reshape(-1, coarse, coarse, coarse, config.filters), "decoder/norm1")
        x = normed(self.first(x, half(values["decoder/deconv1/kernel"])), "decoder/norm2")
        logits = self.last(x, half(values["decoder/deconv2/kernel"])).astype(jnp.float32)
        occupancy = jax.nn.sigmoid(logits + values["decoder/deconv2/bias"])
        return (occupancy, mean, log_variance), after

    def host_batch(self, images: Array) -> Array:
        """Returns images unchanged: a jitted function uploads its arguments."""
        return images

    def step(self, batch: Array, draws: dict[str, Array] | None = None) -> Tensor:
        """Uploads a batch and takes a step."""
        if draws is None:
            self.state, losses = self.drawn(self.state, batch)
        else:
            self.state, losses = self.given(self.state, batch, noise(draws))
        return losses

    def read(self, losses: list[Tensor]) -> list[list[float]]:
        """Reads the losses of several steps."""
        return [step.tolist() for step in jax.device_get(losses)]

    def after(self) -> dict[str, Array]:
        """Reads the running means and variances."""
        return {name: np.asarray(value) for name, value in self.state["running"].items()}


def clip(gradient: Tensor, limit: float) -> Tensor:
    """Clips a gradient's norm."""
    return gradient * (limit / jnp.maximum(jnp.sqrt(jnp.sum(jnp.square(gradient))), limit))


def zeros_like(tensors: Tensors) -> Tensors:
    """Zeros of the same shapes."""
    return jax.tree.map(jnp.zeros_like, tensors)


def add_options(command: Any) -> None:
    """Adds the choice of variants; by default the fastest measured on each device."""
    command.add_argument("--first", choices=FIRST, help="variant of the first deconvolution")
    command.add_argument("--last", choices=LAST, help="variant of the last one")


if __name__ == "__main__":
    main(JaxStep, VAE, MODES, add_options)
