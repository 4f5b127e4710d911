window.__THAR_CONFIG = {"userInfo": {"accountId": "100"}, "dataTypes": {"tweets": {"files": [{"fileName": "data/tweets.js", "globalName": "YTD.tweets.part0", "count": "2"}]}}}
