"""Packages that load what they offer when it is first asked for: nobody waits for what they do not use."""

import sys
from collections.abc import Iterable, Mapping
from importlib import import_module
from types import ModuleType
from typing import Any, NamedTuple


def load(where: str) -> Any:
    """Return what stands at "module:name", and load that module only now.

    >>> load("imteach.protocol:SERVER")
    'server'
    """
    module, _, name = where.partition(":")
    return getattr(import_module(module), name)


class Extra(NamedTuple):
    """An extra of imteach, by its name, and the modules that come with it and may be missing without it."""

    name: str
    modules: tuple[str, ...]


LAB = Extra("lab", ("anywidget", "ipywidgets", "traitlets", "IPython"))


def offer(package: str, names: Mapping[str, Iterable[str]], needs: Mapping[str, Extra] | None = None) -> None:
    """Let a package offer these names, by the module of it that each stands in; `needs` says which need an extra.

    For those who read and check the code, the package imports them too, below `if TYPE_CHECKING:`. Where an extra is
    missing, its names say on being asked for how to install it, and `dir` does without them: `help` asks for every
    name that `dir` has, and would fail of one.

    >>> import imteach.verify
    >>> imteach.verify.in_short.__module__
    'imteach.tell.summary'
    """
    module = sys.modules[package]
    module.__class__ = _Package
    extras = needs or {}
    module.__dict__["_offered"] = {
        name: (part if part.startswith("imteach.") else f"{package}.{part}", extras.get(part))
        for part, those in names.items()
        for name in those
    }


class _Package(ModuleType):
    """A package that knows where its names stand."""

    def __getattr__(self, name: str) -> Any:
        where, extra = self.__dict__["_offered"].get(name, ("", None))
        if not where:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        try:
            value = self.__dict__[name] = load(f"{where}:{name}")
        except ModuleNotFoundError as error:
            missing = (error.name or "").partition(".")[0]
            if extra is None or missing not in extra.modules:
                raise  # something else is wrong, and installing the extra would not help
            raise ImportError(
                f"{name} needs {error.name}, which comes with: pip install 'imteach[{extra.name}]'"
            ) from error
        return value

    def __dir__(self) -> list[str]:
        offered = self.__dict__["_offered"]
        return sorted({*self.__dict__, *(name for name, (_, extra) in offered.items() if _is_here(extra))})


def _is_here(extra: Extra | None) -> bool:
    """Whether what an extra brings is installed."""
    from importlib.util import find_spec  # only a look around needs it

    return extra is None or all(find_spec(module) for module in extra.modules)
