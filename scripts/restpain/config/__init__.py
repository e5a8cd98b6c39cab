"""The configuration and the jobs of a run."""
