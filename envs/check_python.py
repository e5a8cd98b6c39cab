"""Whether this Python can hold the environment; runs under any version, so in old syntax."""

import sys

if not (3, 11) <= sys.version_info[:2] <= (3, 13):
    sys.exit(
        "Python {}.{} cannot be used: AutoGluon needs 3.11, 3.12 or 3.13. Install one of them "
        "(Debian 12 and later: apt install python3 python3-venv; Fedora: dnf install python3.13; "
        "macOS: brew install python@3.13) and name it: make environment PYTHON=python3.13".format(
            *sys.version_info[:2]
        )
    )
try:
    import ensurepip  # noqa: F401 (Debian packs it apart)
    import venv  # noqa: F401
except ImportError:
    sys.exit(
        "Python's module venv is not complete. Install it (Debian: apt install python3-venv) and "
        "run make environment again"
    )
