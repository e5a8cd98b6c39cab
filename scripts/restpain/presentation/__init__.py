"""Numbers, pages and slices for readers."""
