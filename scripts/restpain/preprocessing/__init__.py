"""Images of one participant: motion, slice timing, registration, nuisance regression."""
