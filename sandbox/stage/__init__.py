"""Puts the parts together on one machine: control plane, Graph simulator, and the operator as a real process."""

from stage.operator_process import OperatorProcess, Post
from stage.world_time import WorldTime

__all__ = ["OperatorProcess", "Post", "WorldTime"]
