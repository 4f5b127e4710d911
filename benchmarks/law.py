"""The legal basis engine over all pairs of profiled countries, measures and offences; and the start of the command.

    python benchmarks/law.py [--quick]

Nobody else offers such an engine, so the start of `comity law basis` as a process stands beside `python -c pass`, and the
decisions stand alone: how many in a second of the processor, the slowest of them, and what memory they take.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Iterator
from datetime import date
from itertools import islice, product
from statistics import median

from comity.law.basis import Engine
from comity.law.library import load
from comity.law.question import FIRST, LAST, Offence, Question
from comity.law.terms import known

DAY = date(2026, 11, 25)
RUNS = 7
COMMAND = "law basis --from VN --to PH --offence 13 --measure disclose-content --on 2026-11-25 --json"


def questions(engine: Engine) -> Iterator[Question]:
    """Give every question between profiled countries: pairs, measures, and Articles 7 to 17."""
    places, measures = engine.index.library.profiled, engine.index.measures.measures
    for here, there, measure, article in product(places, places, measures, range(FIRST, LAST + 1)):
        if here != there:
            yield Question(here=here, there=there, offence=Offence(article=article), measure=measure, on=DAY)


def decide(every: int) -> None:
    """Decide every question, or each one of *every*; print the rate, the slowest, and the number of candidates."""
    begun = time.thread_time()
    engine = Engine(load())
    engine.index.library.check()
    for name in known():
        engine.index.terms(name)
    print(f"reading all the law  {(time.thread_time() - begun) * 1000:>10.0f} ms")
    asked, spent, candidates = list(islice(questions(engine), 0, None, every)), [], 0
    for question in asked:
        begun = time.thread_time()
        candidates += len(engine.decide(question).candidates)
        spent.append(time.thread_time() - begun)
    spent.sort()
    print(f"decisions            {len(spent):>10}   with {candidates / len(spent):.1f} candidates each")
    print(f"per second           {len(spent) / sum(spent):>10.0f}")
    for name, place in (("median", 0.5), ("99 of 100", 0.99), ("slowest", 1.0)):
        print(f"{name:<20} {spent[min(int(len(spent) * place), len(spent) - 1)] * 1000:>10.2f} ms")


def remember(every: int) -> None:
    """Print what the law and the kept values take in memory, after the same questions."""
    tracemalloc.start()
    engine = Engine(load())
    for question in islice(questions(engine), 0, None, every):
        engine.decide(question)
    kept, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    print(f"memory kept          {kept / 2**20:>10.1f} MiB   at most {peak / 2**20:.1f} MiB")


def start(*arguments: str) -> float:
    """Give the middle time of a process, in milliseconds."""
    spent = []
    for _ in range(RUNS):
        begun = time.perf_counter()
        subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
        spent.append(time.perf_counter() - begun)
    return median(spent) * 1000


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="only one question of 101")
    quick = parser.parse_args().quick
    decide(101 if quick else 1)
    remember(997 if quick else 101)
    run = "from comity.cli.main import main; main()"
    print(f"python -c pass       {start('-c', 'pass'):>10.0f} ms")
    print(f"comity --version     {start('-c', run, '--version'):>10.0f} ms")
    print(f"comity law basis     {start('-c', run, *COMMAND.split()):>10.0f} ms")


if __name__ == "__main__":
    main()
