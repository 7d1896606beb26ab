"""How many connections and files a process can still have, and what it says when they are few."""

from __future__ import annotations

import re
import resource

import pytest

from cogmap.runtime.context import open_context
from cogmap.runtime.descriptors import DescriptorError, few_left, raise_limit, require


def test_the_limit_is_raised_to_what_may_be_had():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
    try:
        raise_limit()
        raised = resource.getrlimit(resource.RLIMIT_NOFILE)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert raised == (min(hard, 65536) if hard >= 0 else 65536, hard)


@pytest.mark.parametrize("left", [0, 5])
def test_few_are_told(descriptors, left):
    assert few_left() is None
    with descriptors(left):
        said = few_left()
    assert said is not None and re.match(r"[0-5] of \d+ are left.*ulimit -n", said)


@pytest.mark.parametrize("left", [0, 3])
def test_a_context_is_refused_where_zeromq_would_end_the_process(descriptors, left):
    require(32)
    with descriptors(left), pytest.raises(DescriptorError, match=r"^[0-3] of .* are left: end"):
        open_context()
