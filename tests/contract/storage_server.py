"""The PostgreSQL that the tests of the storage share."""

from dataclasses import dataclass

import psycopg


@dataclass(frozen=True)
class Server:
    """A running PostgreSQL on a loopback port."""

    port: int

    def url(self, name: str) -> str:
        return f"postgresql://doctor:secret-word@127.0.0.1:{self.port}/{name}"

    def database(self, name: str) -> str:
        """Make an empty database, and give its URL."""
        self._do(f'CREATE DATABASE "{name}"')
        return self.url(name)

    def cut(self, name: str) -> None:
        """End every connection to that database."""
        self._do(
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"  # noqa: S608
        )

    def _do(self, statement: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())
