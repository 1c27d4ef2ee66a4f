"""Turns per second over real sockets, beside the floor: the same framework answering a constant after one durable insert.

    python benchmarks/turns.py [--turns 400] [--json OUT] [--rasa http://127.0.0.1:5005]

Both servers run as processes of their own on this machine, one after the other, in the same run. A turn counts from the line
sent to the answer received. With --rasa, the same lines also go to a Rasa server's REST channel.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2

from benchmarks.customers import LINES, Customer
from benchmarks.report import Figure, quantile, report

AT_ONCE = (1, 8, 32)
_START_S = 180


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=400, help="turns at each number of customers")
    parser.add_argument("--json", type=Path, help="write the figures here")
    parser.add_argument("--rasa", help="URL of a Rasa server with the REST channel")
    arguments = parser.parse_args()
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        with served(["-m", "benchmarks.floor", "--port", str(port), "--file", f"{folder}/floor.sqlite3"], port):
            figures += asyncio.run(measure("floor", f"http://127.0.0.1:{port}", arguments.turns))
        port = free_port()
        command = ["-m", "xiaoer", "demo", "--data-dir", f"{folder}/data", "--port", str(port)]
        with served(command, port) as process:
            figures += asyncio.run(measure("xiaoer", f"http://127.0.0.1:{port}", arguments.turns))
            figures.append(Figure("xiaoer", "peak memory", peak_mb(process.pid), "MB"))
    if arguments.rasa:
        figures += asyncio.run(measure_rasa(arguments.rasa, arguments.turns))
    values = {(one.case, one.metric): one.value for one in figures}
    share = values["floor, 32 at once", "turns"] / values["xiaoer, 32 at once", "turns"]
    figures.append(Figure("xiaoer", "floor is faster by", share, "×"))
    report(figures, title="Turns over WebSocket", out=arguments.json)


async def measure(name: str, base: str, turns: int) -> list[Figure]:
    """A figure set for each number of customers at once."""
    figures: list[Figure] = []
    async with httpx2.AsyncClient(timeout=60) as http:
        await _round(http, base, 4, 32)  # warm
        for customers in AT_ONCE:
            begun = time.perf_counter()
            took = await _round(http, base, customers, turns)
            figures += figures_of(f"{name}, {customers} at once", took, time.perf_counter() - begun)
    return figures


async def _round(http: httpx2.AsyncClient, base: str, customers: int, turns: int) -> list[float]:
    people = [Customer(base) for _ in range(customers)]
    for person in people:
        await person.sign_in(http)
    texts = itertools.cycle(text for _, text in LINES)
    shares = [[next(texts) for _ in range(max(1, turns // customers))] for _ in people]
    await asyncio.gather(*(person.talk(lines, name=f"b{time.time_ns()}") for person, lines in zip(people, shares, strict=True)))
    return [seconds for person in people for seconds in person.took_s]


async def measure_rasa(url: str, turns: int) -> list[Figure]:
    """The same lines through Rasa's REST channel: POST /webhooks/rest/webhook {sender, message}."""
    figures: list[Figure] = []
    async with httpx2.AsyncClient(timeout=120) as http:
        for customers in AT_ONCE:
            texts = itertools.cycle(text for _, text in LINES)

            async def one(sender: str, lines: list[str]) -> list[float]:
                took = []
                for line in lines:
                    begun = time.perf_counter()
                    answer = await http.post(f"{url}/webhooks/rest/webhook", json={"sender": sender, "message": line})
                    answer.raise_for_status()
                    took.append(time.perf_counter() - begun)
                return took

            shares = [[next(texts) for _ in range(max(1, turns // customers))] for _ in range(customers)]
            begun = time.perf_counter()
            found = await asyncio.gather(*(one(f"s{time.time_ns()}-{n}", lines) for n, lines in enumerate(shares)))
            figures += figures_of(f"rasa, {customers} at once", [s for part in found for s in part], time.perf_counter() - begun)
    return figures


def figures_of(case: str, took_s: list[float], wall_s: float) -> list[Figure]:
    """Throughput and latencies of one round."""
    return [
        Figure(case, "turns", len(took_s) / wall_s, "1/s"),
        Figure(case, "p50", quantile(took_s, 0.5) * 1000, "ms"),
        Figure(case, "p95", quantile(took_s, 0.95) * 1000, "ms"),
        Figure(case, "p99", quantile(took_s, 0.99) * 1000, "ms"),
    ]


@contextlib.contextmanager
def served(command: list[str], port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A server in a process of its own, until the block ends."""
    environment = {**os.environ, "XIAOER_MESSAGES_PER_MINUTE": "6000", "XIAOER_LOG_LEVEL": "warning"}
    process = subprocess.Popen([sys.executable, *command], env=environment)
    try:
        wait_until_up(process, port)
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


def wait_until_up(process: subprocess.Popen[bytes], port: int) -> None:
    """Until /healthz answers; RuntimeError when the process ends or takes too long."""
    until = time.monotonic() + _START_S
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        with contextlib.suppress(httpx2.HTTPError):
            if httpx2.get(f"http://127.0.0.1:{port}/healthz", timeout=2).status_code == 200:
                return
        time.sleep(0.1)
    raise RuntimeError("the server did not come up")


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def peak_mb(pid: int) -> float:
    """The most memory that the process held (Linux: VmHWM)."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return float("nan")


if __name__ == "__main__":
    main()
