"""What is made stands aside until it is whole; what a killed run left there goes with the next run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from comity.evidence.aside import made_aside
from comity.evidence.errors import OtherAcquisition

CODE = """
import os, sys
from pathlib import Path
from comity.evidence.aside import made_aside
with made_aside(Path(sys.argv[1])) as aside:
    (aside / "half").mkdir()
    (aside / "half/made").write_bytes(b"1")
    os.kill(os.getpid(), 9)
"""


def test_what_a_killed_run_left_is_taken_away(tmp_path: Path) -> None:
    """The next run for the same place begins with an empty folder, and leaves none; others are not touched."""
    other = tmp_path / ".comity-other"
    other.mkdir()
    done = subprocess.run([sys.executable, "-c", CODE, str(tmp_path / "shown")], check=False)
    assert done.returncode == -9
    assert (tmp_path / ".comity-shown/half/made").exists()
    with made_aside(tmp_path / "shown") as aside:
        assert list(aside.iterdir()) == []
    assert list(tmp_path.iterdir()) == [other]


def test_a_run_that_is_at_work_is_left_alone(tmp_path: Path) -> None:
    """Another one for the same place is told to wait; afterwards it may."""
    with made_aside(tmp_path / "shown") as aside:
        (aside / "made").write_bytes(b"1")
        with pytest.raises(OtherAcquisition, match="another process"), made_aside(tmp_path / "shown"):
            pass
        assert (aside / "made").exists()
    with made_aside(tmp_path / "shown"):
        pass


def test_a_link_in_its_place_is_not_followed(tmp_path: Path) -> None:
    """Nothing behind it is taken away."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/kept").write_bytes(b"1")
    (tmp_path / ".comity-shown").symlink_to("elsewhere")
    with pytest.raises(OSError), made_aside(tmp_path / "shown"):
        pass
    assert (tmp_path / "elsewhere/kept").exists()
