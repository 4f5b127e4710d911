"""Many tasks for all cores: in threads where they are few, in forked processes where they are many.

Python lets one thread run at a time; hashing lets go of it, all that a small file needs besides does not. A forked worker
has all that its maker has, so nothing is sent to it but the numbers of tasks; they stand in a nameless file whose place
of reading all share, under a lock, so each is taken once, and none waits for a slow one. A worker that fails says why; it dies with its
maker, whatever kills that, and its maker never leaves one behind. Workers hold what their maker holds open, locks of files
too: as long as one lives, nobody else takes up its work.
"""

from __future__ import annotations

import ctypes
import fcntl
import gc
import os
import signal
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection, Pipe, wait
from typing import Any, NoReturn, TypeVar

from comity.packages.container import LARGE, Advance, silent

from .errors import WorkerLost

MANY = 512
FEWEST, MOST = 32, 256
_TASKS = 4096
_NUMBER = 4
_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of prctl(2)
_LIBC = ctypes.CDLL(None, use_errno=True)
Task = TypeVar("Task")
Done = TypeVar("Done")
Act = Callable[[Task, Advance], Done]


def grouped(items: Sequence[Task], size: Callable[[Task], int]) -> list[list[Task]]:
    """Part things of some size into tasks: the large ones first, each for itself, the others in their order."""
    large = sorted((item for item in items if size(item) >= LARGE), key=size, reverse=True)
    small = [item for item in items if size(item) < LARGE] if large else items
    width = min(max(FEWEST, len(small) // _TASKS), MOST) if len(items) >= MANY else 1
    return [[item] for item in large] + [list(small[at : at + width]) for at in range(0, len(small), width)]


@contextmanager
def at_work(
    act: Act[Task, Done], tasks: Sequence[Task], advance: Advance = silent, *, forked: bool
) -> Iterator[Iterator[Done]]:
    """Set workers to their tasks at once; gives what each task gave, in any order. Leaving it stops what is not done.

    Raises:
        WorkerLost: the machine killed a worker.
    """
    start = _processes if forked and sys.platform == "linux" and _cores() > 1 and len(tasks) > 1 else _threads
    with start(act, tasks, advance) as done:
        yield done


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


@contextmanager
def _threads(act: Act[Task, Done], tasks: Sequence[Task], advance: Advance) -> Iterator[Iterator[Done]]:
    with ThreadPoolExecutor(_cores()) as pool:
        running = [pool.submit(act, task, advance) for task in tasks]
        try:
            yield (future.result() for future in as_completed(running))
        finally:
            for future in running:
                future.cancel()


@contextmanager
def _processes(act: Act[Task, Done], tasks: Sequence[Task], advance: Advance) -> Iterator[Iterator[Done]]:
    workers: dict[int, Connection] = {}
    queue = _queue(len(tasks))
    try:
        for _ in range(_cores()):
            ours, theirs = Pipe(duplex=False)
            with theirs:
                pid = _fork()
                if not pid:
                    _serve(act, tasks, queue, theirs)
            workers[pid] = ours
        yield _gathered(list(workers.values()), advance)
    finally:
        os.close(queue)
        for pid, ours in workers.items():
            ours.close()
            with suppress(ProcessLookupError, ChildProcessError):
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)


def _queue(count: int) -> int:
    """Make the file of the numbers of tasks."""
    fd = os.memfd_create("tasks")
    with os.fdopen(os.dup(fd), "wb") as out:
        out.writelines(number.to_bytes(_NUMBER, "little") for number in range(count))
    os.lseek(fd, 0, os.SEEK_SET)
    return fd


def _fork() -> int:
    """Fork; that other threads do not come along is meant: a worker needs none and takes none of their locks."""
    maker = os.getpid()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if not pid:
        _LIBC.prctl(_DEATH_SIGNAL, signal.SIGKILL)
        if os.getppid() != maker:
            os._exit(1)
    return pid


def _serve(act: Act[Task, Done], tasks: Sequence[Task], queue: int, out: Connection) -> NoReturn:
    """Work as long as there are tasks; say what each gave, how far a large file is, why it failed, or that all is done."""
    try:
        gc.disable()  # what came along belongs to the maker, and is not to be ended twice
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the maker gets it too, and ends us
        signal.signal(signal.SIGTERM, signal.SIG_DFL)

        progress = _Progress(out)
        while number := _next(queue):
            done = act(tasks[int.from_bytes(number, "little")], progress.advance)
            progress.tell()
            out.send(("done", done))
        out.send(("end", None))
    except BaseException as e:  # noqa: BLE001 - whatever it is, its maker raises it
        with suppress(Exception):
            out.send(("failed", e))
    finally:
        os._exit(0)


def _next(queue: int) -> bytes:
    """Read the next number; locked, because not every system moves a shared place of reading in one step."""
    fcntl.lockf(queue, fcntl.LOCK_EX)
    try:
        return os.read(queue, _NUMBER)
    finally:
        fcntl.lockf(queue, fcntl.LOCK_UN)


class _Progress:
    """Tells the maker how far a task is, now and then."""

    def __init__(self, out: Connection) -> None:
        self._out = out
        self._done = 0

    def advance(self, done: int) -> None:
        """Note some bytes that are done."""
        self._done += done
        if self._done >= LARGE:
            self.tell()

    def tell(self) -> None:
        """Tell what is done so far."""
        self._out.send(("advance", self._done))
        self._done = 0


def _gathered(workers: list[Connection], advance: Advance) -> Iterator[Any]:
    while workers:
        for worker in wait(workers):
            assert isinstance(worker, Connection)
            try:
                kind, what = worker.recv()
            except EOFError as e:
                advice = "Look whether the machine ran out of memory, and run the same command again."
                raise WorkerLost("got no word from a worker, expected its results", advice=advice) from e
            if kind == "done":
                yield what
            elif kind == "advance":
                advance(what)
            elif kind == "failed":
                raise what
            else:
                workers.remove(worker)
