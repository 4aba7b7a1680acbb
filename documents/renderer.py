"""HTML to PDF, the same bytes for the same input. The only place that knows WeasyPrint; it loads it lazily.

WeasyPrint needs the system library pango, which pip cannot bring: all but papers must go on without it.
"""

from __future__ import annotations

import datetime as dt
import functools
import os
import threading
import warnings
from types import ModuleType

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from PIL import ImageFile

from documents.fonts import undrawable, write_config
from kernel.errors import BadInput, WrongState

PANGO_PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
# fontconfig reads its file from the process environment, and pango is not meant for two threads at once.
_one_at_a_time = threading.Lock()


def render_pdf(body: str, *, css: str, title: str, author: str, created_at: dt.datetime) -> bytes:
    """A PDF/A-2u of an HTML body, for archiving; the same arguments and fonts give the same bytes anywhere.

    body: what stands inside <body>, already escaped. css: the whole style sheet. created_at: the only date in
    the file. Nothing is loaded from outside: an image or style sheet named in the body is an error.
    Raises WrongState when pango is missing (with the line to install it), BadInput for a character that no
    font has.
    """
    _refuse_undrawable(body + title)
    head = _head(title, author, created_at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    html = f'<!DOCTYPE html><html lang="zh-CN"><head>{head}</head><body>{body}</body></html>'
    weasyprint = _weasyprint()
    with _one_at_a_time, warnings.catch_warnings():
        # WeasyPrint leaves the colour profile of PDF/A open for the garbage collector.
        warnings.simplefilter("ignore", ResourceWarning)
        os.environ["FONTCONFIG_FILE"] = str(write_config())
        fonts = weasyprint.text.fonts.FontConfiguration()
        nothing = weasyprint.urls.URLFetcher(allowed_protocols=(), fail_on_errors=True)
        sheet = weasyprint.CSS(string=css, font_config=fonts, url_fetcher=nothing)
        document = weasyprint.HTML(string=html, url_fetcher=nothing)
        try:
            pdf: bytes = document.write_pdf(stylesheets=[sheet], font_config=fonts, pdf_variant="pdf/a-2u")
        except weasyprint.urls.FatalURLFetchingError as error:
            # It is a BaseException there: it would pass by everything that looks after failed papers.
            raise ValueError(f"papers load nothing from outside: {error}") from error
    return pdf


def _head(title: str, author: str, stamp: str) -> SafeString:
    return format_html(
        '<meta charset="utf-8"><title>{}</title><meta name="author" content="{}">'
        '<meta name="dcterms.created" content="{}"><meta name="dcterms.modified" content="{}">',
        title,
        author,
        stamp,
        stamp,
    )


@functools.cache
def _weasyprint() -> ModuleType:
    """The library, imported when the first paper is made."""
    try:
        import weasyprint
        import weasyprint.text.fonts
        import weasyprint.urls
    except OSError as error:
        raise WrongState(
            _("不能生成 PDF：这台机器缺少系统库 pango"),
            code="PDF-PANGO",
            fix=_("请以 root 身份运行：%(line)s")
            % {"line": f"apt-get install -y --no-install-recommends {PANGO_PACKAGES}"},
        ) from error
    # It tells Pillow, for the whole process, to accept pictures that were cut off; uploads must not be.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    return weasyprint


def _refuse_undrawable(text: str) -> None:
    if missing := undrawable(text):
        raise BadInput(
            _("字体里没有这些字：%(characters)s") % {"characters": "、".join(missing)},
            code="PDF-GLYPH",
            fix=_("请把含有这些字的 TTF 或 OTF 字体放入 COURT_FONTS_DIR 所指的文件夹，系统随后自动重新生成"),
        )
