"""ComBat without empirical Bayes: location and scale per site from the training set."""

import numpy as np
import pandas as pd

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

    Empirical Bayes would shrink the sites' means and variances towards a prior from all features.
    Regions of several measures are no sample of one distribution, and one feature has no prior.
    combatlearn 2.3.0, fitted to one feature at a time, gives the same values.

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
    kept = training[names]
    of_site = kept.groupby(sites[training.index])
    mean, spread = of_site.mean(), of_site.std(ddof=1)
    centred = kept - mean.loc[sites[training.index]].to_numpy()
    pooled = np.sqrt((centred**2).mean())

    def adjusted(table: pd.DataFrame) -> pd.DataFrame:
        site = sites[table.index]
        standard = (table[names] - mean.loc[site].to_numpy()) / spread.loc[site].to_numpy()
        return standard * pooled + kept.mean()

    return adjusted(training), adjusted(tested)
