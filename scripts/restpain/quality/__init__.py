"""Quality control of participants."""
