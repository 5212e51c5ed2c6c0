"""Duplicates across documents: arrays in, arrays out. Knows no files, no processes, no documents.

Read `units` (texts become rows of numbers), then `match` (rows become removals: who goes, and for whom).
"""
