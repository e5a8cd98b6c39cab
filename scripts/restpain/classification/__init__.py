"""Classification of patients and controls."""
