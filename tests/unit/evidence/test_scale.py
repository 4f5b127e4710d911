"""Evidence by the hundred thousand files and of many gigabytes: workers give what one thread gives, in little memory."""

from __future__ import annotations

import hashlib
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from builders.directory import START
from builders.evidence import acquired, checked, contents, grown
from comity.evidence import acquiring
from comity.evidence.verification import Depth
from comity.packages.container import Advance

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30
MANY: dict[tuple[bytes, ...], bytes] = {
    (b"%d" % (n % 7), b"f\xff%d" % n if n % 50 == 0 else b"f%d" % n): b"%d" % n * (n % 90) for n in range(900)
}
PEAK = """
import resource, sys
from pathlib import Path
from builders.evidence import acquired, checked
from comity.evidence.verification import Depth
acquired(Path(sys.argv[2]), Path(sys.argv[1]))
assert checked(Path(sys.argv[2])).sound
assert checked(Path(sys.argv[2]), depth=Depth(quick=True)).sound
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def peak(source: Path, item: Path) -> int:
    """Acquire and verify in a process of its own; gives the most memory it had, in KiB."""
    line = [sys.executable, "-c", PEAK, str(source), str(item)]
    tests = str(Path(__file__).parents[2])
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [tests, os.environ.get("PYTHONPATH")]))}
    done = subprocess.run(line, env=environment, capture_output=True, text=True, check=True)
    return int(done.stdout)


def test_workers_make_the_item_that_threads_make(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """With many files: the same payload, lists, findings and graph, in the same bytes."""
    source = grown(tmp_path / "src", MANY)
    (source / "link").symlink_to("f1")
    os.utime(source / "link", ns=(2 * 10**18, 10**18), follow_symlinks=False)  # or reading the link changes its time
    os.link(source / "1/f1", source / "twin")
    with (source / "large").open("wb") as out:
        out.truncate(20 * MIB)
    acquired(tmp_path / "by-workers", source)
    monkeypatch.setattr(acquiring, "MANY", 10**9)
    acquired(tmp_path / "by-threads", source)
    one, other = (contents(tmp_path / name) for name in ("by-workers", "by-threads"))
    assert {path.partition(b"/")[2]: data for path, data in one.items()} == {
        path.partition(b"/")[2]: data for path, data in other.items()
    }
    assert checked(tmp_path / "by-workers").sound


def test_a_broken_off_acquisition_by_workers_goes_on(tmp_path: Path) -> None:
    """What was taken is kept, what changed is taken again, and nothing is counted twice."""
    source = grown(tmp_path / "src", MANY)

    def watch(total: int) -> Advance:
        left = [3]

        def stop(done: int) -> None:
            left[0] -= 1
            if not left[0]:
                raise KeyboardInterrupt

        return stop

    with pytest.raises(KeyboardInterrupt):
        acquired(tmp_path / "item", source, watch=watch)
    (source / "1/f1").write_bytes(b"changed")
    generation = acquired(tmp_path / "item", source)
    assert generation.files == len(MANY)
    assert (tmp_path / "item/data/src/1/f1").read_bytes() == b"changed"
    assert checked(tmp_path / "item").sound


@pytest.mark.soak
def test_a_hundred_thousand_files_take_little_memory(tmp_path: Path) -> None:
    """Acquired, verified and verified quickly, each file takes less than 1,300 bytes of memory."""
    files: dict[tuple[bytes, ...], bytes] = {
        (b"%03d" % (n % 100), b"photo %06d.jpg" % n): b"%d" % n for n in range(100_000)
    }
    few = peak(grown(tmp_path / "few", {(b"a",): b"1"}), tmp_path / "item-few")
    many = peak(grown(tmp_path / "many", files), tmp_path / "item-many")
    assert (many - few) * KIB < 1300 * len(files)


@pytest.mark.soak
def test_a_sparse_file_of_twenty_gibibytes(tmp_path: Path) -> None:
    """Its holes stay holes, its digest is that of all its zeros, and memory does not grow with it."""
    source = tmp_path / "src"
    source.mkdir()
    with (source / "disk.img").open("wb") as out:
        out.truncate(20 * GIB)
        out.seek(10 * GIB)
        out.write(b"in the middle")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    acquired(tmp_path / "item", source)
    copy = tmp_path / "item/data/src/disk.img"
    assert copy.stat().st_size == 20 * GIB
    assert copy.stat().st_blocks * 512 < MIB
    verdict = checked(tmp_path / "item", depth=Depth(quick=True), at=START)
    assert verdict.sound
    digest = hashlib.sha256()
    zeros = bytes(16 * MIB)
    middle = b"in the middle" + zeros[13:]
    for at in range(20 * 64):
        digest.update(middle if at == 10 * 64 else zeros)
    assert digest.hexdigest() in (tmp_path / "item/manifest-sha256.txt").read_text()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 * KIB
