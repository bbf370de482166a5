"""Jupyter: the interactive diagram. Python draws; the small JavaScript only listens.

`Lab` and `FaultMapLab` load when they are first asked for, so that what lies beside it here does without the widgets.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from imteach.lab.fault_map_lab import FaultMapLab
    from imteach.lab.widget import Lab

__all__ = ["FaultMapLab", "Lab"]

_EXTRA = ("anywidget", "ipywidgets", "traitlets", "IPython")


def __getattr__(name: str) -> Any:
    """Load a widget; say how to install what it needs if that is missing."""
    if name not in __all__:
        raise AttributeError(f"module 'imteach.lab' has no attribute {name!r}")
    try:
        from imteach.lab.fault_map_lab import FaultMapLab
        from imteach.lab.widget import Lab
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _EXTRA:
            raise  # something else is wrong, and installing the extra would not help
        raise ImportError(f"{name} needs {error.name}, which comes with: pip install 'imteach[lab]'") from error
    return {"FaultMapLab": FaultMapLab, "Lab": Lab}[name]
