"""ALFF, fALFF and ReHo, and spatial smoothing."""
