"""Inputs: which files there are, how they are cut, and how texts sit in them. Opens nothing."""
