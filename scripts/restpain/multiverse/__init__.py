"""The analysis under all combinations of alternative choices: the multiverse."""
