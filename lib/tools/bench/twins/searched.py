"""What the twins of the searched pose have in common: settings, losses, schedules, weights."""

from __future__ import annotations

import dataclasses
import math

import numpy as np

import protocol
from protocol import Array, Method

FEATURES, BINS = 512, 24
LOSSES = (
    *("loss", "image", "pose", "maximum", "kl", "realism", "cycle", "cyclePose"),
    *("discriminator", "slope"),
)
"""A step's outputs: the model's loss and its terms, then the terms of the discriminator."""


@dataclasses.dataclass(frozen=True)
class Config(protocol.Config):
    """The settings that the step depends on."""

    latentSize: int = 19
    filters: int = 64
    steps: int = 6000
    asymmetric: bool = False
    kl: float = 1.0
    realism: float = 2.0
    cycle: float = 1.0
    solidity: float = 0.5
    stretch: float = 0.1

    @property
    def size(self) -> int:
        """Side of the square that images are put into, and of the grid."""
        return 16 * math.ceil(self.imageSize / 16)

    @property
    def decoder_channels(self) -> tuple[int, int, int]:
        """Channels of the grids of an eighth, a quarter and a half of the side."""
        return 5 * self.filters // 2, 3 * self.filters // 2, 3 * self.filters // 4

    @property
    def encoder_channels(self) -> tuple[int, int, int, int]:
        """Channels of the encoder's convolutions."""
        return self.filters, 2 * self.filters, 4 * self.filters, 4 * self.filters

    @property
    def discriminator_channels(self) -> tuple[int, int, int]:
        """Channels of the discriminator's convolutions."""
        return 3 * self.filters // 4, 3 * self.filters // 2, 3 * self.filters

    @property
    def judged(self) -> int:
        """Features that the discriminator judges an image by."""
        return (self.size // 8) ** 2 * self.discriminator_channels[-1]


@dataclasses.dataclass(frozen=True)
class Adam:
    """How much Adam's means keep of what they were."""

    first: float
    second: float

    def share(self, count: Array) -> Array:
        """What the biases of both means make of the step size at the `count`th update."""
        return np.sqrt(1 - self.second**count) / (1 - self.first**count)


DISCRIMINATOR, MODEL = Adam(0, 0.99), Adam(0.9, 0.99)
SCHEDULED = (
    *("discriminator", "model", "temperature", "stretch"),
    *("maximum", "realism", "cycle", "cyclePose", "average"),
)
"""What changes in the course of a run: step sizes, then what they are named after."""


def schedule(config: Config) -> Array:
    """Everything that depends on the step alone, `[steps, SCHEDULED + latent]`.

    The latent's columns say how far each unit is awake.
    """
    step = np.arange(config.steps, dtype=np.float64)
    progress = step / config.steps

    def ramp(start: float, end: float) -> Array:
        return np.clip((progress - start) / (end - start), 0, 1)

    first, second = np.minimum(1, 2 * progress), np.maximum(0, 2 * progress - 1)
    share = np.minimum(np.minimum(1, step / 200), np.maximum(0.05, 1 - ramp(0.6, 1)))
    grown = ramp(0.1, 0.3)
    columns = {
        "discriminator": 0.4 * config.learningRate * DISCRIMINATOR.share(step + 1),
        "model": config.learningRate * share * MODEL.share(step + 1),
        "temperature": 20 * (1 / 20) ** first * 0.5**second,
        "stretch": config.stretch * ramp(0.5, 0.6),
        "maximum": config.solidity * ramp(0.3, 0.5),
        "realism": config.realism * grown,
        "cycle": config.cycle * grown,
        "cyclePose": grown,
        "average": np.minimum(0.999, (step + 1) / (step + 20)),
    }
    units = np.arange(config.latentSize)
    awake = np.clip(ramp(0.1, 0.5)[:, None] * config.latentSize - units, 0, 1)
    rows = np.stack([columns[name] for name in SCHEDULED], 1)
    return np.concatenate([rows, awake], 1).astype(np.float32)


def weights(config: Config) -> dict[str, Array]:
    """Makes up weights as they start."""
    random = np.random.default_rng(1)
    made: dict[str, Array] = {}

    def layer(name: str, kind: str, shape: tuple[int, ...], outputs: int, fan_in: int) -> None:
        limit = 1 / math.sqrt(fan_in)
        made[f"{name}/{kind}"] = random.uniform(-limit, limit, shape)
        made[f"{name}/bias"] = random.uniform(-limit, limit, outputs)

    def dense(name: str, inputs: int, outputs: int) -> None:
        layer(name, "weights", (inputs, outputs), outputs, inputs)

    def norm(name: str, channels: int) -> None:
        made[f"{name}/scale"], made[f"{name}/shift"] = np.ones(channels), np.zeros(channels)

    for network in ("encoder", "discriminator"):
        inputs = 1
        channels = getattr(config, f"{network}_channels")
        for i, outputs in enumerate(channels, 1):
            shape = (4, 4, inputs, outputs)
            layer(f"{network}/conv{i}", "kernel", shape, outputs, 16 * inputs)
            if network == "encoder":
                norm(f"encoder/norm{i}", outputs)
            inputs = outputs
    dense("encoder/hidden", (config.size // 16) ** 2 * config.encoder_channels[-1], FEATURES)
    for head, units in {"mean": config.latentSize, "logVariance": config.latentSize}.items():
        dense(f"encoder/{head}", FEATURES, units)
        made[f"encoder/{head}/weights"] = random.normal(0, 0.02, (FEATURES, units))
    dense("encoder/azimuth", FEATURES, BINS)
    first, second, third = config.decoder_channels
    cells = (config.size // 8) ** 3 * first
    made["decoder/grid/weights"] = random.normal(0, 0.1, (config.latentSize, cells))
    made["decoder/grid/bias"] = random.normal(0, 0.5, cells)
    for i, channels in enumerate(config.decoder_channels, 1):
        norm(f"decoder/norm{i}", channels)
    layer("decoder/deconv1", "kernel", (4, 4, 4, second, first), second, 64 * second)
    layer("decoder/deconv2", "kernel", (4, 4, 4, third, second), third, 64 * third)
    layer("decoder/blocks", "kernel", (3, 3, 3, third, 8), 8, 27 * third)
    made["decoder/blocks/bias"] = np.full(8, -4.0)
    dense("discriminator/output", config.judged, 1)
    return made


SEARCHED = Method(Config, LOSSES, weights)
