-- How much happened in each hour of UTC; only times that are known to the hour count.
SELECT hour, count(*) AS records FROM (
    SELECT date_trunc('hour', time) AS hour, account AS who FROM session WHERE time = time_latest
    UNION ALL
    SELECT date_trunc('hour', time), sender FROM message WHERE time = time_latest
    UNION ALL
    SELECT date_trunc('hour', time), a_party FROM call WHERE time = time_latest
    UNION ALL
    SELECT date_trunc('hour', time), coalesce(account, from_address) FROM transfer WHERE time = time_latest
) AS happened
WHERE $who = '' OR who = $who
GROUP BY hour ORDER BY hour
