"""Papers and files: the court's own fonts, and what may be uploaded."""

from pathlib import Path

from .env import env

# TTF, OTF or TTC files, for example 仿宋_GB2312 and 方正小标宋: the papers prefer them to the fonts we ship.
COURT_FONTS_DIR = Path(folder) if (folder := env.str("COURT_FONTS_DIR", "")) else None

UPLOAD_MAX_BYTES = env.int("UPLOAD_MAX_MB", 20) * 1024 * 1024
UPLOAD_MAX_VIDEO_BYTES = env.int("UPLOAD_MAX_VIDEO_MB", 200) * 1024 * 1024
UPLOAD_MAX_PIXELS = env.int("UPLOAD_MAX_MEGAPIXELS", 50) * 1_000_000
UPLOAD_MAX_PAGES = env.int("UPLOAD_MAX_PAGES", 2000)
# A stored file that no row names after this many hours was left by a request that did not come through.
FILE_ORPHAN_HOURS = env.int("FILE_ORPHAN_HOURS", 24)

FILE_UPLOAD_PERMISSIONS = 0o640
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o750
