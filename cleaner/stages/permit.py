"""Which rules may change which kinds of text. A kind only ever forbids, and nothing is found here: see docs/forms.md."""

from collections.abc import Iterable, Iterator
from typing import Final

from cleaner.document import Finding
from cleaner.forms import PARAGRAPHS, Form, Kind
from cleaner.text.change import Edit

ANY: Final = frozenset(Kind)
DRAWN: Final = ANY - {Kind.FIXED}  # in code, data, tables and drawings every character has its meaning and its place
ENDED: Final = DRAWN - {Kind.MARK}  # cue times, rules and front matter are read by programs

KINDS: Final = {  # by stage, or by rule where the rules of a stage differ; what is not named here may change everything
    "lines.break": ANY,  # but see `_may`
    "controls": DRAWN,
    "compat": DRAWN,
    "width": DRAWN,
    "compose": DRAWN,
    "markup": DRAWN,
    "script": DRAWN,
    "punct": ENDED,
    "doubled": ENDED,
    "spacing.inner": frozenset({Kind.PROSE}),  # elsewhere columns are; lines are set to one width by spaces inside
    "spacing.indent": PARAGRAPHS,  # elsewhere items and verses are set in by spaces
    "spacing.trailing": ENDED,
    "spacing.blank": DRAWN,  # between blocks; in a block of code a blank line is a line
    "spacing.code-indent": frozenset({Kind.FIXED}),
}
SET_IN: Final = frozenset({Kind.HEADING, Kind.LINES})  # stand among paragraphs, and are typeset with them
LAID_OUT: Final = frozenset({"spacing.inner", "spacing.indent", "spacing.trailing"})
FURTHEST: Final = (
    4  # plain spaces in front of a paragraph: as wide as two characters of Chinese; manuals have 7 and more
)
BREAKS: Final = "markdown"  # the format in which spaces at the end of a line are a break
CODE_SIGN: Final = "`"  # around code inside a line of these formats
BLANK: Final = " \t\u3000\u00a0"
PLAIN: Final = " \t"  # what these formats count as an indent


def unrestricted(form: Form) -> bool:
    """Whether nothing in such a text is forbidden: all of it is prose, and no line may be laid out by its spaces."""
    return form.plain and "\t" not in form.text and "\n  " not in form.text and not form.text.startswith("  ")


def permitted(findings: Iterable[Finding], form: Form) -> Iterator[Finding]:
    """The findings (offsets of the text that has this form) without the edits that the kinds of their lines forbid; flags stay."""
    for finding in findings:
        kinds = KINDS.get(finding.rule) or KINDS.get(finding.rule.partition(".")[0])
        if finding.flag or kinds is None:
            yield finding
        elif not finding.edits:
            if _may(finding.rule, finding.where[0], form, kinds):
                yield finding
        else:
            yield from finding.only(edit for edit in finding.edits if _may(finding.rule, edit, form, kinds))


def _may(rule: str, edit: Edit, form: Form, kinds: frozenset[Kind]) -> bool:
    first, last = form.line_at(edit.start), form.line_at(max(edit.end - 1, edit.start))
    if any(kind is not None and kind not in kinds for kind in form.kinds[first : last + 1]):
        return rule == "spacing.indent" and _as_paragraphs(edit, form, first)
    if rule == "lines.break":
        return form.kinds[first] is not Kind.FIXED or form.text[edit.start : edit.end + 1] == "\r\n"
    if rule in LAID_OUT and _by_columns(form, first):
        return False
    if rule == "spacing.indent" and " " in form.text[edit.start : edit.end] and sum(map(bool, form.indents)) > 1:
        return False  # paragraphs that are set in by more or less: the depth may say to what they belong
    return not (form.structured and rule.startswith("spacing.")) or _may_space(rule, edit, form)


def _by_columns(form: Form, number: int) -> bool:
    """Whether a line is laid out by its spaces: TABs stand in it, or it is set in further than any paragraph is."""
    line = form.line(number)
    body = line.lstrip(BLANK)
    return "\t" in body.rstrip(BLANK) or line[: len(line) - len(body)].count(" ") > FURTHEST


def _as_paragraphs(edit: Edit, form: Form, line: int) -> bool:
    """A heading, an item or a turn that is set in as the paragraphs around it are: that says nothing about it."""
    gone = form.text[edit.start : edit.end]
    typeset = not any(space in gone for space in PLAIN)
    return typeset and form.kinds[line] in SET_IN and gone in form.indents


def _may_space(rule: str, edit: Edit, form: Form) -> bool:
    """Whether spaces may change where some of them are syntax."""
    gone = form.text[edit.start : edit.end]
    if rule == "spacing.trailing":
        return form.format != BREAKS
    if rule == "spacing.indent":
        return not any(space in gone for space in PLAIN)
    if rule == "spacing.inner":
        return CODE_SIGN not in form.line(form.line_at(edit.start))
    return True
