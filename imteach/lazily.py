"""Packages that load each name they offer when it is first used: nobody waits for what they do not use."""

import sys
from collections.abc import Iterable, Mapping
from importlib import import_module
from types import ModuleType
from typing import Any, NamedTuple


def load(where: str) -> Any:
    """Import the module of "module:name" now, and return that name from it.

    >>> load("imteach.protocol:SERVER")
    'server'
    """
    module, _, name = where.partition(":")
    return getattr(import_module(module), name)


class Extra(NamedTuple):
    """An optional extra of imteach: its name, and the modules that it installs."""

    name: str
    modules: tuple[str, ...]


LAB = Extra("lab", ("anywidget", "ipywidgets", "traitlets", "IPython"))


def offer(package: str, names: Mapping[str, Iterable[str]], needs: Mapping[str, Extra] | None = None) -> None:
    """Let a package offer the `names` in each of these modules; `needs` says which modules need an extra.

    The package also imports the names below `if TYPE_CHECKING:`, for readers and type checkers. If an extra is missing,
    using one of its names raises an `ImportError` that says how to install it. `dir` leaves such names out, because
    `help` reads every name that `dir` lists, and would fail.

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
    """A package that loads its names on first use."""

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
            comes_with = load("imteach.errors:comes_with")  # only an error needs it
            raise ImportError(f"{name} needs {error.name}; {comes_with(extra.name)}") from error
        return value

    def __dir__(self) -> list[str]:
        offered = self.__dict__["_offered"]
        return sorted({*self.__dict__, *(name for name, (_, extra) in offered.items() if _is_here(extra))})


def _is_here(extra: Extra | None) -> bool:
    """Whether all modules of an extra are installed."""
    from importlib.util import find_spec  # only `dir` needs it

    return extra is None or all(find_spec(module) for module in extra.modules)
