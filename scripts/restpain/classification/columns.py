"""Columns of the classification tables with their descriptions."""

PUBLISHED = {
    "cluster_id": "Feature: id of its cluster; all for several features",
    "measure": "Measure of the feature; all for the features of every measure",
    "region": "AAL label of the cluster",
    "hemisphere": "left, right or midline, of the peak",
    "auc": "Area under the ROC curve of the test set, mean of the splits; circular, since the "
    "regions were selected on all participants",
    "auc_sd": "Standard deviation of the AUC over the splits",
    "auc_undefined_splits": "Splits whose test set lacks a group",
    "cv_auc": "AUC of cross-validation in the training set, mean of the splits, as cv_folds says; "
    "no learner uses the held-out rows for early stopping",
    "cutoff": "Probability at and above which a participant is classified as a patient: the "
    "largest Youden index in the cross-validation of the training set, mean of the splits",
    "sensitivity_percent": "Patients classified as patients in the test set, mean of splits, %",
    "specificity_percent": "Controls classified as controls in the test set, mean of splits, %",
    "accuracy_percent": "Participants classified correctly in the test set, mean of splits, %",
    "n_train": "Participants of a training set",
    "n_test": "Participants of a test set",
    "cv_folds": "Folds of cv_auc and cutoff: n_train is leave-one-out",
    "feature_auc": "AUC of the feature itself in all participants, without a model",
    "feature_auc_low": "Lower end of its 95 % interval (Newcombe, 2006); n/a if it is constant",
    "feature_auc_high": "Upper end of that interval",
    "feature_auc_bootstrap_low": "Lower end of its 95 % percentile bootstrap interval",
    "feature_auc_bootstrap_high": "Upper end of that interval",
    "feature_cutoff": "Cutoff of the feature in its own unit (largest Youden index)",
    "feature_patients": "Side of the cutoff on which patients lie: higher or lower",
    "feature_sensitivity_percent": "Patients on that side, %; apparent, since the cutoff was "
    "selected on the same participants",
    "feature_specificity_percent": "Controls on the other side, %; likewise apparent",
    "learners": "Learners and their weights in the ensemble, mean of the splits",
}
PUBLISHED_PREDICTIONS = {
    **{name: PUBLISHED[name] for name in ("measure", "cluster_id")},
    "repeat": "Split",
    "participant_id": "Participant",
    "set": "train_cv: predicted by the models fitted without the participant; test: the test set",
    "group": "Group of the participant",
    "probability": "Predicted probability to be a patient",
    "feature": "Value of the feature; missing for several features",
}
NESTED = {
    "arm": "B, nested cross-validation: regions, features and model from the training set alone; "
    "C: all regions of an atlas, without selection; D: comparisons",
    "features": "Features of the model",
    "auc": "Area under the ROC curve of the out-of-fold probabilities, pooled over the folds, "
    "mean of the repeats",
    "auc_low": "Lower end of its 95 % interval (Newcombe, 2006); n/a if all participants have the "
    "same probability",
    "auc_high": "Upper end of that interval",
    "auc_bootstrap_low": "Lower end of its 95 % percentile bootstrap interval (participants drawn "
    "within groups)",
    "auc_bootstrap_high": "Upper end of that interval",
    "auc_first_repeat": "AUC of the first repeat, to which p_permutation belongs",
    "p_permutation": "(b + 1) / (m + 1) of permuted groups, with regions, features and models "
    "recomputed; missing for arm C, whose permutation would take hours",
    "n_permutations": "m of p_permutation",
    "p_shuffle": "(b + 1) / (m + 1) of groups shuffled within the test folds with fixed "
    "predictions; too small, since training sets overlap",
    "cutoff_rule": "Rule by which the cutoff was selected",
    "sensitivity_percent": "Patients classified as patients, %",
    "sensitivity_low": "Lower end of its 95 % Wilson interval, %",
    "sensitivity_high": "Upper end of its 95 % Wilson interval, %",
    "specificity_percent": "Controls classified as controls, %",
    "specificity_low": "Lower end of its 95 % Wilson interval, %",
    "specificity_high": "Upper end of its 95 % Wilson interval, %",
    "accuracy_percent": "Participants classified correctly, %",
    "balanced_accuracy_percent": "Mean of sensitivity and specificity, %",
    "brier": "Mean squared error of the probability; 0.25 for a constant probability of 0.5",
    "n": "Participants, each predicted once per repeat",
    "folds_without_region": "Outer folds without a feature; there all participants get the share "
    "of patients in the cohort",
    "learners": "Learners and their weights in the ensemble, mean of the folds with a feature",
}
NESTED_PREDICTIONS = {
    "arm": NESTED["arm"],
    "repeat": "Repeat of the outer folds",
    "fold": "Outer fold in whose test set the participant was",
    "participant_id": "Participant",
    "group": "Group of the participant",
    "probability": "Predicted probability to be a patient",
    "cutoff": "Cutoff selected in the training set of the fold",
}

NESTED_ARMS = {
    "arm": NESTED["arm"],
    "features": "Features of the model",
    "folds_without_region": "Outer folds without a feature",
}
NESTED_WEIGHTS = {
    "arm": NESTED["arm"],
    "fold": "Outer fold",
    "learner": "Learner",
    "weight": "Its share in the ensemble",
}
PERMUTED = {
    "permutation": "Permutation of the groups",
    "arm": "A, published protocol, with all features, in its test sets or in the "
    "cross-validation of its training sets; B to D as in nested.tsv",
    "auc": "AUC with the permuted groups; 0.5 where no region was found",
    "n_found": "Regions of the whole sample (A); outer folds with a feature (others)",
}
LEARNING_CURVE = {
    "share": "Share of each training set that was used, of each group",
    "n_training": "Participants in a training set, mean of the folds",
    "auc": "AUC of the out-of-fold probabilities of logistic regression, regions selected again",
    "auc_low": "Lower end of its 95 % interval (Newcombe, 2006); n/a if all participants have the "
    "same probability",
    "auc_high": "Upper end of that interval",
    "auc_bootstrap_low": "Lower end of its 95 % percentile bootstrap interval",
    "auc_bootstrap_high": "Upper end of that interval",
    "folds_without_region": "Outer folds without a feature",
}
CALIBRATION = {
    "arm": NESTED["arm"],
    "bin": "Bin of the participants sorted by probability, from low to high",
    "n": "Predictions in the bin",
    "probability": "Mean predicted probability to be a patient",
    "share_patients": "Share of them who are patients",
}
