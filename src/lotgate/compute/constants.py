"""The constants of the model: what each means, what is believed before any result is seen, and the calibrated values.

Each constant is positive and is handled by its logarithm: a prior of 0.5 with a spread of 0.2 says "0.5, give or take a
fifth". Calibrated values, their covariance and the day of calibration are data (`data/calibration.json`), written by
`lotgate compute calibrate --write`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["CONSTANTS", "Calibration", "Constant", "Constants", "calibration", "names_of", "prior"]

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class Constant:
    """One constant: prior median, spread of its logarithm, unit, meaning in two languages, where the prior is from."""

    name: str
    prior: float
    spread: float
    unit: str
    en: str
    zh: str
    source: str


# fmt: off
CONSTANTS: tuple[Constant, ...] = (
    Constant("gemm16", 0.78, 0.08, "of rate", "16-bit matrix products, of the rate power allows",
             "16位矩阵乘（占功耗所允许速率）",
             "hardware utilisation of large training runs, arXiv 2205.05198, over the clock of their chip"),
    Constant("gemm8", 0.70, 0.12, "of rate", "8-bit matrix products, inference", "8位矩阵乘（推理）",
             "published grouped 8-bit kernels reach half to three quarters of peak, at a clock of 0.8"),
    Constant("gemm4", 0.60, 0.30, "of rate", "4-bit matrix products, inference", "4位矩阵乘（推理）",
             "believed; no result enters"),
    Constant("train8", 0.60, 0.12, "of rate", "8-bit matrix products, training", "8位矩阵乘（训练）",
             "8-bit training gains a third to a half over 16 bit"),
    Constant("train4", 0.40, 0.20, "of rate", "4-bit matrix products, training", "4位矩阵乘（训练）",
             "believed; one ratio enters"),
    Constant("attention", 0.50, 0.25, "of peak", "attention while reading and training", "注意力（预填充与训练）",
             "published fused kernels reach 0.4 to 0.7"),
    Constant("mla", 0.66, 0.10, "of peak", "attention while writing, compute-bound", "注意力（解码，算力受限）",
             "arXiv 2506.12708: 0.654 and 0.667"),
    Constant("memory", 0.86, 0.05, "of peak", "memory bandwidth", "内存带宽", "arXiv 2506.12708: 0.841 and 0.896"),
    Constant("energy", 1.0, 0.25, "pJ", "one 16-bit operation at full clock, 5 nm; power limits the clock",
             "5纳米工艺满频下一次16位运算的能耗；超出功耗上限则降频",
             "A100: 400 W at 312 TFLOPS are 1.28 pJ at 7 nm, where its clock hardly falls"),
    Constant("scaleup", 0.75, 0.12, "of link rate", "scale-up link, bulk transfers", "超节点内链路（大块传输）",
             "DeepEP: 153 to 158 of 200 GB/s"),
    Constant("scatter", 0.45, 0.30, "of link rate", "scale-up link, tokens sent one by one while writing",
             "超节点内链路（解码时逐词元传输）", "believed; dispatch times enter"),
    Constant("scaleout", 0.88, 0.08, "of link rate", "scale-out network in collectives", "节点间网络",
             "DeepEP: 43 to 47 of 50 GB/s"),
    Constant("latency", 20.0, 0.50, "µs", "start of one collective among 8 ranks", "一次集合通信的启动",
             "believed; dispatch times enter"),
    Constant("launch", 150.0, 0.60, "µs", "launches and small kernels of one layer", "每层启动与小算子",
             "believed"),
    Constant("traffic", 1.0, 0.40, "times", "memory traffic of everything that is no matrix product, over its count",
             "非矩阵运算的内存流量（相对计数）", "the count is in docs/compute.md"),
    Constant("imbalance", 0.25, 0.35, "more time", "uneven experts, without a balancer that is perfect",
             "专家负载不均", "believed; balanced and unbalanced runs enter"),
    Constant("overlap", 1.0, 0.40, "exponent less one", "how far communication hides behind computing", "通信隐藏程度",
             "0: one after the other; 1: root of the sum of squares"),
    Constant("draft", 0.05, 0.50, "more time", "drafting and checking one token more in a step",
             "每步多猜并核验一个词元", "one more layer and projection of some sixty, sampling, waiting for the host"),
    Constant("mixture", 2.0, 0.50, "times", "memory traffic of tokens sent to experts in training, over its count",
             "训练中发往专家的词元的内存流量（相对计数）", "believed: sorting and quantising; mixtures enter"),
    Constant("waiting", 0.005, 0.60, "more time", "waiting for the slowest in training, each doubling over 8 chips",
             "训练芯片每翻一倍（自8片起）等待最慢者",
             "believed: runs of thousands of chips lose some percent to those of hundreds"),
)
# fmt: on
PLATFORM = 0.12
"""Spread, before any result is seen, of what a platform's software does to all its times."""
UNSEEN = 0.10
"""What is added to the spread of a figure of a platform and phase nobody published results of."""
PHASES = ("prefill", "decode", "training")
"""Reading, writing and training run on kernels of their own: a platform good at one is not thereby good at another."""


def names_of(platforms: Sequence[str]) -> tuple[str, ...]:
    """The names of all constants: the common ones, then one for each platform and phase."""
    return (*(one.name for one in CONSTANTS), *(f"{one}/{phase}" for one in platforms for phase in PHASES))


def prior(names: Sequence[str]) -> tuple[Vector, Vector]:
    """Means and spreads of the logarithms of constants, before any result is seen."""
    known = {one.name: one for one in CONSTANTS}
    means = [np.log(known[name].prior) if name in known else 0.0 for name in names]
    spreads = [known[name].spread if name in known else PLATFORM for name in names]
    return np.array(means), np.array(spreads)


@dataclass(frozen=True)
class Constants:
    """Values of the constants by name; a platform nobody published results of has the factor one."""

    values: Mapping[str, float]

    def __getitem__(self, name: str) -> float:
        return self.values[name]

    def platform(self, platform: str, phase: str) -> float:
        """The factor on all times of a platform."""
        return self.values.get(f"{platform}/{phase}", 1.0)

    @classmethod
    def of(cls, names: Sequence[str], logs: Vector) -> Constants:
        """Constants from their logarithms."""
        return cls(dict(zip(names, np.exp(logs).tolist(), strict=True)))


@dataclass(frozen=True)
class Calibration:
    """Calibrated constants: names, logarithms, covariance, spread of what stays unexplained, day, results."""

    names: tuple[str, ...]
    logs: Vector
    covariance: Vector
    residual: float
    day: str
    results: tuple[str, ...]

    @property
    def constants(self) -> Constants:
        """The calibrated values."""
        return Constants.of(self.names, self.logs)

    def to_json(self) -> dict[str, Any]:
        """The data as stored, numbers to five digits."""
        return {
            "calibrated": self.day,
            "residual": float(f"{self.residual:.4g}"),
            "results": list(self.results),
            "names": list(self.names),
            "values": [float(f"{one:.5g}") for one in np.exp(self.logs)],
            "covariance": [[float(f"{one:.4g}") for one in row] for row in self.covariance],
        }

    @classmethod
    def of_json(cls, held: Mapping[str, Any]) -> Calibration:
        """A calibration from its stored form."""
        return cls(
            names=tuple(held["names"]),
            logs=np.log(np.array(held["values"], dtype=float)),
            covariance=np.array(held["covariance"], dtype=float),
            residual=float(held["residual"]),
            day=str(held["calibrated"]),
            results=tuple(held["results"]),
        )


@cache
def calibration() -> Calibration:
    """The calibration that comes with the package."""
    text = files("lotgate.compute").joinpath("data", "calibration.json").read_text(encoding="utf-8")
    return Calibration.of_json(json.loads(text))
