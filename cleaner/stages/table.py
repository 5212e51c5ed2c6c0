"""All stages by name, in default order."""

from typing import Any

from cleaner.stages.compat import Compat
from cleaner.stages.compose import Compose
from cleaner.stages.controls import Controls
from cleaner.stages.doubled import Doubled
from cleaner.stages.lines import Lines
from cleaner.stages.markup import Markup
from cleaner.stages.mojibake import Mojibake
from cleaner.stages.order import ORDER
from cleaner.stages.punct import Punct
from cleaner.stages.rejoin import Rejoin
from cleaner.stages.script import Script
from cleaner.stages.spacing import Spacing
from cleaner.stages.splice import Splice
from cleaner.stages.width import Width

_ALL: tuple[type[Any], ...] = (
    Compat,
    Compose,
    Controls,
    Doubled,
    Lines,
    Markup,
    Mojibake,
    Punct,
    Rejoin,
    Script,
    Spacing,
    Splice,
    Width,
)
_BY_NAME = {stage.name: stage for stage in _ALL}
STAGES: dict[str, type[Any]] = {name: _BY_NAME[name] for name in ORDER}
