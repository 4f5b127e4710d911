-- Every identifier in its normal form, with the record it stands in.
SELECT key, kind, time, time_latest, id, item, file, "row" FROM (
    SELECT address_key AS key, 'account' AS kind, time, time_latest, id, item, file, "row" FROM account
    UNION ALL SELECT 'account:' || account, 'account', time, time_latest, id, item, file, "row" FROM account
    UNION ALL SELECT value_key, 'claim', time, time_latest, id, item, file, "row" FROM claim
    UNION ALL SELECT 'account:' || account, 'claim', time, time_latest, id, item, file, "row" FROM claim
    UNION ALL SELECT address_key, 'session', time, time_latest, id, item, file, "row" FROM session
    UNION ALL SELECT to_address_key, 'session', time, time_latest, id, item, file, "row" FROM session
    UNION ALL SELECT nat_address_key, 'session', time, time_latest, id, item, file, "row" FROM session
    UNION ALL SELECT 'account:' || account, 'session', time, time_latest, id, item, file, "row" FROM session
    UNION ALL SELECT 'account:' || sender, 'message', time, time_latest, id, item, file, "row" FROM message
    UNION ALL SELECT 'account:' || account, 'message', time, time_latest, id, item, file, "row" FROM message
    UNION ALL SELECT a_party_key, 'call', time, time_latest, id, item, file, "row" FROM call
    UNION ALL SELECT b_party_key, 'call', time, time_latest, id, item, file, "row" FROM call
    UNION ALL SELECT c_party_key, 'call', time, time_latest, id, item, file, "row" FROM call
    UNION ALL SELECT 'imei:' || imei, 'call', time, time_latest, id, item, file, "row" FROM call
    UNION ALL SELECT 'imsi:' || imsi, 'call', time, time_latest, id, item, file, "row" FROM call
    UNION ALL SELECT coalesce(account_key, 'account:' || account), 'transaction', time, time_latest, id, item, file, "row"
        FROM transaction
    UNION ALL SELECT coalesce(counterparty_account_key, 'account:' || counterparty_account), 'transaction', time,
        time_latest, id, item, file, "row" FROM transaction
    UNION ALL SELECT from_address_key, 'transfer', time, time_latest, id, item, file, "row" FROM transfer
    UNION ALL SELECT to_address_key, 'transfer', time, time_latest, id, item, file, "row" FROM transfer
    UNION ALL SELECT 'account:' || account, 'transfer', time, time_latest, id, item, file, "row" FROM transfer
    UNION ALL SELECT 'account:' || account, 'device', time, time_latest, id, item, file, "row" FROM device
    UNION ALL SELECT 'device:' || device, 'device', time, time_latest, id, item, file, "row" FROM device
    UNION ALL SELECT 'account:' || account, 'location', time, time_latest, id, item, file, "row" FROM location
    UNION ALL SELECT 'account:' || account, 'file', time, time_latest, id, item, file, "row" FROM file
) AS touched
WHERE key IS NOT NULL AND key <> ''
