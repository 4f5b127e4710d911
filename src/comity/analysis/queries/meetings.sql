-- Two accounts at the same address, device or cell within some minutes of each other.
WITH seen AS (
    SELECT account AS who, 'address' AS by_what, address_key AS place, time, id FROM session
        WHERE address_key IS NOT NULL AND time = time_latest
    UNION ALL
    SELECT account, 'device', 'device:' || device, time, id FROM session WHERE device IS NOT NULL AND time = time_latest
    UNION ALL
    SELECT a_party, 'cell', 'cell:' || cell_first, time, id FROM call WHERE cell_first IS NOT NULL AND time = time_latest
    UNION ALL
    SELECT a_party, 'device', 'imei:' || imei, time, id FROM call WHERE imei IS NOT NULL AND time = time_latest
    UNION ALL
    SELECT coalesce(account, device), 'place',
        'place:' || CAST(round(latitude, 3) AS VARCHAR) || ',' || CAST(round(longitude, 3) AS VARCHAR), time, id
        FROM location WHERE latitude IS NOT NULL AND longitude IS NOT NULL AND time = time_latest
),
-- Neighbouring spans of time: whoever is within the minutes of another is in the same span, the one before or the next.
spans AS (
    SELECT who, by_what, place, time, id, CAST(floor(epoch(time) / (60 * $minutes)) AS BIGINT) AS span FROM seen
),
near AS (
    SELECT who, by_what, place, time, id, span AS at FROM spans
    UNION ALL
    SELECT who, by_what, place, time, id, span - 1 FROM spans
    UNION ALL
    SELECT who, by_what, place, time, id, span + 1 FROM spans
)
SELECT one.who AS a, two.who AS b, one.by_what, one.place, count(*) AS times, min(one.time) AS first,
    max(one.time) AS last, min(one.id) AS example_a, min(two.id) AS example_b
FROM spans AS one JOIN near AS two ON one.place = two.place AND one.span = two.at AND one.who <> two.who
WHERE abs(epoch(one.time) - epoch(two.time)) <= 60 * $minutes AND one.who < two.who
GROUP BY one.who, two.who, one.by_what, one.place
ORDER BY times DESC, a, b, place
