"""The sealed package and its receipt: write, verify."""
