"""What a thing is, from labels that are sometimes wrong."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["LabelBelief", "LabelConfig", "label_evidence"]


@dataclass(frozen=True)
class LabelConfig:
    """How far a detector's labels are trusted."""

    confusion: float = 0.15
    """A label is wrong this often."""
    kinds: float = 12.0
    """Kinds of things that are about as frequent: what a coincidence is worth."""
    keep: int = 12
    """Labels of a thing that are remembered; the least likely ones are forgotten."""
    person_weight: float = 1e6
    """What a person says outweighs any number of detections."""


@dataclass
class LabelBelief:
    """Weights of the labels that a thing was given."""

    weights: dict[str, float] = field(default_factory=dict)

    def add(self, shares: Mapping[str, float], weight: float, config: LabelConfig) -> None:
        """Take in one detection's ``shares`` (label to probability)."""
        for label, share in shares.items():
            self.weights[label] = self.weights.get(label, 0.0) + weight * share
        if len(self.weights) > config.keep:
            best = sorted(self.weights.items(), key=_likeliest_first)[: config.keep]
            self.weights = dict(best)

    def merge(self, other: LabelBelief, config: LabelConfig) -> None:
        """Take in all that was believed of what turned out to be the same thing."""
        self.add(other.weights, 1.0, config)

    def name(self, label: str, config: LabelConfig) -> None:
        """A person says what it is; that takes the place of what was said before."""
        detected = {
            other: weight for other, weight in self.weights.items() if weight < config.person_weight
        }
        self.weights = {**detected, label: config.person_weight}

    def best(self) -> str:
        """The likeliest label; "" if there is none."""
        return min(self.weights.items(), key=_likeliest_first)[0] if self.weights else ""

    def probabilities(self) -> dict[str, float]:
        """Label to probability, likeliest first, rounded to three digits."""
        total = sum(self.weights.values())
        ranked = sorted(self.weights.items(), key=_likeliest_first)
        return {label: round(weight / total, 3) for label, weight in ranked if weight > 0}

    def agreement(self, shares: Mapping[str, float]) -> float:
        """Probability that this thing and one of ``shares`` have the same kind, in [0, 1]."""
        total = sum(self.weights.values())
        if not total:
            return 0.0
        return sum(self.weights.get(label, 0.0) * share for label, share in shares.items()) / total


def shares_of(label: str, score: float, others: Mapping[str, float]) -> dict[str, float]:
    """What one detection says, as probabilities. Things of no known kind say nothing."""
    scores = {name: value for name, value in others.items() if name and value > 0}
    if label:
        scores[label] = max(score, scores.get(label, 0.0), 1e-6)
    total = sum(scores.values())
    return {name: value / total for name, value in scores.items()}


def label_evidence(agreement: float, known: bool, config: LabelConfig) -> float:
    """Log of how much likelier two labels are for one thing than for two.

    ``agreement``: that they mean the same kind; ``known``: whether both say anything. After the
    rule of Bayes with a detector that names the right kind with 1 - ``confusion`` and any other
    equally often: no label forbids a match, and a differing one costs.
    """
    if not known:
        return 0.0
    wrong = config.confusion / (config.kinds - 1)
    likelihood = agreement * (1 - config.confusion) + (1 - agreement) * wrong
    return math.log(likelihood * config.kinds)


def _likeliest_first(item: tuple[str, float]) -> tuple[float, str]:
    return -item[1], item[0]
