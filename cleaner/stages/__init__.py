"""One document in, findings out; one file a stage. `STAGES` is the table of them, in default order."""

LAYOUT = frozenset({"mojibake", "lines", "controls", "width", "spacing"})  # run to a fixed point, see pipeline.py
