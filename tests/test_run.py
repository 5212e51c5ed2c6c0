"""Whole runs of the installed command: what is written, that it comes back, that nothing but `timing` varies."""

import json
import os
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from cleaner.provenance import manifest, restore
from tests.conftest import SEEDS, Clean, plant, tree

PARAGRAPHS = {"000": 24, "001": 21, "002": 34, "003": 29, "004": 27}
WORDS = [
    "工业经济稳定恢复",
    "呈现回升向好态势。山里的茶树今年发芽早",
    "采茶人天不亮就出门。图书馆夜里也开着灯",
    "学生们轻声翻书。",
]
GOLDEN = SEEDS.parent / "fixtures" / "golden"


def paragraphs(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip(" 　")]


@pytest.fixture
def seeds(clean: Clean, tmp_path: Path) -> Path:
    clean("run", SEEDS, "-o", "cleaned")
    return tmp_path / "cleaned"


def test_the_seeds_come_out_clean(seeds: Path) -> None:
    for path in SEEDS.glob("*.txt"):
        raw, text = path.read_text(encoding="utf-8"), (seeds / "corpus" / path.name).read_text(encoding="utf-8")
        left, before = paragraphs(text), [line.strip(" 　") for line in paragraphs(raw)]
        assert len(left) == PARAGRAPHS[path.name[:3]]
        changed = [line for line in left if line not in before]
        assert changed in ([], ["中小企业如何稳？"]), path.name  # a stray label in front of a heading may go
        if path.name.startswith("003"):
            assert left[-1] == "(新华社记者 张辛欣)"
            assert left == before[:29]


def test_nothing_is_removed_across_the_seeds(seeds: Path) -> None:
    for record in records(seeds):
        assert not [f for f in record["findings"] if f["rule"].startswith("dedup.") and f["applied"]]


def test_the_golden_run(clean: Clean, seeds: Path, tmp_path: Path) -> None:
    """`make golden` rewrites it; the diff is read like code."""
    assert tree(seeds / "corpus") == tree(GOLDEN / "corpus")
    for name, said in tree(GOLDEN / "audit").items():
        shown = clean("audit", "cleaned", "show", name).stdout
        assert shown.replace(f"{SEEDS}/", "seeds/") == said.decode()


def records(out: Path) -> list[dict[str, Any]]:
    return list(restore.records(out))


def test_the_seeds_come_back(clean: Clean, seeds: Path, tmp_path: Path) -> None:
    clean("restore", "cleaned", "-o", "back")
    assert tree(tmp_path / "back") == tree(SEEDS)
    assert clean("verify", "cleaned").stdout == ""


def test_one_document_comes_back(clean: Clean, seeds: Path, tmp_path: Path) -> None:
    clean("restore", "cleaned", "003", "-o", "back")
    assert [name[:3] for name in tree(tmp_path / "back")] == ["003"]


def messy(folder: Path, documents: int = 200, seed: int = 7) -> Path:
    """Documents in many encodings with mixed line ends, marks, bad bytes, some empty, some JSON lines."""
    chance = random.Random(seed)
    files: dict[str, bytes | str] = {}
    for number in range(documents):
        name = f"{chance.choice(['', 'a/', 'a/b/', '二/'])}{number:03}.{chance.choice(['txt', 'txt', 'md', 'jsonl'])}"
        files[name] = lines_of_json(chance) if name.endswith("jsonl") else text_file(chance)
    return plant(folder, files)


def prose(chance: random.Random) -> str:
    ends = chance.choice(["\n", "\r\n", "\r", "\n\n", "mixed"])
    lines = [
        chance.choice(["", "　　", " ", "\t"])
        + "，".join(chance.choices(WORDS, k=chance.randint(1, 9)))
        + chance.choice(["。", "", " ", "２０２４"])
        for _ in range(chance.randint(1, 12))
    ]
    return "".join(line + (chance.choice(["\n", "\r\n", "\r"]) if ends == "mixed" else ends) for line in lines)


def text_file(chance: random.Random) -> bytes:
    kind = chance.choice(
        ["utf-8", "utf-8", "utf-8-sig", "gb18030", "big5", "utf-16", "utf-16-be-bom", "empty", "spaces", "bad", "cut"]
    )
    text = prose(chance)
    if kind == "empty":
        return b""
    if kind == "spaces":
        return " 　\n\n ".encode()
    if kind == "bad":
        data = bytearray((text * 3).encode())
        data.insert(chance.randrange(len(data)), chance.choice([0xFF, 0xC0, 0x80]))
        return bytes(data)
    if kind == "cut":
        return text.encode()[:-1]
    if kind == "utf-16-be-bom":
        return b"\xfe\xff" + text.encode("utf-16-be")
    return text.encode(kind, "ignore")


def lines_of_json(chance: random.Random) -> bytes:
    lines = []
    for number in range(chance.randint(0, 8)):
        record = {"id": number, "text": prose(chance), "score": 1.50, "标签": ["甲", None]}
        line = json.dumps(record, ensure_ascii=chance.random() < 0.5).encode()
        lines.append(
            chance.choice([line, line, line, b"", b"{broken", line.replace(b'"text"', b'"body"'), line + b" \xff"])
        )
    return chance.choice([b"\n", b"\r\n"]).join(lines) + chance.choice([b"", b"\n"])


def test_two_hundred_messy_documents_come_back(clean: Clean, tmp_path: Path) -> None:
    messy(tmp_path / "in")
    clean("run", "in", "-o", "out", code=1)  # broken JSON lines are listed
    assert clean("verify", "out").stdout == ""
    clean("restore", "out", "-o", "back")
    assert tree(tmp_path / "back") == tree(tmp_path / "in")


def test_workers_listing_order_and_hash_seed_do_not_show(clean: Clean, tmp_path: Path) -> None:
    messy(tmp_path / "in", documents=60)
    big = [
        json.dumps(
            {"text": f"第{number % 900}条：" + "，".join(random.Random(number % 900).choices(WORDS, k=30)) + "。"}
        )
        for number in range(6000)
    ]
    plant(tmp_path / "in", {"big.jsonl": "\n".join(big)})
    clean("run", "in", "-o", "one", "--workers", 1, code=1, env={**os.environ, "PYTHONHASHSEED": "1"})
    shuffled = tmp_path / "shuffled"
    for name, content in sorted(tree(tmp_path / "in").items(), key=lambda item: random.Random(item[0]).random()):
        plant(shuffled, {name: content})
    (tmp_path / "in").rename(tmp_path / "first")
    shuffled.rename(tmp_path / "in")
    clean("run", "in", "-o", "two", "--workers", 2, code=1, env={**os.environ, "PYTHONHASHSEED": "2"})
    assert manifest.read(tmp_path / "one")["counts"]["rules"].keys() >= {"dedup.document.exact"}
    for out in ("one", "two"):
        assert len(without_timing(tmp_path / out)["outputs"]) > 30
    one, two = tree(tmp_path / "one"), tree(tmp_path / "two")
    assert without_timing(tmp_path / "one") == without_timing(tmp_path / "two")
    del one["manifest.json"], two["manifest.json"]
    assert one == two


def without_timing(out: Path) -> Mapping[str, Any]:
    content = manifest.read(out)
    del content["timing"]
    return content


def test_duplicates_name_a_copy_that_stays(clean: Clean, tmp_path: Path) -> None:
    tea, library, ferry, noodles, reeds = (
        "山里的茶树今年发芽早，采茶人天不亮就背着竹篓出门，太阳升起时已经采满了半篓，下山的路上遇见了收茶的人，价钱比去年好。",
        "图书馆夜里也开着灯，学生们轻声翻书，管理员在门口泡了一壶热茶等他们出来，窗外下着今年的第一场雪，谁也没有先走的意思。",
        "渡口的老人说，从前这里只有一条木船，一天来回三趟，载着赶集的人和他们的鸡鸭，如今桥修好了，船也就歇在了岸边的柳树下。",
        "桥头新开了一家面馆，老板是北方人，做的是手擀的宽面，中午总要排上半个钟头的队才有座位，附近的工人宁愿带着饭盒来买。",
        "河边的芦苇一夜之间全都白了头，风一吹就飞得满天都是，孩子们追着跑出去很远，直到听见家里人站在堤上喊他们回去吃饭。",
    )
    page = f"{tea}\n{library}\n{ferry}\n"
    plant(
        tmp_path / "in",
        {
            "a.txt": page,
            "b.txt": page.replace("，", ","),
            "c.txt": f"{noodles}\n{library}\n{reeds}\n",
        },
    )
    clean("run", "in", "-o", "out")
    found = {record["id"]: record for record in records(tmp_path / "out")}
    (dropped,) = (f for f in found["b.txt"]["findings"] if f["rule"] == "dedup.document.exact")
    assert (found["b.txt"]["clean"]["kept"], dropped["evidence"]["kept"]["id"]) == (False, "a.txt")
    (gone,) = (f for f in found["c.txt"]["findings"] if f["rule"] == "dedup.paragraph.exact")
    kept = gone["evidence"]["kept"]
    assert page[slice(*kept["span"])] == library
    assert (tmp_path / "out/corpus/c.txt").read_text(encoding="utf-8") == f"{noodles}\n{reeds}\n"
    assert tree(tmp_path / "out" / "corpus").keys() == {"a.txt", "c.txt"}
    (paragraph,) = found["a.txt"]["dup_count"].pop("paragraphs")
    assert (page[paragraph[0] : paragraph[1]], paragraph[2]) == (library, 2)
    assert found["a.txt"]["dup_count"] == {"document": 2}
    assert "dup_count" not in found["b.txt"]
    clean("restore", "out", "-o", "back")
    assert tree(tmp_path / "back") == tree(tmp_path / "in")


def test_a_person_overrules_one_removal(clean: Clean, tmp_path: Path) -> None:
    text = "山里的茶树今年发芽早，采茶人天不亮就背着竹篓出门，太阳升起时已经采满了半篓。\n"
    plant(tmp_path / "in", {"a.jsonl": "".join(json.dumps({"text": text}) + "\n" for _ in range(3))})
    clean("run", "in", "-o", "out")
    _, second = (
        f["f"]
        for record in records(tmp_path / "out")
        for f in record["findings"]
        if f["rule"] == "dedup.document.exact"
    )
    plant(tmp_path, {"clean.toml": f'keep = ["{second}"]\n'})
    clean("run", "in", "-o", "out", "--force")
    applied = [
        f["applied"]
        for record in records(tmp_path / "out")
        for f in record["findings"]
        if f["rule"].startswith("dedup")
    ]
    assert sorted(applied) in ([False, False], [False, True])
    assert clean("verify", "out").stdout == ""


def test_an_encoding_is_known_for_some_inputs(clean: Clean, tmp_path: Path) -> None:
    text = "かな交じり文を読む。\n"
    plant(tmp_path / "in", {"old/a.txt": text.encode("euc_jp"), "b.txt": text})
    plant(tmp_path, {"clean.toml": 'encoding = {"old/*" = "euc_jp"}\n'})
    clean("run", "in", "-o", "out")
    assert [record["source"]["encoding"] for record in records(tmp_path / "out")] == ["utf-8", "euc_jp"]
    assert set(tree(tmp_path / "out/corpus").values()) == {text.encode()}


def test_a_dry_run_writes_nothing(clean: Clean, tmp_path: Path) -> None:
    assert "nothing written" in clean("run", SEEDS, "--dry-run").stderr
    assert list(tmp_path.iterdir()) == []


def test_another_level_applies_more_or_less(clean: Clean, tmp_path: Path) -> None:
    clean("run", SEEDS, "-o", "safe", "--level", "safe")
    left = (tmp_path / "safe/corpus" / next(SEEDS.glob("003*")).name).read_text(encoding="utf-8")
    assert len(paragraphs(left)) > 50


def test_the_copy_with_the_largest_number_stays(clean: Clean, tmp_path: Path) -> None:
    text = "山里的茶树今年发芽早，采茶人天不亮就背着竹篓出门，太阳升起时已经采满了半篓。\n"
    lines = [json.dumps({"score": score, "text": text}) + "\n" for score in (1, 5, "9")]
    plant(tmp_path / "in", {"a.jsonl": "".join(lines)})
    clean("run", "in", "-o", "out", "-s", "dedup.keep=field:score")
    assert tree(tmp_path / "out" / "corpus") == {"a.jsonl": lines[1].encode()}


def test_a_line_that_is_no_document_has_no_number(clean: Clean, tmp_path: Path) -> None:
    """Those behind it keep theirs."""
    texts = [
        "山里的茶树今年发芽早，采茶人天不亮就背着竹篓出门。",
        "图书馆夜里也开着灯，学生们轻声翻书，管理员泡了一壶茶。",
    ]
    lines = [json.dumps({"score": score, "text": texts[at]}) + "\n" for score, at in ((1, 0), (5, 0), (9, 1), (2, 1))]
    lines[:0] = ["\n", "{broken\n"]
    plant(tmp_path / "in", {"a.jsonl": "".join(lines)})
    clean("run", "in", "-o", "out", "-s", "dedup.keep=field:score", code=1)
    assert tree(tmp_path / "out" / "corpus") == {"a.jsonl": "".join(lines[3:5]).encode()}
