-- The records of one link.
SELECT id, file, "row" FROM pair WHERE a = $a AND b = $b AND kind = $kind ORDER BY file, "row", id LIMIT $most
