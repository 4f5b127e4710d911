"""Returns: what companies send back, read into typed records that know their source; nothing is skipped in silence."""
