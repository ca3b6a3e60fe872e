"""Every setting, read from the environment and a `.env` file. Nothing else reads either."""

import re
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    InitSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from bot.domain.access import AccessRules
from bot.domain.errors import Misconfigured
from bot.domain.parsing.ticket_url import TicketUrl, parse_ticket_urls
from bot.domain.privacy.personal_names import Names
from bot.domain.status_page import STATUS_PAGE

DEFAULT_ALIAS = "default"
NO_CREDENTIALS = "Credentials of 100ms are missing"
WHERE_CREDENTIALS = (
    "Copy the access key and the secret from the 100ms dashboard: dashboard.100ms.live → Developer."
)


def _strip(value: object) -> object:
    return value.strip() if isinstance(value, str) else value


def _with_slash(value: object) -> object:
    """Return a base address with a slash at its end."""
    return value.strip().rstrip("/") + "/" if isinstance(value, str) else value


def _lower(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


def _without_slash(value: object) -> object:
    return value.strip().rstrip("/") if isinstance(value, str) else value


def _parse_ids(value: object) -> object:
    """Return the Slack ids in `C1,C2`. Raises ValueError for a name, or for a list without any id.

    A list without ids would look like a list that is not set.
    """
    if isinstance(value, str):
        ids = [word.upper() for word in re.split(r"[\s,;]+", value) if word]
        wrong = [word for word in ids if not re.fullmatch(r"[A-Z][A-Z0-9]+", word)]
        if wrong or not ids:
            raise ValueError(f"must be Slack ids with commas between, such as C0123,C0456: {value}")
        return ids
    return value


def _parse_header(value: object) -> object:
    """Return the name of an HTTP header in lower case. Raises ValueError if it is none."""
    name = _lower(value)
    if isinstance(name, str) and not re.fullmatch(r"[a-z0-9!#$%&'*+.^_`|~-]*", name):
        raise ValueError("must be the name of an HTTP header, such as x-call-doctor-secret")
    return name


Secret = Annotated[SecretStr, BeforeValidator(_strip)]
HeaderName = Annotated[str, BeforeValidator(_parse_header)]
IdList = Annotated[frozenset[str] | None, NoDecode, BeforeValidator(_parse_ids)]


class Workspace(BaseModel):
    """One 100ms workspace: an access key with its secret, or a ready-made management token.

    `webhook_header` and `webhook_pull` are "" and None for the values of `Settings`.
    """

    access_key: Secret = SecretStr("")
    secret: Secret = SecretStr("")
    management_token: Secret = SecretStr("")
    api_url: Annotated[str, BeforeValidator(_without_slash)] = ""
    channels: IdList = None
    webhook_secret: Secret = SecretStr("")
    webhook_header: HeaderName = ""
    webhook_signature_secret: Secret = SecretStr("")
    webhook_pull: bool | None = None

    @property
    def has_credentials(self) -> bool:
        """True if calls can be signed."""
        return bool(self.management_token.get_secret_value()) or bool(
            self.access_key.get_secret_value() and self.secret.get_secret_value()
        )

    @property
    def is_empty(self) -> bool:
        """True if no credential is set."""
        return not any(
            part.get_secret_value()
            for part in (self.access_key, self.secret, self.management_token)
        )


class _TicketUrls(PydanticBaseSettingsSource):
    """Reads TICKET_URL_<NAME>, of which the names are free, from the environment and `.env`."""

    def __call__(self) -> dict[str, Any]:
        values = {**self._read(DotEnvSettingsSource), **self._read(EnvSettingsSource)}
        prefix = len("TICKET_URL_")
        return {"ticket_urls": {name[prefix:]: value for name, value in values.items()}}

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Return no value for a single field; `__call__` returns them all."""
        return None, field_name, field.is_required()

    def _read(self, source: type[EnvSettingsSource] | type[DotEnvSettingsSource]) -> dict[str, str]:
        names = source(self.settings_cls, case_sensitive=True).env_vars.items()
        return {
            name: value.strip()
            for name, value in names
            if value and name.upper().startswith("TICKET_URL_")
        }


def _status_url_off(
    settings_cls: type[BaseSettings], dotenv: PydanticBaseSettingsSource
) -> InitSettingsSource:
    """Return the source of an empty STATUS_URL, which means "off".

    Any other empty variable counts as not set.
    """
    file = getattr(dotenv, "env_file", None)
    environment = EnvSettingsSource(settings_cls, env_ignore_empty=False).env_vars
    in_file = DotEnvSettingsSource(settings_cls, file, env_ignore_empty=False).env_vars
    url = environment.get("status_url", in_file.get("status_url"))
    is_off = url is not None and not url.strip()
    return InitSettingsSource(settings_cls, {"status_url": ""} if is_off else {})


class Settings(BaseSettings):
    """All settings by their environment names, in lower case; `.env.example` explains each."""

    model_config = SettingsConfigDict(
        env_file=".env", env_nested_delimiter="__", extra="ignore", env_ignore_empty=True
    )

    slack_bot_token: Secret = SecretStr("")
    slack_signing_secret: Secret = SecretStr("")
    slack_app_token: Secret = SecretStr("")
    slack_api_url: Annotated[str, BeforeValidator(_with_slash)] = "https://slack.com/api/"
    hms_access_key: Secret = SecretStr("")
    hms_secret: Secret = SecretStr("")
    hms_management_token: Secret = SecretStr("")
    hms_api_url: Annotated[str, BeforeValidator(_without_slash)] = "https://api.100ms.live/v2"
    hms_workspaces: dict[str, Workspace] = Field(default_factory=dict)
    hms_calls_at_once: int = Field(8, ge=1, le=64)
    hms_dashboard_url: Annotated[str, BeforeValidator(_without_slash)] = (
        "https://dashboard.100ms.live"
    )
    hms_webhook_secret: Secret = SecretStr("")
    hms_webhook_header: HeaderName = "x-call-doctor-secret"
    hms_webhook_signature_secret: Secret = SecretStr("")
    hms_webhook_pull: bool = False
    status_url: Annotated[str, BeforeValidator(_without_slash)] = STATUS_PAGE
    database_url: Secret = SecretStr("")
    templates_dir: Path | None = None
    reply_language: Annotated[str, BeforeValidator(_lower)] = "en"
    host: str = "0.0.0.0"  # noqa: S104  a container's port is published by its owner
    port: int = Field(3000, ge=0, le=65535)
    log_level: str = "INFO"
    lookups_per_asker: int = Field(3, ge=1)
    lookups_waiting: int = Field(500, ge=1)
    lookups_waiting_per_asker: int = Field(10, ge=1)
    watch_every: float = Field(15, ge=1, le=3600)
    watch_linger: float = Field(300, ge=0, le=86_400)
    show_names: Annotated[Names, BeforeValidator(_lower)] = Names.FULL
    xdg_data_home: Path | None = None
    slack_teams: IdList = None
    allowed_channels: IdList = None
    allowed_users: IdList = None
    allow_guests: bool = False
    allow_workflows: bool = False
    ticket_urls: dict[str, str] = Field(default_factory=dict)
    ticket_names: bool = False

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Return pydantic's sources, and those of TICKET_URL_<NAME> and an empty STATUS_URL."""
        status_url = _status_url_off(settings_cls, dotenv_settings)
        sources = (status_url, env_settings, dotenv_settings, _TicketUrls(settings_cls))
        return init_settings, *sources, file_secret_settings

    def tickets(self) -> tuple[TicketUrl, ...]:
        """Return the ticket systems. Raises Misconfigured, naming the variable."""
        return parse_ticket_urls(self.ticket_urls)

    @property
    def database(self) -> str:
        """DATABASE_URL, or a SQLite file in the user's data folder."""
        if url := self.database_url.get_secret_value():
            return url
        home = self.xdg_data_home or Path.home() / ".local" / "share"
        return f"sqlite:///{home / 'call-doctor' / 'call-doctor.db'}"

    def workspaces(self) -> dict[str, Workspace]:
        """Return every 100ms workspace by alias. Raises Misconfigured, naming the variable."""
        first = Workspace(
            access_key=self.hms_access_key,
            secret=self.hms_secret,
            management_token=self.hms_management_token,
            webhook_secret=self.hms_webhook_secret,
            webhook_signature_secret=self.hms_webhook_signature_secret,
        )
        workspaces = {} if first.is_empty else {DEFAULT_ALIAS: first}
        for alias, workspace in self.hms_workspaces.items():
            extends_first = (
                workspace.is_empty and alias.lower() in workspaces
            )  # settings for the default workspace
            overrides = workspace.model_dump(exclude_unset=True)
            workspaces[alias.lower()] = (
                first.model_copy(update=overrides) if extends_first else workspace
            )
        if not workspaces:
            raise Misconfigured(
                "HMS_ACCESS_KEY and HMS_SECRET (or HMS_MANAGEMENT_TOKEN) are not set.",
                headline=NO_CREDENTIALS,
                next_step=WHERE_CREDENTIALS,
            )
        for alias, workspace in workspaces.items():
            _check_credentials(alias, workspace)
        return workspaces

    @property
    def receives_webhooks(self) -> bool:
        """Whether 100ms sends webhooks of any workspace, or they are fetched. As `workspaces`."""
        return self.hms_webhook_pull or any(
            workspace.webhook_pull
            or workspace.webhook_secret.get_secret_value()
            or workspace.webhook_signature_secret.get_secret_value()
            for workspace in self.workspaces().values()
        )

    def access(self) -> AccessRules:
        """Return the rules on who may ask, and about which workspaces. Raises Misconfigured."""
        lists = {alias: workspace.channels for alias, workspace in self.workspaces().items()}
        return AccessRules(
            channels=self.allowed_channels,
            users=self.allowed_users,
            workspace_channels={alias: ids for alias, ids in lists.items() if ids is not None},
            teams=self.slack_teams or frozenset(),
            guests=self.allow_guests,
            workflows=self.allow_workflows,
        )


def _check_credentials(alias: str, workspace: Workspace) -> None:
    if workspace.has_credentials:
        return
    prefix = "HMS_" if alias == DEFAULT_ALIAS else f"HMS_WORKSPACES__{alias.upper()}__"
    missing = "SECRET" if workspace.access_key.get_secret_value() else "ACCESS_KEY"
    raise Misconfigured(
        f"{prefix}{missing} of the 100ms workspace {alias} is not set.",
        headline=NO_CREDENTIALS,
        next_step=WHERE_CREDENTIALS,
    )


def read_settings() -> Settings:
    """Return the settings of this process. Raises Misconfigured, naming each wrong variable."""
    try:
        settings = Settings()
    except ValidationError as error:
        problems = "; ".join(
            f"{'__'.join(str(part) for part in problem['loc']).upper()}: {problem['msg']}"
            for problem in error.errors(include_input=False, include_url=False)
        )
        raise Misconfigured(f"A setting cannot be read: {problems}.") from None
    settings.tickets()
    return settings
