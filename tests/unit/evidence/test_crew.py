"""Many tasks for all cores: in threads and in forked processes alike, with nothing left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from comity.evidence.crew import at_work, grouped
from comity.evidence.errors import BadItem, WorkerLost
from comity.packages.container import LARGE, Advance

HOW = pytest.mark.parametrize("forked", [True, False], ids=["processes", "threads"])


def children() -> set[int]:
    """The processes this one has begun and not yet waited for."""
    return {int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()}


@pytest.fixture(autouse=True)
def no_child_is_left() -> Iterator[None]:
    """However it ends, no worker is left."""
    before = children()
    yield
    assert children() <= before


@HOW
def test_each_task_is_done_once(forked: bool) -> None:
    """What each task gave comes, whatever its order, and so does how far it is."""
    told: list[int] = []

    def act(task: int, advance: Advance) -> int:
        advance(task)
        return task * task

    with at_work(act, range(300), told.append, forked=forked) as done:
        assert sorted(done) == [n * n for n in range(300)]
    assert sum(told) == sum(range(300))


def test_workers_that_ask_at_the_same_moment_get_different_tasks() -> None:
    """However quick the tasks are, so that workers ask for the next all the time, each is given out once."""
    for _ in range(4):
        with at_work(lambda number, _advance: number, range(4_000), forked=True) as done:
            assert sorted(done) == list(range(4_000))


@HOW
def test_an_error_of_a_task_is_raised(forked: bool) -> None:
    """It comes with its file and advice, and ends the work."""

    def act(task: int, _: Advance) -> int:
        if task == 7:
            raise BadItem("got seven", file="seven.txt", advice="Take eight.")
        return task

    with pytest.raises(BadItem, match="got seven") as caught, at_work(act, range(100), forked=forked) as done:
        list(done)
    assert (caught.value.file, caught.value.advice) == ("seven.txt", "Take eight.")


@HOW
def test_leaving_early_stops_the_work(forked: bool) -> None:
    """What is not done stays undone."""

    def act(task: int, _: Advance) -> int:
        time.sleep(0.01)
        return task

    with pytest.raises(KeyboardInterrupt), at_work(act, range(1000), forked=forked) as done:
        next(done)
        raise KeyboardInterrupt


@pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux only")
def test_a_worker_that_the_machine_kills_is_told() -> None:
    """No result is missing without a word."""

    def act(task: int, _: Advance) -> int:
        if task == 50:
            os.kill(os.getpid(), signal.SIGKILL)
        return task

    with pytest.raises(WorkerLost), at_work(act, range(100), forked=True) as done:
        list(done)


@pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux only")
def test_workers_die_with_their_maker() -> None:
    """Killed so that it can do nothing any more, it leaves no worker behind."""
    code = (
        "import os, time\n"
        "from comity.evidence.crew import at_work\n"
        "def act(task, _):\n    time.sleep(60)\n"
        "with at_work(act, range(9), forked=True) as done:\n"
        "    print(open(f'/proc/self/task/{os.getpid()}/children').read(), flush=True)\n    list(done)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as maker:
        assert maker.stdout
        pids = [int(pid) for pid in maker.stdout.readline().split()]
        maker.kill()
    assert pids
    until = time.monotonic() + 60
    while any(Path(f"/proc/{pid}/cmdline").exists() and _lives(pid) for pid in pids):
        assert time.monotonic() < until
        time.sleep(0.01)


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_large_files_come_first_and_alone() -> None:
    """No core is left with a large one at the end; many small ones share a task."""
    sizes = {n: n for n in range(1000)} | {1000: LARGE, 1001: 2 * LARGE}
    tasks = grouped(list(sizes), sizes.__getitem__)
    assert tasks[:2] == [[1001], [1000]]
    assert [one for task in tasks[2:] for one in task] == list(range(1000))
    assert max(map(len, tasks)) == 32
    assert grouped([1, 2], sizes.__getitem__) == [[1], [2]]
