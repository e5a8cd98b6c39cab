"""GNU's OpenMP library for LightGBM on machines that have none installed."""

import ctypes
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

NAME = "libgomp.so.1"


def provide_openmp() -> bool:
    """Load the OpenMP library of scikit-learn under the name that LightGBM looks for.

    LightGBM's wheel for Linux needs the system's ``libgomp.so.1``, which a minimal Debian does not
    have. The wheel of scikit-learn ships the same library under a name of its own. A loaded
    library is found by the name that is written into it (SONAME), so a copy with the usual name
    is loaded. Call it before LightGBM is imported.

    Returns
    -------
    bool
        Whether the copy was loaded. False where the system has the library, which is then used,
        elsewhere than on Linux, and where scikit-learn ships none.
    """
    if not sys.platform.startswith("linux"):
        return False
    try:
        ctypes.CDLL(NAME)
    except OSError:
        bundled = bundled_openmp()
    else:
        return False
    if bundled is None:
        return False
    with tempfile.NamedTemporaryFile(prefix=f"{NAME}.") as copy:  # mapped, so it may be deleted
        copy.write(renamed(bundled.read_bytes(), bundled.name))
        copy.flush()
        ctypes.CDLL(copy.name)
    return True


def bundled_openmp() -> Path | None:
    """Find the OpenMP library in the wheel of scikit-learn, without importing it; None if none."""
    spec = find_spec("sklearn")
    if spec is None:
        return None
    folder = Path(spec.origin).parents[1] / "scikit_learn.libs"
    return next(iter(sorted(folder.glob("libgomp-*.so*"))), None)


def renamed(library: bytes, name: str) -> bytes:
    """Write ``libgomp.so.1`` into a library in the place of its own, longer name."""
    return library.replace(name.encode(), NAME.encode().ljust(len(name), b"\0"))
