-- Every identifier once, with how many records it stands in, from when to when.
SELECT key, count(DISTINCT id) AS records, min(time) AS first, max(time_latest) AS last
FROM touch GROUP BY key ORDER BY key
