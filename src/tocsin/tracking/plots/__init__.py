"""Several plots of one target: one row for each resolution cell before rows are worked."""

from tocsin.tracking.plots.merging import Plots

__all__ = ["Plots"]
