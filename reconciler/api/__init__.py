"""Speaks to the admin API: requests out, live state in."""
