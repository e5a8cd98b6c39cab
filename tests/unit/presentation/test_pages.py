"""Embedded pictures of pages."""

import base64
import io

from PIL import Image

from restpain.presentation import pages
from study import picture


def test_a_wide_picture_is_shrunk_and_a_narrow_one_kept():
    def width_of(width):
        uri = pages.embedded_picture(picture(width), width=100, quality=80)
        content = base64.b64decode(uri.removeprefix("data:image/webp;base64,"))
        return Image.open(io.BytesIO(content)).width

    assert width_of(4000) == 100
    assert width_of(40) == 40
