"""Clean and deduplicate text, Chinese first; every removal explained, every input restorable.

>>> import cleaner
>>> doc = cleaner.clean("　　今年以来，工业经济稳定恢复。\\r\\n")
>>> doc.text
'今年以来，工业经济稳定恢复。\\n'
>>> [(finding.rule, finding.count) for finding in doc.findings]
[('lines.break', 1), ('spacing.indent', 1)]
>>> doc.change.invert(doc.raw).apply(doc.text) == doc.raw
True
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cleaner.document import Certainty, Document, Finding
    from cleaner.forms import Form
    from cleaner.pipeline import Pipeline
    from cleaner.run.deduped import Deduped, Removed
    from cleaner.text.errors import CleanerError

__version__ = "0.1.0"
__all__ = [
    "Certainty",
    "CleanerError",
    "Deduped",
    "Document",
    "Finding",
    "Form",
    "Pipeline",
    "Removed",
    "__version__",
    "clean",
    "dedup",
    "form",
]

_HOME = {
    "Certainty": "cleaner.document",
    "CleanerError": "cleaner.text.errors",
    "Deduped": "cleaner.run.deduped",
    "Document": "cleaner.document",
    "Finding": "cleaner.document",
    "Form": "cleaner.forms",
    "Pipeline": "cleaner.pipeline",
    "Removed": "cleaner.run.deduped",
}


def clean(text: str, **settings: Any) -> "Document":
    """One text through all stages: `.text`, `.findings`, `.change`, `.kept`; `dedup` compares many.

    settings  as in clean.toml: `level="suspect"`, `splice=False`, `script={"variant": "zh-Hans"}`
    returns   a Document; every offset in it counts code points of `.raw`, end exclusive
    raises    ConfigError where a setting does not exist or has no such value, TypeError where this is no text

    >>> clean("ＧＤＰ　增长７．８％。").text
    'GDP 增长7.8%。'
    >>> clean("ＡＢＣ", width=False).text
    'ＡＢＣ'
    """
    from cleaner.pipeline import Pipeline

    return Pipeline.default(**settings)(text)


def dedup(
    records: Any,
    text: "str | Sequence[str]" = "text",
    id: str | None = None,
    *,
    threads: int | None = None,
    **settings: Any,
) -> "Deduped":
    """Duplicates among records, as `clean dedup` finds them: `.kept` (positions), `.removed`, `.texts()`.

    records   texts or mappings, a HuggingFace data set, a column or frame of pandas or polars, an Arrow column or table;
              an iterator is read once, and texts wait in a temporary file, not in memory
    text      the member that holds the text, or a path to it: `doc.text`, `/doc/text`. Several (`["instruction", "input"]`,
              `messages[].content`) are compared together, and a record stays or goes whole
    id        a member by which `.removed` names records, as well as by position
    threads   None is one a core; changes no result
    settings  those of [dedup] in clean.toml: `threshold=0.9`, `units="document"`, `keep="longest"`
    raises    TypeError, with the position, where something is no text; InputError where a member is missing; ConfigError
              where a setting does not exist

    >>> done = dedup(["Oats are boiled in salted water.", "Rye bread", "Oats are boiled  in salted WATER"])
    >>> done.kept, [(one.index, one.kept, one.rule, one.jaccard) for one in done.removed]
    ([0, 1], [(2, 0, 'dedup.document.near', 0.956522)])
    """
    from cleaner.run.deduped import deduped

    return deduped(records, text, id, threads=threads, **settings)


def form(text: str, format: str | None = None) -> "Form":
    """What kind of text every line of a text belongs to: `.blocks`, `.kinds`, `.all_prose`; see docs/forms.md.

    format   markdown, rst or cues; "" where it is known to be none; None where the text shows it
    returns  a Form; every offset in it counts code points of the text, end exclusive

    >>> [(block.kind.value, block.start, block.end) for block in form("Oats\\n\\n1. Wash them.\\n2. Boil them in salted water.").blocks]
    [('heading', 0, 4), ('lines', 6, 49)]
    """
    from cleaner.forms import form_of

    return form_of(text, format)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'cleaner' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOME[name]), name)
