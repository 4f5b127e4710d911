-- Where the record of an id stands.
SELECT DISTINCT id, file, "row" FROM touch WHERE id = $id
