"""Comity: a self-hosted cooperation node against cybercrime across borders."""

__version__ = "0.1.0"
