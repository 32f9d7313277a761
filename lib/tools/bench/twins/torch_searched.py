"""The training step of the searched pose in PyTorch, in its fastest form (see its layers)."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
from functools import partial
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from protocol import Array, main
from searched import DISCRIMINATOR, MODEL, SCHEDULED, SEARCHED, Config, schedule
from torch_device import MODES, captured, described, host_batch, prepared
from torch_searched_layers import (
    NORM,
    RENDER,
    Pack,
    Search,
    cross_entropy,
    decode,
    encode,
    features,
    folded,
    greatest_sampled,
    judged,
    kept,
    stretched,
)

PROBE = 0.05
CLIP_NORM = 200.0


class TorchSearched:
    """The step: its variables and their updates."""

    def __init__(
        self, config: Config, weights: dict[str, Array], arguments: argparse.Namespace
    ) -> None:
        self.config, self.device = config, prepared()
        is_gpu = self.device.type == "cuda"
        render = arguments.render or ("product" if is_gpu else "sampled")
        self.views, self.summed = RENDER[render]
        self.norm = NORM[arguments.norm]
        is_half = arguments.mode.startswith("bf16-")
        dtype = torch.bfloat16 if is_half else torch.float32

        def pack(is_opponent: bool) -> Pack:
            names = [n for n in weights if n.startswith("discriminator/") == is_opponent]
            chosen = {name: weights[name] for name in names}
            return Pack(chosen, arguments.layout, dtype, self.device)

        self.model, self.opponent = pack(False), pack(True)
        self.judge = self.opponent.constants()
        self.search = Search(config.size, not config.asymmetric, dtype, self.device)
        self.schedule = torch.from_numpy(schedule(config)).to(self.device)
        self.count = torch.zeros(1, dtype=torch.int64, device=self.device)
        self.taken = 0
        side = config.imageSize
        self.images = torch.zeros(config.batchSize, side, side, 1, device=self.device)
        self.normals, self.uniforms, self.draws = self.streams()
        self.forms = self.formed(arguments.mode.removeprefix("bf16-"), arguments.compile)
        self.description = described(
            self.device, layout=arguments.layout, norm=arguments.norm, render=render
        )

    def streams(self) -> tuple[Tensor, Tensor, dict[str, Tensor]]:
        """Makes room for what a step draws: all normal numbers, all uniform ones, and by stream."""
        batch, size = self.config.batchSize, self.config.size
        judged = (batch, self.config.judged)
        normal = {"latent": (batch, self.config.latentSize), "probe": (batch, size, size)}
        uniform = {
            "stretch": (batch, 2),
            "pose": (batch, 72),
            "elsewhere": (batch,),
            "flip": (batch, 1, 1),
            "dropped/model": judged,
            "dropped/real": judged,
            "dropped/fake": judged,
        }
        draws: dict[str, Tensor] = {}
        whole = []
        for shapes in (normal, uniform):
            counts = [math.prod(shape) for shape in shapes.values()]
            numbers = torch.zeros(sum(counts), device=self.device)
            pieces = zip(shapes.items(), numbers.split(counts), strict=True)
            draws |= {name: piece.view(shape) for (name, shape), piece in pieces}
            whole.append(numbers)
        return whole[0], whole[1], draws

    def shared_pass(
        self, now: Tensor, images: Tensor, draws: dict[str, Tensor], is_maximum: bool
    ) -> tuple[Tensor, ...]:
        """What both players need: the generator, its views, and the terms that need no opponent."""
        config, v = self.config, self.model.values
        at, awake = self.at(now)
        border = (config.size - config.imageSize) // 2
        seen = F.pad(images.squeeze(3), (border,) * 4)
        seen = stretched(seen, ((2 * draws["stretch"] - 1) * at["stretch"]).exp())
        mean, log_variance, guess = encode(self.norm, v, seen)
        latent = (mean + draws["latent"] * (log_variance / 2).exp()) * awake
        logits = decode(self.norm, v, latent, config.size, not config.asymmetric)
        density, occupancy = F.softplus(logits), logits.sigmoid()
        with torch.no_grad():
            pose = self.search(density, seen, at["temperature"], draws["pose"])
        sums, greatest = self.views(density, occupancy, pose)
        other = draws["elsewhere"] * (2 * math.pi)
        if is_maximum:
            elsewhere = greatest_sampled(occupancy, other)
        else:
            elsewhere = self.summed(density, other)
        prior = mean.square() + log_variance.exp() - 1 - log_variance
        image = (sums - seen).square().sum((1, 2)).mean()
        maximum = at["maximum"] * (greatest - seen).square().sum((1, 2)).mean()
        kl = config.kl * 0.5 * (prior * awake).sum(1).mean()
        found = cross_entropy(guess, self.fold(pose)).mean()
        return seen, latent, elsewhere, other, image, found, maximum, kl

    def opponent_pass(
        self, seen: Tensor, views: Tensor, draws: dict[str, Tensor]
    ) -> tuple[Tensor, Tensor]:
        """The discriminator's terms: players and slope."""
        v, batch = self.opponent.values, len(seen)
        real = seen
        if not self.config.asymmetric:
            real = torch.where(draws["flip"] < 0.5, seen.flip(2), seen)
        shown = features(v, torch.cat([real, real + PROBE * draws["probe"], views]))
        steady, fake = shown.split([2 * batch, batch])
        dropped = [kept(steady[:batch], draws["dropped/real"]), kept(fake, draws["dropped/fake"])]
        scores = judged(v, torch.cat([steady, *dropped]))
        clean, noisy, on_real, on_fake = scores.split(batch)
        players = (F.softplus(-on_real) + F.softplus(on_fake)).mean()
        return players, 0.5 * ((noisy - clean) / PROBE).square().mean()

    def model_pass(
        self, now: Tensor, latent: Tensor, views: Tensor, other: Tensor, draws: dict[str, Tensor]
    ) -> tuple[Tensor, Tensor, Tensor]:
        """The model's terms on views from elsewhere: realism, cycle and pose of the cycle."""
        at, awake = self.at(now)
        scores = judged(self.judge, kept(features(self.judge, views), draws["dropped/model"]))
        realism = at["realism"] * F.softplus(-scores).mean()
        mean, _, guess = encode(self.norm, self.model.values, views.detach())
        missed = ((mean - latent.detach()) * awake).square().sum(1).mean()
        pose = cross_entropy(guess, self.fold(other)).mean()
        return realism, at["cycle"] * missed, at["cyclePose"] * pose

    def update_opponent(self, gradients: tuple[Tensor, ...], now: Tensor) -> None:
        """Updates the discriminator."""
        self.opponent.move(gradients, self.at(now)[0]["discriminator"], DISCRIMINATOR, math.inf)

    def update_model(self, gradients: tuple[Tensor, ...], now: Tensor) -> None:
        """Updates the model and its averages."""
        at, _ = self.at(now)
        self.model.move(gradients, at["model"], MODEL, CLIP_NORM)
        self.model.follow(at["average"])
        self.count.add_(1).clamp_max_(len(self.schedule) - 1)

    def at(self, now: Tensor) -> tuple[dict[str, Tensor], Tensor]:
        """Takes a row of the schedule apart: scalars by name, and how far units are awake."""
        scalars = dict(zip(SCHEDULED, now[: len(SCHEDULED)].unbind(), strict=True))
        return scalars, now[len(SCHEDULED) :]

    def fold(self, azimuth: Tensor) -> Tensor:
        """Brings azimuths to where guesses can be told."""
        return azimuth if self.config.asymmetric else folded(azimuth)

    def whole_step(self, is_maximum: bool) -> Tensor:
        """Takes a step on `images` and `draws`; returns the losses.

        Both players share the generator: its parameters move last.
        """
        now = self.schedule.index_select(0, self.count).squeeze(0)
        shared = self.shared_pass(now, self.images, self.draws, is_maximum)
        seen, latent, views, other, *terms = shared
        against = self.opponent_pass(seen, views.detach(), self.draws)
        gradients = torch.autograd.grad(sum(against), self.opponent.leaves)
        with torch.no_grad():
            self.update_opponent(gradients, now)
        terms += self.model_pass(now, latent, views, other, self.draws)
        loss = torch.stack(terms).sum()
        gradients = torch.autograd.grad(loss, self.model.leaves)
        with torch.no_grad():
            self.update_model(gradients, now)
        return torch.stack([loss, *terms, *against]).detach()

    def formed(self, mode: str, compile_mode: str) -> list[Callable[[], Tensor]]:
        """Returns the step in the requested mode, with sums and with maxima of views elsewhere."""
        if mode != "eager":
            # Part by part: the discriminator moves between the generator's passes.
            passes = ("shared_pass", "opponent_pass", "model_pass")
            for part in (*passes, "update_opponent", "update_model"):
                form = torch.compile(getattr(self, part), fullgraph=True, mode=compile_mode)
                setattr(self, part, form)
        steps = [partial(self.whole_step, is_maximum) for is_maximum in (False, True)]
        return captured(steps, self.variables()) if mode == "cuda-graphs" else steps

    def variables(self) -> list[Tensor]:
        """All tensors that a step changes."""
        return [*self.model.variables(), *self.opponent.variables(), self.count]

    def host_batch(self, images: Array) -> Tensor:
        """Returns images where the device's upload is fastest."""
        return host_batch(images, self.device)

    def step(self, batch: Tensor, draws: dict[str, Array] | None = None) -> Tensor:
        """Uploads a batch and takes a step."""
        self.images.copy_(batch, non_blocking=True)
        if draws is None:
            self.normals.normal_()
            self.uniforms.uniform_()
        else:
            for name, values in draws.items():
                self.draws[name].copy_(torch.from_numpy(values))
        # Half of the steps, two by two, show the maximum along rays.
        is_maximum = self.taken % 4 >= 2
        self.taken += 1
        return self.forms[is_maximum]()

    def read(self, losses: list[Tensor]) -> list[list[float]]:
        """Reads the losses of several steps."""
        return torch.stack(losses).tolist()

    def after(self) -> dict[str, Array]:
        """Reads the averages of the model's parameters."""
        return {f"average/{name}": values for name, values in self.model.averages().items()}


def add_options(command: Any) -> None:
    """Adds the choice of variants; by default the fastest measured on each device."""
    command.add_argument("--compile", default="default", help="mode of torch.compile")
    layouts = ("channels_last", "contiguous")
    command.add_argument("--layout", choices=layouts, default=layouts[0], help="of kernels")
    command.add_argument("--norm", choices=NORM, default="native", help="variant of group norm")
    command.add_argument("--render", choices=RENDER, help="variant of the renderer")


if __name__ == "__main__":
    main(TorchSearched, SEARCHED, MODES, add_options)
