"""Packages that load what they offer when it is first asked for: nobody waits for what they do not use."""

import sys
from collections.abc import Iterable, Mapping
from importlib import import_module
from types import ModuleType
from typing import Any


def offer(package: str, names: Mapping[str, Iterable[str]]) -> None:
    """Let a package offer these names, by the module of it that each stands in.

    For those who read and check the code, the package imports them too, below `if TYPE_CHECKING:`.

    >>> import imteach.verify
    >>> imteach.verify.in_short.__module__
    'imteach.verify.short'
    """
    module = sys.modules[package]
    module.__class__ = _Package
    module.__dict__["_module_of"] = {name: f"{package}.{part}" for part, those in names.items() for name in those}


class _Package(ModuleType):
    """A package that knows where its names stand."""

    def __getattr__(self, name: str) -> Any:
        where = self.__dict__["_module_of"].get(name)
        if where is None:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        value = self.__dict__[name] = getattr(import_module(where), name)
        return value

    def __setattr__(self, name: str, value: object) -> None:
        """Set an attribute, as any module does; but a name that is offered stays what is offered.

        Python binds each module that it loads to its package, and `imteach.verify.follow` is a function that
        stands in a module of that name.
        """
        if name not in self.__dict__["_module_of"] or not isinstance(value, ModuleType):
            super().__setattr__(name, value)

    def __dir__(self) -> list[str]:
        return sorted({*self.__dict__, *self.__dict__["_module_of"]})
