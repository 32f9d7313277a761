"""Extracts libtensorflow and its C headers from a wheel: `extract_wheel.py WHEEL FOLDER`.

The wheel also holds over a gigabyte of Python and kernel headers that are not needed. Members are
streamed, since one library is too large for a JavaScript buffer, and zipfile checks their CRC.
"""

import shutil
import sys
import zipfile
from pathlib import Path

LIBRARIES = ("libtensorflow_cc.so.2", "libtensorflow_framework.so.2")
# The headers that the binding's two sources include, directly or not (g++ -M).
HEADERS = (
    "tensorflow/c/",
    "tensorflow/core/platform/ctstring",
    "tsl/platform/ctstring",
    "xla/tsl/c/",
)


def destination(member: str) -> str | None:
    """Returns a member's path below FOLDER, or None if it is not needed."""
    path = member.removeprefix("tensorflow/")
    if path in LIBRARIES:
        return f"lib/{path}"
    header = path.removeprefix("include/")
    if header != path and header.startswith(HEADERS) and header.endswith(".h"):
        return f"include/{header}"
    return None


def main(wheel: str, folder: str) -> None:
    with zipfile.ZipFile(wheel) as archive:
        for member in archive.namelist():
            place = destination(member)
            if place is None:
                continue
            target = Path(folder, place)
            target.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(member) as source, target.open("wb") as copy:
                shutil.copyfileobj(source, copy, 1 << 20)
    missing = [name for name in LIBRARIES if not Path(folder, "lib", name).exists()]
    if missing:
        sys.exit(f"error: the wheel lacks {' and '.join(missing)}")


main(*sys.argv[1:])
