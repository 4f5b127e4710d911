-- Which identifiers stand together in records: how often, from when to when.
SELECT a, b, kind, count(*) AS records, min(time) AS first, max(time) AS last
FROM pair
GROUP BY a, b, kind
ORDER BY records DESC, a, b, kind
