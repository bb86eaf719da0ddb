"""Page and type of a draft: the paper, fonts and spacing of official documents, as named styles that can be changed in Word."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .report_looks import Page, Report, Style

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph
    from docx.text.run import Run

LATIN = "Times New Roman"
WIDE = {
    "title": "Title", "subtitle": "Subtitle", "heading": "Heading 1", "text": "Body Text", "caption": "Caption",
    "lead": "段首标题", "cell": "表格文字", "header": "表格标题",
}  # fmt: skip
"""The style that Word shows for each of ours."""
_PAPER = (210.0, 297.0)
_EMU = 36_000  # in a millimetre


def new_document(report: Report) -> Document:
    """An empty document with our page, our styles and nothing of the library's own."""
    import docx  # noqa: PLC0415 (an extra)
    from docx.enum.style import WD_STYLE_TYPE  # noqa: PLC0415 (the same)
    from docx.opc.constants import RELATIONSHIP_TYPE  # noqa: PLC0415 (the same)

    document = docx.Document()
    package = document.part.package.rels
    for name in [name for name, relation in package.items() if relation.reltype == RELATIONSHIP_TYPE.THUMBNAIL]:
        del package[name]
    for name in ("lead", "cell", "header"):
        document.styles.add_style(WIDE[name], WD_STYLE_TYPE.CHARACTER if name == "lead" else WD_STYLE_TYPE.PARAGRAPH)
    _type(document.styles["Normal"], report.styles["cell"])
    for name, shown in WIDE.items():
        _type(document.styles[shown], report.styles[name])
        if name != "lead":
            _spacing(document.styles[shown], report.styles[name])
    for language in document.styles.element.xpath("w:docDefaults//w:lang"):
        _set(language, eastAsia="zh-CN")
    _page(document, report.page)
    return document


def page_width(page: Page) -> int:
    """The width between the margins, as Word counts."""
    return int((_PAPER[0] - page.left - page.right) * _EMU)


def mark(run: Run, *, missing: bool) -> None:
    """Quotation marks and dashes in the Chinese font; what is missing stands out."""
    from docx.enum.text import WD_COLOR_INDEX  # noqa: PLC0415 (an extra)

    _set(run._r.get_or_add_rPr().get_or_add_rFonts(), hint="eastAsia")  # noqa: SLF001 (python-docx has no name for it)
    if missing:
        run.font.highlight_color = WD_COLOR_INDEX.YELLOW


def _type(style: Any, look: Style) -> None:
    """Font and size of a style, in place of whatever the library gives it."""
    from docx.shared import Pt  # noqa: PLC0415 (an extra)

    properties = style.element.get_or_add_rPr()
    for child in list(properties):
        properties.remove(child)
    style.font.size, style.font.bold = Pt(look.size), look.bold
    _set(properties.get_or_add_rFonts(), ascii=LATIN, hAnsi=LATIN, cs=LATIN, eastAsia=look.font)


def _spacing(style: Any, look: Style) -> None:
    """Alignment, indent and line spacing of a style; its place in the outline stays."""
    from docx.enum.text import WD_PARAGRAPH_ALIGNMENT as ALIGN  # noqa: PLC0415 (an extra)
    from docx.shared import Pt  # noqa: PLC0415 (the same)

    properties = style.element.get_or_add_pPr()
    for child in list(properties):
        if not child.tag.endswith(("}keepNext", "}keepLines", "}outlineLvl")):
            properties.remove(child)
    lines = style.paragraph_format
    lines.alignment = {"left": ALIGN.LEFT, "center": ALIGN.CENTER, "both": ALIGN.JUSTIFY}[look.align]
    lines.space_before, lines.space_after = Pt(0), Pt(look.after)
    lines.line_spacing = Pt(look.spacing) if look.spacing else 1.0
    if look.indent:
        lines.first_line_indent = Pt(look.indent * look.size)
        _set(properties.get_or_add_ind(), firstLineChars=str(int(look.indent * 100)))


def _page(document: Document, page: Page) -> None:
    """A4 with the margins of official documents; the page's number outside: right on odd pages, left on even ones."""
    from docx.enum.text import WD_PARAGRAPH_ALIGNMENT as ALIGN  # noqa: PLC0415 (an extra)
    from docx.shared import Mm  # noqa: PLC0415 (the same)

    section = document.sections[0]
    section.page_width, section.page_height = (Mm(size) for size in _PAPER)
    section.top_margin, section.bottom_margin = Mm(page.top), Mm(page.bottom)
    section.left_margin, section.right_margin, section.footer_distance = Mm(page.left), Mm(page.right), Mm(page.footer)
    document.settings.odd_and_even_pages_header_footer = True
    for footer, side in ((section.footer, ALIGN.RIGHT), (section.even_page_footer, ALIGN.LEFT)):
        footer.paragraphs[0].alignment = side
        _number(footer.paragraphs[0], page)


def _number(lines: Paragraph, page: Page) -> None:
    """The number of the page: the one field of the document."""
    from docx.oxml.parser import OxmlElement  # noqa: PLC0415 (an extra)
    from docx.shared import Pt  # noqa: PLC0415 (the same)

    before, _, after = page.number.partition("{page}")
    for text in (before, "begin", "PAGE", "end", after):
        run = lines.add_run(text if text in (before, after) else "")
        run.font.size = Pt(page.number_size)
        fonts = run._r.get_or_add_rPr().get_or_add_rFonts()  # noqa: SLF001 (python-docx has no name for it)
        _set(fonts, ascii=page.number_font, hAnsi=page.number_font, eastAsia=page.number_font)
        if text in ("begin", "end"):
            part = OxmlElement("w:fldChar")
            _set(part, fldCharType=text)
            run._r.append(part)  # noqa: SLF001 (python-docx knows no fields)
        elif text == "PAGE":
            part = OxmlElement("w:instrText")
            part.text = "PAGE"
            run._r.append(part)  # noqa: SLF001 (the same)


def _set(element: Any, **attributes: str) -> None:
    from docx.oxml.ns import qn  # noqa: PLC0415 (an extra)

    for name, value in attributes.items():
        element.set(qn(f"w:{name}"), value)
