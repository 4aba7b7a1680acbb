"""Where the installation says what it is."""

from pathlib import Path

from environs import Env

BASE_DIR = Path(__file__).resolve().parents[2]
env = Env()
env.read_env(str(BASE_DIR / ".env"), recurse=False)


def secret(name: str, default: str = "") -> str:
    """The value of NAME, or the content of the file that NAME_FILE names."""
    path = env.str(f"{name}_FILE", "")
    return Path(path).read_text(encoding="utf-8").strip() if path else env.str(name, default)


DEBUG = env.bool("DEBUG", False)
DEMO = env.bool("DEMO", False)
TIME_TRAVEL = env.bool("TIME_TRAVEL", False)
DATA_DIR = Path(env.str("DATA_DIR", str(BASE_DIR / ".data")))
