"""Page of the multiverse: numbers of the tables, empty results, escaped text, in a browser."""

import base64
import io
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from browser import LOW_CONTRAST
from restpain.group.cluster_maps import NO_SEEDS
from restpain.multiverse import page as multiverse_page
from restpain.multiverse.page import effect_cells, joint_sentences
from restpain.presentation.numbers import MINUS
from restpain.report import section_viewer

FOLDERS = [
    Path(module.__file__).parent / "templates" for module in (section_viewer, multiverse_page)
]
TEMPLATES = {
    path.name: path.read_text(encoding="utf-8")
    for folder, names in zip(FOLDERS, ("report*", "*"), strict=True)
    for path in folder.glob(names)
}
CONFIG = Path("config.yaml").read_text(encoding="utf-8")
SHAPE = (12, 9, 6)
AFFINE = np.array([[3.0, 0, 0, -18], [0, 3, 0, -12], [0, 0, 3, -6], [0, 0, 0, 1]])
EVIL = "<script>alert(1)</script>"
LAYOUT = """new Promise((resolve) => { const wait = () =>
    document.documentElement.dataset.viewer ? resolve(true) : setTimeout(wait, 20); wait(); })"""


def region(name, **changes):
    row = {"region_id": name, "seed": np.nan, "in_main": True, "sign": -1, "region": "Insula_L"}
    row |= {"hemisphere": "left", "x_mm": -9.0, "y_mm": 0.0, "z_mm": 3.0, "n_voxels": 40}
    row |= {"n_universes": 4, "n_surviving": 3, "t_median": -4.0, "t_low": -5.25, "t_high": -2.5}
    return row | changes


def picture():
    content = io.BytesIO()
    Image.new("RGB", (60, 40), "grey").save(content, format="PNG")
    return content.getvalue()


def results(*, found=True, published=True, measures=("alff", "fc"), values=None, name="Insula_L"):
    """Results of four universes, or of one where ``values`` is empty."""
    default = {"cohort.covariates": [["age"], []], "group.tails": [2, 1]}
    values = default if values is None else values
    n = 4 if values else 1
    universes = [{"universe": number} for number in range(n)]
    own = {"keys": list(values), "maps": [{}], "universes": universes}
    seeds = {"alff": np.nan, "fc": "ALFF1"}
    regions, choices, tests, shares = {}, {}, {}, {}
    for measure in measures:
        rows = [region(f"{measure.upper()}1", seed=seeds[measure], region=name, n_universes=n)]
        rows[0]["n_surviving"] = min(3, n)
        regions[measure] = pd.DataFrame(rows if found else [], columns=list(region("")))
        choices[measure] = pd.DataFrame(
            [
                {"region_id": row["region_id"], "key": key, "explained": 0.6 - 0.4 * place}
                | {"explained_low": 0.1, "explained_high": 0.85, "n_changed": 1, "n_pairs": 2}
                for row in rows
                for place, key in enumerate(values)
            ],
            columns=["region_id", "key", "explained", "explained_low", "explained_high",
                     "n_changed", "n_pairs"],
        )  # fmt: skip
        tests[measure] = pd.DataFrame(
            {
                "seed": [seeds[measure]] * 2,
                "inference": ["grf", "permutation"],
                "observed": [0.75, 0.5],
                "mean_permuted": [0.0837, 0.004],
                "q95_permuted": [0.375, 0.25],
                "p": [0.0123, 1 / 501],
            }
        )
        share = np.zeros((*SHAPE, 1) if measure == "fc" else SHAPE, np.float32)
        lower = share.copy()
        if found:
            lower[3, 4, 3] = 0.75
        shares[measure] = [share, lower]
    rows = pd.DataFrame(
        {"measure": ["ALFF"], "region": [name], "hemisphere": ["left"], "x_mm": [-20]}
        | {"y_mm": [4], "z_mm": [6], "t": [-3.9], "n_inconsistent": [2], "in_main": [True]}
        | {"n_universes": [n], "n_matching": [2], "n_same_label": [1], "closest_t": [-4.1]}
        | {"closest_universe": [0]}
    )
    readings = pd.DataFrame({"universe": [0], "n_rows": [1], "mean_t_difference": [0.2]})
    chance = pd.DataFrame({"statistic": ["main analysis", "best universe"], "observed": [1.0, 1]})
    chance = chance.assign(mean_permuted=0.1, q95_permuted=1.0, p=0.04)
    texts = {
        key: [str(one[number % len(one)]) for number in range(n)] for key, one in values.items()
    }
    return {
        "plan": {"n_combinations": n, "values": values, "measures": dict.fromkeys(measures, own)},
        "universes": pd.DataFrame({"universe": [str(number) for number in range(n)]} | texts),
        "left_out": pd.DataFrame({"choices": [name], "reason": ["no sense"]}),
        "seeds": pd.DataFrame({"seed": ["ALFF1"]}) if "fc" in measures else NO_SEEDS,
        "regions": regions,
        "choices": choices,
        "tests": tests,
        "figures": dict.fromkeys(measures, picture()),
        "shares": shares,
        "brain": (np.ones(SHAPE), AFFINE),
        "published": (rows, readings, chance) if published else None,
        "config": CONFIG,
        "brainsprite": section_viewer.BRAINSPRITE.read_text(encoding="utf-8"),
    }


def page(*, simulated=True, seeds_from="clusters", **changes):
    return multiverse_page.multiverse_page(
        results(**changes), TEMPLATES, simulated=simulated, match_mm=8.0, seeds_from=seeds_from,
        n_permutations=500,
    )  # fmt: skip


def words(html):
    """Text of the page without scripts, styles and tags."""
    text = re.sub(r"(?s)<(script|style).*?</\1>", "", html)
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def test_the_joint_test_is_one_sentence_with_the_numbers_of_its_table():
    (sentence,) = joint_sentences("alff", results()["tests"]["alff"], n_permutations=500)

    assert sentence == (
        "ALFF: with GRF correction, 75 % of the universes have a significant cluster, where 8 % "
        "are expected with permuted groups (at most 38 % in 95 % of the permutations), p = 0.012; "
        "with the permutation test of cluster size, 50 % of the universes have a significant "
        "cluster, where <1 % are expected with permuted groups (at most 25 % in 95 % of the "
        "permutations), p \N{LESS-THAN OR EQUAL TO} 1/501, smallest possible."
    )


def test_each_seed_has_a_sentence_of_its_own():
    one = results()["tests"]["fc"]
    two = pd.concat([one, one.assign(seed="ReHo1")])

    sentences = joint_sentences("fc", two, n_permutations=500)

    assert [sentence.split(":")[0] for sentence in sentences] == [
        "FC of seed ALFF1",
        "FC of seed ReHo1",
    ]
    assert joint_sentences("fc", one.iloc[:0], n_permutations=500) == [
        "FC: no seed, so that there is nothing to test."
    ]


def test_the_cells_of_a_choice_have_share_interval_and_pairs_and_mark_the_largest():
    effects = results()["choices"]["alff"].set_index(["region_id", "key"])

    cells = effect_cells(effects, "ALFF1", ["cohort.covariates", "group.tails"])

    assert cells == [
        {"explained": "60 %", "interval": "10 to 85", "changed": "1 of 2", "most": True},
        {"explained": "20 %", "interval": "10 to 85", "changed": "1 of 2", "most": False},
    ]


def test_a_choice_without_an_interval_or_a_pair_says_so():
    effects = results()["choices"]["alff"].assign(
        explained_low=np.nan, explained_high=np.nan, n_pairs=0, explained=[1e-17, 0.002]
    )

    cell, small = effect_cells(
        effects.set_index(["region_id", "key"]), "ALFF1", ["cohort.covariates", "group.tails"]
    )

    assert cell == {"explained": "0 %", "interval": "n/a", "changed": "no pair", "most": False}
    assert small["explained"] == "<1 %"


def test_the_table_of_regions_has_the_numbers_of_its_table():
    text = words(page())

    numbers = f"{MINUS}9, 0, 3 lower yes {MINUS}4.00 {MINUS}5.25 to {MINUS}2.50 3 of 4 75 %"
    assert f"ALFF1 Insula, left – {numbers}" in text
    assert f"FC1 Insula, left ALFF1 {numbers}" in text


def test_the_page_says_that_nobody_may_pick_the_best_universe():
    text = words(page())

    assert "Nobody may pick the best universe and call its result significant." in text
    assert "10.1177/1745691616658637" in text
    assert "10.1038/s41562-020-0912-z" in text


@pytest.mark.parametrize(
    ("measures", "seeds_from", "said"),
    [
        (("alff", "fc"), "union", True),
        (("alff", "fc"), "masks", False),
        (("alff",), "union", False),
    ],
)
def test_seeds_chosen_on_the_same_data_are_said_to_be(measures, seeds_from, said):
    text = words(page(measures=measures, seeds_from=seeds_from))

    assert ("seeds having been chosen on the same data" in text) == said


def test_simulated_participants_are_labelled_and_real_ones_are_not():
    assert "SIMULATED DATA" in words(page())
    assert "imulated" not in words(page(simulated=False))


def test_published_rows_have_their_mark_and_without_them_there_is_no_section():
    text = words(page())

    assert "2 cells inconsistent 2 of 4 1 of 2 yes" in text
    assert "Best reading of the paper among these universes: the main analysis; 1 of the" in text
    without = page(published=False)
    assert 'id="rows"' not in without
    assert "#rows" not in without


def test_null_results_say_so_in_words_and_show_no_map():
    html = page(found=False)
    text = words(html)

    assert "ALFF: none of the 4 universes has a significant cluster." in text
    assert "FC: none of the 4 universes has a significant cluster." in text
    assert "No universe of any measure has a significant cluster, so there is no map" in text
    assert "<canvas" not in html


def test_without_a_seed_connectivity_was_not_tested():
    without = results(found=False)
    without["tests"]["fc"] = without["tests"]["fc"][:0]
    options = {"match_mm": 8.0, "seeds_from": "clusters", "n_permutations": 500}

    sections = {
        section.name: section.content
        for section in multiverse_page.multiverse_sections(without, **options)
        if section
    }

    assert "FC: not tested, no seed." in sections["regions"]["without"]
    assert not sections["test"]["own_seeds"]


def test_one_universe_gives_a_page():
    text = words(page(values={}))

    assert "No key of the configuration varies: the only universe is the main analysis." in text
    assert "1 of 1 100 %" in text
    assert "share of all 1 universe together" in text
    assert "Effect of each choice" not in text


def test_maps_are_of_one_sign_and_those_of_no_voxel_are_named():
    sections = multiverse_page.multiverse_sections(
        results(), match_mm=8.0, seeds_from="clusters", n_permutations=500
    )
    (shares,) = [section.content for section in sections if section.name == "shares"]

    maps = shares["viewer"]["maps"]
    assert [one["title"] for one in maps] == [
        "ALFF, patients lower",
        "FC, seed ALFF1, patients lower",
    ]
    assert [one["peaks"][0]["mm"] for one in maps] == [[-9, 0, 3]] * 2
    for one in maps:
        encoded = one["all"].removeprefix("data:image/png;base64,")
        with Image.open(io.BytesIO(base64.b64decode(encoded))) as drawn:
            (colour,) = set(np.array(drawn).ravel().tolist()) - {0}
        # number 1 of the colours is a share of -1, the last one a share of 1
        assert colour == round(1 + (1 - 0.75) / 2 * (section_viewer.N_COLOURS - 1))
    assert shares["without"] == "ALFF, patients higher and FC, seed ALFF1, patients higher"


def test_names_of_users_are_escaped():
    html = page(name=EVIL)

    assert EVIL not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


def test_the_same_tables_give_the_same_page():
    assert page() == page()


def test_every_anchor_leads_somewhere_and_nothing_leads_out():
    html = page()
    ids = re.findall(r'\bid="([^"]+)"', html)
    links = re.findall(r'\b(?:href|src)="([^"]*)"', html)

    assert len(set(ids)) == len(ids)
    assert {link[1:] for link in links if link.startswith("#")} <= set(ids)
    files = {link for link in links if not link.startswith(("#", "data:"))}
    assert files == {
        "multiverse/universes.tsv",
        "multiverse/alff/specification_curves.svg",
        "multiverse/fc/specification_curves.svg",
    }


@pytest.mark.parametrize("width", [1300, 420, 320])
@pytest.mark.parametrize("changes", [{}, {"found": False}])
def test_the_page_opens_without_an_error_or_a_request_and_never_scrolls_sideways(
    browser, tmp_path, width, changes
):
    file = tmp_path / "multiverse.html"
    file.write_text(page(**changes), encoding="utf-8")

    browser.open(file.as_uri(), width=width)
    if not changes:
        browser.run(LAYOUT)

    assert browser.complaints() == []
    assert browser.requests() == [file.as_uri()]
    assert browser.run("document.documentElement.scrollWidth <= window.innerWidth")
    assert browser.run(LOW_CONTRAST) == []


def test_the_viewer_reads_the_share_at_the_peak(browser, tmp_path):
    file = tmp_path / "multiverse.html"
    file.write_text(page(), encoding="utf-8")
    browser.open(file.as_uri(), width=1300)
    browser.run(LAYOUT)

    browser.run("document.querySelector('#viewer-peaks button').click()")

    reading = browser.run("document.getElementById('viewer-reading').textContent")
    assert re.fullmatch(rf"\({MINUS}9, 0, 3\) mm: 7[56] % of the universes", reading)
