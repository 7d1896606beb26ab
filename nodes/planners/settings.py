"""What makes a planner, and what it may use."""

from __future__ import annotations

from typing import Literal

import msgspec

__all__ = ["Budget", "PlannerSettings"]


class Budget(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a model may use for one answer; then the offline answer is given."""

    seconds: float = 30.0
    """Wall clock."""
    steps: int = 8
    """Turns of the model."""
    tokens: int = 4096
    """That it writes, in all turns."""

    def __post_init__(self) -> None:
        if not 0.1 <= self.seconds <= 3600:
            raise ValueError(f"seconds = {self.seconds} must be in 0.1..3600")
        for name, most in (("steps", 100), ("tokens", 10**6)):
            if not 1 <= getattr(self, name) <= most:
                raise ValueError(f"{name} = {getattr(self, name)} must be in 1..{most}")


class PlannerSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which planner. Keys are read from the environment only: they are stored nowhere."""

    backend: Literal["offline", "openai", "transformers"] = "offline"
    """offline: a grammar, no model; openai: any endpoint that speaks its protocol;
    transformers: a model in this process."""
    model: str = ""
    """Its name at the endpoint, or a folder (or name in the cache) for transformers;
    "": that of the environment, COGMAP_MODEL."""
    base_url: str = ""
    """Of the endpoint; "": that of the environment, OPENAI_BASE_URL."""
    images: bool = True
    """Show it pictures; False for models of text alone."""
    operations: bool = True
    """Offer every operation as a tool, too; False: programs only, for models of small contexts."""
    may_go: bool = False
    """Offer tools that send the agent of the run; a model drives nobody unasked."""
    budget: Budget = Budget()
