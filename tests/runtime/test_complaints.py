"""What others give reason for is logged now and then, each kind for itself."""

from __future__ import annotations

from cogmap.runtime import complaints
from cogmap.runtime.complaints import complain


def test_each_text_is_logged_once_in_its_time(monkeypatch, caplog):
    now = [100.0]
    monkeypatch.setattr(complaints.time, "monotonic", lambda: now[0])
    complaints._said_at.clear()
    for step in range(40):
        now[0] = 100.0 + step / 8
        complain("dropped %d", step)
        complain("refused %s", "somebody")
        try:
            raise RuntimeError("unlucky")
        except RuntimeError:
            complain("failed", trace=True)
    said = [record.getMessage() for record in caplog.records]
    assert [text for text in said if "dropped" in text] == [
        f"dropped {step}" for step in (0, 9, 18, 27, 36)
    ]
    assert said.count("refused somebody") == 5
    assert said.count("failed") == 1 and "RuntimeError: unlucky" in caplog.text
    complaints._said_at.clear()
