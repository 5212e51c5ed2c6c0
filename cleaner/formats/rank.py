"""Which copy is rather kept, as far as one document tells: its place among the prefixes, its number or date. Compares nothing."""

from collections.abc import Mapping
from datetime import UTC, datetime
from math import inf
from typing import NamedTuple

from cleaner.duplicates.settings import NEWEST, Dedup

LATEST = 1e11  # seconds: from here on a number counts thousandths of them, a thousand times that millionths, and so on
FINER = 1, 1e3, 1e6, 1e9
EIGHT_DIGITS = 1000_01_01, 9999_12_31
NOWHERE = -1  # of a line that is no document
# Members that say how new a text is, the first that can be read counts: what tells of its last change, then of its appearing,
# then of its being fetched. Names in any case, with _ or - or nothing between words ("datePublished", "pub-date").
# NOT here: year (too coarse to part copies), added (when the record came into a corpus), time (of day, or how long).
DATES = {
    "updated": "Atom feeds, and many interfaces",
    "updated_at": "tables of web frameworks",
    "modified": "content systems",
    "date_modified": "schema.org, in the pages themselves",
    "last_modified": "the header of HTTP, which crawlers carry along",
    "date": "most corpora that have one at all",
    "published": "Atom feeds",
    "published_at": "tables of web frameworks, news interfaces",
    "date_published": "schema.org",
    "publish_date": "extractors of articles",
    "publish_time": "crawlers of Chinese news",
    "pub_date": "RSS, as pubDate",
    "pub_time": "crawlers of Chinese news",
    "created": "Dolma, and exports of forums",
    "created_at": "tables of web frameworks, posts",
    "created_utc": "posts of Reddit, seconds since 1970",
    "timestamp": "C4 and its kin: when a page was fetched",
    "warc_date": "web archives: when a page was fetched",
    "crawl_date": "crawlers",
}
_FOLDED = tuple(name.replace("_", "") for name in DATES)


class Rank(NamedTuple):
    """priority: place of the first prefix that fits, counted from 0, their number where none does; value: larger is rather kept."""

    priority: int = NOWHERE
    value: float = -inf


UNRANKED = Rank()


def rank_of(id: str, record: object, settings: Dedup) -> Rank:
    """The rank of a document; `record` is its line of JSON, None where it is a file.

    >>> rank_of("web/a.jsonl:3", {"score": 2}, Dedup(keep="field:score", priority=("books/", "web/")))
    Rank(priority=1, value=2.0)
    """
    fits = (place for place, prefix in enumerate(settings.priority) if id.startswith(prefix))
    return Rank(next(fits, len(settings.priority)), value_of(record, settings))


def value_of(record: object, settings: Dedup) -> float:
    """The number by which copies are preferred; -inf where the record has none, or nobody asks for one.

    >>> value_of({"day": "2024-05-01"}, Dedup(keep="field:day")), value_of({"day": "yesterday"}, Dedup(keep="field:day"))
    (1714521600.0, -inf)
    """
    if not isinstance(record, Mapping):
        return -inf
    if settings.field is not None:
        value = record.get(settings.field)
        return date_in(value) if isinstance(value, str) else number_in(value)
    return newest_in(record) if settings.keep == NEWEST else -inf


def newest_in(record: Mapping[str, object]) -> float:
    """Seconds from 1970 to the first date among DATES that can be read.

    >>> newest_in({"pubDate": "2024-05-01", "timestamp": 1700000000}), newest_in({"timestamp": 1700000000000, "date": "?"})
    (1714521600.0, 1700000000.0)
    """
    folded = {name.lower().replace("_", "").replace("-", ""): value for name, value in record.items()}
    moments = (_moment(folded[name]) for name in _FOLDED if name in folded)
    return next((moment for moment in moments if moment > -inf), -inf)


def number_in(value: object) -> float:
    """A number as a float, -inf where it is none.

    >>> number_in(3), number_in("3"), number_in(True), number_in(None)
    (3.0, -inf, -inf, -inf)
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        return -inf
    try:
        return float(value)
    except OverflowError:  # an integer beyond all floats
        return inf if value > 0 else -inf


def date_in(text: str) -> float:
    """Seconds from 1970 to a date of ISO 8601, -inf where it is none; a date alone is its first second, no zone is UTC.

    >>> date_in("1970-01-02"), date_in("1970-01-01 08:00+08:00"), date_in("19700101T000001Z"), date_in("2.1.1970")
    (86400.0, 0.0, 1.0, -inf)
    """
    try:
        moment = datetime.fromisoformat(text.strip().upper())
    except ValueError:
        return -inf
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _moment(value: object) -> float:
    """What a member that is meant as a date speaks of: ISO 8601, or seconds since 1970 or finer, also as a string."""
    if not isinstance(value, str):
        return _counted(number_in(value))
    digits = value.strip()
    whole = digits.isascii() and digits.isdecimal() and len(digits) <= len(str(int(LATEST * FINER[-1])))
    return _counted(float(digits)) if whole else date_in(value)


def _counted(number: float) -> float:
    """Eight digits that read as a date are one: as seconds they would lie in 1970, or in the two years behind it."""
    low, high = EIGHT_DIGITS
    if low <= number <= high and number.is_integer() and (moment := date_in(str(int(number)))) > -inf:
        return moment
    return next((number / finer for finer in FINER if abs(number) < LATEST * finer), -inf)
