window.YTD.ip_audit.part0 = [
  {"ipAudit": {"accountId": "100", "createdAt": "2026-03-01T09:30:00.000Z", "loginIp": "192.0.2.7"}},
  {"ipAudit": {"accountId": "100", "createdAt": "2026-03-02T09:30:00.000Z", "loginIp": "2001:db8::9"}}
]
