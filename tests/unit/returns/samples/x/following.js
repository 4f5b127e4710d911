window.YTD.following.part0 = [{"following": {"accountId": "200", "userLink": "https://x.example.org/200"}}]
