"""Reads the file beside the loop: each reader is a thread with a connection of its own."""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from client.deliveries.file import HistoryFile
from client.deliveries.filter import install_functions
from shared.sqlite import StoreUnusable

T = TypeVar("T")


class Reader:
    """Runs one reading after the other, and follows the file when another one takes its place."""

    def __init__(self, file: HistoryFile, name: str) -> None:
        self._file = file
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._connection: sqlite3.Connection | None = None
        self._generation = 0

    def fetch(self, reading: Callable[[sqlite3.Connection], T]) -> asyncio.Future[T]:
        """Have `reading` run; the result raises StoreUnusable where the file cannot be read."""
        return asyncio.get_running_loop().run_in_executor(self._thread, self._read, reading)

    def close(self, *, wait: bool) -> None:
        """Let the file go after what runs, and with `wait` return only then."""
        self._thread.submit(self._drop)
        self._thread.shutdown(wait=wait)

    def _read(self, reading: Callable[[sqlite3.Connection], T]) -> T:
        try:
            if self._connection is None or self._generation != self._file.generation:
                self._drop()
                self._generation = self._file.generation
                self._connection = self._file.reader()
                install_functions(self._connection)
            return reading(self._connection)
        except (sqlite3.Error, UnicodeDecodeError) as error:  # what SQLite says of a damaged schema quotes it
            self._drop()
            raise StoreUnusable(self._file.path, str(error)) from error

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
