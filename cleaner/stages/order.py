"""Which stages there are and when they run. Loads a stage when it is asked for: a process has those that it runs."""

from importlib import import_module
from typing import Any

# Characters and layout run to a fixed point (see pipeline.py): a removed tag can lay bare a joiner, an accent that
# follows a full-width letter composes only once the letter is ASCII.
_LAYOUT = (
    "mojibake",  # first: soft hyphens, no-break spaces and C1 controls are half of its evidence
    "lines",  # before controls: VT and FF are breaks, not rubbish
    "patterns",  # a user may have copied a line as it was or as it is now: it is looked for before the maps, and again after
    "controls",  # before compose and spacing: what is invisible separates accents and hides indents
    "compat",
    "width",
    "compose",  # after the maps, which bring letters in
    "spacing",
)
_ONCE = (
    "markup",
    "punct",
    "doubled",
    "script",  # once: t2s of its own output can change it again, 由於單位 → 由於单位 → 由于单位
    "furniture",  # before unwrap, splice and rejoin: a running head stands between two halves of one sentence
    "unwrap",  # before splice: what is judged is a paragraph, not a line
    "splice",
    "rejoin",  # after splice, or half a sentence of one article is glued to the headline of the next
)
ORDER = (*_LAYOUT, *_ONCE)
LAYOUT = frozenset(_LAYOUT)

# These change no kind of text: they leave lines and their ends alone.
CARRY = frozenset({"compat", "width", "compose", "spacing"})

# After a change by one of these only these can find something new; after any other, all of them.
STIRS = {
    # ASCII letters: evidence, bearers of accents, prose.
    "width": frozenset({"mojibake", "patterns", "width", "compose", "spacing"}),
    "spacing": frozenset({"patterns", "spacing"}),  # it never joins two characters that are drawn
}


def stage_class(name: str) -> type[Any]:
    """The class of one of ORDER."""
    kind: type[Any] = getattr(import_module(f"cleaner.stages.{name}"), name.capitalize())
    return kind
