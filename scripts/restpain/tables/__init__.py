"""Tables of the study."""
