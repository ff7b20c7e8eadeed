"""What flies: the classes of classes.toml, as records that tracker, unseen and forecasts read."""

from tocsin.models.classes.table import GROUPS, Class, Classes, known, parse, plain

__all__ = ["GROUPS", "Class", "Classes", "known", "parse", "plain"]
