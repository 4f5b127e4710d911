"""When somebody is active: records by weekday and hour in a zone that is named."""

from __future__ import annotations

from comity.returns.moment import zone_of

from .dataset import Dataset

Week = tuple[tuple[int, ...], ...]


def rhythm(data: Dataset, *, who: str = "", zone: str = "UTC") -> Week:
    """Count the records of *who*, or of all, for each hour of each weekday (Monday first) as clocks in *zone* showed.

    Times that are known only as a span do not count.

    Raises:
        BadMapping: the zone is none.
    """
    where = zone_of(zone)
    week = [[0] * 24 for _ in range(7)]
    for row in data.rows("rhythm", who=who):
        local = row["hour"].astimezone(where)
        week[local.weekday()][local.hour] += row["records"]
    return tuple(map(tuple, week))
