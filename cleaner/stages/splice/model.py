"""The trained part: vectors of terms and three sets of small trees for each script. `scripts/train_splice.py` makes them.

A score is a sum of whole micronats over the trees: the same on every machine. Nothing here is pickled.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache, cached_property
from importlib import resources
from typing import TYPE_CHECKING, Any

import numpy as np

from cleaner.stages.splice.trees import FEW, Masks, masked, summed, summed_by_arrays, summed_together
from cleaner.text.machine_code import available

if TYPE_CHECKING:
    from numpy.typing import NDArray

NAT = 1_000_000  # micronats
SCRIPTS = {True: "cjk", False: "spaced"}
MODELS = ("first", "second", "block")


@dataclass(frozen=True, slots=True)
class Vectors:
    """What a term is about: a row of whole numbers for each bucket of terms.

    rows    int8, shape (2**bits, dimensions)
    lowest  level in the background table from which on a term has a place at all
    """

    rows: "NDArray[np.int8]"
    lowest: int


@dataclass(frozen=True)
class Trees:
    """Regression trees in one array each; a leaf has `left` = -1. The nodes of a tree stand together, children last.

    column, threshold  go left where row[column] <= threshold
    left, right        numbers of nodes
    value              of a leaf: micronats
    roots              first node of each tree
    bias               shape (1,): micronats before the first tree
    """

    column: "NDArray[np.int32]"
    threshold: "NDArray[np.float32]"
    left: "NDArray[np.int32]"
    right: "NDArray[np.int32]"
    value: "NDArray[np.int32]"
    roots: "NDArray[np.int32]"
    bias: "NDArray[np.int64]"

    def nats(self, rows: "NDArray[np.float64]") -> "NDArray[np.float64]":
        """Log-odds of each row."""
        if not available():
            return summed_by_arrays(rows, *self._stored()) / NAT
        return (summed if len(rows) < FEW else summed_together)(rows, *self.masks) / NAT

    @cached_property
    def masks(self) -> Masks:
        """The same trees, as they are walked."""
        return masked(*self._stored())

    def _stored(self) -> "tuple[NDArray[Any], ...]":
        return self.column, self.threshold, self.left, self.right, self.value, self.roots, self.bias


SIZES = {
    "column": "<i2",
    "threshold": "<f4",
    "left": "<i4",
    "right": "<i4",
    "value": "<i4",
    "roots": "<i4",
    "bias": "<i8",
}


@cache
def vectors(cjk: bool) -> Vectors:
    """The vectors for a text of this script."""
    name = SCRIPTS[cjk]
    return Vectors(_arrays()[f"{name}.vectors"], int(_arrays()[f"{name}.lowest"][0]))


def edges(cjk: bool) -> "NDArray[np.int8]":
    """For each bucket of terms what it says in an opening, and in an ending, of an article: shape (2**bits, 2)."""
    return _arrays()[f"{SCRIPTS[cjk]}.edges"]


@cache
def trees(model: str, cjk: bool) -> Trees:
    """One of MODELS, for a text of this script."""
    part: dict[str, NDArray[Any]] = {}
    for field in fields(Trees):
        stored = _arrays()[f"{SCRIPTS[cjk]}.{model}.{field.name}"]
        part[field.name] = stored.astype(np.int32 if field.name == "column" else stored.dtype.newbyteorder("="))
    return Trees(**part)


@cache
def _arrays() -> Mapping[str, "NDArray[Any]"]:
    """The file that is shipped, read once a process."""
    return unpacked((resources.files("cleaner.stages.splice") / "model.npz").read_bytes())


def unpacked(data: bytes) -> dict[str, "NDArray[Any]"]:
    """The arrays of a file."""
    with np.load(io.BytesIO(data), allow_pickle=False) as stored:
        return dict(stored)
