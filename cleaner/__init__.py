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
    from cleaner.document import Certainty, Document, Finding
    from cleaner.forms import Form
    from cleaner.pipeline import Pipeline
    from cleaner.text.errors import CleanerError

__version__ = "0.1.0"
__all__ = ["Certainty", "CleanerError", "Document", "Finding", "Form", "Pipeline", "__version__", "clean", "form"]

_HOME = {
    "Certainty": "cleaner.document",
    "CleanerError": "cleaner.text.errors",
    "Document": "cleaner.document",
    "Finding": "cleaner.document",
    "Form": "cleaner.forms",
    "Pipeline": "cleaner.pipeline",
}


def clean(text: str, **settings: Any) -> "Document":
    """One text through all stages: `.text`, `.findings`, `.change`, `.kept`; duplicates are a matter of a corpus.

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
