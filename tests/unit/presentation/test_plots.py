"""Frame of a panel and the files of a figure."""

import xml.etree.ElementTree as ET

from matplotlib.figure import Figure

from restpain.presentation.plots import frame, save_figure


def drawn():
    figure = Figure((2, 2))
    axes = figure.add_axes((0.2, 0.2, 0.6, 0.6))
    frame(axes, "Title", "subtitle", x="false", y="true")
    return figure, axes


def test_a_frame_has_its_words_and_two_of_four_lines():
    _, axes = drawn()

    assert [text.get_text() for text in axes.texts] == ["Title", "subtitle"]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("false", "true")
    assert [side for side, line in axes.spines.items() if line.get_visible()] == ["left", "bottom"]


def saved(directory):
    """Both files of a figure with a text and a rasterised collection."""
    directory.mkdir()
    figure, axes = drawn()
    axes.scatter([0, 1], [0, 1], rasterized=True)
    axes.contour([[0, 1], [1, 0]])
    paths = {"png_path": directory / "a.png", "svg_path": directory / "a.svg"}
    save_figure(figure, **paths, dpi=50)
    return [path.read_bytes() for path in paths.values()]


def test_both_files_have_the_same_bytes_each_time_without_software_or_date(tmp_path):
    png, svg = saved(tmp_path / "first")

    assert [png, svg] == saved(tmp_path / "second")
    assert png.startswith(b"\x89PNG")
    assert b"Software" not in png
    assert b"<dc:date>" not in svg
    assert b"Matplotlib" not in svg


def test_text_of_the_vector_file_is_text_and_what_is_rasterised_is_embedded(tmp_path):
    _, svg = saved(tmp_path / "figure")

    root = ET.fromstring(svg)
    words = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    pictures = [
        element.get("{http://www.w3.org/1999/xlink}href")
        for element in root.iter("{http://www.w3.org/2000/svg}image")
    ]
    assert {"Title", "subtitle", "false", "true"} <= set(words)
    assert len(pictures) == 1
    assert pictures[0].startswith("data:image/png;base64,")
