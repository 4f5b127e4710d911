"""Keys, signatures, envelopes, trusted time, sealing to a recipient."""
