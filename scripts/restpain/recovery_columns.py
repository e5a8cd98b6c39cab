"""The tables of what was recovered of the truth of a simulated cohort."""

STAGES = {
    "planted": "the simulator's own setting",
    "acquired": "series as measured, sampled where the truth says the voxels are; not regressed, "
    "not smoothed",
    "normalised": "the same, sampled where realignment, coregistration and normalisation say "
    "they are",
    "regressed": "without the nuisance regressors",
    "smoothed": "after smoothing, as it is tested",
}
EFFECTS = {
    "effect": "Number of the planted effect, in the order of cohort/truth/truth.json.",
    "measure": "Measure that it changes.",
    "region": "AAL2 region in which it was planted, wholly or, with size_mm, in a part.",
    "seed": "AAL2 region at the other end of a connection; n/a for local measures.",
    "change_percent": "Planted change in the patients in percent, in the simulator's unit: "
    "amplitude of the fluctuations (alff), share of variance in common with the neighbours "
    "(reho), correlation of the two signals (fc).",
    "n_voxels_planted": "Voxels of the analysis grid at least half in the region, in the group "
    "mask.",
    "verdict": "found: a cluster of the measure with the right sign overlaps the region (and, "
    "for fc, its seed the planted seed); not found; not tested: no map of that measure, or no "
    "seed there.",
    "clusters": "The clusters that do.",
    "n_voxels_found": "Their voxels together.",
    "dice": "Overlap of these voxels with the region: twice the common ones over the sum; 0 if "
    "not found.",
    "share_found": "Share of the region's voxels in these clusters.",
    "x_mm": "MNI x in mm of their highest peak.",
    "y_mm": "MNI y in mm of that peak.",
    "z_mm": "MNI z in mm of that peak.",
    "t": "T of that peak, patients minus controls.",
    "peak_to_region_mm": "Distance of that peak to the nearest planted voxel; 0 inside.",
    "peak_to_centre_mm": "Distance of that peak to the centre of mass of the region.",
    "observed_change_percent": "Patients against controls in the planted region, in the maps that "
    "are tested; percent of the controls (fc: of r with the planted seed).",
    "hedges_g": "The same in standard deviations; without covariates.",
    "nearest_cluster": "Where nothing was found: the cluster of the measure with the peak "
    "nearest to the region.",
    "nearest_mm": "Distance of its peak to the region.",
    "nearest_sign": "Whether its sign is the planted one: same or opposite.",
}
CLUSTERS = {
    "cluster_id": "Significant cluster, as in Table 2.",
    "measure": "Measure that differs.",
    "region": "AAL2 region of its peak.",
    "seed": "Seed of the connectivity map; n/a for local measures.",
    "x_mm": "MNI x of the peak in mm.",
    "y_mm": "MNI y of the peak in mm.",
    "z_mm": "MNI z of the peak in mm.",
    "t": "T of the peak, patients minus controls.",
    "n_voxels": "Size in voxels.",
    "verdict": "recovers: one of the planted effects; touches: overlaps the place of another "
    "planted effect, or that of its own with the wrong sign; planted seed: connectivity of a "
    "seed where an effect was planted, elsewhere; false cluster: overlaps nothing planted.",
    "effects": "Numbers of the effects that it recovers, touches or whose place its seed is in.",
}
STAGE_COLUMNS = {
    "effect": "Number of the planted effect.",
    "measure": "Measure that it changes.",
    "region": "Region in which it was planted.",
    "stage": "; ".join((f"{name}: {text}" for name, text in STAGES.items())) + ".",
    "patients": "Mean of the patients in the planted region; n/a for the planted change.",
    "controls": "Mean of the controls.",
    "change_percent": "Patients against controls in percent of the controls.",
    "kept_percent": "Share of the previous stage's change that is left, in percent; for the "
    "first measured stage against the planted change, n/a for reho, whose planted change has "
    "another unit.",
    "hedges_g": "Standardised difference, patients minus controls, without covariates; the "
    "region was not chosen by its difference.",
    "hedges_g_low": "Lower end of its 95 % confidence interval.",
    "hedges_g_high": "Upper end of that interval.",
}
PARTICIPANTS = {
    "participant_id": "Label of the participant.",
    "group": "Group of the participant.",
    "motion_true_rms_mm": "Motion that was simulated, after the dropped volumes: displacement "
    "of the brain's voxels about their mean position, root mean square over voxels and "
    "volumes, mm.",
    "motion_rms_mm": "What realignment left of it, in the same way, mm.",
    "coregistration_rms_mm": "Error of the rigid transform from the T1 to the series, mean "
    "over the volumes; root mean square over the brain's voxels, mm.",
    "normalisation_rms_mm": "Distance between the found and the true place of the template "
    "brain's voxels in the T1, root mean square, mm.",
    "normalisation_p95_mm": "95th percentile of that distance, mm.",
    "total_rms_mm": "All three together: distance in the series between where a voxel was "
    "looked for and where it was, root mean square over voxels and volumes, mm.",
    "total_p95_mm": "95th percentile of that distance, mm.",
}
