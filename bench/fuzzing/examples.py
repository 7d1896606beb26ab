"""A valid message of any type, from its type hints alone."""

from __future__ import annotations

import random
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
import numpy as np

from cogmap.runtime import wire
from cogmap.runtime.messages import Frame, Intrinsics, Message

__all__ = ["example"]

_TRIES = 20_000
_FRAME = Frame(  # chance would rarely find images that fit their camera
    stamp_ns=1,
    number=2,
    intrinsics=Intrinsics(width=4, height=3, fx=5.0, fy=5.0, cx=1.5, cy=1.0),
    color=np.full((3, 4, 3), 90, np.uint8),
    depth=np.ones((3, 4), np.uint16),
    world_from_camera=np.eye(4),
)


def example(rng: random.Random, kind: type[Message]) -> Message:
    """Raises ValueError if no valid one was met with."""
    if kind is Frame:
        return _FRAME
    reason = ""
    for _ in range(_TRIES):
        try:
            message: Message = _value(rng, kind)
            return wire.decode(wire.encode(message, stream="a/b", seq=7, captured_ns=1)).message
        except (ValueError, wire.WireError) as error:
            reason = str(error)
    raise ValueError(f"no valid {kind.__name__} was met with: {reason}")


def _value(rng: random.Random, hint: Any) -> Any:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _value(rng, arguments[0])
    if origin in (Union, UnionType):
        return _value(rng, rng.choice([a for a in arguments if a is not NoneType] * 3 + [NoneType]))
    if origin is Literal:
        return rng.choice(arguments)
    if origin is tuple:
        return _tuple(rng, arguments)
    if origin is dict:
        pairs = range(rng.choice((0, 2)))
        return {_value(rng, arguments[0]): _value(rng, arguments[1]) for _ in pairs}
    if origin is np.ndarray:
        return _array(rng, get_args(arguments[1])[0])
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        hints = get_type_hints(hint, include_extras=True)
        return hint(**{name: _value(rng, hints[name]) for name in hint.__struct_fields__})
    plain: dict[Any, Any] = {
        int: rng.choice((1, 2, 3)), float: rng.choice((0.5, 1.0, 0.01)), bool: rng.random() < 0.5,
        str: rng.choice(("cup", "chair", "camera/frames")), bytes: b"x", NoneType: None,
    }  # fmt: skip
    return plain[hint]


def _tuple(rng: random.Random, arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    if len(arguments) == 2 and arguments[1] is Ellipsis:
        return tuple(_value(rng, arguments[0]) for _ in range(rng.choice((0, 1, 2, 3, 4))))
    return tuple(_value(rng, argument) for argument in arguments)


def _array(rng: random.Random, dtype: Any) -> np.ndarray[Any, Any]:
    shapes = ((4, 4), (3,), (2, 3), (3, 2), (3, 3), (2, 3, 3), (3, 4, 3), (0, 3))
    shape = rng.choice(shapes)
    if shape == (4, 4) and dtype == np.float64:
        return np.eye(4)
    return np.ones(shape, dtype)
