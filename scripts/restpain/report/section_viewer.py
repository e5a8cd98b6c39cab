"""Section Interactive maps: every voxel of the group comparison, in three planes.

The planes are drawn by brainsprite, which ships with nilearn: a volume is one picture, its
sagittal slices side by side from left to right and top to bottom, each with the front on the right
and the top on top. Controls that a keyboard reaches are our own.
"""

import base64
import io
from importlib.resources import files

import numpy as np
from markupsafe import Markup
from PIL import Image

from restpain.presentation.numbers import integer, measure_name, number, region_name
from restpain.presentation.pages import Section
from restpain.presentation.slices import COLD_WARM, colour_limit, t_threshold

BRAINSPRITE = files("nilearn").joinpath("plotting", "data", "js", "brainsprite.min.js")
MAX_MAPS = 14
SHOWN_T = 2.0  # weaker differences stay transparent
N_COLOURS = 254  # of a palette of 256, without the transparent one; even, so that none is at zero
COLUMNS = 10


def sprite(volume: np.ndarray) -> np.ndarray:
    """Lay the sagittal slices of a volume side by side.

    Parameters
    ----------
    volume : ndarray of shape (x, y, z)
        In RAS order.

    Returns
    -------
    ndarray of shape (z * rows, y * COLUMNS)
        Slice ``i`` is in row ``i // COLUMNS`` and column ``i % COLUMNS``; missing ones are 0.
    """
    n_x, n_y, n_z = volume.shape
    n_rows = -(-n_x // COLUMNS)
    filled = np.zeros((n_rows * COLUMNS, n_y, n_z), volume.dtype)
    filled[:n_x] = volume
    tiles = filled.reshape(n_rows, COLUMNS, n_y, n_z)[:, :, :, ::-1]
    return tiles.transpose(0, 3, 1, 2).reshape(n_rows * n_z, COLUMNS * n_y)


def colour_index(values: np.ndarray, *, limit: float, shown: np.ndarray) -> np.ndarray:
    """Give each voxel its colour: 0 is transparent, 1 to ``N_COLOURS`` cover +-``limit``."""
    step = np.rint((np.clip(values / limit, -1, 1) + 1) / 2 * (N_COLOURS - 1)) + 1
    return np.where(shown, step, 0).astype(np.uint8)


def png_uri(pixels: np.ndarray, palette: np.ndarray | None = None) -> str:
    """Give a picture as a PNG data URI; grey, or with a palette whose number 0 is transparent."""
    picture = Image.fromarray(pixels)
    options = {}
    if palette is not None:
        picture = Image.frombytes("P", pixels.shape[::-1], pixels.tobytes())
        picture.putpalette(palette.astype(np.uint8).tobytes())
        options["transparency"] = 0
    buffer = io.BytesIO()
    picture.save(buffer, format="PNG", optimize=True, **options)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")


def palette_colours() -> np.ndarray:
    """Colours of the maps, uint8 of shape (N_COLOURS, 3), from the lowest value to the highest."""
    return np.rint(255 * COLD_WARM(np.linspace(0, 1, N_COLOURS))[:, :3]).astype(np.uint8)


def viewer_section(
    maps: list[dict],
    template: np.ndarray,
    affine: np.ndarray,
    *,
    settings: dict,
    df: int,
    brainsprite: str,
) -> Section:
    """T maps of the group comparison in three planes.

    Parameters
    ----------
    maps : list of dict
        As of ``cluster_maps.maps_of_measures``, with ``difference`` and ``labels``.
    template : ndarray of shape (x, y, z)
        Anatomy on the grid of the maps.
    affine : ndarray of shape (4, 4)
        Of that grid to mm; its axes are those of the space.
    df : int
        Degrees of freedom of the comparison.
    brainsprite : str
        Source of brainsprite.
    """
    group = settings["group"]
    maps = sorted(maps, key=lambda shown: len(shown["clusters"]) == 0)  # stable
    threshold = t_threshold(voxel_p=group["voxel_p"], tails=group["tails"], df=df)
    limit = colour_limit(
        [shown["difference"] for shown in maps], threshold=threshold, percentile=100
    )
    entries = [
        {
            "title": _title(shown),
            "values": shown["difference"],
            "all": np.abs(shown["difference"]) >= SHOWN_T,
            "significant": shown["labels"] > 0,
            "peaks": [_peak(row) for row in shown["clusters"].itertuples()],
        }
        for shown in maps[:MAX_MAPS]
    ]
    return Section(
        "viewer",
        "Interactive maps",
        "Interactive maps",
        viewer_content(entries, template, affine, limit=limit, brainsprite=brainsprite)
        | {
            "n_left_out": max(len(maps) - MAX_MAPS, 0),
            "ends": (f"t = {number(-limit, 1)}", number(limit, 1)),
            "toggle": "significant clusters only",
            "threshold": number(threshold, 2),
            "shown_t": number(SHOWN_T, 0),
            "voxel_p": group["voxel_p"],
            "tails": group["tails"],
        },
    )


def viewer_content(
    entries: list[dict],
    template: np.ndarray,
    affine: np.ndarray,
    *,
    limit: float,
    brainsprite: str,
    share: bool = False,
) -> dict:
    """Content of the template ``report_viewer.html.j2``, without its words.

    Parameters
    ----------
    entries : list of dict
        One per map: ``title``, ``values`` (x, y, z), the voxels shown, ``all`` or
        ``significant`` alone, and ``peaks`` (``name``, ``mm``, ``words``).
    template, affine, brainsprite
        See `viewer_section`.
    limit : float
        Of the colours, on both sides of 0.
    share : bool
        Values are shares, whose sign says which group is higher; otherwise t.
    """
    palette = np.vstack([np.zeros((1, 3), np.uint8), palette_colours()])
    grey = np.clip(template / template.max(), 0, 1)
    anatomy = np.where(grey > 0.1, 110 + 135 * grey, 255).astype(np.uint8)
    voxel, origin = np.diag(affine)[:3], affine[:3, 3]
    data = {
        "maps": [
            {"title": entry["title"], "peaks": entry["peaks"]}
            | {
                layer: png_uri(
                    sprite(colour_index(entry["values"], limit=limit, shown=entry[layer])), palette
                )
                for layer in ("all", "significant")
            }
            for entry in entries
        ],
        "size": list(template.shape),
        "voxel": [float(value) for value in voxel],
        "origin": [float(value) for value in origin],
        "limit": limit,
        "share": share,
        "start": entries[0]["peaks"][0]["mm"] if entries[0]["peaks"] else [0, -18, 0],
    }
    return {
        "viewer": data,
        "anatomy": png_uri(sprite(anatomy)),
        "scale": png_uri(np.arange(1, N_COLOURS + 1, dtype=np.uint8)[None], palette),
        "axes": [
            {
                "name": name,
                "ends": ends,
                "low": float(origin[axis]),
                "high": float(origin[axis] + voxel[axis] * (template.shape[axis] - 1)),
                "step": float(voxel[axis]),
            }
            for axis, (name, ends) in enumerate(
                (("x", "left to right"), ("y", "back to front"), ("z", "bottom to top"))
            )
        ],
        "brainsprite": Markup(brainsprite.replace("</", "<\\/")),
    }


def _title(shown: dict) -> str:
    seed = "" if shown["seed"] is None else f", seed {shown['seed']['seed']}"
    return measure_name(shown["measure"]) + seed


def _peak(row) -> dict:
    side = "" if row.hemisphere == "midline" else f", {row.hemisphere}"
    return {
        "name": f"{row.cluster_id}: {region_name(row.region)}{side}",
        "mm": [float(row.x_mm), float(row.y_mm), float(row.z_mm)],
        "words": f"t = {number(row.t, 2)}, {integer(row.n_voxels)} voxels",
    }
