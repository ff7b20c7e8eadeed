"""Rows of a table that are read out of order, asked for before they are needed (a prefetch; `njit` compiles it in).

Components stand in the order of their birth and detections in that of their content, so that from a component to its
detection is a jump to anywhere. A jump waits for memory as long as a hundred additions take; where the next ones are
known, they can be on their way meanwhile.
"""

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic, overload

AHEAD: Final = 8  # so many rows before its turn a row is asked for: a few hundred nanoseconds
READ: Final = 0
KEPT: Final = 3  # in all levels of cache
DATA: Final = 1


def fetch(table: np.ndarray, row: int) -> None:
    """Ask for the beginning of a row. It changes no number, and no row need be there. Interpreted it does nothing."""


@overload(fetch, inline="always")
def _compiled(table: Any, row: Any) -> Callable[..., None]:  # noqa: ANN401, ARG001  numba goes by their names
    def asked(table: Any, row: Any) -> None:  # noqa: ANN401
        _prefetch(table, row)  # type: ignore[call-arg]

    return asked


@intrinsic
def _prefetch(_context: Any, table: Any, row: Any) -> tuple[Any, Any]:  # noqa: ANN401, ARG001
    """LLVM's instruction of that name."""

    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:  # noqa: ANN401
        array = context.make_array(signature.args[0])(context, builder, values[0])
        offset = builder.mul(values[1], builder.extract_value(array.strides, 0))
        octet, word = ir.IntType(8), ir.IntType(32)
        place = builder.gep(builder.bitcast(array.data, octet.as_pointer()), [offset], source_etype=octet)
        kind = ir.FunctionType(ir.VoidType(), [place.type, word, word, word])
        prefetch = builder.module.declare_intrinsic("llvm.prefetch", [place.type], kind)
        builder.call(prefetch, [place, word(READ), word(KEPT), word(DATA)])
        return context.get_dummy_value()

    return types.void(table, types.intp), code
