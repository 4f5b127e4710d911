-- Everything that has a time, in one order. who acts, on whom or with what, and what it was; each with its source.
SELECT * FROM (
    SELECT time, time_latest, time_text, time_zone, time_basis, 'account' AS kind, account AS who, address AS whom,
        concat_ws(' ', 'created', provider, service, handle, status) AS what, id, item, file, "row", flags FROM account
    UNION ALL
    SELECT time, time_latest, time_text, time_zone, time_basis, 'claim', account, value,
        concat_ws(' ', about, verified), id, item, file, "row", flags FROM claim
    UNION ALL
    SELECT time, time_latest, time_text, time_zone, time_basis, 'session', account, address,
        concat_ws(' ', event, protocol, to_address, device), id, item, file, "row", flags FROM session
    UNION ALL
    SELECT time, time_latest, time_text, time_zone, time_basis, 'message', sender, thread,
        concat_ws(' ', kind, body), id, item, file, "row", flags FROM message
    UNION ALL
    SELECT time, time_latest, time_text, time_zone, time_basis, 'call', a_party, b_party,
        concat_ws(' ', kind, direction, CAST(duration_s AS VARCHAR), cell_first), id, item, file, "row", flags FROM call
    UNION ALL
    SELECT time, time_latest, time_text, time_zone, time_basis, 'transaction', account,
        coalesce(counterparty_account, counterparty_name),
        concat_ws(' ', direction, amount_text, currency, purpose), id, item, file, "row", flags FROM transaction
    UNION ALL
    SELECT time, time_latest, time_text, time_zone, time_basis, 'transfer', coalesce(from_address, account), to_address,
        concat_ws(' ', kind, direction, amount_text, asset), id, item, file, "row", flags FROM transfer
    UNION ALL
    SELECT time, time_latest, time_text, time_zone, time_basis, 'device', account, device,
        concat_ws(' ', 'first seen', make, model), id, item, file, "row", flags FROM device
    UNION ALL
    SELECT time, time_latest, time_text, time_zone, time_basis, 'location', coalesce(account, device), name,
        concat_ws(' ', CAST(latitude AS VARCHAR), CAST(longitude AS VARCHAR), method), id, item, file, "row", flags
        FROM location
    UNION ALL
    SELECT time, time_latest, time_text, time_zone, time_basis, 'file', account, belongs_to, name,
        id, item, file, "row", flags FROM file
) AS happened
WHERE time IS NOT NULL AND time_latest >= $since AND time < $until
ORDER BY time, kind, id
