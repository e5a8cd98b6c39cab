import pytest

import rules_page


def test_files_with_a_common_name_are_written_once():
    paths = ["a/x_t.nii.gz", "a/x_t.json", "a/x_z.tsv", "b/model.json"]

    assert rules_page.listed(paths) == "`a/x_{t.nii.gz + json, z.tsv}`, `b/model.json`"


def test_values_of_wildcards_become_their_names():
    path = "results/group/alff/permutations/part-0_largest.tsv"

    shown = rules_page.pattern(path, {"measure": "alff", "permutations": "0"})

    assert shown == "group/{measure}/permutations/part-{permutations}_largest.tsv"


@pytest.mark.slow
def test_the_page_of_rules_is_up_to_date():
    page = rules_page.page()

    assert page == rules_page.PAGE.read_text(), "run python benchmarks/rules_page.py"
    assert page.count("\n") < 80
