"""银企直连: where the bank is reached; without an address payments leave in files or at the counter."""

from .env import env, secret

BANK_URL = env.str("BANK_URL", "").rstrip("/")
BANK_TOKEN = secret("BANK_TOKEN")
