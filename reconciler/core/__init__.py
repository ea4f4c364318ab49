"""Decides, on values alone: no clock, file, network or environment in here."""
