"""One document in, findings out; one file a stage. `STAGES` is the table of them, in default order."""

from typing import Any

from cleaner.stages.compat import Compat
from cleaner.stages.compose import Compose
from cleaner.stages.controls import Controls
from cleaner.stages.doubled import Doubled
from cleaner.stages.lines import Lines
from cleaner.stages.markup import Markup
from cleaner.stages.mojibake import Mojibake
from cleaner.stages.punct import Punct
from cleaner.stages.rejoin import Rejoin
from cleaner.stages.script import Script
from cleaner.stages.spacing import Spacing
from cleaner.stages.splice import Splice
from cleaner.stages.width import Width

# Characters and layout run to a fixed point (see pipeline.py): a removed tag can lay bare a joiner, an accent that
# follows a full-width letter composes only once the letter is ASCII.
_LAYOUT: tuple[type[Any], ...] = (
    Mojibake,  # first: soft hyphens, no-break spaces and C1 controls are half of its evidence
    Lines,  # before controls: VT and FF are breaks, not rubbish
    Controls,  # before compose and spacing: what is invisible separates accents and hides indents
    Compat,
    Width,
    Compose,  # after the maps, which bring letters in
    Spacing,
)
_ONCE: tuple[type[Any], ...] = (
    Markup,
    Punct,
    Doubled,
    Script,  # once: t2s of its own output can change it again, 由於單位 → 由於单位 → 由于单位
    Splice,
    Rejoin,  # after splice, or half a sentence of one article is glued to the headline of the next
)

STAGES: dict[str, type[Any]] = {stage.name: stage for stage in (*_LAYOUT, *_ONCE)}
LAYOUT = frozenset(stage.name for stage in _LAYOUT)

# After a change by one of these only these can find something new; after any other, all of them.
WAKES = {
    "width": frozenset(
        {"mojibake", "width", "compose", "spacing"}
    ),  # ASCII letters: evidence, bearers of accents, prose
    "spacing": frozenset({"spacing"}),  # it never joins two characters that are drawn
}
