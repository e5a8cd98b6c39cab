"""Seeds of single steps, derived from the seed of the run."""

import numpy as np


def step_seed(seed: int, *steps: int | str) -> int:
    """Seed of one step, from the seed of the run and what names the step; below 2**31."""
    numbers = [
        int.from_bytes(step.encode(), "big") if isinstance(step, str) else step for step in steps
    ]
    return int(np.random.SeedSequence([seed, *numbers]).generate_state(1)[0] >> 1)
