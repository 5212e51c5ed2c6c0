"""`clean run` without stages and `clean dedup` take the same away and write one text for it."""

import json
import textwrap
import tomllib
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import pytest

from cleaner.config import config_of
from cleaner.duplicates.settings import RULES as DEDUP_RULES
from cleaner.duplicates.settings import Dedup, UnitChoice
from cleaner.provenance.restore import records, restore
from cleaner.provenance.verify import verify
from cleaner.run.dedup import dedup_file
from cleaner.run.removing import Removal, without
from cleaner.run.run import run
from cleaner.stages.order import ORDER
from cleaner.text.paragraphs import bounds
from tests.conftest import ROOT, plant, tree
from tests.dedup_texts import edited, paragraph, paragraphs_with_copies

OFF = dict.fromkeys(ORDER, False)
ALL: dict[str, Any] = {"paragraphs": "all"}
GAPS = ["\n", "\n", "\n\n", "\n\n\n", "\n　 \n", " \n\t\n\n", "\r\n", "\r\n\r\n"]
INDENTS = ["", "", "　　", " ", "\t"]
STARTS = ["", "", "\n", "\n\n", "　\n"]
ENDS = ["", "", "\n", "\n\n", " \n　\n", "\r\n"]
KINDS: list[UnitChoice] = ["paragraph", "both", "document"]


def page(random: Random, paragraphs: Sequence[str]) -> str:
    """A text of these, laid out by chance."""
    text = random.choice(STARTS)
    for at, one in enumerate(paragraphs):
        text += (random.choice(GAPS) if at else "") + random.choice(INDENTS) + one
    return text + random.choice(ENDS)


def pages(seed: int, count: int = 150) -> list[str]:
    """Texts with copies of each other's paragraphs, laid out anew; some come again whole."""
    random = Random(seed)
    stock = [one.strip() for one in paragraphs_with_copies(count, seed)] + ["短。", "第一章"]
    texts = [page(random, random.sample(stock, random.randint(1, 6))) for _ in range(count)]
    texts += [random.choice(texts) for _ in range(count // 10)]
    texts += [edited(random, random.choice(texts), 1) for _ in range(count // 10)]
    random.shuffle(texts)
    return ["", *texts, "\n", " "]


def strings(value: Any) -> Iterator[str]:
    """Every string in a table of cases."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from strings(one)


def fixture_texts() -> list[str]:
    """The texts of all tables of cases, and each with the one before it."""
    tables = sorted((ROOT / "fixtures").glob("*.toml"))
    texts = [text for path in tables for text in strings(tomllib.loads(path.read_text(encoding="utf-8")))]
    return [*texts, *(f"{one}\n\n{other}" for one, other in pairwise(texts))]


AGAIN = "dedup.repeat", "dedup.loop"


def both(home: Path, texts: Sequence[str], *, ended: bool = True, **settings: Any) -> int:
    """Let both verbs loose on these texts; how many units went."""
    lines = [json.dumps({"text": text, "n": n}, ensure_ascii=n % 3 == 0) for n, text in enumerate(texts)]
    source = plant(home / "in", {"a.jsonl": "\n".join(lines) + "\n" * ended}) / "a.jsonl"
    content = run([str(source)], home / "out", config_of({**OFF, "dedup": settings}))
    outcome = dedup_file(str(source), str(home / "kept.jsonl"), home / "gone.jsonl", Dedup(**settings), force=True)
    kept, written = (home / "kept.jsonl").read_bytes(), (home / "out/corpus/a.jsonl").read_bytes()
    assert kept + b"\n" * (bool(kept) and not kept.endswith(b"\n")) == written
    rows = [json.loads(row) for row in (home / "gone.jsonl").read_text(encoding="utf-8").splitlines()]
    assert sorted((row["id"], row["jaccard"], row["exact"]) for row in rows) == sorted(told(home / "out", texts))
    assert content["counts"]["kept"] == outcome.documents - outcome.dropped
    again = sum(counts["applied"] for rule, counts in content["counts"]["rules"].items() if rule in AGAIN)
    assert content["dedup"]["removed"] == outcome.removed == len(rows) - again
    counts = content["counts"]
    went = counts["chars_in"] - counts["chars_out"]
    taken = sum(rule["chars"] for rule in counts["rules"].values())
    assert taken >= went if again else taken == went  # a document that goes whole takes what went of it before along
    assert set(counts["rules"]) <= {"spacing.blank", *DEDUP_RULES}
    assert verify(home / "out").damaged == []
    restore(home / "out", home / "back")
    assert tree(home / "back") == tree(home / "in")
    return outcome.removed


def told(out: Path, texts: Sequence[str]) -> Iterator[tuple[str, float, bool]]:
    """The removals of a run as `clean dedup` lists them."""
    for record in records(out):
        number = record["source"]["record"]
        for one in record["findings"]:
            if one["rule"].startswith("dedup.") and one["applied"]:
                line = texts[number - 1].count("\n", 0, one["span"][0])
                name = str(number) if "document" in one["rule"] else f"{number}:{line}"
                equal = one["rule"] in AGAIN or one["rule"].endswith("exact")
                yield name, one["evidence"].get("jaccard", 1.0), equal


@pytest.mark.parametrize("units", KINDS)
@pytest.mark.parametrize("seed", range(4))
def test_both_verbs_write_one_text(tmp_path: Path, units: UnitChoice, seed: int) -> None:
    assert both(tmp_path, pages(seed), ended=seed % 2 == 0, units=units, **ALL) > 10


@pytest.mark.parametrize(
    "settings",
    [{"scope": "document"}, {"keep": "last"}, {"keep": "longest"}, {"keep": "none"}, {"near": False}],
    ids=str,
)
def test_whichever_copy_stays(tmp_path: Path, settings: dict[str, Any]) -> None:
    random = Random(11)
    texts = pages(11, 80) + [page(random, [one, "别的。", one]) for one in paragraphs_with_copies(20, 12)]
    assert both(tmp_path, texts, **ALL, **settings) > 10


def articles(seed: int, count: int = 60) -> list[str]:
    """Articles of which some have a paragraph of another, some stand in another whole, and some are another but for a word."""
    random = Random(seed)
    texts = [[f"{paragraph(random, 9)[:-1]}。" for _ in range(random.randint(4, 7))] for _ in range(count)]
    for one in random.sample(texts, count // 3):
        one[random.randrange(len(one))] = random.choice(random.choice(texts))
    texts += [one[:-2] for one in random.sample(texts, count // 10)]
    texts += [[edited(random, line[:-1], 1) + "。" for line in one] for one in random.sample(texts, count // 10)]
    random.shuffle(texts)
    return [page(random, one) for one in texts]


@pytest.mark.parametrize("settings", [{}, {"keep": "last"}, {"keep": "longest"}, {"paragraphs": "off"}], ids=str)
def test_both_verbs_take_the_same_care(tmp_path: Path, settings: dict[str, Any]) -> None:
    assert both(tmp_path, [*articles(13), *pages(13, 60)], **settings) > 20
    rules = {one["rule"] for record in records(tmp_path / "out") for one in record["findings"]}
    assert rules >= {"dedup.document.near", "dedup.document.contained"}
    assert ("dedup.paragraph.exact" in rules) == (settings != {"paragraphs": "off"})


def test_both_verbs_take_the_same_care_over_all_cases(tmp_path: Path) -> None:
    assert both(tmp_path, fixture_texts(), shortest=8, threshold=0.6) > 100


@pytest.mark.parametrize("units", KINDS)
def test_both_verbs_over_all_cases(tmp_path: Path, units: UnitChoice) -> None:
    assert both(tmp_path, fixture_texts(), units=units, shortest=8, threshold=0.6, **ALL) > 100


A, B, C = (f"{paragraph(Random(seed), 8)[:-1]}。" for seed in (601, 602, 603))
LINE, CRLF = "\n", "\r\n"
WRAPPED = LINE.join(textwrap.wrap(B, 30))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"头。\n{A}\n尾。", "头。\n尾。"),
        (f"头。\n\n{A}\n尾。", "头。\n\n尾。"),  # the widest gap stays
        (f"头。\n{A}\n\n\n尾。", "头。\n\n\n尾。"),
        (f"头。\n{A}\n\n{B}\n尾。", "头。\n\n尾。"),
        (
            f"头。\n\n　　{A}  \n　　尾。",
            "头。\n\n　　尾。",
        ),  # a paragraph goes with its line, indents stay with theirs
        (f"{A}\n\n尾。\n", "尾。\n"),
        (f"\n{A}\n\n尾。\n", "\n尾。\n"),  # what stands at the start stays
        (f"头。\n\n{A}", "头。"),
        (f"头。\n\n{A}\n", "头。\n"),  # and at the end
        (f"头。\n\n{A}\n\n\n", "头。\n\n\n"),
        (f"头。\r\n\r\n{A}\r\n尾。\r\n", "头。\r\n\r\n尾。\r\n"),
        (f"\n{A}\n\n{B}\n", ""),
        (f"{A}\n中。\n{B}", "中。"),
        (f"头。\n\n\n{WRAPPED}\n\n尾。", "头。\n\n\n尾。"),  # a hard-wrapped paragraph goes with all its lines
        (f"{WRAPPED}\n\n尾。\n", "尾。\n"),
        (f"头。\r\n\r\n{WRAPPED.replace(LINE, CRLF)}\r\n", "头。\r\n\r\n"),
        (f"头。\n{A}\n\n{WRAPPED}\n", "头。\n"),
        (f"{A}\n\n{C}\n\n{B}", C),
    ],
)
def test_what_is_left_between_two_paragraphs(tmp_path: Path, before: str, after: str) -> None:
    texts = [f"甲。\n{A}", f"乙。\n{B}", before]
    both(tmp_path, texts, units="paragraph", **ALL)
    lines = [json.loads(line)["text"] for line in (tmp_path / "kept.jsonl").read_text(encoding="utf-8").splitlines()]
    assert lines == [*texts[:2], *[after] * bool(after)]


@pytest.mark.parametrize("seed", range(40))
def test_other_paragraphs_stay_as_they_are(seed: int) -> None:
    """Whatever goes: the lines of those that stay, in order, and no gap that is wider than those that were there."""
    random = Random(seed)
    text = page(random, [paragraph(random, 1) for _ in range(random.randint(1, 7))])
    spans = bounds(text)
    gone = sorted(random.sample(spans, random.randint(0, len(spans))))
    left = without(text, [Removal(False, *span, None, 1, 1, -1) for span in gone]).apply(text)
    stay = [text[start:end] for start, end in spans if (start, end) not in gone]
    assert [left[start:end] for start, end in bounds(left)] == stay
    if not gone:
        assert left == text
    if not stay:
        assert left == ""


@pytest.mark.parametrize("seed", range(40))
def test_a_paragraph_of_several_lines_goes_with_all_of_them(seed: int) -> None:
    """Lines of other paragraphs stay in order; between two of them the widest of the gaps around what went."""
    random = Random(seed)
    text = page(random, [paragraph(random, 1) for _ in range(random.randint(2, 9))])
    lines = bounds(text)
    cuts = [0, *sorted(random.sample(range(1, len(lines)), random.randint(0, len(lines) - 1))), len(lines)]
    blocks = [(lines[first][0], lines[end - 1][1]) for first, end in pairwise(cuts)]
    gone = sorted(random.sample(blocks, random.randint(0, len(blocks))))
    left = without(text, [Removal(False, *span, None, 1, 1, -1) for span in gone]).apply(text)
    stay = [line for line in lines if not any(start <= line[0] < end for start, end in gone)]
    assert [left[start:end] for start, end in bounds(left)] == [text[start:end] for start, end in stay]
    for (one, other), (before, behind) in zip(pairwise(bounds(left)), pairwise(stay), strict=True):
        edges = [before[1], *(edge for span in gone if before[1] <= span[0] < behind[0] for edge in span), behind[0]]
        widest = max(text.count("\n", *edges[at : at + 2]) for at in range(0, len(edges), 2))
        assert left.count("\n", one[1], other[0]) == widest
    assert stay or left == ""


def test_what_goes_is_counted_once(tmp_path: Path) -> None:
    """Two paragraphs of 36 and 35 characters, and the line break between them."""
    one = "请在使用本产品之前仔细阅读本说明书，并妥善保管以备日后查阅，谢谢合作。"
    two = "如果指示灯不亮，请先检查电源插头是否插好，然后再与客户服务中心联系维修。"
    plant(tmp_path / "in", {"a.txt": f"{one}\n", "b.txt": f"{two}\n", "c.txt": f"{one}\n{two}"})
    for name, stages in (("all", {}), ("none", OFF)):
        counts = run([str(tmp_path / "in")], tmp_path / name, config_of({**stages, "dedup": ALL}))["counts"]
        assert counts["rules"] == {
            "dedup.paragraph.exact": {"findings": 2, "applied": 2, "chars": len(one + two)},
            "spacing.blank": {"findings": 1, "applied": 1, "chars": 1},
        }
        assert counts["chars_in"] - counts["chars_out"] == len(one + two) + 1
        assert (counts["documents"], counts["kept"]) == (3, 2)
