"""Requests: cases, measures, preflight, states, clocks, refusals, drafting."""
