"""The common head of the simulated participants, made once."""

import pytest

from restpain.io.images import read_volume
from restpain.simulation.head import head_labels, template_path


@pytest.fixture(scope="session")
def head():
    """Labels and affine of the head, T1 and affine of the template."""
    t1, affine = read_volume(template_path("t1"))
    gm, wm = (read_volume(template_path(tissue))[0] / 255 for tissue in ("gm", "wm"))
    labels, head_affine = head_labels(t1=t1, gm=gm, wm=wm, affine=affine)
    return labels, head_affine, t1, affine
