"""Every name in a run directory, once."""

MANIFEST = "manifest.json"  # last; a directory without it is not complete
PROVENANCE = "provenance.jsonl"
CORPUS, ORIGINALS, SALVAGED = "corpus", "originals", "salvaged"

WORK = ".work"  # of a run that is not finished
PLAN, PREVIOUS = "run.json", "previous.json"
STAGED, PIECES, RECORDS = "staged", "pieces", "provenance"  # folders in WORK
