"""What a thing is, from labels that are sometimes wrong."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["LabelBelief", "LabelConfig", "clean_label", "label_evidence"]


def clean_label(label: str, length: int = 100) -> str:
    """Printable and at most so long: anything else in it is a stranger's mistake or trick."""
    words = "".join(c if c.isprintable() else " " for c in label[: 4 * length]).split()
    return " ".join(words)[:length].rstrip()


@dataclass(frozen=True)
class LabelConfig:
    """How far a detector's labels are trusted."""

    confusion: float = 0.15
    """A label is wrong this often."""
    kinds: float = 12.0
    """Kinds of things that are about as frequent: what a coincidence is worth."""
    keep: int = 12
    """Labels of a thing that are remembered; the least likely ones are forgotten."""


@dataclass
class LabelBelief:
    """What detectors say a thing is, and what a person says.

    The person's word is what it is called; it is recognised by what detectors say, who go on
    calling it as they did.
    """

    weights: dict[str, float] = field(default_factory=dict)
    """Of the labels that detectors gave."""
    named: str | None = None
    """What a person calls it."""

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
        if self.named is None:
            self.named = other.named

    def best(self) -> str:
        """What it is called: by a person, or else the likeliest label; "" if there is none."""
        if self.named is not None:
            return self.named
        return min(self.weights.items(), key=_likeliest_first)[0] if self.weights else ""

    def probabilities(self) -> dict[str, float]:
        """Label to probability by the detectors, likeliest first, rounded to three digits."""
        total = sum(self.weights.values())
        ranked = sorted(self.weights.items(), key=_likeliest_first)
        return {label: round(weight / total, 3) for label, weight in ranked if weight > 0}

    def agreement(self, shares: Mapping[str, float]) -> float:
        """Probability that this thing and one of ``shares`` have the same kind, in [0, 1]."""
        total = sum(self.weights.values())
        as_named = shares.get(self.named, 0.0) if self.named is not None else 0.0
        if not total:
            return as_named
        common = sum(self.weights.get(label, 0.0) * share for label, share in shares.items())
        return max(common / total, as_named)

    def says_anything(self) -> bool:
        """Whether it can agree or disagree with a label."""
        return bool(self.weights) or self.named is not None


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
