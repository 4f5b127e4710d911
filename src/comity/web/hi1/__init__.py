"""The endpoint at which peers hand over messages: mutual TLS, limits, and a handler that the node gives."""
