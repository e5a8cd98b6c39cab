"""nibabel, imported without pydicom; its test fails when nibabel no longer needs this.

nibabel looks for pydicom to show the DICOM headers that a NIfTI file may embed. Nobody reads them
here, and every job would pay for the start of pydicom. That pydicom is missing is pretended during
this import only.
"""

import sys

HIDDEN = "pydicom" not in sys.modules
if HIDDEN:
    sys.modules["pydicom"] = None
try:
    import nibabel as nib
finally:
    if HIDDEN:
        del sys.modules["pydicom"]

__all__ = ["nib"]
