-- What came for one identifier: by kind and day, within the time asked for and beyond it.
SELECT kind, time IS NULL OR (time_latest >= $since AND time < $until) AS inside, date_trunc('day', time) AS day,
    count(*) AS records, min(time) AS first, max(time_latest) AS last
FROM (SELECT DISTINCT id, kind, time, time_latest FROM touch WHERE key = $key) AS mine
GROUP BY kind, time IS NULL OR (time_latest >= $since AND time < $until), date_trunc('day', time)
ORDER BY day, kind
