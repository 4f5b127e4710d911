-- How many records stand with no identifier that was asked for.
WITH ours AS (SELECT DISTINCT id FROM touch WHERE list_contains($keys, key)),
every AS (SELECT DISTINCT id FROM touch)
SELECT (SELECT count(*) FROM every) - (SELECT count(*) FROM ours) AS records
