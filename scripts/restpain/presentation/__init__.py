"""How numbers, pages and slices are shown."""
