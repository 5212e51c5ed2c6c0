"""Find and take out fragments of other articles inside a document. See docs/decisions/020 to 024."""

from cleaner.stages.splice.stage import Splice

__all__ = ["Splice"]
