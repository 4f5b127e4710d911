window.YTD.tweets.part0 = [
  {"tweet": {"id_str": "1700000000000000001", "id": "1700000000000000001", "full_text": "Xin chào &amp; hello", "created_at": "Wed Aug 19 12:00:00 +0000 2020", "entities": {"hashtags": [], "urls": []}, "favorite_count": "0"}},
  {"tweet": {"id_str": "1700000000000000002", "full_text": "@roe yes", "in_reply_to_status_id_str": "1700000000000000000", "created_at": "Wed Aug 19 12:05:00 +0000 2020"}}
];
