"""All pairs at once."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from builders.databases import fresh_database, migrated
from builders.matching import correlator
from comity.matching.batch import correlate, write_postings
from comity.matching.model import EVERY_CASE, Sighting
from comity.matching.rules import CAP

SECRET = b"k" * 32
cases = st.dictionaries(
    st.integers(1, 6),
    st.sets(st.sampled_from([("email", f"{n}@example.org") for n in range(6)]), min_size=1),
    min_size=2,
)


@settings(max_examples=15, deadline=None)
@given(cases)
def test_the_batch_weighs_as_the_node_does(held: dict[int, set[tuple[str, str]]]) -> None:
    """Every pair has the score that asking the node about one of its cases gives."""
    import tempfile

    with tempfile.TemporaryDirectory() as name, fresh_database("sqlite", Path(name)) as url, migrated(url) as store:
        one = correlator(store)
        files = []
        for case, keys in held.items():
            one.post(str(case), str(case), [Sighting(kind, value) for kind, value in keys])
            files.append(Path(name) / f"{case}.parquet")
            write_postings(files[-1], SECRET, case, keys)
        found = correlate(files, len(held), threshold=0.0001).to_pylist()
        pairs = {(row["case_a"], row["case_b"]): round(row["score"], 2) for row in found}
        asked = {
            tuple(sorted((case, int(other.case)))): other.score
            for case in held
            for other in one.related(str(case), EVERY_CASE)
            if other.score > 0
        }
        assert pairs == asked


def test_what_everybody_has_makes_no_pairs(tmp_path: Path) -> None:
    """A key of more cases than the cap is cut away before it can be paired."""
    files = [tmp_path / f"{n}.parquet" for n in range(CAP + 1)]
    for n, path in enumerate(files):
        write_postings(path, SECRET, n, [("wallet", "w")])
    assert correlate(files, CAP + 1, threshold=0).num_rows == 0
    assert correlate(files[:3], 1000, threshold=0).num_rows == 3
