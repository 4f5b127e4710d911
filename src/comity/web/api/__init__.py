"""The API: the acts of the desk for programs, with tokens of narrow rights, described in OpenAPI."""
