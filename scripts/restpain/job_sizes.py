"""How large the jobs of a participant are, from what the headers of the raw data say."""

import numpy as np

BYTES = 4  # of a float32


def series_megabytes(index: dict, kind: str) -> float:
    """Size of a participant's images of a kind as float32, in MB (1e6 bytes).

    Parameters
    ----------
    index : dict
        See `restpain.participant_index.participant_index`.
    kind : {"t1", "rest"}
        The largest series of the kind counts; 0 if there is none.
    """
    sizes = [
        BYTES * float(np.prod(one["matrix"])) * one["n_volumes"] / 1e6
        for one in index["series"]
        if one["kind"] == kind and one.get("matrix")
    ]
    return max(sizes, default=0.0)
