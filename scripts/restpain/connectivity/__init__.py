"""Seed-based functional connectivity."""
