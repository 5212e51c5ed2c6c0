"""Take near duplicate documents out of a corpus with another tool, once: `bench_dedup.py --peers` measures this.

    python scripts/dedup_peers.py gaoya corpus.jsonl kept.jsonl removed.jsonl --threads 2
    python scripts/dedup_peers.py gaoya --installed      # prints the version, or ends with 1

Needs nothing but the tool itself, so that each may have an interpreter of its own. Every tool is set to a threshold of
.8 and to shingles of five code points of the text without white space, by what its own interface offers; text-dedup
knows letters and digits only, so its shingles leave out punctuation. datatrove offers no shingles of code points: for
`datatrove` we wrote them; `datatrove_words` and `datatrove_english` are what it is shipped with, five words. Pairs
are closed transitively, as the tools do.
"""

import argparse
import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from importlib import metadata
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

WHITE = re.compile(r"\s+")
CHUNK = 5000  # documents a parallel query
Pairs = Iterable[tuple[int, int]]


def with_gaoya(texts: list[str], threads: int, folder: Path) -> Iterable[int]:
    """Its default bands; candidates are checked by estimate. Uses all cores."""
    from gaoya.minhash import MinHashStringIndex

    index = MinHashStringIndex(
        hash_size=32, jaccard_threshold=0.8, num_bands=20, band_size=5, analyzer="char", ngram_range=(5, 5)
    )
    index.par_bulk_insert_docs(list(range(len(texts))), texts)
    chunks = (range(at, min(at + CHUNK, len(texts))) for at in range(0, len(texts), CHUNK))
    return firsts(
        len(texts),
        (
            (unit, other)
            for chunk in chunks
            for unit, found in zip(chunk, index.par_bulk_query(texts[chunk.start : chunk.stop]), strict=True)
            for other in found
        ),
    )


def with_datasketch(texts: list[str], threads: int, folder: Path) -> Iterable[int]:
    """Its index with its default bands, nothing checked; signing in so many processes."""
    from multiprocessing import Pool

    from datasketch import MinHash, MinHashLSH

    with Pool(threads) as pool:
        rows = pool.map(_datasketch_row, texts, 500)
    drawn = MinHash(num_perm=128, scheme="affine32").permutations
    sketches = [MinHash(hashvalues=row, permutations=drawn, num_perm=128, scheme="affine32") for row in rows]
    index = MinHashLSH(threshold=0.8, num_perm=128)
    for unit, sketch in enumerate(sketches):
        index.insert(unit, sketch, check_duplication=False)
    return firsts(len(texts), ((unit, other) for unit, sketch in enumerate(sketches) for other in index.query(sketch)))


def _datasketch_row(text: str) -> object:
    from datasketch import MinHash

    sketch = MinHash(num_perm=128, scheme="affine32")
    sketch.update_batch({text[at : at + 5].encode() for at in range(max(len(text) - 4, 1))})
    return sketch.hashvalues


TEXT_DEDUP = """
[input]
input_type = "local_files"
file_type = "json"
read_arguments = {{ path = "json", data_files = "{corpus}", split = "train" }}
[algorithm]
algorithm_name = "minhash"
text_column = "text"
num_perm = 128
threshold = 0.8
ngram_size = 5
min_length = 1
check_false_positive = true
num_proc = {threads}
[output]
output_dir = "{out}"
[debug]
enable_profiling = false
"""


def with_text_dedup(texts: list[str], threads: int, folder: Path) -> Iterable[int]:
    """Bands of its own choice, candidates checked exactly. Its words are what stands between white space and signs."""
    os.environ |= {"HF_HOME": str(folder / "cache"), "HF_DATASETS_OFFLINE": "1"}
    from datasets import load_from_disk
    from text_dedup.config.base import load_config_from_toml
    from text_dedup.minhash import main as deduplicate

    corpus, out, settings = folder / "corpus.jsonl", folder / "out", folder / "config.toml"
    write(corpus, map(" ".join, texts))
    settings.write_text(TEXT_DEDUP.format(corpus=corpus, out=out, threads=threads), encoding="utf-8")
    deduplicate(load_config_from_toml(settings))
    return map(int, load_from_disk(str(out))["id"])


def with_datatrove(texts: list[str], threads: int, folder: Path) -> Iterable[int]:
    """Its four steps with its default bands, nothing checked; one file a process, since it works by files.

    A word is a code point, so that its shingles are everybody's; that takes a tokeniser of our own.
    """
    from datatrove.utils.text import TextNormConfig
    from datatrove.utils.word_tokenizers import WordTokenizer

    class CodePoints(WordTokenizer):
        """A word is a code point."""

        def word_tokenize(self, text: str) -> list[str]:
            return list(text)

        def sent_tokenize(self, text: str) -> list[str]:
            return [text]

        def span_tokenize(self, text: str) -> list[tuple[int, int]]:
            return [(0, len(text))]

    as_it_is = TextNormConfig(**dict.fromkeys(TextNormConfig.__dataclass_fields__, False))
    return _datatrove(texts, threads, folder, CodePoints(), {"norm_config": as_it_is})


def with_datatrove_words(texts: list[str], threads: int, folder: Path) -> Iterable[int]:
    """The same as it is shipped for Chinese: words of its own segmenter, and its own normalisation."""
    return _datatrove(texts, threads, folder, "cmn_Hani", {})


def with_datatrove_english(texts: list[str], threads: int, folder: Path) -> Iterable[int]:
    """The same as it is shipped for those who say nothing of a language: English words, and its own normalisation."""
    return _datatrove(texts, threads, folder, "eng", {})


def _datatrove(
    texts: list[str], threads: int, folder: Path, words: object, settings: dict[str, object]
) -> Iterable[int]:
    from datatrove.executor.local import LocalPipelineExecutor
    from datatrove.pipeline.dedup import minhash
    from datatrove.pipeline.readers import JsonlReader
    from datatrove.pipeline.writers.jsonl import JsonlWriter

    config = minhash.MinhashConfig(n_grams=5, **settings)
    corpus, signed, met, gone, kept = (folder / name for name in ("corpus", "signed", "met", "gone", "kept"))
    size = -(-len(texts) // threads)
    for part in range(threads):
        write(corpus / f"{part}.jsonl", texts[part * size : (part + 1) * size], part * size)
    reader = JsonlReader(str(corpus))
    steps = [
        (threads, [reader, minhash.MinhashDedupSignature(str(signed), config, words)]),
        (config.num_buckets, [minhash.MinhashDedupBuckets(str(signed), str(met), config=config)]),
        (1, [minhash.MinhashDedupCluster(str(met), str(gone), config=config)]),
        (threads, [reader, minhash.MinhashDedupFilter(str(gone)), JsonlWriter(str(kept), compression=None)]),
    ]
    for number, (tasks, pipeline) in enumerate(steps):
        LocalPipelineExecutor(
            pipeline,
            tasks=tasks,
            workers=min(tasks, threads),
            logging_dir=str(folder / f"log{number}"),
            start_method="fork",  # a fork server's seconds would not count as ours
        ).run()
    lines = chain.from_iterable(path.open(encoding="utf-8") for path in sorted(kept.glob("*.jsonl")))
    return (int(json.loads(line)["id"]) for line in lines)


class Peer(NamedTuple):
    """A tool: the name of its distribution, its bands by rows, what it keeps of texts, by number, and whether it is
    given white space.
    """

    distribution: str
    bands: str
    keeps: Callable[[list[str], int, Path], Iterable[int]]
    spaced: bool = False


PEERS = {
    "gaoya": Peer("gaoya", "20 × 5", with_gaoya),
    "datasketch": Peer("datasketch", "9 × 13", with_datasketch),
    "text_dedup": Peer("text-dedup", "9 × 13", with_text_dedup),
    "datatrove": Peer("datatrove", "14 × 8", with_datatrove),
    "datatrove_words": Peer("datatrove", "14 × 8, words", with_datatrove_words, spaced=True),
    "datatrove_english": Peer("datatrove", "14 × 8, English words", with_datatrove_english, spaced=True),
}


def firsts(count: int, pairs: Pairs) -> Iterator[int]:
    """The first document of each component that the pairs make."""
    first = list(range(count))

    def root(unit: int) -> int:
        while first[unit] != unit:
            first[unit] = unit = first[first[unit]]
        return unit

    for one, other in pairs:
        low, high = sorted((root(one), root(other)))
        first[high] = low
    return (unit for unit in range(count) if root(unit) == unit)


def write(path: Path, texts: Iterable[str], first: int = 0) -> None:
    """Documents as JSON lines, their numbers as ids."""
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        for number, text in enumerate(texts, first):
            file.write(json.dumps({"id": str(number), "text": text}, ensure_ascii=False) + "\n")


def deduplicate(peer: Peer, corpus: Path, kept: Path, removed: Path, threads: int) -> None:
    """Write the lines that stay, and the ids of those that go."""
    lines = corpus.read_text(encoding="utf-8").removesuffix("\n").split("\n")
    texts = [json.loads(line)["text"] for line in lines]
    if not peer.spaced:
        texts = [WHITE.sub("", text) for text in texts]
    with TemporaryDirectory(dir=kept.parent) as folder:
        stay = set(peer.keeps(texts, threads, Path(folder)))
    with kept.open("w", encoding="utf-8") as staying, removed.open("w", encoding="utf-8") as going:
        for number, line in enumerate(lines):
            if number in stay:
                staying.write(line + "\n")
            else:
                going.write(json.dumps({"id": json.loads(line)["id"]}) + "\n")


def main() -> None:
    """Read the command line; say which version is there, or run once."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("peer", choices=PEERS)
    parser.add_argument("files", nargs="*", type=Path, metavar="CORPUS KEPT REMOVED")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--installed", action="store_true", help="print the version and do nothing")
    args = parser.parse_args()
    peer = PEERS[args.peer]
    if not args.installed:
        if len(args.files) != 3:
            parser.error("three files, please: CORPUS KEPT REMOVED")
        deduplicate(peer, *(path.resolve() for path in args.files), args.threads)
        return
    try:
        print(metadata.version(peer.distribution))
    except metadata.PackageNotFoundError:
        sys.exit(1)


if __name__ == "__main__":
    main()
