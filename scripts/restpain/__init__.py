"""Resting-state fMRI metrics and case-control inference: the functions that the scripts share."""

import os

# Functions are compiled for any processor, not for the one at hand: with AVX-512 the cubic
# interpolation comes out six times slower, and the code is the same wherever it runs.
os.environ.setdefault("NUMBA_CPU_NAME", "generic")
