"""Find a Python that is new enough. This file alone must also be readable by an old one (3.6)."""

import os
import shutil
import sys

OLDEST = (3, 11)
NEWEST = (3, 15)


def require():
    """Go on under a newer interpreter of this machine when this one is too old, or say what is needed."""
    if sys.version_info >= OLDEST:
        return
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        found = shutil.which(f"python3.{minor}")
        if found:
            os.execv(found, [found, *sys.argv])  # noqa: S606  the same script again, no shell wanted
    sys.exit(
        f"需要 Python 3.11 或更高版本，当前为 {sys.version_info[0]}.{sys.version_info[1]}。请安装后重试。"
    )
