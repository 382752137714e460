"""Computing systems side by side: what they do in each phase of a language model, estimated from published results."""

from lotgate.compute.compare import Comparison, Side, compare
from lotgate.compute.constants import Calibration, calibration
from lotgate.compute.estimate import Estimate, Interval, Mark, estimate
from lotgate.compute.hardware import Chip, System, find_system, read_systems, systems
from lotgate.compute.models import Model, find_model, models, read_models
from lotgate.compute.works import Work, read_work

__all__ = [
    "Calibration",
    "Chip",
    "Comparison",
    "Estimate",
    "Interval",
    "Mark",
    "Model",
    "Side",
    "System",
    "Work",
    "calibration",
    "compare",
    "estimate",
    "find_model",
    "find_system",
    "models",
    "read_models",
    "read_systems",
    "read_work",
    "systems",
]
