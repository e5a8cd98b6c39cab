"""Correlation with a clinical score."""
