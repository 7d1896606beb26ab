"""Looks at frames and says what it sees: one message for every frame that it was given."""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from typing import Literal

from cogmap.memory.geometry.camera import rectify
from cogmap.memory.objects.labels import clean_label
from cogmap.nodes.detectors.backend import Backend, DetectorError, load_backend
from cogmap.nodes.detectors.settings import (
    DetectionNoise,
    GeometrySettings,
    OnnxSettings,
    OpenVocabularySettings,
)
from cogmap.nodes.detectors.simulated import exact_detections
from cogmap.nodes.detectors.simulated_noise import noisy_detections
from cogmap.nodes.journal import Journal
from cogmap.runtime.checkpoint import NodeState
from cogmap.runtime.messages import Detections, Frame, Instances, Vocabulary
from cogmap.runtime.node import Input, Node, NodeParams, Output, Service

Labels = tuple[str, ...]

_FRAMES_ALONE = 30
"""So many frames without instances tell that these will not come."""
_LOGGED = 20
"""Of the labels that it is told to look for."""


class Detector(Node):
    """Joins a detector to the streams. The simulated one needs ``instances``, others ``frames``."""

    class Params(NodeParams, frozen=True, kw_only=True, forbid_unknown_fields=True):
        backend: Literal["simulated", "onnx", "open_vocabulary", "geometry", "none"] = "simulated"
        """simulated: the simulator's own instances; onnx: a fixed set of labels;
        open_vocabulary: whatever is asked for; geometry: all that stands on something, unnamed;
        none: looks at nothing and says nothing."""
        noise: DetectionNoise | None = None
        """Of the simulated detector; none: it sees exactly what is there. `{}`: as usual."""
        onnx: OnnxSettings = OnnxSettings()
        open_vocabulary: OpenVocabularySettings = OpenVocabularySettings()
        geometry: GeometrySettings = GeometrySettings()

    MAY_SKIP = True
    params: Params
    KEEPS_STATE = True
    frames = Input(Frame)
    instances = Input(Instances)
    detections = Output(Detections, queue=64)
    vocabulary = Service(Vocabulary, Vocabulary)
    """What to look for from now on; the reply is what is looked for then."""

    @classmethod
    def check(cls, params: Params) -> None:
        if params.backend not in ("simulated", "none"):
            getattr(params, params.backend).check()

    def setup(self) -> None:
        self._backend: Backend | None = None
        self._waiting: deque[Detections] = deque()
        self._last_frame = -1
        self._labels: Labels | None = None  # asked for since the run began
        self._journal = Journal(
            self.run_dir and self.run_dir / "state" / f"{self.name}.vocabulary", Labels
        )
        if self.params.backend not in ("simulated", "none"):
            settings = getattr(self.params, self.params.backend)
            self._backend = load_backend(self.params.backend, settings)
            self.log.info("looks with %s", self._backend.name)

    def on_frames(self, frame: Frame) -> None:
        if self._backend is None:
            if self.params.backend == "simulated":
                self._say_if_blind()
            return
        self._look_again(frame.number - 1)
        self._last_frame = frame.number
        frame = rectify(frame)
        self._publish(
            Detections(
                stamp_ns=frame.stamp_ns,
                number=frame.number,
                width=frame.intrinsics.width,
                height=frame.intrinsics.height,
                detector=self._backend.name,
                embedding_space=self._backend.embedding_space,
                detections=self._backend.detect(frame),
            )
        )

    def on_instances(self, instances: Instances) -> None:
        if self.params.backend != "simulated":
            return
        self.counters["instances"] += 1
        noise = self.params.noise
        if noise is None:
            self._publish(exact_detections(instances))
            return
        self._waiting.append(noisy_detections(instances, noise))
        while self._waiting and self._waiting[0].number <= instances.number - noise.latency_frames:
            self._publish(self._waiting.popleft())

    def answer_vocabulary(self, asked: Vocabulary) -> Vocabulary:
        """Noted before it is done, so that a detector that starts over looks for the same.

        Raises DetectorError if nothing is asked for, or the detector looks for what it was made
        for and nothing else, and JournalError if it cannot be noted; it goes on as before then.
        """
        labels = tuple(dict.fromkeys(filter(None, map(clean_label, asked.labels))))
        if not labels:
            raise DetectorError("nothing to look for: give one label or more")
        self._look_again(self._last_frame)
        with self._journal.noting(self._last_frame, labels):
            self._look_for(labels)
        more = f" and {len(labels) - _LOGGED} others" if len(labels) > _LOGGED else ""
        self.log.info("looking for: %s%s", ", ".join(labels[:_LOGGED]), more)
        return Vocabulary(stamp_ns=asked.stamp_ns, labels=labels)

    def _look_for(self, labels: Labels) -> None:
        if self._backend is None or not self._backend.look_for(labels):
            raise DetectorError(
                f"the {self.params.backend} detector looks for what it was made for and nothing "
                "else; start the run with --set detector.backend=open_vocabulary and a model"
            )
        self._labels = labels

    def _look_again(self, number: int) -> None:
        """For what this node was told up to frame ``number`` before it started over. By numbers
        of frames, since a detector that skips some does not count them all."""
        for labels in self._journal.due(number):
            with suppress(DetectorError):  # it was refused, and killed before it could say so
                self._look_for(labels)

    def state(self) -> NodeState:
        """Of those that wait to be said, what they were made of is to come again."""
        details = {"last_frame": self._last_frame, "labels": self._labels}
        return NodeState(details=details, unread={"instances": len(self._waiting)})

    def restore(self, state: NodeState) -> None:
        self._last_frame, self._labels = state.details["last_frame"], state.details["labels"]
        self._journal.due(self._last_frame - 1)  # frames up to this one are not looked at again
        if self._labels is not None and self._backend is not None:
            self._backend.look_for(tuple(self._labels))

    def on_end(self) -> None:
        while self._waiting:
            self._publish(self._waiting.popleft())

    def _publish(self, detections: Detections) -> None:
        self.counters["detections"] += len(detections.detections)
        self.detections.publish(detections)

    def _say_if_blind(self) -> None:
        self.counters["frames.ignored"] += 1
        if self.counters["frames.ignored"] == _FRAMES_ALONE and not self.counters["instances"]:
            self.log.warning(
                "nothing to detect: the simulated detector needs the simulator's instances, "
                "and none came with %d frames; wire them, or set backend to another one",
                _FRAMES_ALONE,
            )
