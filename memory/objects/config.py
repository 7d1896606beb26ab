"""Everything that decides how segments become objects."""

from __future__ import annotations

from dataclasses import dataclass, field

from cogmap.memory.geometry.box_fit import BoxFitConfig
from cogmap.memory.objects.association import AssociationConfig
from cogmap.memory.objects.contacts import ContactConfig
from cogmap.memory.objects.merging import MergeConfig
from cogmap.memory.objects.moves import MovesConfig
from cogmap.memory.objects.roundness import RoundConfig
from cogmap.memory.objects.sighting_history import SightingHistoryConfig
from cogmap.memory.objects.stems import StemConfig
from cogmap.memory.objects.track_shape import ShapeConfig
from cogmap.memory.objects.tracks import TrackConfig
from cogmap.memory.objects.visibility import VisibilityConfig
from cogmap.memory.objects.wall_direction import WallDirectionConfig
from cogmap.memory.objects.watch import WatchConfig
from cogmap.runtime.messages import CogmapError

__all__ = ["DEFAULT", "ObjectMapConfig"]


@dataclass(frozen=True)
class ObjectMapConfig:
    """How segments become objects."""

    association: AssociationConfig = field(default_factory=AssociationConfig)
    shape: ShapeConfig = field(default_factory=ShapeConfig)
    tracks: TrackConfig = field(default_factory=TrackConfig)
    merging: MergeConfig = field(default_factory=MergeConfig)
    visibility: VisibilityConfig = field(default_factory=VisibilityConfig)
    watch: WatchConfig = field(default_factory=WatchConfig)
    moves: MovesConfig = field(default_factory=MovesConfig)
    contacts: ContactConfig = field(default_factory=ContactConfig)
    stems: StemConfig = field(default_factory=StemConfig)
    walls: WallDirectionConfig = field(default_factory=WallDirectionConfig)
    boxes: BoxFitConfig = field(default_factory=BoxFitConfig)
    round: RoundConfig = field(default_factory=RoundConfig)
    history: SightingHistoryConfig = field(default_factory=SightingHistoryConfig)
    samples: int = 48
    """Points of a track that frames are compared with."""
    min_points: int = 6
    """A segment of fewer points makes no new track."""
    clear_samples: int = 6
    """A track of which so many samples of the coarse depth are confirmed,"""
    clear_fraction: float = 0.3
    """and this part, is in clear view: a detector should see it."""
    dynamic_labels: tuple[str, ...] = ("person", "cat", "dog")
    """Things that move by themselves."""
    shape_frames: int = 24
    """The points of a thing are brought up to date by each of so many first frames,"""
    shape_every: int = 2
    """and from then on by one in so many,"""
    shapes_per_frame: int = 10
    """of at most so many things a frame, those that have waited longest."""
    look_around_every: int = 6
    """One in so many frames tells what is around it."""
    fits_per_frame: int = 2
    """Boxes that are fitted anew after a frame at most."""
    refit_growth: float = 0.2
    """A box is fitted anew when the frames that showed it have grown by this part."""
    remember_views: int = 64
    """Frames whose coarse depth is kept for detections that come late."""

    def __post_init__(self) -> None:
        for name in ("samples", "remember_views"):
            if not 1 <= getattr(self, name) <= 1024:  # memory is held for so many
                raise CogmapError(f"objects: {name} {getattr(self, name)} is not in 1..1024")


DEFAULT = ObjectMapConfig()
