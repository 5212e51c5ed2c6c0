"""Read bytes in ONE encoding: strictly where that works, with every bad byte escaped where it does not."""

from dataclasses import replace
from itertools import islice

from cleaner.corpus.encoding.damage import WIDE, Bad, count, places
from cleaner.corpus.encoding.decoded import MARKS, Decoded, Errors, How, encode
from cleaner.text.errors import EncodingError

NO_ESCAPE = (  # a bad byte in these changes what the next ones mean, or codes merge on the way back: no offset is sure
    *("iso2022", "hz", "utf-7"),
    *("euc_jis", "shift_jisx0213", "shift_jis_2004"),
)
BAD_LISTED = 100  # a record stays small where a whole file is damaged; `bad_count` counts on


def read(
    data: bytes,
    encoding: str,
    how: How,
    *,
    bom: bool = False,
    score: float | None = None,
    runner_up: tuple[str, float] | None = None,
    flags: tuple[str, ...] = (),
) -> Decoded:
    """`data` in `encoding`; the record says which bytes fit no character.

    bom     the bytes begin with the byte order mark of `encoding`, which does not become text
    raises  UnicodeError where the encoding cannot go on behind a bad byte; none that is guessed is such a one
    """
    body = data[len(MARKS[encoding]) :] if bom else data
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError:
        if encoding.startswith(NO_ESCAPE):
            raise
        return _damaged(data, body, Decoded("", encoding, how, bom, "strict", score, runner_up, flags))
    exact = encoding == "utf-8" or _gives(text, encoding, bom, "strict", data)
    return Decoded(text, encoding, how, bom, "strict", score, runner_up, flags, exact=exact)


def _damaged(data: bytes, body: bytes, plan: Decoded) -> Decoded:
    errors: Errors = "replace" if plan.encoding in WIDE else "surrogateescape"
    text = body.decode(plan.encoding, errors)
    shift = len(data) - len(body)
    first = islice(places(body, text, plan.encoding), BAD_LISTED)
    return replace(
        plan,
        text=text,
        errors=errors,
        flags=(*plan.flags, "encoding-damaged"),
        bad=tuple(Bad(offset + shift, raw) for offset, raw in first),
        bad_count=count(body, text, plan.encoding),
        exact=_gives(text, plan.encoding, plan.bom, errors, data),
    )


def _gives(text: str, encoding: str, bom: bool, errors: Errors, data: bytes) -> bool:
    """Whether the way back ends at `data`; twins of cp932 and Big5-HKSCS, and states of ISO 2022, may lead elsewhere."""
    try:
        return encode(text, encoding, bom, errors) == data
    except EncodingError:
        return False
