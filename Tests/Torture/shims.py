"""Libraries that stand between a program and the system, compiled when needed."""

import shutil
import subprocess
from pathlib import Path

from processes import TortureError


def compiled(torture, name):
    """Compiles `shims/NAME.c`; the library's path is returned."""
    source = Path(__file__).parent / "shims" / f"{name}.c"
    library = torture.folder / f"{name}.so"
    if not library.exists():
        compiler = next(filter(shutil.which, ("cc", "clang", "gcc")), None)
        if compiler is None:
            raise TortureError("no C compiler: install clang, which comes with Swift, or gcc")
        result = subprocess.run(
            [compiler, "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"],
            capture_output=True, text=True, check=False)
        if result.returncode != 0:
            raise TortureError(f"{source} does not compile: {result.stderr}")
    return library
