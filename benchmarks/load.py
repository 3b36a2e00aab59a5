"""Many clients at once over `kbarchive serve`, on this machine alone."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote_plus

from benchmarks.processes import cpu_of_all, family, proportional_bytes
from kbarchive.search import Index, open_index

# What people ask for, in shares: they read, search, page on and narrow down, and type.
_SHARES = {"article": 45, "search": 25, "suggest": 12, "facet": 5, "json": 5, "source": 3, "browse": 3, "like": 2}
_SEED = 7
_RESTING = 0.5  # seconds between two looks at the memory
_MOMENTS = 10  # of which so many are told


class Answer(NamedTuple):
    """How an address was answered: its kind, the status, 0 where there was no answer, and seconds."""

    kind: str
    status: int
    seconds: float


class Held(NamedTuple):
    """The bytes that the process that answers holds, and those of its readers."""

    server: int
    readers: int


class Asked(NamedTuple):
    kind: str
    address: str


def measure_load(
    index_dir: Path, clients: int, seconds: float, most: int, distinct: int, zipf: float, options: Sequence[str]
) -> str:
    """A table of what `clients` that ask one address after another, without a pause, are answered in so many seconds, or until
    `most` requests. They choose among so many addresses; the n-th is asked for 1/n**zipf times as often as the first.
    """
    with open_index(index_dir) as index:
        addresses = _addresses(index, distinct)
    command = [sys.executable, "-m", "kbarchive.cli.main", "serve", f"--index={index_dir}", "--port=0", *options]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:  # noqa: S603 - ours
        assert server.stderr is not None  # noqa: S101 - asked for above
        server.stderr.readline()
        port = int(server.stderr.readline().split("/ ")[0].rpartition(":")[2])
        # The log is read to its end, or the server would wait for that.
        reading = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=server.stderr)
        own = time.process_time()
        try:
            answers, memory, took = asyncio.run(_ask(port, server.pid, addresses, clients, seconds, most, zipf))
            spent = cpu_of_all(family(server.pid))
        finally:
            server.terminate()
            server.wait(30)
            reading.wait(30)
    return _table(answers, memory, spent, time.process_time() - own, clients, took)


def _addresses(index: Index, number: int) -> list[Asked]:
    """Addresses of all kinds, in the order of how often they are asked for: the same for the same index."""
    rng = random.Random(_SEED)  # noqa: S311 - no secret
    keys = list(index.dates())
    rng.shuffle(keys)
    values = [(facet, value) for facet, counts in index.facets().items() for value in counts]
    kinds = rng.choices(list(_SHARES), list(_SHARES.values()), k=number)
    found = []
    for place, kind in enumerate(kinds):
        key = keys[place % len(keys)]
        words = (index.title(key) or key).split()
        start = rng.randrange(max(1, len(words) - 4))
        query = quote_plus(" ".join(words[start : start + rng.randint(2, 4)]))
        facet, value = rng.choice(values)
        found.append(
            Asked(
                kind,
                {
                    "article": f"/kb/{key}",
                    "search": f"/search?q={query}",
                    "suggest": f"/suggest.json?q={query[:-2]}",
                    "facet": f"/search?q={query}&f={facet}%3A{quote_plus(value)}",
                    "json": f"/kb/{key}.json",
                    "source": f"/source/{key}",
                    "browse": f"/browse/{facet}/{quote_plus(value).replace('+', '%20')}",
                    "like": f"/like/{key}",
                }[kind],
            )
        )
    return found


async def _ask(
    port: int, pid: int, addresses: Sequence[Asked], clients: int, seconds: float, most: int, zipf: float
) -> tuple[list[Answer], list[Held], float]:
    answers: list[Answer] = []
    memory: list[Held] = []
    weights = list(accumulate(1 / place**zipf for place in range(1, len(addresses) + 1)))
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await _get(reader, writer, "/health")  # which is answered when the server has started
    writer.close()
    began = time.perf_counter()
    until = began + seconds

    async def client(number: int) -> None:
        rng = random.Random(_SEED + number)  # noqa: S311 - no secret
        connection = None
        while time.perf_counter() < until and len(answers) < most:
            asked = rng.choices(addresses, cum_weights=weights)[0]
            start = time.perf_counter()
            try:
                connection = connection or await asyncio.open_connection("127.0.0.1", port)
                status = await _get(*connection, asked.address)
            except (OSError, asyncio.IncompleteReadError):
                connection, status = None, 0
            answers.append(Answer(asked.kind, status, time.perf_counter() - start))
        if connection:
            connection[1].close()

    async def watch() -> None:
        while True:
            memory.append(_memory(pid))
            await asyncio.sleep(_RESTING)

    watching = asyncio.create_task(watch())
    await asyncio.gather(*(client(number) for number in range(clients)))
    watching.cancel()
    return answers, memory, time.perf_counter() - began


async def _get(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, address: str) -> int:
    """The status of an answer, which is read to its end."""
    writer.write(f"GET {address} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip\r\n\r\n".encode())
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    _, found, rest = head.partition(b"content-length:")
    await reader.readexactly(int(rest.split(b"\r\n", 1)[0]) if found else 0)
    return int(head.split(b" ", 2)[1])


def _memory(pid: int) -> Held:
    """What a process and those below it hold; what they share counts once."""
    server, *readers = map(proportional_bytes, family(pid))
    return Held(server, sum(readers))


def _table(answers: list[Answer], memory: list[Held], server: float, own: float, clients: int, seconds: float) -> str:
    statuses = sorted(Counter(answer.status for answer in answers).items())
    moments = [memory[place * (len(memory) - 1) // _MOMENTS] for place in range(_MOMENTS + 1)]
    lines = [
        f"{clients} clients, {len(answers):,} requests in {seconds:.0f} s ({len(answers) / seconds:,.0f}/s), "
        f"server {1000 * server / len(answers):.2f} ms of CPU a request, clients {1000 * own / len(answers):.2f} ms",
        "statuses: " + ", ".join(f"{status or 'none'} {count:,}" for status, count in statuses),
        "memory over the time, MB: "
        + ", ".join(f"{(held.server + held.readers) / 1e6:,.0f}" for held in moments)
        + f"; at last {moments[-1].server / 1e6:,.0f} of them in the server, the others in its readers",
        "",
        "| kind | requests | p50 ms | p95 ms | p99 ms | longest ms |",
        "|---|---|---|---|---|---|",
    ]
    for kind in ("all", *_SHARES):
        times = sorted(1000 * answer.seconds for answer in answers if kind in ("all", answer.kind))
        if times:
            shares = (times[int(share * (len(times) - 1))] for share in (0.5, 0.95, 0.99, 1.0))
            lines.append(f"| {kind} | {len(times):,} | " + " | ".join(f"{value:.0f}" for value in shares) + " |")
    return "\n".join(lines)
