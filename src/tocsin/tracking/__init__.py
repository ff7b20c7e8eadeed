"""Scan in, Picture and Health out: the tracker, and who looked where."""


def warm() -> None:
    """Compile every kernel on a tiny input, so that the first scan need not wait. Cached; seconds only once."""
    from tocsin.tracking.warming import warm as compile_all  # noqa: PLC0415  (importing this package imports no numba)

    compile_all()
