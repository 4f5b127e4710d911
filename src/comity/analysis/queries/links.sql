-- Which identifiers stand together in records: how often, from when to when. Names without a normal form keep their own.
WITH pairs AS (
    SELECT coalesce('account:' || account, '') AS a, coalesce(address_key, '') AS b, 'used' AS kind, time FROM session
    UNION ALL
    SELECT coalesce('account:' || account, ''), coalesce(nat_address_key, ''), 'used', time FROM session
    UNION ALL
    SELECT coalesce('account:' || account, ''), coalesce('device:' || device, ''), 'used', time FROM session
    UNION ALL
    SELECT coalesce('account:' || account, ''), coalesce('device:' || device, ''), 'has', time FROM device
    UNION ALL
    SELECT coalesce('account:' || account, ''), coalesce(address_key, ''), 'registered from', time FROM account
    UNION ALL
    SELECT coalesce('account:' || account, ''), coalesce(value_key, ''), 'gave', time FROM claim
    UNION ALL
    SELECT coalesce(a_party_key, 'number:' || a_party, ''), coalesce(b_party_key, 'number:' || b_party, ''), 'called', time
        FROM call
    UNION ALL
    SELECT coalesce(a_party_key, 'number:' || a_party, ''), coalesce('imei:' || imei, ''), 'used', time FROM call
    UNION ALL
    SELECT coalesce('account:' || sender, ''), coalesce('conversation:' || thread, ''), 'wrote in', time FROM message
    UNION ALL
    SELECT coalesce(account_key, 'account:' || account, ''),
        coalesce(counterparty_account_key, 'account:' || counterparty_account, 'name:' || counterparty_name, ''), 'paid', time
        FROM transaction WHERE direction = 'debit'
    UNION ALL
    SELECT coalesce(counterparty_account_key, 'account:' || counterparty_account, 'name:' || counterparty_name, ''),
        coalesce(account_key, 'account:' || account, ''), 'paid', time
        FROM transaction WHERE direction = 'credit'
    UNION ALL
    SELECT coalesce(from_address_key, 'account:' || account, ''), coalesce(to_address_key, ''), 'sent', time
        FROM transfer WHERE coalesce(kind, '') NOT IN ('fee', 'trade')
)
SELECT a, b, kind, count(*) AS records, min(time) AS first, max(time) AS last
FROM pairs WHERE a <> '' AND b <> '' AND a <> b
GROUP BY a, b, kind
ORDER BY records DESC, a, b, kind
