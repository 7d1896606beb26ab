"""The simulator's own instances as exact detections, and what a real detector is compared to."""

from __future__ import annotations

from dataclasses import dataclass

from scipy import ndimage

from cogmap.runtime.messages import Bool, Detection, Detections, Instances

__all__ = ["MIN_PIXELS", "SeenThing", "exact_detections", "seen_things"]

MIN_PIXELS = 20
"""A thing that shows fewer pixels counts as not visible."""


@dataclass(frozen=True)
class SeenThing:
    """A simulated object as one frame shows it."""

    id: int
    label: str
    fraction: float
    """Of what it would cover alone and uncropped, in [0, 1]."""
    mask: Bool
    """(h, w), around its pixels."""
    corner: tuple[int, int]
    """Column and row of the mask's top left pixel."""


def seen_things(instances: Instances, min_pixels: int = MIN_PIXELS) -> list[SeenThing]:
    """What the frame shows with at least ``min_pixels``, in the order of ``visible``."""
    around = ndimage.find_objects(instances.ids)
    things = []
    for thing in instances.visible:
        if thing.pixels < min_pixels or thing.id > len(around):
            continue
        where = around[thing.id - 1]
        if where is None:
            continue  # it is listed, but no pixel shows it
        rows, columns = where
        mask = instances.ids[where] == thing.id
        corner = (columns.start, rows.start)
        things.append(SeenThing(thing.id, thing.label, thing.fraction, mask, corner))
    return things


def exact_detections(instances: Instances, min_pixels: int = MIN_PIXELS) -> Detections:
    """Every object that the frame shows with at least ``min_pixels``, with its true mask."""
    height, width = instances.ids.shape
    return Detections(
        stamp_ns=instances.stamp_ns, number=instances.number, width=width, height=height,
        detector="simulator",
        detections=tuple(
            Detection(label=thing.label, mask=thing.mask, corner=thing.corner)
            for thing in seen_things(instances, min_pixels)
        ),
    )  # fmt: skip
