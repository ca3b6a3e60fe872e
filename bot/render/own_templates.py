"""Checks whether an operator's own templates fit this version of the bot."""

from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, TemplateSyntaxError, nodes
from jinja2.meta import find_undeclared_variables

from bot.render.replies.letter import FOLDER, find_text_faults
from bot.render.templates import find_templates, open_environment


def find_template_faults(folder: Path) -> tuple[str, ...]:
    """Return a sentence for each fault of a template in `folder`, in order of the files' names.

    A template must be readable Jinja2. It may use the values of our template of the same name, and
    any filter, import and field that this version has. A file whose name matches no template of
    ours is never rendered and is reported as a fault. A missing file is no fault: our own is used
    instead.
    """
    if not folder.is_dir():
        return (f"TEMPLATES_DIR is no folder: {folder}.",)
    built_in, replies = find_templates(), folder / FOLDER
    faults = [*_faults_in(folder, built_in), *_faults_in(replies, built_in / FOLDER)]
    for language in sorted(path for path in replies.glob("*") if path.is_dir()):
        known = built_in / FOLDER / language.name
        faults += _faults_in(language, known if known.is_dir() else built_in / FOLDER / "en")
        faults += find_text_faults(language)
    return tuple(faults)


def _faults_in(folder: Path, built_in_folder: Path) -> Iterator[str]:
    environment = open_environment(built_in_folder)
    built_in = {
        path.name: _parse(environment, path) for path in sorted(built_in_folder.glob("*.j2"))
    }
    fields = {name for tree in built_in.values() for name in _fields(tree)}
    for path in sorted(folder.glob("*.j2")):
        if path.name not in built_in:
            yield f"{path.name}: no message uses a template of this name."
            continue
        try:
            tree = _parse(environment, path)
        except (TemplateSyntaxError, UnicodeDecodeError) as error:
            yield f"{path.name}: it cannot be read ({error})."
            continue
        unknown = _filters(tree) - set(environment.filters)
        if unknown:
            yield f"{path.name}: this version has no filter {', '.join(sorted(unknown))}."
            continue
        counterpart = built_in[path.name]
        for kind, names in (
            ("value", _values(tree) - _values(counterpart) - set(environment.globals)),
            ("import", _imports(tree) - set(built_in)),
            ("field", _fields(tree) - fields),
        ):
            if names:
                yield f"{path.name}: this version has no {kind} {', '.join(sorted(names))}."


def _parse(environment: Environment, path: Path) -> nodes.Template:
    return environment.parse(path.read_text(encoding="utf-8"))


def _values(tree: nodes.Template) -> set[str]:
    return find_undeclared_variables(tree)


def _filters(tree: nodes.Template) -> set[str]:
    return {node.name for node in tree.find_all(nodes.Filter)}


def _fields(tree: nodes.Template) -> set[str]:
    return {node.attr for node in tree.find_all(nodes.Getattr)}


def _imports(tree: nodes.Template) -> set[str]:
    imports = tree.find_all((nodes.Import, nodes.FromImport, nodes.Include, nodes.Extends))
    names = (getattr(node, "template", None) for node in imports)
    return {str(name.value) for name in names if isinstance(name, nodes.Const)}
