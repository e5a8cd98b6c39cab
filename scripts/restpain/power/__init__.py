"""Power of the group comparison."""
