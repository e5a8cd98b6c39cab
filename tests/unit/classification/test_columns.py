"""Checks of columns: descriptions of every column, and agreement with what the modules return."""

import numpy as np
import pandas as pd
import pytest

from restpain.classification import columns
from restpain.classification.nested import nested_summary
from restpain.classification.published_protocol import feature_roc

TABLES = [name for name in vars(columns) if name.isupper()]
LABELS = pd.Series(np.repeat([1, 0], 4), index=[f"sub-{number}" for number in range(8)])


@pytest.mark.parametrize("name", TABLES)
def test_every_column_has_a_description_of_one_sentence(name):
    for column, description in getattr(columns, name).items():
        assert column.islower()
        assert description[0].isupper() or description.startswith(("left", "(b", "m of", "train_"))
        assert not description.endswith(".")


def test_summaries_of_arms_and_features_have_described_columns():
    predictions = pd.DataFrame(
        {
            "repeat": 1,
            "fold": np.tile([1, 2], 4),
            "participant_id": LABELS.index,
            "probability": np.linspace(0.9, 0.1, 8),
            "cutoff": 0.5,
        }
    )
    of_feature = feature_roc(np.arange(8.0), LABELS.to_numpy(), n_bootstrap=100, seed=0)

    assert set(nested_summary(predictions, LABELS, n_bootstrap=100, seed=0)) < set(columns.NESTED)
    assert set(of_feature) < set(columns.PUBLISHED)
