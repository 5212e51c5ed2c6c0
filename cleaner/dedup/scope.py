"""Which units may meet: those of the whole corpus, or those of one document. Decides nothing else."""

import numpy as np
from numpy.typing import NDArray

from cleaner.dedup.settings import Scope
from cleaner.dedup.shingle import mix64

Ids = NDArray[np.int64]


def scoped(keys: Ids, documents: Ids, scope: Scope) -> Ids:
    """Keys or hashes (a row a unit) as they are, or such that equal ones of two documents differ, whatever they are.

    A number of each document's own is mixed in, so that whatever groups equal keys serves both, in the same time.

    >>> first, second, third = scoped(np.array([7, 7, 7]), np.array([0, 1, 1]), "document").tolist()
    >>> first == second, second == third
    (False, True)
    """
    if scope == "corpus":
        return keys
    salt = mix64(documents.astype(np.uint64)).view(np.int64)
    apart: Ids = keys ^ salt.reshape(-1, *[1] * (keys.ndim - 1))
    return apart
