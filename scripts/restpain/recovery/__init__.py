"""Recovery of simulated effects."""
