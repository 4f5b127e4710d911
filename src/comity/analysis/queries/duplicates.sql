-- The same happening in more than one file: delivered twice, or told by two sides.
SELECT kind, what, count(DISTINCT file_sha256) AS files, count(*) AS records, min(id) AS first_id, max(id) AS last_id FROM (
    SELECT 'session' AS kind, file_sha256, id,
        concat_ws('|', account, event, address_key, CAST(port AS VARCHAR), CAST(CAST(floor(epoch(time)) AS BIGINT) AS VARCHAR)) AS what
        FROM session WHERE time IS NOT NULL
    UNION ALL
    SELECT 'message', file_sha256, id, concat_ws('|', sender, thread, message, CAST(CAST(floor(epoch(time)) AS BIGINT) AS VARCHAR), md5(coalesce(body, '')))
        FROM message WHERE time IS NOT NULL
    UNION ALL
    SELECT 'call', file_sha256, id,
        concat_ws('|', a_party_key, b_party_key, kind, CAST(CAST(floor(epoch(time)) AS BIGINT) AS VARCHAR), CAST(duration_s AS VARCHAR))
        FROM call WHERE time IS NOT NULL
    UNION ALL
    SELECT 'transaction', file_sha256, id, concat_ws('|', account, direction, CAST(amount AS VARCHAR), currency,
        CAST(CAST(floor(epoch(time)) AS BIGINT) AS VARCHAR), bank_reference, end_to_end, entry) FROM transaction WHERE time IS NOT NULL
    UNION ALL
    SELECT 'transfer', file_sha256, id, concat_ws('|', chain, transaction, CAST(log_index AS VARCHAR), from_address_key,
        to_address_key, asset, CAST(amount AS VARCHAR), CAST(CAST(floor(epoch(time)) AS BIGINT) AS VARCHAR), reference)
        FROM transfer WHERE time IS NOT NULL
) AS told
GROUP BY kind, what HAVING count(DISTINCT file_sha256) > 1
ORDER BY records DESC, kind, what
