"""What a participant's page of quality says; lights, as on the page of all participants."""

import base64
import io

import numpy as np
from PIL import Image

from restpain.presentation.numbers import number, shortest
from restpain.quality.limits import JUDGED, Judged, light, shown

PICTURE_QUALITY = 80  # of WebP, of 100
LIGHT_WORDS = {
    "good": "within the limits",
    "look": "worth a look",
    "beyond": "beyond the limit of this run",
    "unjudged": "not judged",
    "unknown": "not known",
}
LIGHT_SIGNS = {"good": "●", "look": "▲", "beyond": "■", "unjudged": "·", "unknown": "○"}
FACTS = {  # beside the judged numbers: name, unit, digits
    "mean_fd_power_mm": ("mean FD (Power)", "mm", 3),
    "max_fd_mm": ("largest FD (Jenkinson)", "mm", 2),
    "max_translation_mm": ("largest translation", "mm", 2),
    "max_rotation_deg": ("largest rotation", "degrees", 2),
    "tsnr_median": ("temporal SNR, median", "", 0),
    "n_volumes": ("volumes kept", "", 0),
    "dropped_volumes": ("volumes dropped", "", 0),
    "n_flagged": ("volumes flagged", "", 0),
    "unsettled_volumes": ("volumes whose realignment did not come to rest", "", 0),
    "slice_timing": ("slice timing", "", None),
    "residual_degrees_of_freedom": ("degrees of freedom left", "", 0),
    "affine_local_correlation": ("T1 on MNI, correlation of the affine", "", 2),
    "dice_wm": ("overlap of white matter with MNI (Dice)", "", 3),
    "brain_volume_ml": ("brain volume", "ml", 0),
    "folded_voxels": ("folded voxels of the normalisation", "", 0),
}


def as_webp(picture: np.ndarray | Image.Image, *, quality: int) -> str:
    """Give the data URI of a picture, ``(rows, columns, 3)``, uint8."""
    content = io.BytesIO()
    if isinstance(picture, np.ndarray):
        picture = Image.fromarray(picture)
    picture.save(content, format="WEBP", quality=quality, method=4)
    return "data:image/webp;base64," + base64.b64encode(content.getvalue()).decode("ascii")


def limit_text(judged: Judged, limits: dict[str, float | None]) -> str:
    """Which values leave a participant out, and which are worth a look."""
    limit = limits[judged.limit]
    words = []
    if limit is not None:
        words.append(f"left out {judged.side} {shortest(limit)}")
    if judged.look is not None:
        words.append(f"worth a look {judged.side} {shortest(judged.look)}")
    return "; ".join(words) or "no limit set"


def judged_rows(numbers: dict, limits: dict[str, float | None]) -> list[dict]:
    """Judged numbers of a participant: ``name``, ``value``, ``light``, its sign and words."""
    rows = []
    for judged in JUDGED:
        value = numbers.get(judged.key)
        colour = light(judged, value, limits)
        rows.append(
            {
                "name": judged.name,
                "value": shown(judged, value),
                "light": colour,
                "sign": LIGHT_SIGNS[colour],
                "words": LIGHT_WORDS[colour],
                "limit": limit_text(judged, limits),
            }
        )
    return rows


def fact_rows(numbers: dict) -> list[tuple[str, str]]:
    """Name and value of what is known beside the judged numbers."""
    rows = []
    for key, (name, unit, digits) in FACTS.items():
        value = numbers.get(key)
        if value is not None:
            text = value if digits is None else number(value, digits)
            rows.append((name, f"{text} {unit}" if unit else text))
    return rows
