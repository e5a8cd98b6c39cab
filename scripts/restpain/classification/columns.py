"""Columns of the tables of classification, with a sentence each."""

PUBLISHED = {
    "cluster_id": "Feature: id of its cluster; all for several features together",
    "measure": "Measure of the feature; all for the features of every measure together",
    "region": "AAL label of the cluster",
    "hemisphere": "left, right or midline, of the peak",
    "auc": "Area under the ROC curve of the test set, mean of the splits; circular, since the "
    "regions were chosen on all participants",
    "auc_sd": "Standard deviation of the AUC over the splits",
    "auc_undefined_splits": "Splits whose test set lacks a group",
    "loocv_auc": "AUC of leave-one-out in the training set, mean of the splits; no learner "
    "stops early on the row left out",
    "cutoff": "Probability at and above which a participant is called a patient: the largest "
    "Youden index in the leave-one-out of the training set, mean of the splits",
    "sensitivity_percent": "Patients of the test set called patients, mean of the splits, %",
    "specificity_percent": "Controls of the test set called controls, mean of the splits, %",
    "accuracy_percent": "Participants of the test set called rightly, mean of the splits, %",
    "n_train": "Participants of a training set",
    "n_test": "Participants of a test set",
    "feature_auc": "AUC of the feature itself in all participants, without a model",
    "feature_auc_low": "Lower end of its 95 % bootstrap interval",
    "feature_auc_high": "Upper end of its 95 % bootstrap interval",
    "feature_cutoff": "Cutoff of the feature in its own unit (largest Youden index)",
    "feature_patients": "Side of the cutoff on which patients lie: higher or lower",
    "feature_sensitivity_percent": "Patients on that side, %; apparent, since the cutoff was "
    "chosen on the same participants",
    "feature_specificity_percent": "Controls on the other side, %; apparent, too",
    "learners": "Learners and their weights in the ensemble, mean of the splits",
}
PUBLISHED_PREDICTIONS = {
    "measure": "As in the table of the protocol",
    "cluster_id": "As in the table of the protocol",
    "repeat": "Split",
    "participant_id": "Participant",
    "set": "train_loo: predicted by the models fitted without the participant; test: the test set",
    "group": "Group of the participant",
    "probability": "Predicted probability to be a patient",
    "feature": "Value of the feature; missing for several features together",
}
NESTED = {
    "arm": "B: regions, features and model from the training folds alone; C: all regions of an "
    "atlas, chosen on nobody; D: what must be beaten",
    "features": "What the model was given",
    "auc": "Area under the ROC curve of the out-of-fold probabilities, pooled over the folds, "
    "mean of the repeats",
    "auc_low": "Lower end of its 95 % bootstrap interval (participants drawn within groups)",
    "auc_high": "Upper end of its 95 % bootstrap interval",
    "auc_first_repeat": "AUC of the first dealing of the outer folds, to which p_permutation "
    "belongs",
    "p_permutation": "(b + 1) / (m + 1) of permuted groups, with regions chosen, features made "
    "and models fitted anew; missing for arm C, whose permutation would take hours",
    "n_permutations": "m of p_permutation",
    "p_shuffle": "(b + 1) / (m + 1) of groups shuffled within the test folds beside fixed "
    "predictions; cheap, and too small since folds share training participants",
    "cutoff_rule": "How the cutoff was chosen",
    "sensitivity_percent": "Patients called patients, %",
    "sensitivity_low": "Lower end of its 95 % Wilson interval, %",
    "sensitivity_high": "Upper end of its 95 % Wilson interval, %",
    "specificity_percent": "Controls called controls, %",
    "specificity_low": "Lower end of its 95 % Wilson interval, %",
    "specificity_high": "Upper end of its 95 % Wilson interval, %",
    "accuracy_percent": "Participants called rightly, %",
    "balanced_accuracy_percent": "Mean of sensitivity and specificity, %",
    "brier": "Mean squared error of the probability; 0.25 is what always saying 0.5 gets",
    "n": "Participants, each predicted once per repeat",
    "folds_without_region": "Outer folds without a feature; there everybody gets the share of "
    "patients in the cohort",
    "learners": "Learners and their weights in the ensemble, mean of the folds with a feature",
}
NESTED_PREDICTIONS = {
    "arm": "As in the table of the arms",
    "repeat": "Repeat of the outer folds",
    "fold": "Outer fold in whose test set the participant was",
    "participant_id": "Participant",
    "group": "Group of the participant",
    "probability": "Predicted probability to be a patient",
    "cutoff": "Cutoff chosen in the training set of the fold",
}

NESTED_ARMS = {
    "arm": "As in the table of the arms",
    "features": "What the model was given",
    "folds_without_region": "Outer folds without a feature",
}
NESTED_WEIGHTS = {
    "arm": "As in the table of the arms",
    "fold": "Outer fold",
    "learner": "Learner",
    "weight": "Its share in the ensemble",
}
PERMUTED = {
    "permutation": "Permutation of the groups",
    "arm": "A: published protocol with all features together, in its test sets or in "
    "leave-one-out; others as in the table of the arms",
    "auc": "AUC with the permuted groups; 0.5 where no region was found",
    "n_found": "Regions of the whole sample (A); outer folds with a feature (others)",
}
LEARNING_CURVE = {
    "share": "Share of each training set that was used, of each group",
    "n_training": "Participants in a training set, mean of the folds",
    "auc": "AUC of the out-of-fold probabilities of logistic regression, regions chosen anew",
    "auc_low": "Lower end of its 95 % bootstrap interval",
    "auc_high": "Upper end of its 95 % bootstrap interval",
    "folds_without_region": "Outer folds without a feature",
}
CALIBRATION = {
    "arm": "As in the table of the arms",
    "bin": "Bin of the participants sorted by probability, from low to high",
    "n": "Predictions in the bin",
    "probability": "Mean predicted probability to be a patient",
    "share_patients": "Share of them who are patients",
}
