"""Measure the stages that normalise characters and layout, beside ftfy and NFKC, in MB of UTF-8 a second.

    python scripts/bench_normalise.py --megabytes 4

Each text is made up here, the same on every run, in documents of twenty paragraphs, as a corpus has them. A stage alone
is measured on the text as it is; the total is the whole pipeline with positions, change and findings. Best of three.
"""

import argparse
import random
import time
import unicodedata
from collections.abc import Callable, Iterator

import ftfy

from cleaner.document import Document
from cleaner.pipeline import Pipeline
from cleaner.stages.order import LAYOUT, ORDER, stage_class
from cleaner.stages.stage import Stage

WORDS = (
    "今年以来 各地 企业 加快 数字化 转型 产业链 供应链 保持 稳定 重点 项目 建设 有序 推进 记者 了解到 农业 农村 部门 "
    "组织 专家 深入 一线 开展 技术 指导 帮助 群众 解决 生产 生活 中 的 实际 困难 市场 需求 逐步 恢复 消费 持续 回升 "
    "科研 人员 发布 最新 成果 引起 广泛 关注 城市 交通 运行 平稳 学校 医院 社区 共同 参与 环境 保护 工作 取得 明显 成效"
)
ENGLISH = (
    "the of and to in a is that for it as was with be by on not he this are or his from at which but have an had they "
    "market region research growth company production quarter reported increase public school transport science energy"
)
PARAGRAPHS = 20
STAGE_NAMES = [name for name in ORDER if name in LAYOUT or name in ("markup", "punct", "doubled", "script")]


def sentence(rng: random.Random) -> str:
    """Thirty to sixty characters with the signs of Chinese."""
    parts = ["".join(rng.choices(WORDS.split(), k=rng.randint(4, 7))) for _ in range(3)]
    return "，".join(parts) + rng.choice("。。。！？")


def chinese(rng: random.Random) -> str:
    return "".join(sentence(rng) for _ in range(rng.randint(2, 4)))


def indented(rng: random.Random) -> str:
    """As newspapers set it: two full-width spaces in front, full-width digits."""
    number = str(rng.randint(1000, 9999)).translate({48 + digit: 0xFF10 + digit for digit in range(10)})
    return f"　　{number}年，{chinese(rng)}增长{number[:1]}．{number[1:2]}％。"


def english(rng: random.Random) -> str:
    return (" ".join(rng.choices(ENGLISH.split(), k=rng.randint(30, 70))) + ".").capitalize()


def mixed(rng: random.Random) -> str:
    make = rng.choice([chinese, indented, english, foreign])
    return make(rng)


def foreign(rng: random.Random) -> str:
    return f"{chinese(rng)} Naïve café № 5 😀 "


TEXTS: dict[str, Callable[[random.Random], str]] = {
    "clean Chinese": chinese,
    "indents, full-width digits": indented,
    "English": english,
    "mixed": mixed,
}
HOSTILE = {  # about one megabyte each; the time is printed, and that of twice as much
    "combining marks": "e" + "\u0301\u0323" * 250_000,
    "nested entities": "&amp;amp;" * 115_000,
    "spaces": "a" + " " * 1_000_000 + "b",
    "space, TAB": "a" + " \t" * 500_000 + "b",
    "line feeds": "a" + "\n" * 1_000_000 + "b",
    "full-width, ASCII": "Ａa" * 250_000,
    "escapes": "\x1b[" * 500_000,
    "zero-width spaces": "a\u200b" * 250_000,
    "half-width kana": "ｱ" + "ﾟ" * 340_000,
    "touching words": "＠ａ" * 180_000,
    "marks by thirty": ("e" + "\u0301\u0323" * 14) * 18_000,
}


def documents(make: Callable[[random.Random], str], size: int) -> Iterator[str]:
    rng = random.Random(7)
    while size > 0:
        text = "\n".join(make(rng) for _ in range(PARAGRAPHS)) + "\n"
        size -= len(text.encode())
        yield text


def rate(run: Callable[[str], object], texts: list[str]) -> float:
    """MB a second, the best of three."""
    size = sum(len(text.encode()) for text in texts)
    best = float("inf")
    for _ in range(3):
        start = time.perf_counter()
        for text in texts:
            run(text)
        best = min(best, time.perf_counter() - start)
    return size / best / 1e6


def seconds(run: Callable[[str], object], text: str) -> float:
    start = time.perf_counter()
    run(text)
    return time.perf_counter() - start


def alone(stage: Stage) -> Callable[[str], object]:
    """One stage that finds and applies nothing."""
    return lambda text: list(stage(Document.of(text)))


def rows() -> Iterator[tuple[str, Callable[[str], object]]]:
    for name in STAGE_NAMES:
        yield name, alone(stage_class(name)())
    yield "all of them, Pipeline", Pipeline(tuple(stage_class(name)() for name in STAGE_NAMES))
    yield "ftfy.fix_text", ftfy.fix_text
    yield "NFKC", lambda text: unicodedata.normalize("NFKC", text)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=float, default=4, help="size of each text (default 4)")
    parser.add_argument("--no-hostile", action="store_true", help="leave out the hostile texts")
    options = parser.parse_args()
    texts = {name: list(documents(make, int(options.megabytes * 1e6))) for name, make in TEXTS.items()}
    print(f"{'MB/s':24}" + "".join(f"{name:>28}" for name in texts))
    for label, run in rows():
        few = {name: some[: len(some) // 10 + 1] if label.startswith("ftfy") else some for name, some in texts.items()}
        print(f"{label:24}" + "".join(f"{rate(run, some):28,.0f}" for some in few.values()), flush=True)
    if options.no_hostile:
        return
    pipeline = Pipeline(tuple(stage_class(name)() for name in STAGE_NAMES))
    print(f"\n{'seconds':24}{'1 MB':>28}{'2 MB':>28}")
    for label, text in HOSTILE.items():
        print(f"{label:24}{seconds(pipeline, text):28.2f}{seconds(pipeline, text + text):28.2f}", flush=True)


if __name__ == "__main__":
    main()
