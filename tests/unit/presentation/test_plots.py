"""Frame of a panel and the bytes of a figure."""

from matplotlib.figure import Figure

from restpain.presentation.plots import frame, png


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


def test_the_same_figure_has_the_same_bytes_without_the_name_of_the_software():
    content = png(drawn()[0], dpi=50)

    assert content == png(drawn()[0], dpi=50)
    assert content.startswith(b"\x89PNG")
    assert b"Software" not in content
