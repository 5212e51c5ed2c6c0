"""The table of all rules, from what the stages declare."""

from cleaner.duplicates.settings import RULES as DEDUP_RULES
from cleaner.report.cells import aligned
from cleaner.stages.order import ORDER, stage_class


def rules() -> dict[str, str]:
    """Rule id → what it does, in the order of the stages."""
    stages = (stage_class(name)().rules for name in ORDER)
    return {rule: says for rules in (*stages, DEDUP_RULES) for rule, says in rules.items()}


def rule_table() -> str:
    """The table for a terminal."""
    return "\n".join(aligned(list(rules().items())))


def markdown() -> str:
    """The table for docs/rules.md."""
    rows = "\n".join(f"| `{rule}` | {says} |" for rule, says in rules().items())
    return f"# Rules\n\nMade by `clean rules --markdown`; do not edit.\n\n| rule | what it does |\n|---|---|\n{rows}"
