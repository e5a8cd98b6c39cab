"""Participants, their data as found, and the checks of both."""
