"""Jupyter: the interactive diagram. Python draws; the small JavaScript only listens.

`Lab` and `FaultMapLab` load when they are first used, so that the other modules here do not need ipywidgets.
"""

from typing import TYPE_CHECKING

from imteach.lazily import LAB, offer

if TYPE_CHECKING:
    from imteach.lab.fault_map_lab import FaultMapLab
    from imteach.lab.widget import Lab

__all__ = ["FaultMapLab", "Lab"]

offer(
    __name__,
    {"fault_map_lab": ["FaultMapLab"], "widget": ["Lab"]},
    needs={"fault_map_lab": LAB, "widget": LAB},
)
