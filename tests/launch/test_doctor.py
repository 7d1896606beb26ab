"""What ``cogmap doctor`` finds, and what it advises where something is missing."""

from __future__ import annotations

import pytest
from packaging.requirements import Requirement

from cogmap.launch import doctor
from cogmap.launch.doctor import Finding


def test_what_is_examined():
    found = {finding.what: finding for finding in doctor.all_findings()}
    assert {"Python", "libGL.so.1", "numpy", "cores", "free memory", "GPU", "display"} <= set(found)
    assert found["Python"].state == "good", "these tests run"
    assert "pytest" not in found, "what only developers need is not asked for"
    assert all(finding.advice for finding in found.values() if finding.state != "good")


@pytest.mark.parametrize(
    ("version", "state"), [((3, 10), "bad"), ((3, 11), "good"), ((3, 13), "bad")]
)
def test_python(monkeypatch, version, state):
    monkeypatch.setattr(doctor.sys, "version_info", (*version, 0))
    assert doctor._python().state == state


def test_system_library_that_is_missing(monkeypatch):
    monkeypatch.setattr(doctor, "_SYSTEM_LIBRARIES", {"libnone.so.7": "libnone7"})
    (finding,) = doctor._system_libraries()
    assert (finding.state, finding.advice) == ("bad", "apt-get install libnone7")


@pytest.mark.parametrize(
    ("requirement", "state", "advice"),
    [
        ("numpy>=1", "good", ""),
        ("numpy<1", "bad", "pip install 'numpy<1' -c constraints.txt"),
        ("no-such-package-of-cogmap", "bad", "make setup"),
    ],
)
def test_package(requirement, state, advice):
    finding = doctor._package(Requirement(requirement))
    assert (finding.state, finding.advice) == (state, advice)


def test_small_machine(monkeypatch):
    """It is told what to lower; none of it keeps cogmap from working."""
    for bound in ("_MIN_CORES", "_MIN_MEMORY_GB", "_MIN_DISK_GB"):
        monkeypatch.setattr(doctor, bound, 10**6)
    findings = list(doctor._machine())
    assert [finding.state for finding in findings] == ["note"] * 3
    assert all("--" in finding.advice for finding in findings)


@pytest.mark.parametrize(("state", "works"), [("good", True), ("note", True), ("bad", False)])
def test_only_what_is_bad_fails(monkeypatch, console, state, works):
    findings = [Finding("lens", state, "[dirty]", "clean [it]"), Finding("cap", "good", "off")]
    monkeypatch.setattr(doctor, "all_findings", lambda: iter(findings))
    assert doctor.examine(console) is works
    printed = console.export_text()
    assert "[dirty]" in printed
    assert "clean [it]" in printed
