"""The table of all rules, from what the stages declare."""

from collections.abc import Iterable

from cleaner.duplicates.settings import RULES as DEDUP_RULES
from cleaner.report.cells import aligned
from cleaner.stages.order import ORDER, stage_class
from cleaner.stages.stage import Stage


def rules(stages: Iterable[Stage] = ()) -> dict[str, str]:
    """Rule id → what it does, in the order of the stages; then those that only these stages have.

    stages  of a configuration, with the user's patterns and stages from outside
    """
    ours = (stage_class(name)().rules for name in ORDER)
    theirs = (stage.rules if isinstance(stage, Stage) else {} for stage in stages)  # one from outside may tell none
    return {rule: says for rules in (*ours, DEDUP_RULES, *theirs) for rule, says in rules.items()}


def rule_table(stages: Iterable[Stage] = ()) -> str:
    """The table for a terminal."""
    return "\n".join(aligned(list(rules(stages).items())))


def markdown() -> str:
    """The table for docs/rules.md."""
    rows = "\n".join(f"| `{rule}` | {says} |" for rule, says in rules().items())
    own = "Your own patterns ([patterns.md](patterns.md)) are rules of their own: `clean rules` lists them, too."
    return (
        f"# Rules\n\nMade by `clean rules --markdown`; do not edit. {own}\n\n| rule | what it does |\n|---|---|\n{rows}"
    )
