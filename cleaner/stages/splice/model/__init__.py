"""What the stage knows of terms, of units that belong together, and of foreign blocks: arrays in, arrays out.

It knows no findings, no lines that a page says about itself, and no certainty.
"""

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Keys = NDArray[np.uint64]  # of terms, or their hashes
Codes = NDArray[np.uint32]  # code points
Bytes = NDArray[np.uint8]
Weights = NDArray[np.int8]  # of a bucket of terms
