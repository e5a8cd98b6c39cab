"""The user's ratings: what is read, and what is refused with a sentence."""

import pytest

from restpain.cohort.checks import problem_table, sentences
from restpain.cohort.ratings import rating_problems, read_ratings

PARTICIPANTS = ["sub-01", "sub-02", "sub-03"]
HEADER = "participant_id\trating\treason\n"


def written(folder, text):
    path = folder / "qc_ratings.tsv"
    path.write_text(text, encoding="utf-8")
    return path


def test_ratings_are_those_of_the_file_in_table_order_and_others_are_not_rated(tmp_path):
    path = written(
        tmp_path,
        HEADER + "03\texclude\tsigns of <b>motion</b>\nsub-01\tpass\tn/a\n\nsub-02\tn/a\n",
    )

    ratings = read_ratings(path, PARTICIPANTS)

    assert ratings.index.tolist() == PARTICIPANTS
    assert ratings["rating"].tolist() == ["pass", "", "exclude"]
    assert ratings["reason"].tolist() == ["", "", "signs of <b>motion</b>"]


def test_without_a_file_no_participant_is_rated():
    assert read_ratings(None, PARTICIPANTS)["rating"].tolist() == [""] * 3


def test_every_wrong_row_is_reported_in_one_sentence(tmp_path):
    path = written(
        tmp_path,
        HEADER
        + "sub-01\tbad\t\nsub-09\texclude\tx\nsub-02\tpass\t\n02\tpass\t\nsub-03\tpass\ta\tb\n",
    )

    found = sentences(problem_table(rating_problems(path, PARTICIPANTS)))

    assert found == [
        "qc_ratings.tsv: the rating 'bad' of sub-01 in line 2; expected pass, doubtful, exclude "
        "or n/a; correct it",
        "qc_ratings.tsv: sub-09 in line 3; expected a participant of participants.tsv; correct or "
        "remove the row",
        "qc_ratings.tsv: sub-02 more than once; expected one row per participant; keep one",
        "qc_ratings.tsv: 4 cells in line 6; expected 3, one per column; remove tabs from the "
        "reason",
    ]
    with pytest.raises(ValueError, match="the rating 'bad' of sub-01"):
        read_ratings(path, PARTICIPANTS)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "is empty"),
        ("participant_id\trating\n", "add reason"),
    ],
)
def test_a_file_that_is_no_table_of_ratings_is_refused(tmp_path, text, sentence):
    (found,) = sentences(problem_table(rating_problems(written(tmp_path, text), PARTICIPANTS)))

    assert sentence in found
    assert "qc_ratings.tsv" in found


def test_a_template_of_ratings_with_quotes_comes_back(tmp_path):
    path = tmp_path / "qc_ratings.tsv"
    # as the script of the overview writes a reason with quotes
    path.write_text(
        'participant_id\trating\treason\nsub-1\tpass\t"""odd"" one"\nsub-3\tn/a\tn/a\n'
    )

    assert read_ratings(path, ["sub-1", "sub-3"]).loc["sub-1", "reason"] == '"odd" one'
