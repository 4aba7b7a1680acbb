"""The file that a pack comes in: UTF-8, and closed by the line that shows that all of it has arrived.

Every beginning of a pack that ends between two keys would be a right pack too, with fewer rules: nothing but a mark at
the end tells a whole file from one that was cut off on the way. The mark is YAML's own end of a document; it belongs to
the file and not to the rules, so that neither the kept text nor its digest holds it.
"""

from __future__ import annotations

from regimes.errors import PackError, PackErrors

END = "..."


def read(data: bytes, name: str) -> str:
    """The text of a pack file without its closing line. Raises PackErrors: not UTF-8, empty, cut off, two in one."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _fault(name, line, "这里不是 UTF-8 文字", "用编辑器另存为 UTF-8 编码") from error
    text = text.replace("\r\n", "\n")
    if not text.strip():
        raise _fault(name, 1, "文件是空的", "选择写好的规则包文件")
    if not text.endswith("\n"):
        message = "最后一行没有换行，文件可能没有传完"
        raise _fault(name, text.count("\n") + 1, message, "核对末尾几条规则，在最后加一个换行")
    lines = text.rstrip().split("\n")
    if lines[-1] != END:
        message = f"文件没有以单独一行“{END}”结束，可能没有传完"
        fix = f"核对末尾几条规则是否齐全，再在最后另起一行顶格写三个英文句点 {END}"
        raise _fault(name, len(lines), message, fix)
    if END in lines[:-1]:
        message = f"“{END}”以后还有内容，一个文件只能有一个规则包"
        raise _fault(name, lines.index(END) + 1, message, "只在最后一行写，中间的删去")
    return "\n".join([*lines[:-1], ""])


def written(text: str) -> str:
    """A kept text as a file that `read` takes again."""
    return text if text.rstrip().endswith(f"\n{END}") else f"{text}{END}\n"


def _fault(name: str, line: int, message: str, fix: str) -> PackErrors:
    return PackErrors([PackError(name, line, "（全文）", message, fix)])
