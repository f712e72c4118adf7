"""Files of every format become Documents, and a file that cannot be read becomes a Failure with a reason."""

from __future__ import annotations

import codecs
import io
import json
import re
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from unicodedata import is_normalized

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from rag.errors import ReadError
from rag.ingest import readers
from rag.ingest.frames import pack, unpack
from rag.ingest.html import article_text, decode_html, parse_html
from rag.ingest.pdf import join_broken_words, join_pages, page_picture, paragraphs
from rag.ingest.plain import read_text
from rag.ingest.readers import READERS, FileReader, read_file
from rag.sentences import sentence_spans
from rag.types import Document, Failure

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "eval"
PROSE = "The committee met on Tuesday and agreed to publish its full report before the end of the summer recess."


@pytest.fixture
def reader() -> Iterator[FileReader]:
    with FileReader(30) as opened:
        yield opened


def read(folder: Path, name: str, data: bytes | str) -> Document:
    """The one document in a file made of `data`."""
    (document,) = read_all(folder, name, data)
    assert isinstance(document, Document), document
    return document


def read_all(folder: Path, name: str, data: bytes | str) -> list[Document | Failure]:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return read_file(path, name)


def reason(folder: Path, name: str, data: bytes | str) -> str:
    """Why a file made of `data` could not be read."""
    (failure,) = read_all(folder, name, data)
    assert isinstance(failure, Failure), failure
    assert failure.name == name
    return failure.reason


def zipped(members: dict[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def pdf(pages: list[list[str]], trailer: str = "", objects: tuple[str, ...] = ()) -> bytes:
    """A PDF with the given lines on each page."""
    first = 4 + len(objects)
    kids = " ".join(f"{first + 2 * number} 0 R" for number in range(len(pages)))
    parts = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        *objects,
    ]
    for number, lines in enumerate(pages):
        shown = "BT /F1 11 Tf 14 TL 50 780 Td " + " ".join(f"({line}) Tj T*" for line in lines) + " ET"
        parts.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 842] /Contents {first + 2 * number + 1} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>"
        )
        parts.append(f"<< /Length {len(shown)} >>\nstream\n{shown}\nendstream")
    data = b"%PDF-1.4\n"
    offsets = []
    for number, part in enumerate(parts, 1):
        offsets.append(len(data))
        data += f"{number} 0 obj\n{part}\nendobj\n".encode("latin-1")
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    end = f"xref\n0 {len(parts) + 1}\n0000000000 65535 f \n{table}"
    end += f"trailer\n<< /Size {len(parts) + 1} /Root 1 0 R {trailer} >>"
    return data + f"{end}\nstartxref\n{len(data)}\n%%EOF\n".encode()


# --- text and Markdown


def test_text_is_the_file_itself_but_for_mark_and_line_ends(tmp_path: Path) -> None:
    """Nothing of a .txt file changes but its byte-order mark and its line ends."""
    document = read(tmp_path, "a.txt", codecs.BOM_UTF8 + b"One\r\n\r\n\r\n  two \rthree\xc2\xad\n")
    assert document.text == "One\n\n\n  two \nthree\u00ad\n"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-8-sig", "cp1252"])
def test_text_is_read_in_its_encoding(tmp_path: Path, encoding: str) -> None:
    """Unicode with or without a mark and the Western code page are told apart."""
    text = "“It’s the café’s naïve owner,” he said."
    assert read(tmp_path, "a.txt", text.encode(encoding)).text == text


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1252", "Le café était fermé à cause de la grève, et les négociations ont repris à Genève."),
        ("cp1251", "Министр иностранных дел заявил сегодня, что переговоры продолжатся."),
        ("cp1250", "Minister spraw zagranicznych ogłosił, że rozmowy będą kontynuowane w środę w Łodzi."),
        ("shift_jis", "これは日本語の文章です。今日は天気がいいです。"),
    ],
)
def test_text_of_older_encodings_is_read_right(tmp_path: Path, encoding: str, text: str) -> None:
    """Code pages without a mark are recognised by what they say."""
    assert read(tmp_path, "a.txt", text.encode(encoding)).text == text


@pytest.mark.parametrize("data", [b"ab\0cd\0\0ef", b"\x7fELF\2\1\1\0\0\0", bytes(range(1, 256)), b"\xff\xfe\x00\xd8"])
def test_binary_data_is_not_text(tmp_path: Path, data: bytes) -> None:
    """A .txt file that holds something else is refused with a sentence."""
    assert reason(tmp_path, "a.txt", data) == "It is not text in any encoding we know."


@given(st.binary(max_size=300))
def test_no_bytes_make_the_text_reader_fail_badly(data: bytes) -> None:
    """Any bytes are a document that can be stored as UTF-8, or a ReadError."""
    from rag.errors import ReadError

    try:
        (document,) = read_text(data, "a.txt")
    except ReadError as error:
        assert str(error).endswith(".")
    else:
        assert isinstance(document, Document)
        assert "\0" not in document.text and "\r" not in document.text
        document.text.encode("utf-8")


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=200))
def test_text_comes_back_as_written(text: str) -> None:
    """Text written as UTF-8 with a mark is read back unchanged."""
    from rag.errors import ReadError

    try:
        (document,) = read_text(codecs.BOM_UTF8 + text.encode(), "a.txt")
    except ReadError:
        assert not re.search(r"\w", text)
    else:
        assert isinstance(document, Document)
        assert document.text == text


def test_front_matter_tells_of_the_document_and_stays_in_the_text(tmp_path: Path) -> None:
    """Fields come from the `---` block; offsets still count it."""
    source = "---\ntitle: Report due\noutlet: The Gazette\nauthor: [A. One, B. Two]\npublished: 2021-10-18\n"
    source += f"source: https://example.org/report\nlanguage: no\n---\n\n{PROSE}\n"
    document = read(tmp_path, "a.md", source)
    assert document.text == source
    assert (document.title, document.outlet, document.author) == ("Report due", "The Gazette", "A. One, B. Two")
    assert (document.published, document.url) == (date(2021, 10, 18), "https://example.org/report")
    assert document.language == "no"
    assert document.text[readers.front_matter(source)[1] :].startswith("The committee")


def test_a_markdown_heading_is_the_title(tmp_path: Path) -> None:
    """Without front matter the first `# heading` names a Markdown file, wherever it stands."""
    assert read(tmp_path, "a.md", f"{PROSE}\n\n```\n# no\n```\n\n# The *real* one\n").title == "The *real* one"


def test_a_text_without_a_headline_is_named_after_its_file(tmp_path: Path) -> None:
    """A first line that is a sentence is not a title."""
    assert read(tmp_path, "annual_report-2021.txt", PROSE).title == "Annual report 2021"


def test_a_date_line_is_not_the_headline(tmp_path: Path) -> None:
    """A date without a year above the headline is neither title nor date of publication."""
    document = read(tmp_path, "a.txt", f"Saturday, December 4\n\nCommittee agrees to publish report\n\n{PROSE}\n")
    assert document.title == "Committee agrees to publish report"
    assert document.published is None


def test_a_file_without_a_date_has_none_whatever_its_age(tmp_path: Path) -> None:
    """The file's own time is never taken for the date of publication."""
    assert read(tmp_path, "2021-10-18.txt", PROSE).published is None


def test_language_is_told_only_from_enough_text(tmp_path: Path) -> None:
    """A sentence is enough, three words are not."""
    assert read(tmp_path, "a.txt", PROSE).language == "en"
    assert (
        read(tmp_path, "a.txt", "Der Ausschuss beschloss am Dienstag, den Bericht noch im Sommer vorzulegen.").language
        == "de"
    )
    assert read(tmp_path, "a.txt", "Three short words").language is None


# --- tables and records


def test_table_rows_read_as_sentences(tmp_path: Path) -> None:
    """Each row names its columns; the separator is found."""
    document = read(tmp_path, "towns.csv", 'Town;People;Note\r\nAx;1,200;"Old; walled"\r\nBy;;New.\r\n')
    assert document.text == "Town: Ax; People: 1,200; Note: Old; walled.\n\nTown: By; Note: New."


def test_a_table_without_column_names_keeps_all_rows(tmp_path: Path) -> None:
    """A first row with numbers is data."""
    assert read(tmp_path, "a.csv", "Ax,1200\nBy,30\n").text == "Ax; 1200\n\nBy; 30"


def test_rows_in_lower_case_are_sentences_of_their_own(tmp_path: Path) -> None:
    """A row is never taken for the wrapped end of the one before."""
    text = read(tmp_path, "a.csv", "town,people\nax,1200\nby,30\n").text
    assert [text[a:b] for a, b in sentence_spans(text)] == ["town: ax; people: 1200.", "town: by; people: 30."]


def test_records_are_documents_of_their_own(tmp_path: Path) -> None:
    """A .jsonl line is one document whose text is the body, exactly."""
    record = {"id": 7, "title": "T", "date": "2022-01-07", "source": "gazette.example", "url": "https://g.example/7"}
    lines = [json.dumps({**record, "body": f"{PROSE}\r\n "}), "", json.dumps({"text": "No id, but a text."})]
    first, second = read_all(tmp_path, "a.jsonl", "\n".join(lines))
    assert isinstance(first, Document) and isinstance(second, Document)
    assert (first.name, first.text, first.title) == ("a.jsonl#7", f"{PROSE}\r\n ", "T")
    assert (first.outlet, first.published, first.url) == ("gazette.example", date(2022, 1, 7), "https://g.example/7")
    assert (second.name, second.text) == ("a.jsonl#3", "No id, but a text.")


def test_a_record_keeps_its_hash_when_only_its_spelling_changes(tmp_path: Path) -> None:
    """The order of keys and spaces are not content."""
    one = read(tmp_path, "a.jsonl", '{"id": "x", "body": "A text."}')
    two = read(tmp_path, "a.jsonl", '{"body":"A text.","id":"x"}\n')
    assert one.sha256 == two.sha256 != read(tmp_path, "a.jsonl", '{"id": "x", "body": "A text!"}').sha256


def test_bad_records_do_not_stop_the_others(tmp_path: Path) -> None:
    """Bad JSON, a second use of an id, an empty body: each has its own reason."""
    lines = [
        '{"id": "a", "body": "Good text."}',
        "{oops",
        '{"id": "a", "body": "Again."}',
        '{"id": "b", "body": " "}',
        "[1]",
    ]
    read_items = read_all(tmp_path, "r.jsonl", "\n".join(lines))
    assert [item.name for item in read_items] == [
        "r.jsonl#a",
        "r.jsonl line 2",
        "r.jsonl#a",
        "r.jsonl#b",
        "r.jsonl line 5",
    ]
    assert [type(item) for item in read_items] == [Document, Failure, Failure, Failure, Failure]


def test_half_a_surrogate_pair_in_a_record_is_replaced_in_place(tmp_path: Path) -> None:
    """What UTF-8 cannot hold is replaced one for one, so that offsets stay."""
    assert read(tmp_path, "a.jsonl", r'{"body": "a \ud800 b"}').text == "a \ufffd b"


# --- web pages


def page(head: str = "", body: str = "") -> str:
    prose = "".join(f"<p>{PROSE} This is part {number} of it.</p>" for number in range(6))
    return (
        f"<!doctype html><html lang='en-GB'><head>{head}</head>"
        f"<body><nav><a href='/'>Home</a> <a href='/x'>World</a></nav>"
        f"<article><h1>Committee agrees</h1>{body}{prose}</article><footer>All rights reserved</footer></body></html>"
    )


def test_a_web_page_is_its_article(tmp_path: Path) -> None:
    """Navigation and footer are left out, paragraphs are kept apart."""
    document = read(tmp_path, "a.html", page())
    assert document.text.count("\n\n") >= 5
    assert "Home" not in document.text and "rights reserved" not in document.text
    assert (document.title, document.language, document.published) == ("Committee agrees", "en", None)


def test_a_web_page_says_what_it_is_in_its_head(tmp_path: Path) -> None:
    """Title, outlet, author, date and address come from the page's own metadata."""
    linked = {
        "@graph": [
            {"@type": "WebSite", "name": "Gazette"},
            {
                "@type": "NewsArticle",
                "datePublished": "2021-10-18T23:30:00-05:00",
                "author": [{"name": "Jane Doe"}, {"name": "John Roe"}],
                "publisher": {"name": "The Gazette"},
            },
        ]
    }
    head = (
        '<meta property="og:title" content="Committee agrees &amp; reports - The Gazette">'
        '<link rel="canonical" href="https://g.example/a">'
        f'<script type="application/ld+json">{json.dumps(linked)}</script>'
    )
    document = read(tmp_path, "a.htm", page(head))
    assert document.title == "Committee agrees & reports"
    assert (document.outlet, document.author) == ("The Gazette", "Jane Doe, John Roe")
    assert (document.published, document.url) == (date(2021, 10, 18), "https://g.example/a")


@pytest.mark.parametrize(
    "mark",
    [
        '<meta property="article:published_time" content="2021-10-18T08:00:00Z">',
        '<meta itemprop="datePublished" content="2021-10-18">',
        '<time pubdate datetime="2021-10-18">yesterday</time>',
        '<time class="entry-date" datetime="2021-10-18T08:00">yesterday</time>',
    ],
)
def test_a_web_page_is_dated_by_its_marks(tmp_path: Path, mark: str) -> None:
    """Each usual way to mark a date of publication is understood."""
    assert read(tmp_path, "a.html", page(body=mark)).published == date(2021, 10, 18)


def test_other_dates_of_a_web_page_are_not_its_date(tmp_path: Path) -> None:
    """A change, a related story and a missing date that a system wrote as 1970 are no date of publication."""
    body = '<meta property="article:modified_time" content="2021-10-18"><time datetime="2021-10-19">Related</time>'
    body += '<meta property="article:published_time" content="1970-01-01T00:00:00Z">'
    assert read(tmp_path, "a.html", page(body=body)).published is None


def test_an_article_in_several_boxes_is_read_whole(tmp_path: Path) -> None:
    """Advertisements between two boxes of one class do not end the article."""
    boxes = "".join(
        f"<div class='chunk'><div class='body main'>{f'<p>{PROSE} Part {number}.</p>' * 4}</div></div><aside>Ad</aside>"
        for number in range(3)
    )
    text = read(tmp_path, "a.html", f"<html><body><div>{boxes}</div></body></html>").text
    assert all(f"Part {number}." in text for number in range(3))


def test_a_page_without_an_article_gives_its_readable_text(tmp_path: Path) -> None:
    """What no extractor takes for an article is still read, scripts aside."""
    document = read(
        tmp_path, "a.html", "<h1>Opening hours</h1><script>x()</script><ul><li>Monday: ten</li><li>Tuesday</li></ul>"
    )
    assert document.text.split("\n") == ["Opening hours", "", "Monday: ten", "Tuesday"]


def test_a_few_broken_bytes_do_not_spoil_a_page(tmp_path: Path) -> None:
    """A page with a stray byte is read; random bytes are no page."""
    assert PROSE in read(tmp_path, "a.html", page().encode() + b"<p>\xff\0</p>").text
    assert reason(tmp_path, "a.html", bytes(range(256)) * 9) == "It is not text in any encoding we know."


def test_a_page_is_read_in_the_encoding_that_it_declares(tmp_path: Path) -> None:
    """A page labelled Latin-1 is read as browsers read it."""
    source = page('<meta charset="iso-8859-1">').replace("Tuesday", "Tuesday – “café”")
    assert "Tuesday – “café”" in read(tmp_path, "a.html", source.encode("cp1252")).text


# --- PDF


def test_pdf_pages_are_where_they_start(tmp_path: Path) -> None:
    """Each page's text starts at its offset; hard-wrapped lines are one paragraph."""
    first = [
        "A heading",
        "The committee met on Tuesday and agreed to publish its full",
        "report before the summer recess.",
    ]
    document = read(tmp_path, "a.pdf", pdf([first, [], ["The second page of it."]]))
    assert "agreed to publish its full report before the summer recess." in document.text
    assert document.text[document.pages[2] :] == "The second page of it."
    assert document.pages[1] == document.pages[2]
    assert (document.page_at(0), document.page_at(len(document.text) - 1)) == (1, 3)


def test_a_page_is_drawn_with_the_quoted_words_marked_where_they_stand() -> None:
    data = pdf([["Not here."], ["The toll stays", "at two crowns. And more."]])
    marked = shown_colours(page_picture(data, 2, "The toll stays at two crowns."))
    assert (255, 224, 102) in marked
    assert (255, 224, 102) not in shown_colours(page_picture(data, 1, "The toll stays at two crowns."))
    assert page_picture(data, 3, "Not here.") is None
    assert page_picture(b"no PDF", 1, "Not here.") is None


def test_a_page_is_drawn_in_a_process_of_its_own_and_one_that_ends_it_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = pdf([["The toll stays", "at two crowns. And more."]])
    (tmp_path / "toll.pdf").write_bytes(data)
    with FileReader(30) as opened:
        assert opened.picture(tmp_path / "toll.pdf", 1, "at two crowns") == page_picture(data, 1, "at two crowns")
        assert opened.picture(tmp_path / "toll.pdf", 2, "at two crowns") is None
        assert opened.picture(tmp_path / "gone.pdf", 1, "at two crowns") is None
    monkeypatch.setattr(subprocess, "Popen", stubbed)
    with FileReader(1.5) as opened:
        assert opened.picture(tmp_path / "toll.pdf", 1, "crash") is None
        assert opened.read(tmp_path / "a", "fine.pdf") == []


def shown_colours(picture: bytes | None) -> set[object]:
    """The colours of a PNG's points."""
    assert picture is not None
    with Image.open(io.BytesIO(picture)) as opened:
        return {colour for _, colour in opened.convert("RGB").getcolors(opened.width * opened.height) or ()}


def test_a_pdf_is_not_dated_by_its_making(tmp_path: Path) -> None:
    """CreationDate says when the file was made, not when its text was published."""
    data = pdf(
        [["Some words of text"]], "/Info 4 0 R", ("<< /CreationDate (D:20211018101112Z) /Title (The yearly report) >>",)
    )
    document = read(tmp_path, "a.pdf", data)
    assert (document.published, document.title) == (None, "The yearly report")


def test_a_locked_pdf_says_so(tmp_path: Path) -> None:
    """A password is named as the reason."""
    lock = f"<< /Filter /Standard /V 1 /R 2 /P -4 /O <{'41' * 32}> /U <{'42' * 32}> >>"
    data = pdf([["Some words"]], f"/Encrypt 4 0 R /ID [<{'43' * 16}> <{'43' * 16}>]", (lock,))
    assert "password" in reason(tmp_path, "a.pdf", data)


def test_a_pdf_without_text_points_to_ocr(tmp_path: Path) -> None:
    """An empty page cannot be read, and the reason says what helps."""
    assert "run OCR" in reason(tmp_path, "a.pdf", pdf([[]]))


def test_broken_words_are_made_whole() -> None:
    """A hyphen at a line's end goes, unless the document writes the word with it or a name or number follows."""
    assert join_broken_words("a commit-\ntee met", "") == "a committee\nmet"
    assert join_broken_words("long-\nterm plan", "a long-term view") == "long-term\nplan"
    assert join_broken_words("Anglo-\nSaxon", "") == "Anglo-Saxon\n"


def test_short_lines_of_a_page_stay_lines() -> None:
    """Headings, lists and page numbers are not drawn into a paragraph."""
    long = "The committee met on Tuesday and agreed to publish its full report before"
    text = paragraphs(f"Heading\n{long}\n{long}\nthe recess.\n1. First item of the list\n2. Second item\n7")
    assert text == f"Heading\n\n{long} {long} the recess.\n\n1. First item of the list\n2. Second item\n7"


@given(st.lists(st.sampled_from(["", "one", "two words"]), max_size=8))
def test_joined_pages_begin_at_their_starts(texts: list[str]) -> None:
    """For every page with text, the joined text holds it at its start."""
    text, starts = join_pages(texts)
    assert len(starts) == len(texts) and list(starts) == sorted(starts)
    assert all(text.startswith(part, start) for part, start in zip(texts, starts, strict=True))


# --- Word, PowerPoint, rich text, books


def test_word_paragraphs_and_tables_come_in_order(tmp_path: Path) -> None:
    """A table stands between the paragraphs that surround it."""
    import docx

    word = docx.Document()
    word.add_heading("Yearly report", 0)
    word.add_paragraph("Before the table.")
    table = word.add_table(2, 2)
    for cell, text in zip((cell for row in table.rows for cell in row.cells), "abcd", strict=True):
        cell.text = text
    word.add_paragraph("After\u00a0the ta\u00adble.")
    word.core_properties.author = "someone"
    word.save(str(tmp_path / "a.docx"))
    (document,) = read_file(tmp_path / "a.docx", "a.docx")
    assert isinstance(document, Document)
    assert document.text == "Yearly report\n\nBefore the table.\n\na | b\n\nc | d\n\nAfter the table."
    assert (document.title, document.author, document.published) == ("Yearly report", None, None)


def test_slides_are_pages(tmp_path: Path) -> None:
    """Each slide with its notes starts a page."""
    import pptx

    show = pptx.Presentation()
    for number in (1, 2):
        slide = show.slides.add_slide(show.slide_layouts[1])
        slide.shapes.title.text = f"Slide {number} of the talk"
        slide.placeholders[1].text = "A point"
        slide.notes_slide.notes_text_frame.text = f"Note {number}"
    show.save(str(tmp_path / "a.pptx"))
    (document,) = read_file(tmp_path / "a.pptx", "a.pptx")
    assert isinstance(document, Document)
    assert document.text[document.pages[1] :] == "Slide 2 of the talk\n\nA point\n\nNote 2"
    assert document.title == "Slide 1 of the talk"


def test_rich_text_is_read_without_its_commands(tmp_path: Path) -> None:
    """Code-page and Unicode escapes become letters, embedded bytes go."""
    source = rb"{\rtf1\ansi\ansicpg1252 Caf\'e9 owner\par \u8220?Yes\u8221?{\pict\bin5 }{}\x}\par}"
    assert read(tmp_path, "a.rtf", source).text == "Café owner\n\n“Yes”"


CONTAINER = '<container><rootfiles><rootfile full-path="OPS/p.opf"/></rootfiles></container>'
OPF = """<package xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:opf="http://www.idpf.org/2007/opf"><metadata>
<dc:title>A Book</dc:title><dc:creator>An Author</dc:creator><dc:language>en-US</dc:language>
<dc:date opf:event="modification">2023-01-01</dc:date><dc:date>2021-10-18</dc:date></metadata>
<manifest><item id="n" href="nav.xhtml" properties="nav"/><item id="b" href="two.xhtml"/>
<item id="a" href="o%20ne.xhtml"/></manifest>
<spine><itemref idref="n"/><itemref idref="a"/><itemref idref="b"/></spine></package>"""
CHAPTER = (
    '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title/></head><body><p>{}</p></body></html>'
)


def book(**more: str) -> bytes:
    return zipped(
        {
            "META-INF/container.xml": CONTAINER,
            "OPS/p.opf": OPF,
            "OPS/nav.xhtml": CHAPTER.format("Contents"),
            "OPS/o ne.xhtml": CHAPTER.format("First&nbsp;chapter &amp; <i>more</i>."),
            "OPS/two.xhtml": CHAPTER.format("Second chapter."),
            **more,
        }
    )


def test_a_book_is_read_in_the_order_of_its_spine(tmp_path: Path) -> None:
    """Chapters come in reading order, the table of contents is left out, dc:date is the publication."""
    document = read(tmp_path, "a.epub", book())
    assert document.text == "First chapter & more.\n\nSecond chapter."
    assert (document.title, document.author, document.language) == ("A Book", "An Author", "en")
    assert document.published == date(2021, 10, 18)


def test_a_copy_protected_book_says_so(tmp_path: Path) -> None:
    """Encrypted chapters are refused, encrypted fonts are not."""
    lock = '<e xmlns:n="x"><n:CipherReference URI="{}"/></e>'
    assert "DRM" in reason(tmp_path, "a.epub", book(**{"META-INF/encryption.xml": lock.format("OPS/two.xhtml")}))
    assert read(tmp_path, "a.epub", book(**{"META-INF/encryption.xml": lock.format("OPS/font.otf")}))


def test_a_book_cannot_read_other_files(tmp_path: Path) -> None:
    """An external entity in a chapter stays unread."""
    (tmp_path / "secret").write_text("the secret")
    chapter = (
        f'<!DOCTYPE html [<!ENTITY e SYSTEM "{(tmp_path / "secret").as_uri()}">]>'
        + CHAPTER.format("Words &e; here.")[21:]
    )
    assert "secret" not in read(tmp_path, "a.epub", book(**{"OPS/two.xhtml": chapter})).text


# --- what cannot be read


@pytest.mark.parametrize("suffix", sorted(READERS))
def test_every_format_survives_rubbish(tmp_path: Path, suffix: str) -> None:
    """Empty files, cut archives and random bytes give a Failure of one sentence, or a Document, never an error."""
    for data in (
        b"",
        b"  \n",
        b"PK\3\4 cut",
        b"%PDF-1.7 cut",
        b"{\\rtf1 {{{",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 9,
        b"\0" * 99,
    ):
        for item in read_all(tmp_path, f"a{suffix}", data):
            assert isinstance(item, Document) or re.fullmatch(r"[A-Z][^\n]*\.", item.reason)


@pytest.mark.parametrize("suffix", [".docx", ".pptx", ".epub"])
def test_an_archive_that_would_fill_memory_is_refused(
    tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The size is checked before anything is unpacked."""
    monkeypatch.setattr("rag.ingest.archives.UNPACKED_LIMIT", 1_000)
    assert "500 MB" in reason(tmp_path, f"a{suffix}", zipped({"word/document.xml": "x" * 2_000}))


def test_old_and_locked_office_files_are_told_apart(tmp_path: Path) -> None:
    """Both are the same kind of container; the reasons differ."""
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    assert "older program" in reason(tmp_path, "a.docx", ole)
    assert "password" in reason(tmp_path, "a.docx", ole + "EncryptedPackage".encode("utf-16-le"))


def test_a_file_that_is_gone_or_of_another_kind_is_a_failure(tmp_path: Path) -> None:
    """No file, a folder, an unknown ending: a Failure each."""
    (tmp_path / "folder.txt").mkdir()
    for name in ("gone.txt", "folder.txt", "a.xyz"):
        (item,) = read_file(tmp_path / name, name)
        assert isinstance(item, Failure)


# --- the process of its own


def test_a_document_crosses_the_pipe_unchanged(reader: FileReader, tmp_path: Path) -> None:
    """What the other process read is what this one would have."""
    path = tmp_path / "a.html"
    path.write_text(page('<meta property="article:published_time" content="2021-10-18">'))
    assert reader.read(path, "a.html") == read_file(path, "a.html")
    many = [*read_file(path, "a.html"), Failure("b", "Why.")]
    assert unpack(json.loads(json.dumps(pack(many)))) == many


def test_plain_formats_start_no_process(tmp_path: Path) -> None:
    """Text is read at once."""
    with FileReader(30) as opened:
        (tmp_path / "a.txt").write_text(PROSE)
        assert isinstance(opened.read(tmp_path / "a.txt", "a.txt")[0], Document)
        assert opened._process is None


STUB = """
import sys, time, os
from rag.ingest import worker
def read_file(path, name):
    print("noise"); sys.stderr.write("noise")
    if name.startswith("slow"): time.sleep(60)
    if name.startswith("crash"): os.abort()
    return []
worker.read_file = read_file
worker.page_picture = lambda *_: os.abort()
worker.main()
"""
start = subprocess.Popen


def stubbed(arguments: list[str], **options: object) -> subprocess.Popen[bytes]:
    """Starts that program instead of the reading one."""
    return start([sys.executable, "-c", STUB], **options)  # type: ignore[call-overload, no-any-return]


def test_a_slow_or_crashing_file_is_left_out_and_the_next_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """The process is ended and started again; nothing that a library prints gets in the way."""
    monkeypatch.setattr(subprocess, "Popen", stubbed)
    with FileReader(1.5) as opened:
        (slow,) = opened.read(tmp_path / "a", "slow.pdf")
        (crash,) = opened.read(tmp_path / "a", "crash.pdf")
        assert opened.read(tmp_path / "a", "fine.pdf") == []
    assert isinstance(slow, Failure) and slow.reason == "It took longer than 1.5 seconds to read and was left out."
    assert isinstance(crash, Failure) and "stop" in crash.reason
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("program", ["import a_library_that_is_not_there", "raise MemoryError"])
def test_a_reading_process_that_does_not_start_is_not_blamed_on_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    """The error says so, and no second start is tried."""
    starts = []

    def started(arguments: list[str], **options: object) -> subprocess.Popen[bytes]:
        starts.append(arguments)
        return start([sys.executable, "-c", program], **options)  # type: ignore[call-overload, no-any-return]

    monkeypatch.setattr(subprocess, "Popen", started)
    with FileReader(1.5) as opened:
        for name in ("a.pdf", "b.csv"):
            with pytest.raises(ReadError, match="could not be started"):
                opened.read(tmp_path / name, name)
    assert len(starts) == 1


def test_a_library_that_is_missing_is_not_blamed_on_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reason names it."""
    monkeypatch.setitem(sys.modules, "pypdfium2", None)
    assert "could not be loaded (pypdfium2)" in reason(tmp_path, "a.pdf", pdf([["Some words of text"]]))


def test_importing_the_readers_loads_no_heavy_library() -> None:
    """Parsers are loaded with the first file that needs them."""
    heavy = ("lxml", "trafilatura", "pypdfium2", "docx", "pptx", "yaml", "py3langid", "numpy", "charset_normalizer")
    code = f"import sys, rag.ingest.readers; print([name for name in {heavy} if name in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", code], cwd=ROOT, text=True).strip() == "[]"


# --- real files


def shared(folder: str) -> Path:
    if not (SHARED / folder).is_dir():
        pytest.skip(f"the shared evaluation data ({folder}) is not on this machine")
    return SHARED / folder


def test_real_files_broken_ones_included_never_crash_or_hang(reader: FileReader) -> None:
    """Each file of the parser suites is a sound Document or a Failure of one sentence."""
    folder = shared("files")
    for path in sorted(file for file in folder.rglob("*.*") if file.suffix in READERS):
        for item in reader.read(path, path.relative_to(folder).as_posix()):
            if isinstance(item, Failure):
                assert re.fullmatch(r"[A-Z][^\n]*\.", item.reason)
            else:
                assert item.title and item.text.strip()
                assert all(0 <= start <= len(item.text) for start in item.pages)
                assert path.suffix == ".txt" or is_normalized("NFC", item.text)


def test_news_pages_are_extracted_as_people_mark_them() -> None:
    """F1 of words against the marked article body, over 20 news pages."""
    folder = shared("files/news_html")
    gold = json.loads((folder / "gold.json").read_text("utf-8"))
    scores = []
    for name, marked in gold.items():
        text = article_text(parse_html(decode_html((folder / f"{name}.html").read_bytes())))
        scores.append(word_f1(text, marked["articleBody"]))
    print(f"F1 of words over {len(scores)} news pages: {sum(scores) / len(scores):.4f}")
    assert sum(scores) / len(scores) >= 0.97


def word_f1(text: str, gold: str) -> float:
    ours, theirs = (Counter(re.findall(r"\w+", side.lower())) for side in (text, gold))
    return 2 * (ours & theirs).total() / (ours.total() + theirs.total())
