"""Audit of published tables and comparison with recomputed ones."""
