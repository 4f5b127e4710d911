"""Delivery between nodes: outbox, peers, HI-1 over HTTPS or a file by hand; inbound intake."""
