"""What the twins of the paper's method have in common: its settings, losses and first weights."""

from __future__ import annotations

import dataclasses
import math

import numpy as np

import protocol
from protocol import Array, Method

POSE_UNITS, POSE_HIDDEN = 12, 10


@dataclasses.dataclass(frozen=True)
class Config(protocol.Config):
    """The settings that the step depends on."""

    latentSize: int = 20
    filters: int = 128
    beta: float = 1.0
    clipNorm: float = 1.0

    @property
    def shape_units(self) -> int:
        """Units of the shape latent: the last unit is the pose."""
        return self.latentSize - 1


def weights(config: Config) -> dict[str, Array]:
    """Makes up weights as they start."""
    random = np.random.default_rng(1)
    units, filters, coarse = config.shape_units, config.filters, config.imageSize // 4
    features = math.ceil(config.imageSize / 16) ** 2 * filters

    def glorot(inputs: int, outputs: int) -> Array:
        limit = math.sqrt(6 / (inputs + outputs))
        return random.uniform(-limit, limit, (inputs, outputs))

    made: dict[str, Array] = {}
    norms = {"decoder/norm1": filters, "decoder/norm2": filters // 2}
    for i in range(1, 5):
        inputs = 1 if i == 1 else filters
        made[f"encoder/conv{i}/kernel"] = random.normal(0, 0.02, (3, 3, inputs, filters))
        norms[f"encoder/norm{i}"] = filters
    for name, channels in norms.items():
        for part, value in {"scale": 1, "shift": 0, "mean": 0, "variance": 1}.items():
            made[f"{name}/{part}"] = np.full(channels, value)
    dense = {
        "encoder/mean": (features, units),
        "encoder/logVariance": (features, units),
        "pose/hidden": (POSE_UNITS, POSE_HIDDEN),
        "pose/output": (POSE_HIDDEN, 1),
    }
    for name, (inputs, outputs) in dense.items():
        made[f"{name}/weights"] = glorot(inputs, outputs)
        made[f"{name}/bias"] = np.zeros(outputs)
    made["decoder/grid/weights"] = random.normal(0, 0.1, (units, coarse**3 * filters))
    made["decoder/deconv1/kernel"] = random.normal(0, 0.02, (3, 3, 3, filters // 2, filters))
    made["decoder/deconv2/kernel"] = random.normal(0, 0.02, (3, 3, 3, 1, filters // 2))
    made["decoder/deconv2/bias"] = np.zeros(1)
    for part in ("mean", "logVariance"):
        made[f"pose/{part}"] = np.zeros((config.batchSize, POSE_UNITS))
    return made


def noise(draws: dict[str, Array]) -> Array:
    """Puts the draws of a step side by side: `[B, shape units + pose units]`, from N(0, 1)."""
    return np.concatenate([draws["latent"], draws["pose"]], axis=1)


VAE = Method(Config, ("loss", "image", "latent", "pose"), weights)
