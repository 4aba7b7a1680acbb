"""Settings, one topic a file. The environment is read only here and typed; secrets also come from NAME_FILE."""

from .env import *  # noqa: F403

from .apps import *  # noqa: F403  isort: skip
from .database import *  # noqa: F403  isort: skip
from .security import *  # noqa: F403  isort: skip
from .pages import *  # noqa: F403  isort: skip
from .logging import *  # noqa: F403  isort: skip
from .tasks import *  # noqa: F403  isort: skip
from .court import *  # noqa: F403  isort: skip
from .notices import *  # noqa: F403  isort: skip
from .documents import *  # noqa: F403  isort: skip
from .bank import *  # noqa: F403  isort: skip
from .interface import *  # noqa: F403  isort: skip
