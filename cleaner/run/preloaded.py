"""What every worker would load for itself, loaded once by the process that they are forked from: modules, and machine code."""

import gc

from cleaner.duplicates.settings import Dedup
from cleaner.duplicates.units import units_of
from cleaner.run import cleaning, writing
from cleaner.text.machine_code import available

__all__ = ["cleaning", "writing"]

if available():
    from cleaner.duplicates import kernel  # noqa: F401  # from now on every text, however short, is signed by it

    units_of(["一二三四五六七八九十"], Dedup())

gc.freeze()  # what stands now stays: no worker looks through it for garbage, and none copies it by doing so
