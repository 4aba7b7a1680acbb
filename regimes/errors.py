"""What can be wrong with a rule, a period or a pack, in words a court clerk can act on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice

from kernel.errors import BadInput


class RegimeError(BadInput):
    """A date, period, fact or rule cannot be used as asked. The message is Chinese; `fix` says what to do."""


@dataclass(frozen=True, slots=True)
class PackError:
    """One fault in a YAML file.

    file: path as given to the loader. line: 1-based. key: path of keys, e.g. "deadlines[JZ-D-01].period".
    message: what is wrong. fix: what to write instead.
    """

    file: str
    line: int
    key: str
    message: str
    fix: str

    def __str__(self) -> str:
        advice = f"（{self.fix}）" if self.fix else ""
        return f"{self.file}:{self.line}: {self.key}: {self.message}{advice}"


class PackErrors(RegimeError):
    """All faults of the file or files just loaded, in the order of their lines."""

    def __init__(self, errors: Sequence[PackError]) -> None:
        self.errors = tuple(errors)
        super().__init__(
            "\n".join(str(error) for error in self.errors),
            fix="按每行提示修改规则文件后重新检查",
            detail={"count": len(self.errors)},
        )


def did_you_mean(word: str, known: Sequence[str], otherwise: str = "") -> str:
    """Advice naming the closest known word, or `otherwise`, or the first few allowed words."""
    close = get_close_matches(word, known, n=1, cutoff=0.6)
    if close:
        return f"是否想写 {close[0]}？"
    if otherwise:
        return otherwise
    few = "、".join(islice(sorted(known), 12))
    return f"可用的有：{few}" if few else "请先在词汇表中登记"
