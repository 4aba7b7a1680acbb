"""What a court's own installation decides. What differs between courts of one installation is data, not a setting."""

from .env import BASE_DIR, env

PRODUCT_NAME = env.str("PRODUCT_NAME", "执衡")
PACKS_DIR = BASE_DIR / "regimes" / "packs"
