"""Short messages: which provider, how long to wait, when silence counts as an unknown outcome."""

from .env import DATA_DIR, env, secret

PORTAL_URL = env.str("PORTAL_URL", "http://127.0.0.1:8000/my/")
"""Where parties follow their case: the link in their texts."""

SMS_PROVIDER = env.str("SMS_PROVIDER", "file")  # console | file | http
SMS_FILE = DATA_DIR / "sms.jsonl"

SMS_URL = env.str("SMS_URL", "")
SMS_ACCOUNT = env.str("SMS_ACCOUNT", "")
SMS_SECRET = secret("SMS_SECRET")
SMS_RECEIPT_SECRET = secret("SMS_RECEIPT_SECRET")
SMS_RECEIPT_WINDOW_SECONDS = env.int("SMS_RECEIPT_WINDOW_SECONDS", 300)
SMS_ANSWERS_QUERIES = env.bool("SMS_ANSWERS_QUERIES", True)
SMS_BAD_NUMBER_CODES = env.list("SMS_BAD_NUMBER_CODES", ["bad_number"])
SMS_CONNECT_TIMEOUT = env.float("SMS_CONNECT_TIMEOUT", 3.0)
SMS_READ_TIMEOUT = env.float("SMS_READ_TIMEOUT", 10.0)
SMS_IN_FLIGHT = env.int("SMS_IN_FLIGHT", 50)

# A lease must outlast a whole batch: a row whose lease is over is asked about at the provider before it is
# sent again.
SMS_LEASE_SECONDS = env.float("SMS_LEASE_SECONDS", 120)
# After a send whose answer was lost, the provider gets this long to book it before we ask.
SMS_SETTLE_SECONDS = env.float("SMS_SETTLE_SECONDS", 60)
