"""Where things are in the project and in a data folder."""

from dataclasses import dataclass
from pathlib import Path

from .console import LaunchError

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"


@dataclass(frozen=True)
class DataFolder:
    """The folder of one installation: everything that must survive, and what the launcher keeps beside it."""

    root: Path

    @property
    def secrets(self) -> Path:
        """Passwords and keys, one file each, readable by their owner only."""
        return self.root / "secrets"

    @property
    def files(self) -> Path:
        """Uploaded and generated documents."""
        return self.root / "files"

    @property
    def logs(self) -> Path:
        """One log for each process."""
        return self.root / "logs"

    @property
    def state(self) -> Path:
        """Locks, recorded processes, the beat's schedule: of use only while something runs."""
        return self.root / "state"

    def create(self) -> None:
        """Create the folders.

        Others may pass through to the services' folders; names and content stay private.
        """
        try:
            passable_folder(self.root)
            for folder in (self.secrets, self.files, self.logs, self.state):
                folder.mkdir(exist_ok=True, mode=0o700)
                # A first start as root leaves folders that an ordinary user can see and not use.
                (folder / ".").stat()
                next(folder.iterdir(), None)
        except PermissionError as error:
            raise LaunchError(
                f"没有权限使用数据目录 {self.root}（{error.filename}）。"
                "请用创建它的用户启动，或用 --data 指定别的目录。"
            ) from error


def passable_folder(folder: Path) -> Path:
    """Create `folder` and its missing parents so that every account may pass through, whatever the umask is.

    A folder that exists keeps its permissions: they are its owner's decision.
    """
    for step in (*reversed(folder.parents), folder):
        if not step.exists():
            step.mkdir(exist_ok=True)
            step.chmod(0o711)
    return folder


def data_folder(argument: str | None, configured: str | None = None) -> DataFolder:
    """The data folder of a --data argument or of DATA_DIR, else `.data` of the project.

    A relative argument counts from where the command was given.
    """
    chosen = argument or configured
    return DataFolder(Path(chosen).absolute() if chosen else ROOT / ".data")
