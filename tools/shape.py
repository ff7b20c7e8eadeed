"""The shape of the house, checked: sizes, names, and the calls that no import shows. Run by `make check`.

Prints one line for each finding and exits with 1 when there is any. Argue with a rule in a decision record under
docs/decisions/, then change it here; there is no way to silence one for a line.
"""

import ast
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[1]

LINES_MAX = 500
FUNCTION_LINES_MAX = 70  # without its docstring: to explain is no fault
FOLDER_FILES_MAX = 12
FILE_BYTES_MAX = 1_000_000

SOURCE = {".py", ".ts", ".svelte", ".css", ".js", ".sh"}
SHAPED = ("src/", "web/src/", "tests/", "tools/", "benchmarks/")  # folders whose number of files has a limit
NAMELESS = re.compile(r"(^|_)(utils?|helpers?|common|misc|managers?|stuff)(_|$)")

# DESIGN, rule 2: these never touch the world. BLAS is out where bits must not depend on threads or on the core's type.
THINKING = tuple(
    f"src/tocsin/{name}"
    for name in (
        *("geo/", "models/", "tracking/", "forecast/", "alerts/", "planning/", "score/", "ledger/chain", "feeds/"),
        *("messages.py", "settings.py", "errors.py", "wire.py", "pipeline.py"),
    )
)
EDGES = ("src/tocsin/feeds/transport",)
WITHOUT_BLAS = tuple(f"src/tocsin/{name}" for name in ("geo/", "models/", "tracking/", "forecast/", "alerts/"))
WALL_CLOCKS = {
    *("time.time", "time.time_ns", "time.gmtime", "time.localtime", "time.ctime"),
    *("datetime.now", "datetime.utcnow", "datetime.today", "date.today"),
    *("datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today", "datetime.date.today"),
}
PRODUCT = re.compile(r"(np|numpy)\.(dot|vdot|inner|matmul|tensordot|einsum|linalg\..+)|(scipy\.)?linalg\..+")
SEEDED = {"default_rng", "Generator", "SeedSequence", "PCG64", "Philox", "BitGenerator"}

# Words that belong in no file of ours. Each is written so that it does not find itself.
FORBIDDEN_TEXT = (
    ("a registry host", re.compile(r"pypi\.org|pythonhosted\.org|registry\.npmjs|npmjs\.(com|org)|index-url\s*=")),
    ("a path of one machine", re.compile(r"(?<![\w.$}~*-])/(work|root|tmp|home|Users)/[\w.-]")),
    ("a private key", re.compile(r"-{5}BEGIN [A-Z ]*PRIVATE KEY-{5}")),
    ("a token", re.compile(r"\b(AKIA[0-9A-Z]{16}|gh[opsu]_\w{36}|npm_\w{36}|xox[abp]-\w{10}|tcs_[\w-]{43})")),
)


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing that is out of shape, where it stands, and what to do."""

    path: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text}"


Rule = Callable[[str, ast.Module], Iterator[Finding]]


def dotted(node: ast.expr) -> str:
    """`np.random.default_rng` as text; empty when the expression is more than names and dots."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else ""
    return ""


def calls(tree: ast.Module) -> Iterator[tuple[ast.Call, str]]:
    """Every call, with the name that is called."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield node, dotted(node.func)


def thinks(path: str) -> bool:
    """Is this file under the rule that thinking never touches the world?"""
    return path.startswith(THINKING) and not path.startswith(EDGES)


def functions_short(path: str, tree: ast.Module) -> Iterator[Finding]:
    """At most FUNCTION_LINES_MAX lines a function, its docstring not counted."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        lines = (node.end_lineno or node.lineno) - node.lineno + 1
        if ast.get_docstring(node, clean=False) is not None:
            lines -= (node.body[0].end_lineno or 0) - node.body[0].lineno + 1
        if lines > FUNCTION_LINES_MAX:
            text = f"{node.name} has {lines} lines, {FUNCTION_LINES_MAX} at most: name its parts"
            yield Finding(path, node.lineno, text)


def clock_only_in_live(path: str, tree: ast.Module) -> Iterator[Finding]:
    """Time comes in with the item: only live/ reads a clock."""
    if not path.startswith("src/tocsin/") or path.startswith("src/tocsin/live/"):
        return
    for node, name in calls(tree):
        if name in WALL_CLOCKS:
            yield Finding(path, node.lineno, f"{name}() reads a clock: take the time as an argument")
    for statement in ast.walk(tree):
        if isinstance(statement, ast.ImportFrom) and statement.module == "time":
            for alias in statement.names:
                if f"time.{alias.name}" in WALL_CLOCKS:
                    text = f"time.{alias.name} reads a clock: take the time as an argument"
                    yield Finding(path, statement.lineno, text)


def seeded(path: str, tree: ast.Module) -> Iterator[Finding]:
    """Randomness has a seed, or a run cannot be repeated."""
    if not path.startswith("src/"):
        return
    for node, name in calls(tree):
        last = name.rpartition(".")[2]
        if name.startswith(("np.random.", "numpy.random.")) and last not in SEEDED:
            yield Finding(path, node.lineno, f"{name}() shares one hidden state: take a numpy Generator as an argument")
        if last == "default_rng" and not node.args and not node.keywords:
            yield Finding(path, node.lineno, "default_rng() without a seed cannot be repeated: hand it one")


def no_files_in_thought(path: str, tree: ast.Module) -> Iterator[Finding]:
    """Thinking opens no file; what it needs is handed in (tables in the package: importlib.resources)."""
    if thinks(path):
        for node, name in calls(tree):
            if name in {"open", "io.open", "np.load", "np.save", "np.savez", "np.fromfile", "np.memmap", "np.loadtxt"}:
                yield Finding(path, node.lineno, f"{name}() touches a file: read it at the edge and hand it in")


def no_blas(path: str, tree: ast.Module) -> Iterator[Finding]:
    """Matrix products change bits with the number of BLAS threads and the type of the core: write them out."""
    if not path.startswith(WITHOUT_BLAS):
        return
    for operation in ast.walk(tree):
        if isinstance(operation, ast.BinOp | ast.AugAssign) and isinstance(operation.op, ast.MatMult):
            yield Finding(path, operation.lineno, "@ goes to BLAS, whose bits depend on the machine: use a kernel")
    for node, name in calls(tree):
        if PRODUCT.fullmatch(name):
            yield Finding(path, node.lineno, f"{name}() goes to BLAS, whose bits depend on the machine: use a kernel")


def kernels_plain(path: str, tree: ast.Module) -> Iterator[Finding]:
    """Compiled code is cached, keeps IEEE order, runs in one thread."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef):
            continue
        for decorator in node.decorator_list:
            called = isinstance(decorator, ast.Call)
            name = dotted(decorator.func if isinstance(decorator, ast.Call) else decorator)
            if name not in {"njit", "numba.njit", "nb.njit", "jit", "numba.jit", "vectorize", "guvectorize"}:
                continue
            keywords = {k.arg: k.value for k in decorator.keywords} if isinstance(decorator, ast.Call) else {}
            for switch in ("fastmath", "parallel"):
                if switch in keywords:
                    yield Finding(path, node.lineno, f"{switch} changes bits from run to run or machine to machine")
            if path.startswith("src/") and (not called or "cache" not in keywords):
                yield Finding(path, node.lineno, "write @njit(cache=True): compiling at every start costs seconds")


RULES: tuple[Rule, ...] = (
    functions_short,
    clock_only_in_live,
    seeded,
    no_files_in_thought,
    no_blas,
    kernels_plain,
)


def of_python(path: str, text: str) -> Iterator[Finding]:
    """Every rule that reads Python, on one file."""
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        yield Finding(path, error.lineno or 1, f"is no Python: {error.msg}")
        return
    for rule in RULES:
        yield from rule(path, tree)


def of_text(path: str, text: str) -> Iterator[Finding]:
    """What every text file must keep: its length, and what it must not name."""
    where = PurePosixPath(path)
    lines = text.splitlines()
    if where.suffix in SOURCE and len(lines) > LINES_MAX:
        yield Finding(path, 1, f"has {len(lines)} lines, {LINES_MAX} at most: two things live here, part them")
    if where.name == "package-lock.json":
        # A package's own home page may name any host; where it came from is what `resolved` says.
        if '"resolved"' in text:
            yield Finding(path, 1, "names the host that a package came from: run make lock")
        return
    for number, line in enumerate(lines, 1):
        for what, pattern in FORBIDDEN_TEXT:
            if found := pattern.search(line):
                yield Finding(path, number, f"names {what}: {found.group()!r}")


def of_names(paths: list[str]) -> Iterator[Finding]:
    """What files are called, and how many lie in a folder."""
    for path in paths:
        where = PurePosixPath(path)
        if where.suffix in SOURCE and NAMELESS.search(where.stem):
            yield Finding(path, 1, f"{where.name} names nothing: call it after the thing that is in it")
    crowd = Counter(str(PurePosixPath(path).parent) for path in paths if path.startswith(SHAPED))
    for folder, files in sorted(crowd.items()):
        if files > FOLDER_FILES_MAX:
            yield Finding(folder, 1, f"holds {files} files, {FOLDER_FILES_MAX} at most: group what belongs together")


def of_file(path: str, data: bytes) -> Iterator[Finding]:
    """Every rule on one file."""
    if len(data) > FILE_BYTES_MAX:
        yield Finding(path, 1, f"has {len(data)} bytes, {FILE_BYTES_MAX} at most: fetch or make it instead")
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return  # a picture or a recording
    yield from of_text(path, text)
    if path.endswith(".py"):
        yield from of_python(path, text)


def tree_files(root: Path) -> list[str]:
    """What git keeps or would keep, in order."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout
    return sorted({path for path in listed.split("\0") if path and (root / path).is_file()})


def findings(root: Path) -> list[Finding]:
    """All that is out of shape in a checkout."""
    paths = tree_files(root)
    found = list(of_names(paths))
    for path in paths:
        found += of_file(path, (root / path).read_bytes())
    return sorted(found)


if __name__ == "__main__":
    out_of_shape = findings(ROOT)
    for finding in out_of_shape:
        print(finding)
    sys.exit(1 if out_of_shape else 0)
