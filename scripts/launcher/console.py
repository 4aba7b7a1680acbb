"""What the launcher says, and the one error that it ends with."""

import sys


class LaunchError(Exception):
    """The launcher cannot go on.

    The message says what is wrong and what to do; it is shown without a traceback.
    """


def say(text: str = "") -> None:
    """Print one line at once, also when the output is a file or a pipe."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def guarded(main, *arguments) -> int:
    """Run `main` and turn a LaunchError or an interruption into words and an exit code."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal in an old locale must not end the launcher with an encoding error.
        stream.reconfigure(errors="replace")
    try:
        return main(*arguments)
    except LaunchError as error:
        sys.stdout.flush()
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("\n")
        return 130
