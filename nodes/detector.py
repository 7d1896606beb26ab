"""Looks at frames and says what it sees: one message for every frame that it was given."""

from __future__ import annotations

from collections import deque
from typing import Literal

from cogmap.memory.camera import rectify
from cogmap.nodes.detectors.backend import Backend, load_backend
from cogmap.nodes.detectors.settings import (
    DetectionNoise,
    GeometrySettings,
    OnnxSettings,
    OpenVocabularySettings,
)
from cogmap.nodes.detectors.simulated import exact_detections
from cogmap.nodes.detectors.simulated_noise import noisy_detections
from cogmap.runtime.messages import Detections, Frame, Instances, Vocabulary
from cogmap.runtime.node import Input, Node, NodeParams, Output

_FRAMES_ALONE = 30
"""So many frames without instances tell that these will not come."""


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

    params: Params
    frames = Input(Frame)
    instances = Input(Instances)
    vocabulary = Input(Vocabulary)
    detections = Output(Detections, queue=64)

    @classmethod
    def check(cls, params: Params) -> None:
        if params.backend != "simulated":
            getattr(params, params.backend).check()

    def setup(self) -> None:
        self._backend: Backend | None = None
        self._waiting: deque[Detections] = deque()
        if self.params.backend not in ("simulated", "none"):
            settings = getattr(self.params, self.params.backend)
            self._backend = load_backend(self.params.backend, settings)
            self.log.info("detector: %s", self._backend.name)

    def on_frames(self, frame: Frame) -> None:
        if self._backend is None:
            if self.params.backend == "simulated":
                self._say_if_blind()
            return
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

    def on_vocabulary(self, vocabulary: Vocabulary) -> None:
        if self._backend is None or not self._backend.look_for(vocabulary.labels):
            self.log.warning(
                "this detector has a vocabulary of its own: %s; set backend to open_vocabulary",
                self.params.backend,
            )

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
