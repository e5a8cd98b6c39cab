"""Slices of a participant's images: registration, tissues, temporal signal-to-noise.

Arrays are indexed ``[x, y, z]`` in RAS space; left is on the left.
"""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from scipy.ndimage import map_coordinates

from restpain.quality.participant_figure import (
    DPI,
    HEIGHT,
    INK,
    ORANGE,
    RED,
    SKY,
    SLICES_WIDTH,
    TISSUE_COLOURS,
)

AXIAL_MM = (-30, -9, 12, 33, 54)
SAGITTAL_MM, CORONAL_MM = 5, -18
BOX_MM = ((-78, -111, -69), (78, 81, 90))  # shown of each slice
WASH = 0.5  # opacity


def mosaic(image: np.ndarray, affine: np.ndarray) -> np.ndarray:
    """Five axial slices, a sagittal and a coronal one side by side, rows from top to bottom.

    Parameters
    ----------
    image : ndarray of shape (x, y, z)
        On a grid without rotation.
    affine : ndarray of shape (4, 4)
        From voxels to mm.

    Returns
    -------
    ndarray of shape (rows, columns)
        Zero between the slices.
    """
    offset, size = affine[:3, 3], np.diag(affine)[:3]
    low, high = (np.round((np.array(mm) - offset) / size).astype(int) for mm in BOX_MM)
    box = tuple(map(slice, np.maximum(low, 0), high + 1))
    image, offset = image[box], offset + np.maximum(low, 0) * size

    def index(axis, mm):
        return int(np.clip(round((mm - offset[axis]) / size[axis]), 0, image.shape[axis] - 1))

    slices = [image[:, :, index(2, mm)] for mm in AXIAL_MM]
    slices += [image[index(0, SAGITTAL_MM)], image[:, index(1, CORONAL_MM)]]
    height = max(part.shape[1] for part in slices)
    padded = []
    for part in slices:
        below = (height - part.shape[1]) // 2
        padded.append(np.pad(part, ((1, 1), (below, height - part.shape[1] - below))))
    return np.concatenate(padded).T[::-1]


def draw_mosaic(
    ax: Axes,
    image: np.ndarray,
    affine: np.ndarray,
    *,
    title: str,
    limits: tuple[float, float],
    outlines: dict[str, tuple[np.ndarray, float]],
    washes: dict[str, np.ndarray] | None = None,
    colours: str = "gray",
) -> None:
    """Slices of an image with outlines and washes of others on the same grid.

    Parameters
    ----------
    image : ndarray of shape (x, y, z)
        The background.
    limits : (float, float)
        Values of black and white.
    outlines : dict
        Image and level of each outline, by its colour.
    washes : dict, optional
        Images between 0 and 1 laid over in a colour, half transparent where they are 1.
    colours : str
        Name of the colour map of the background.
    """
    picture = mosaic(image, affine)
    shown = ax.imshow(
        picture, cmap=colours, vmin=limits[0], vmax=limits[1], interpolation="bilinear"
    )
    for colour, wash in (washes or {}).items():
        share = np.clip(mosaic(wash, affine), 0, 1)[..., None]
        full = np.broadcast_to(to_rgb(colour), (*share.shape[:2], 3))
        ax.imshow(np.concatenate([full, WASH * share], axis=2), interpolation="nearest")
    for colour, (outlined, level) in outlines.items():
        ax.contour(mosaic(outlined, affine), levels=[level], colors=colour, linewidths=0.7)
    ax.set_title(title, loc="left", fontsize=9, color=INK)
    ax.text(2, 1, "L", color="white", fontsize=8, va="top")
    ax.set_axis_off()
    if colours != "gray":
        place = ax.inset_axes([1.004, 0.0, 0.008, 1.0])
        bar = ax.figure.colorbar(shown, cax=place)
        bar.ax.tick_params(labelsize=7, length=2)


def tissues_on_template(
    images: list[tuple[np.ndarray, np.ndarray]], points: np.ndarray
) -> np.ndarray:
    """Sample a participant's tissue maps on the template's grid; (3, x, y, z).

    Parameters
    ----------
    images : list of (ndarray, ndarray)
        Three maps with their affines, on one grid.
    points : ndarray of shape (x, y, z, 3)
        Position of each voxel of the template in the T1, in mm.
    """
    from_mm = np.linalg.inv(images[0][1])
    points = np.moveaxis(points, -1, 0)
    voxels = np.tensordot(from_mm[:3, :3], points, axes=1) + from_mm[:3, 3, None, None, None]
    return np.stack([map_coordinates(image, voxels, order=1) for image, _ in images])


def slices_figure(pictures: list[dict]) -> Figure:
    """Draw one row of slices per picture; each is the arguments of `draw_mosaic` by name."""
    figure = Figure(figsize=(SLICES_WIDTH, HEIGHT), dpi=DPI)
    axes = np.atleast_1d(figure.subplots(len(pictures), 1))
    figure.subplots_adjust(left=0.005, right=0.96, top=0.975, bottom=0.005, hspace=0.13)
    for ax, picture in zip(axes, pictures, strict=True):
        draw_mosaic(ax, **picture)
    return figure


def snr_image(series: np.ndarray, boldref: np.ndarray, *, mask: np.ndarray) -> np.ndarray:
    """Mean image over the standard deviation of the denoised series, zero where that is zero.

    ``series`` ``(n_voxels, n_volumes)`` holds the voxels of ``mask`` ``(x, y, z)``; the result
    ``(x, y, z)`` is zero outside of it.
    """
    spread = series.std(axis=1)
    image = np.zeros(mask.shape, np.float32)
    image[mask] = np.where(spread > 0, boldref[mask] / np.where(spread > 0, spread, 1), 0)
    return image


def slice_pictures(
    anatomy: np.ndarray,
    boldref: np.ndarray,
    snr: np.ndarray | None,
    *,
    mask: np.ndarray,
    affine: np.ndarray,
    template: tuple[np.ndarray, np.ndarray],
    own: np.ndarray | None,
) -> list[dict]:
    """Arguments of `draw_mosaic` for each row of slices; all images on the template's grid.

    Parameters
    ----------
    anatomy, boldref, snr : ndarray of shape (x, y, z)
        The T1 (the template's without anatomy), the mean EPI and the temporal signal-to-noise,
        None of series without their mean.
    mask : ndarray of bool, shape (x, y, z)
        Mask of the participant.
    template : (ndarray, ndarray)
        White matter and brain of the template.
    own : ndarray of shape (3, x, y, z), optional
        Tissue probabilities of the participant; None without anatomy.
    """

    def picture(image, title, outlines, **more):
        limits = (0.0, float(np.percentile(image[mask], 99)))
        common = {"image": image, "affine": affine, "title": title, "limits": limits}
        return common | {"outlines": outlines} | more

    outlines = dict(zip((SKY, ORANGE), ((image, 0.5) for image in template), strict=True))
    name = "Template" if own is None else "T1 on MNI"
    title = f"{name}: the template's white matter blue, its brain orange"
    pictures = [picture(anatomy, title, outlines)]
    if own is not None:
        title = "EPI on T1: mean EPI; the T1's white matter blue, its brain orange"
        pictures.append(
            picture(boldref, title, {SKY: (own[1], 0.5), ORANGE: (own.sum(axis=0), 0.5)})
        )
        title = "Tissues on the T1: grey matter green, white matter blue, CSF orange"
        washes = dict(zip(TISSUE_COLOURS.values(), own, strict=True))
        pictures.append(picture(anatomy, title, {}, washes=washes))
    title = "Mean EPI on MNI: the template's outlines, and the mask of the participant red"
    masked = {RED: (mask.astype(np.float32), 0.5)}
    pictures.append(picture(boldref, title, outlines | masked))
    if snr is None:
        return pictures
    title = "Temporal SNR after denoising (mean over SD)"
    return [*pictures, picture(snr, title, {}, colours="viridis")]
