-- What the sender itself says it did not deliver.
SELECT account, about, reason, time, "end", id, file, "row" FROM gap ORDER BY time, id
