"""A PostgreSQL server for the tests alone: made in a temporary folder, gone afterwards."""

import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import TracebackType

import sqlalchemy as sa

_ENOUGH = 2**31  # bytes of memory left for files


def _in_memory() -> str:
    """Return where files cost least to make, as far as there is room.

    A database of PostGIS is some 1,000 small files. To copy them on a disk takes 0.4 s of a core,
    which is more than most tests take; in memory it takes 0.1 s.
    """
    memory = "/dev/shm"
    roomy = os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > _ENOUGH
    return memory if roomy else "/tmp"


class PostgresCluster:
    """Starts on entering, stops on leaving; reached by a socket in its own folder.

    ``for_copies`` has it keep many small databases cheaply; what is measured is measured without.
    """

    def __init__(self, folder: Path, *, for_copies: bool = False) -> None:
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
        self.bin = found[-1] if found else Path(shutil.which("pg_ctl") or "").parent
        # PostgreSQL will not run as root, and a socket's path must be short.
        self.folder = Path(
            tempfile.mkdtemp(prefix="pg", dir=_in_memory() if for_copies else "/tmp")
        )
        self.for_copies = for_copies
        self.log = folder / "postgres.log"
        self.as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        self.user = "postgres" if self.as_user else os.environ.get("USER", "postgres")

    def _run(self, *command: str | Path) -> None:
        done = subprocess.run(
            [*self.as_user, *map(str, command)], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(done.stderr or done.stdout)

    def __enter__(self) -> "PostgresCluster":
        if self.as_user:
            shutil.chown(self.folder, "postgres")
        data = self.folder / "data"
        self._run(self.bin / "initdb", "-D", data, "-A", "trust", "-E", "UTF8", "--no-sync")
        options = f"-c listen_addresses= -c unix_socket_directories={self.folder} -c fsync=off"
        if self.for_copies:
            # Tables of a few rows are not worth a compiler, nor what is copied a long log.
            options += " -c jit=off -c max_wal_size=256MB -c full_page_writes=off"
            options += " -c wal_level=minimal -c max_wal_senders=0"
        self._run(
            *(self.bin / "pg_ctl", "-D", data, "-w", "-o", options),
            *("-l", self.folder / "log", "start"),
        )
        self._keeper = sa.create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")
        self._execute("CREATE DATABASE template")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._keeper.dispose()
        self._run(self.bin / "pg_ctl", "-D", self.folder / "data", "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database: str) -> str:
        """Return the address of a database of this server."""
        return f"postgresql+psycopg://{self.user}@/{database}?host={self.folder}"

    def _execute(self, statement: str) -> None:
        with self._keeper.connect() as connection:
            connection.exec_driver_sql(statement)

    def _copy(self, name: str, model: str | None) -> None:
        # To copy files takes a quarter of what it takes to write each page into the log as well.
        self._execute(f"CREATE DATABASE {name} TEMPLATE {model} STRATEGY file_copy")

    def copied_database(self, url: str | None = None) -> AbstractContextManager[str]:
        """Give the address of a copy of a database that nobody uses: the migrated one."""
        return self._database("template" if url is None else sa.make_url(url).database)

    def kept_copy(self, url: str) -> str:
        """Copy a database that nobody uses; return the address of what stays with the server."""
        name = f"t{uuid.uuid4().hex}"
        self._copy(name, sa.make_url(url).database)
        return self.url(name)

    def refill(self, url: str, *, like: str) -> None:
        """Let a database that nobody uses be a copy of another that nobody uses."""
        name, model = str(sa.make_url(url).database), sa.make_url(like).database
        self._execute(f"DROP DATABASE {name} WITH (FORCE)")
        self._copy(name, model)

    def empty_database(self) -> AbstractContextManager[str]:
        """Give the address of a database in which there is nothing."""
        return self._database("template0")

    @contextmanager
    def _database(self, model: str | None) -> Iterator[str]:
        name = f"t{uuid.uuid4().hex}"
        self._copy(name, model)
        yield self.url(name)
        self._execute(f"DROP DATABASE {name} WITH (FORCE)")
