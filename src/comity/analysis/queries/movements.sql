-- Money and crypto assets that went from one account or wallet to another.
SELECT * FROM (
    SELECT CASE WHEN direction = 'debit' THEN own ELSE other END AS source,
        CASE WHEN direction = 'debit' THEN other ELSE own END AS target,
        own, asset, amount, time, time_latest, id, item, file, "row"
    FROM (
        SELECT coalesce(account_key, 'account:' || account, '') AS own,
            coalesce(counterparty_account_key, 'account:' || counterparty_account, 'name:' || counterparty_name,
                'unknown:' || id) AS other,
            coalesce(currency, '') AS asset, abs(amount) AS amount, direction, time, time_latest, id, item, file, "row"
        FROM transaction WHERE amount IS NOT NULL AND coalesce(reversal, FALSE) = FALSE
    ) AS booked
    UNION ALL
    SELECT coalesce(from_address_key, 'account:' || account, 'unknown:' || id),
        coalesce(to_address_key, CASE WHEN direction = 'in' THEN 'account:' || account END, 'unknown:' || id),
        CASE WHEN direction = 'in' THEN coalesce(to_address_key, 'account:' || account)
            ELSE coalesce(from_address_key, 'account:' || account) END,
        coalesce(asset, ''), abs(amount), time, time_latest, id, item, file, "row"
    FROM transfer WHERE amount IS NOT NULL AND coalesce(kind, '') NOT IN ('fee', 'trade', 'spent')
) AS moved
WHERE source <> target AND amount > 0 AND time IS NOT NULL
ORDER BY time, id
