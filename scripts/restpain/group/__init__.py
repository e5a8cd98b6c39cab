"""Group models, correction for multiple tests, clusters."""
