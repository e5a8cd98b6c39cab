"""Resting-state fMRI metrics and case-control inference: the functions that the scripts share."""
