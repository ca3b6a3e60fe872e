"""Jinja2 for JSON: whatever a template prints is safe inside a JSON string by default."""

from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, Undefined
from markupsafe import Markup

from bot.domain.errors import Misconfigured
from bot.render import filters, limits

SUFFIX = ".json.j2"


def _safe_by_default(value: object) -> object:
    if isinstance(value, Markup | Undefined):
        return value  # finished already, or about to raise
    if value is None:
        raise TypeError("None reached a template: say what to show instead")
    return filters.mrkdwn(value)


def find_templates() -> Path:
    """The templates' folder: inside the installed package, else at the top of the checkout.

    Raises Misconfigured if there is neither.
    """
    package = Path(str(files("bot")))
    for folder in (package / "templates", package.parent / "templates"):
        if folder.is_dir():
            return folder
    raise Misconfigured("The message templates are missing; install Call Doctor again.")


def open_environment(*folders: Path) -> Environment:
    """An environment whose every `{{ }}` is escaped for Slack and JSON.

    A template is taken from the first folder that holds it.

    `finalize` sees each printed value and returns `Markup`, so autoescape's HTML rules (which
    would write `&#34;`) leave it alone; autoescape makes macros return `Markup`, so that they
    are not escaped twice.
    """
    environment = Environment(
        loader=FileSystemLoader(folders),
        autoescape=True,
        finalize=_safe_by_default,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
    )
    environment.filters |= {
        "brief": limits.brief,
        "clock": filters.clock,
        "coded": filters.coded,
        "count": filters.count,
        "exact": filters.exact,
        "fit": limits.fit,
        "gist": filters.gist,
        "kept": filters.kept,
        "local": filters.local,
        "plain": filters.plain,
        "remembered": filters.remembered,
        "shorten": limits.shorten,
        "unix": filters.unix,
        "utc": filters.utc,
        "verbatim": filters.verbatim,
    }
    environment.globals["link"] = filters.link
    return environment


def every_template(environment: Environment) -> dict[str, Template]:
    """All templates of a folder by name, those that others import too: none is read later."""
    names = (name for name in environment.list_templates(["j2"]) if "/" not in name)
    return {name: environment.get_template(name) for name in names}
