"""YAML in which times stay text.

YAML 1.1 reads `+40:00` as the number 2400 and a date as a date.
"""

import re
from typing import Any

import yaml

_TAGS = {f"tag:yaml.org,2002:{name}" for name in ("timestamp", "int", "float")}


class _Loader(yaml.SafeLoader):
    """Safe loader that reads plain numbers only."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag not in _TAGS]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_DIGITS = list("-0123456789")
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"-?[0-9]+$"), _DIGITS)
_Loader.add_implicit_resolver("tag:yaml.org,2002:float", re.compile(r"-?[0-9]+\.[0-9]+$"), _DIGITS)


def parse(text: str) -> Any:
    """Return the document. Raises yaml.YAMLError."""
    return yaml.load(text, Loader=_Loader)  # noqa: S506  a subclass of the safe loader
