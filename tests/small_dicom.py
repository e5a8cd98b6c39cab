"""Small DICOM series for tests, made on the spot."""

from pathlib import Path

import numpy as np
from pydicom import dcmread
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian, MRImageStorage

T1 = {
    "SeriesNumber": 3,
    "SeriesDescription": "MPRAGE",
    "MRAcquisitionType": "3D",
    "RepetitionTime": 7.6,
    "EchoTime": 3.7,
    "SliceThickness": 3.0,
    "SpacingBetweenSlices": 3.0,
}
REST = {
    "SeriesNumber": 5,
    "SeriesDescription": "fMRI",
    "MRAcquisitionType": "2D",
    "ScanningSequence": "EP",
    "RepetitionTime": 2000,
    "EchoTime": 30,
    "SliceThickness": 4.0,
    "SpacingBetweenSlices": 4.0,
}


def dataset(shape, *, slice_index, volume, n_volumes, implicit=False, **elements):
    """One slice: pixel value is 100 x slice + 10 x volume + column."""
    columns, rows, n_slices = shape
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = MRImageStorage
    meta.TransferSyntaxUID = ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian
    image = FileDataset(None, {}, file_meta=meta, preamble=b"\0" * 128)
    number = elements["SeriesNumber"]
    instance = volume * n_slices + slice_index + 1
    image.SOPClassUID = MRImageStorage
    image.SOPInstanceUID = meta.MediaStorageSOPInstanceUID = f"1.2.{number}.{instance}"
    image.StudyInstanceUID = "1.2"
    image.SeriesInstanceUID = f"1.2.{number}"
    image.Modality = "MR"
    image.Manufacturer = "Philips"
    image.ImageType = ["ORIGINAL", "PRIMARY", "M_FFE", "M", "FFE"]
    image.ScanningSequence = "GR"
    image.PatientID = "P1"
    image.PatientPosition = "HFS"
    image.InstanceNumber = instance
    image.AcquisitionNumber = 1
    image.TemporalPositionIdentifier = volume + 1
    image.NumberOfTemporalPositions = n_volumes
    distance = float(elements["SpacingBetweenSlices"])
    image.ImagePositionPatient = [-60.0, -60.0, slice_index * distance]
    image.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    image.SliceLocation = slice_index * distance
    image.PixelSpacing = [3.0, 3.0]
    image.Rows, image.Columns = rows, columns
    image.SamplesPerPixel, image.PhotometricInterpretation = 1, "MONOCHROME2"
    image.BitsAllocated, image.BitsStored, image.HighBit = 16, 12, 11
    image.PixelRepresentation = 0
    image.RescaleSlope, image.RescaleIntercept = 1.0, 0.0
    values = 100 * slice_index + 10 * volume + np.arange(columns)
    image.PixelData = np.tile(values, (rows, 1)).astype("<u2").tobytes()
    for keyword, value in elements.items():
        setattr(image, keyword, value)
    return image


def write_series(folder, shape, *, n_volumes=1, **elements):
    """Write a series as one file per slice and volume; return the files in that order."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for volume in range(n_volumes):
        for slice_index in range(shape[2]):
            image = dataset(
                shape, slice_index=slice_index, volume=volume, n_volumes=n_volumes, **elements
            )
            path = folder / f"{elements['SeriesNumber']}_{volume:03d}_{slice_index:03d}"
            image.save_as(path, enforce_file_format=True)
            paths.append(path)
    return paths


def write_mosaics(folder, *, n_volumes, says_slices=True):
    """Write volumes of 16 x 16 x 8 voxels as Siemens mosaics of 3 x 3 tiles, the ninth empty.

    Voxels of slice k are 100 x (k + 1).
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    tiles = np.kron(np.append(np.arange(1, 9), 0).reshape(3, 3), np.ones((16, 16)))
    for volume in range(n_volumes):
        image = dataset((48, 48, 1), slice_index=0, volume=volume, n_volumes=n_volumes, **REST)
        image.Manufacturer = "SIEMENS"
        image.ImageType = ["ORIGINAL", "PRIMARY", "M", "ND", "MOSAIC"]
        image.PixelData = (100 * tiles).astype("<u2").tobytes()
        if says_slices:
            image.private_block(0x19, "SIEMENS MR HEADER", create=True).add_new(0x0A, "US", 8)
        image.save_as(folder / f"{volume:03d}", enforce_file_format=True)


def write_grids(folder, *, n_volumes):
    """Write volumes of 16 x 16 x 8 voxels as UIH grids of 3 x 3 tiles, the ninth empty.

    Voxels of slice k are k + 1 times 100 + the volume; only a private tag names the slices.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    tiles = np.kron(np.append(np.arange(1, 9), 0).reshape(3, 3), np.ones((16, 16)))
    for volume in range(n_volumes):
        image = dataset((48, 48, 1), slice_index=0, volume=volume, n_volumes=n_volumes, **REST)
        del image.TemporalPositionIdentifier, image.NumberOfTemporalPositions
        image.Manufacturer = "UIH"
        image.PixelData = ((100 + volume) * tiles).astype("<u2").tobytes()
        image.private_block(0x65, "Image Private Header", create=True).add_new(0x50, "DS", "8")
        image.save_as(folder / f"{volume:03d}", enforce_file_format=True)


def rewrite(paths, change):
    """Change files; ``change`` takes the data set, its volume and its slice by the file's name."""
    for path in paths:
        image = dcmread(path)
        change(image, *map(int, path.name.split("_")[1:]))
        path.unlink()
        image.save_as(path)


def setting(**elements):
    """Give a change for `rewrite` that sets elements."""

    def change(image, *place):
        for keyword, value in elements.items():
            setattr(image, keyword, value)

    return change


def as_siemens_export(image, volume, number, *, first=5001, words=("MFSPLIT",)):
    """Make an image one of a classic export of XA software: a series for each volume."""
    image.Manufacturer, image.ProtocolName = "SIEMENS", "rest"
    image.ImageType = ["ORIGINAL", "PRIMARY", "M", "NONE", *words]
    image.SeriesNumber = first + volume
    image.SeriesInstanceUID = f"1.2.{first}.{volume}"
    image.SOPInstanceUID = f"1.2.{first}.{volume}.{number}"
    image.InstanceNumber, image.AcquisitionNumber = number + 1, volume + 1
    image.AcquisitionTime = f"10{2 * volume // 60:02d}{2 * volume % 60:02d}.000000"
    image.StudyDate, image.StudyTime = "20200101", f"1{volume:05d}"
    del image.TemporalPositionIdentifier, image.NumberOfTemporalPositions


def bare(path, *, implicit):
    """Bytes of a file without preamble, prefix and meta header."""
    stream = DicomBytesIO()
    stream.is_little_endian, stream.is_implicit_VR = True, implicit
    write_dataset(stream, Dataset({element.tag: element for element in dcmread(path)}))
    return stream.getvalue()


def write_participant(folder):
    """Write a T1 of 44 x 44 x 44 voxels and a rest run of 10 x 10 x 8 voxels, 40 volumes."""
    write_series(Path(folder, "a"), (44, 44, 44), **T1)
    write_series(Path(folder, "b", "c"), (10, 10, 8), n_volumes=40, **REST)
    return Path(folder)
