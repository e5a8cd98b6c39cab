"""ComBat: features of several sites on one scale, as the training participants say."""

import warnings

import pandas as pd
from combatlearn import ComBat

from restpain.cohort.sites import SMALLEST_SITE


def harmonised(
    training: pd.DataFrame, tested: pd.DataFrame, sites: pd.Series
) -> tuple[pd.DataFrame, pd.DataFrame]:
    r"""Features without the mean and the spread of their sites, estimated on the training rows.

    Each feature by itself, without empirical Bayes, for one feature as for hundreds. The group
    is not known of whom is tested and is not preserved, nor is any covariate.

    Parameters
    ----------
    training, tested : DataFrame of shape (n_participants, n_features)
        Indexed by participant_id. Not modified.
    sites : Series
        Site of each participant, indexed by participant_id.

    Returns
    -------
    training, tested : DataFrame
        Adjusted by the same numbers, without the features that are constant in the training
        rows of a site, whose spread cannot be brought to that of the others.

    Raises
    ------
    ValueError
        If a site has fewer than 3 training rows.

    Notes
    -----
    A value :math:`y` of site :math:`i` becomes

    .. math:: \sigma\,\frac{y - \bar y_i}{s_i} + \bar y

    with the mean :math:`\bar y_i` and the variance :math:`s_i^2` (by n - 1) of the site, the mean
    :math:`\bar y` of all training rows and their variance :math:`\sigma^2` within sites (by n).

    combatlearn draws its prior from the sites, feature by feature; Johnson's is drawn from the
    features. Its own prior leaves part of a site's effect where there are two sites, and regions
    of several measures are no sample of one distribution. For one feature at a time it uses none.

    References
    ----------
    Johnson et al. (2007). Biostatistics 8, 118-127. doi:10.1093/biostatistics/kxj037
    Fortin et al. (2018). NeuroImage 167, 104-120. doi:10.1016/j.neuroimage.2017.11.024
    """
    groups = training.groupby(sites[training.index])
    counts = groups.size()
    for site in sorted(sites[[*training.index, *tested.index]].unique()):
        if counts.get(site, 0) < SMALLEST_SITE:
            raise ValueError(
                f"the {sites.name} {site} has {counts.get(site, 0)} participants in a training "
                f"set, but ComBat needs {SMALLEST_SITE} to estimate its mean and spread; merge "
                "it with another or set classification.harmonise to false"
            )
    names = [name for name in training if (groups[name].nunique() > 1).all()]
    adjusted = [training[[]]], [tested[[]]]
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Only one feature")
        for name in names:
            model = ComBat(sites, eps=0.0).fit(training[[name]])
            for tables, rows in zip(adjusted, (training, tested), strict=True):
                tables.append(model.transform(rows[[name]]))
    return tuple(pd.concat(tables, axis=1) for tables in adjusted)
