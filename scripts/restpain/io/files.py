"""Writing of whole files: a path is replaced in one step."""

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path

import deflate
from isal import igzip


@contextmanager
def replacing(path: str | Path):
    """Yield a temporary path beside ``path``; move it there when the block ends without error.

    A job that is killed leaves at most a hidden temporary file, never a truncated ``path``.
    The temporary name keeps the suffixes, since writers choose formats by them.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(
        prefix=f".{path.name.split('.')[0]}-", suffix="".join(path.suffixes), dir=path.parent
    )
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o644)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_bytes(path: str | Path, content: bytes) -> None:
    """Write ``content`` to ``path`` at once."""
    with replacing(path) as temporary:
        temporary.write_bytes(content)


def opened(path: str | Path):
    """Open a file for reading its bytes, those of a compressed one (``.gz``) decompressed.

    The inflate of isa-l is about four times faster than that of zlib.
    """
    return igzip.open(path, "rb") if str(path).endswith(".gz") else open(path, "rb")


def write_bytes_of_folder(path: str | Path, content: bytes | bytearray) -> None:
    """Write one of thousands of files of a folder that is the output of a job as a whole.

    Not in one step, which takes four times as long: after a killed job Snakemake removes the
    folder and makes it again.
    """
    with open(path, "wb", buffering=0) as file:
        file.write(content)


def write_text(path: str | Path, content: str) -> None:
    """Write ``content`` to ``path`` at once, as UTF-8."""
    write_bytes(path, content.encode("utf-8"))


def gzipped(content: bytes) -> bytes:
    """Compress with libdeflate, the same bytes for the same content.

    Two to three times as fast as zlib at its first level, and smaller. The deflate of isa-l is
    faster still, but was seen to give other bytes for the same content in one of some four
    hundred images.
    """
    return bytes(deflate.gzip_compress(content, 3))
