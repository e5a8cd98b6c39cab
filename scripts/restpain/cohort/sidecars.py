"""Sidecars of a BIDS dataset: inherited from folder to folder, and what is wrong with them."""

import json
import os
import re
from pathlib import Path

from restpain.cohort.bids import entities
from restpain.cohort.bids_files import Fault, file_fault

NAME = re.compile(r"([A-Za-z]+-[A-Za-z0-9+]+_)*[A-Za-z0-9]+\.json")  # others may name a person


class Sidecars:
    """Sidecars of a dataset as its images inherit them; each file is read once.

    Every JSON file from the dataset's folder down to the image's, with the image's suffix and
    no entity that the image does not have, applies; the nearer one wins.

    Attributes
    ----------
    faults : dict
        By name of the file: found, expected, action, for those read so far that are no sidecar.
    """

    def __init__(self, dataset: str | Path):
        self.dataset = Path(dataset)
        self.faults: dict[str, Fault] = {}
        self._contents: dict[Path, dict | None] = {}
        self._names: dict[Path, list[str]] = {}

    def of(self, image: Path) -> tuple[dict, dict[str, str], list[str]]:
        """Merge the sidecars of an image.

        Returns
        -------
        content : dict
            Keys with their values.
        origin : dict
            Name of the file that gives each key.
        broken : list of str
            Names of the files that apply and are no sidecar.
        """
        content, origin, broken = {}, {}, []
        for path in self.files(image):
            read = self._read(path)
            content |= read or {}
            origin |= dict.fromkeys(read or {}, path.name)
            broken += [path.name] if read is None else []
        return content, origin, broken

    def files(self, image: Path) -> list[Path]:
        """Files that apply to an image, the nearest last."""
        own, found = entities(image.name).items(), []
        folders = [image.parent, *image.parent.parents]
        for folder in reversed(folders[: folders.index(self.dataset) + 1]):
            names = [name for name in self._listed(folder) if entities(name).items() <= own]
            found += [folder / name for name in sorted(names, key=lambda n: len(entities(n)))]
        return found

    def _listed(self, folder: Path) -> list[str]:
        if folder not in self._names:
            try:
                names = os.listdir(folder)
            except OSError:
                names = []  # the listing of the images says why
            self._names[folder] = [name for name in names if NAME.fullmatch(name)]
        return self._names[folder]

    def _read(self, path: Path) -> dict | None:
        if path not in self._contents:
            fault, content = file_fault(path, "the sidecar"), None
            if fault is None:
                content, fault = parsed(path.read_bytes())
            if fault:
                self.faults[path.name] = fault
            self._contents[path] = content
        return self._contents[path]


def parsed(text: bytes) -> tuple[dict | None, Fault | None]:
    """Content of a JSON file, or what is wrong with it: found, expected, action.

    A mark of UTF-8 at its start is no fault.
    """
    try:
        content = json.loads(text.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        # of a marked text the error counts from behind the mark
        byte = error.start + len(text) - len(error.object) + 1
        return None, (f"not UTF-8 (byte {byte})", "UTF-8", "save it as UTF-8")
    except json.JSONDecodeError as error:
        return None, (f"no JSON (line {error.lineno}: {error.msg})", "JSON", "correct the file")
    except (ValueError, RecursionError):  # a number or a nesting beyond what is read
        return None, ("no JSON that can be read", "JSON", "correct the file")
    if not isinstance(content, dict):
        return None, ("JSON that is no object", "an object, {...}", "correct the file")
    return content, None
