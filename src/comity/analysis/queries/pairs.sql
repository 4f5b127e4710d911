-- Two identifiers that stand together in a record. Names without a normal form keep their own.
SELECT * FROM (
    SELECT coalesce('account:' || account, '') AS a, coalesce(address_key, '') AS b, 'used' AS kind, time, id, file, "row" FROM session
    UNION ALL
    SELECT coalesce('account:' || account, ''), coalesce(nat_address_key, ''), 'used', time, id, file, "row" FROM session
    UNION ALL
    SELECT coalesce('account:' || account, ''), coalesce('device:' || device, ''), 'used', time, id, file, "row" FROM session
    UNION ALL
    SELECT coalesce('account:' || account, ''), coalesce('device:' || device, ''), 'has', time, id, file, "row" FROM device
    UNION ALL
    SELECT coalesce('account:' || account, ''), coalesce(address_key, ''), 'registered from', time, id, file, "row" FROM account
    UNION ALL
    SELECT coalesce('account:' || account, ''), coalesce(value_key, ''), 'gave', time, id, file, "row" FROM claim
    UNION ALL
    SELECT coalesce(a_party_key, 'number:' || a_party, ''), coalesce(b_party_key, 'number:' || b_party, ''), 'called', time, id, file, "row"
        FROM call
    UNION ALL
    SELECT coalesce(a_party_key, 'number:' || a_party, ''), coalesce('imei:' || imei, ''), 'used', time, id, file, "row" FROM call
    UNION ALL
    SELECT coalesce('account:' || sender, ''), coalesce('conversation:' || thread, ''), 'wrote in', time, id, file, "row" FROM message
    UNION ALL
    SELECT coalesce(account_key, 'account:' || account, ''),
        coalesce(counterparty_account_key, 'account:' || counterparty_account, 'name:' || counterparty_name, ''), 'paid', time, id, file, "row"
        FROM transaction WHERE direction = 'debit'
    UNION ALL
    SELECT coalesce(counterparty_account_key, 'account:' || counterparty_account, 'name:' || counterparty_name, ''),
        coalesce(account_key, 'account:' || account, ''), 'paid', time, id, file, "row"
        FROM transaction WHERE direction = 'credit'
    UNION ALL
    SELECT coalesce(from_address_key, 'account:' || account, ''), coalesce(to_address_key, ''), 'sent', time, id, file, "row"
        FROM transfer WHERE coalesce(kind, '') NOT IN ('fee', 'trade', 'spent')
) AS together
WHERE a <> '' AND b <> '' AND a <> b
