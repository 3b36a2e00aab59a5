"""Which articles of some sources answer a query: asked of an index of just these sources, which is made where there is none."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from kbarchive.errors import SearchIndexError
from kbarchive.fingerprint import Fingerprint, digests
from kbarchive.index import build_index
from kbarchive.index.folders import default_folder
from kbarchive.index.store import current_generation
from kbarchive.reading import batches
from kbarchive.report import Report
from kbarchive.search import Index, QueryDiagnostic, open_index
from kbarchive.sources import SourcePath, entries, identity

_ONLY_EXCLUDED = "only-excluded"


class Answers(NamedTuple):
    """The keys of the articles that answer a query, and what is to be told about that, a sentence each."""

    keys: frozenset[str]
    remarks: tuple[str, ...]


def answers(
    sources: Sequence[SourcePath],
    query: str,
    index_dir: SourcePath | None = None,
    jobs: int | None = None,
    *,
    executor: Executor | None = None,
    on_progress: Callable[[Report], object] | None = None,
) -> Answers:
    """All articles of `sources` that a search would find for `query`, as `kbarchive.Index.search` counts them.

    Those that have only a part of it are none. `index_dir`, or your default index, is asked if it is an index of just these
    documents, which its fingerprint tells; the sources are read for that. Else an index is made in a temporary folder, with
    `jobs` processes or by an `executor`. So sources are files and folders, which can be read more than once.

    Raises what `kbarchive.build_index` does, and SearchIndexError where an index that is asked is damaged.
    """
    with _index_of(sources, index_dir, jobs, executor, on_progress) as (index, is_new):
        results = index.search(query, limit=len(index), snippets=False)
    remarks = [diagnostic.message for diagnostic in results.diagnostics if diagnostic.code != _ONLY_EXCLUDED]
    remarks += [f"did you mean: {suggestion}" for suggestion in results.suggestions]
    whole = not results.partial
    if results.partial:
        remarks.append(f"no article has all of {query!r}")
    elif not results.total:
        remarks.append(f"no article answers {query!r}")
    if _has(results.diagnostics, _ONLY_EXCLUDED):
        whole = False
        remarks.append(f"{query!r} only excludes, which finds nothing; ask for something besides: modified:1980.. {query}")
    if is_new:
        remarks.append(
            "no index of just these documents was at hand, so one was made for the query and dropped; "
            "kbarchive index SOURCE... makes one that stays"
        )
    return Answers(frozenset(hit.key for hit in results.hits) if whole else frozenset(), tuple(remarks))


def _has(diagnostics: Sequence[QueryDiagnostic], code: str) -> bool:
    return any(diagnostic.code == code for diagnostic in diagnostics)


@contextmanager
def _index_of(
    sources: Sequence[SourcePath],
    index_dir: SourcePath | None,
    jobs: int | None,
    executor: Executor | None,
    on_progress: Callable[[Report], object] | None,
) -> Iterator[tuple[Index, bool]]:
    """An index of the sources, and whether it was made for this."""
    folder = default_folder() if index_dir is None else Path(index_dir)
    if _is_of(folder, sources):
        with open_index(folder) as index:
            yield index, False
        return
    with tempfile.TemporaryDirectory(prefix="kbarchive-") as temporary:
        build_index(sources, temporary, jobs, executor=executor, on_progress=on_progress)
        with open_index(temporary) as index:
            yield index, True


def _is_of(folder: Path, sources: Sequence[SourcePath]) -> bool:
    """Whether a folder has an index of just these documents."""
    with suppress(SearchIndexError):
        _, metadata = current_generation(folder)
        own = identity(folder)
        if metadata.fingerprint:
            fingerprint = Fingerprint()
            for batch in batches(entries(*sources, exclude=(own,) if own else ())):
                fingerprint.add(digests(batch))
            return str(fingerprint) == metadata.fingerprint
    return False
