window.YTD.follower.part0 = [{"follower": {"accountId": "300", "userLink": "https://x.example.org/300"}}]
