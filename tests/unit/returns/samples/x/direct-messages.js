window.YTD.direct_messages.part0 = [
  {"dmConversation": {"conversationId": "100-200", "messages": [
    {"messageCreate": {"id": "1", "senderId": "100", "recipientId": "200", "text": "hi", "createdAt": "2026-03-01T09:30:00.000Z", "mediaUrls": []}},
    {"messageCreate": {"id": "2", "senderId": "200", "recipientId": "100", "text": "yes", "createdAt": "2026-03-01T09:31:00.000Z", "mediaUrls": ["https://media.example.org/1"]}}
  ]}}
]
