"""Conversations as Markdown, HTML and JSON: nothing is lost or comes alive, and every citation leads somewhere."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from html.parser import HTMLParser

import pytest

from rag.answer.records import answer_record
from rag.assistant import Assistant
from rag.export.conversation import MIME_TYPES, exported
from rag.export.footnotes import footnoted_html, footnoted_text
from rag.export.judgements import judgements_as_csv, judgements_as_json
from rag.export.transcript import FORMATS, Article, Transcript, file_name, web_address
from rag.feedback import Judged, Judgement
from rag.types import Answer, Citation, Document, Filter, Passage, Sentence, Turn

BEGAN = datetime(2024, 3, 12, 12, tzinfo=UTC)
QUOTE = "The bridge at Lindgate opened again on Tuesday."
TOLL = "The toll stays at two crowns."
TEXT = f"---\ntitle: The bridge\n---\nBefore it.\n\n{QUOTE} {TOLL}\n\nAfter it."
BRIDGE = Document(
    "bridge.md", TEXT, "The bridge opens", "ab", "Lindgate Post", "A. Rydell", date(2023, 4, 11), "en",
    "https://example.org/bridge?a=1&b=2",
)  # fmt: skip
HOSTILE = (
    '<script>alert(1)</script> <img src=x onerror=alert(1)> "><b onclick=x> &lt;i&gt; </style> </title> -->'
    " [link](http://127.0.0.1:9) ![](http://127.0.0.1:9/x.png) *b* _i_ `c` ~~s~~ $5$ # h | :smile: @name [^1-1]: no"
    " http://127.0.0.1:9/y \x00\x1b[31m \u202eabc \udcff"
)


def cited(document: Document, quote: str, number: int = 1, short: str = "") -> Citation:
    """A citation of those words of the document."""
    start = document.text.index(quote)
    span = (document.text.index(short), document.text.index(short) + len(short)) if short else None
    return Citation(
        number, document.name, document.title, document.outlet, document.published, document.page_at(start),
        start, start + len(quote), quote, span,
    )  # fmt: skip


def answer(*citations: Citation, question: str = "When did it open?") -> Answer:
    """An answer with a short one, a sentence for each citation, and one that was not found."""
    sentences = [Sentence("On Tuesday", (1,), True, 0.9, short=True)]
    sentences += [
        Sentence(each.quote, (each.number,), True, 0.9, opens=number == 0) for number, each in enumerate(citations)
    ]
    sentences += [Sentence("Monks built it.", (), False, 0.1)]
    return Answer(question, question, "…", False, tuple(sentences), citations, (), "quotes")


def transcript(*turns: Turn, documents: tuple[Document, ...] = (BRIDGE,), title: str = "The bridge") -> Transcript:
    articles = {each.name: Article(each, each.text.find("Before it.") if each is BRIDGE else 0) for each in documents}
    return Transcript(title, "news", BEGAN, turns, articles)


CITED = answer(cited(BRIDGE, QUOTE, short="on Tuesday"), cited(BRIDGE, TOLL, 2))
SILENT = Answer(
    "Who drew it?", "Who drew the bridge?", "The documents do not answer this.", True, (), (),
    (Passage("bridge.md", 0, 20, "## Plans\nNobody says.", 0.5, "The bridge opens"),), "quotes",
)  # fmt: skip
WHOLE = transcript(Turn("When did it open?", CITED), Turn("Who drew it?", SILENT), Turn("Why?", error="No index."))


class Page(HTMLParser):
    """What a browser would make of a page: its ids, links, tags, attributes and text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.marked: list[str] = []
        self.words = ""
        self._open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.add(tag)
        self.attributes |= given.keys()
        self.ids += [str(given["id"])] if "id" in given else []
        self.links += [str(given["href"])] if tag == "a" else []
        if tag not in ("meta", "br"):
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self._open:
            self.words += data
        if "mark" in self._open:
            self.marked.append(data)


def html(of: Transcript) -> str:
    return exported(of, "html").decode()


# -- HTML -------------------------------------------------------------------------------------------------------------


def test_a_mark_leads_to_its_footnote_and_the_footnote_to_the_words_in_the_article_and_all_lead_back() -> None:
    page = Page(html(WHOLE))
    assert len(page.ids) == len(set(page.ids))
    inner = [link[1:] for link in page.links if link.startswith("#")]
    assert set(inner) <= set(page.ids)
    for needed in ("note-1-1", "note-1-2", "words-1-1", "words-1-2", "use-1-1-1", "use-1-1-2", "use-1-2-1"):
        assert needed in inner
    assert inner.count("note-1-1") == 3  # from the short answer, from the sentence, and from the article
    assert [link for link in page.links if not link.startswith("#")] == ["https://example.org/bridge?a=1&b=2"] * 2
    assert page.marked == ["The bridge at Lindgate opened again ", "on Tuesday", ".", TOLL]


def test_a_page_says_who_wrote_what_and_when_and_leaves_out_front_matter() -> None:
    words = Page(html(WHOLE)).words
    for told in (
        "12 March 2024, about “news”", "Lindgate Post · 11 April 2023 · bridge.md", "A. Rydell", "At example.org",
        "Before it.", "After it.", "Monks built it. not found in the documents", "Searched for: Who drew the bridge?",
        "The nearest passages:", "Plans: Nobody says.", "No index.",
    ):  # fmt: skip
        assert told in words
    assert "title: The bridge" not in words


def test_a_page_loads_nothing_and_runs_nothing() -> None:
    page = html(WHOLE)
    policy = re.findall(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', page)
    assert len(policy) == 1
    assert policy[0].startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy[0]
    assert not Page(page).tags & {"script", "img", "link", "iframe", "object", "form", "base", "svg"}
    assert not re.search(r"url\(|@import", page)
    assert not any(name.startswith("on") or name in ("src", "style", "srcdoc") for name in Page(page).attributes)


def test_text_from_documents_questions_and_answers_stays_text() -> None:
    document = replace(
        BRIDGE, name=f"{HOSTILE}.md", title=HOSTILE, text=f"Before. {HOSTILE} After.", outlet=HOSTILE, author=HOSTILE,
        language='en" onclick="x', url="javascript:alert(1)//http://x",
    )  # fmt: skip
    said = replace(answer(cited(document, HOSTILE), question=HOSTILE), problem=HOSTILE, notes=(HOSTILE,), text=HOSTILE)
    of = transcript(Turn(HOSTILE, said), Turn(HOSTILE, error=HOSTILE), documents=(document,), title=HOSTILE)
    of = replace(of, document_set=HOSTILE)
    plain, hostile = Page(html(WHOLE)), Page(html(of))
    assert hostile.tags <= plain.tags
    assert hostile.attributes <= plain.attributes
    assert not [link for link in hostile.links if not link.startswith("#")]
    assert hostile.words.count("<script>alert(1)</script>") >= 12
    for form in FORMATS:
        content = exported(of, form).decode()
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", content), form


def test_a_long_article_is_given_in_the_passages_around_what_is_cited() -> None:
    filler = [f"Line {number} tells of the old road.\n\n" for number in range(2_000)]
    text = "".join([*filler[:800], f"{QUOTE}\n\n", *filler[800:1_200], f"{TOLL}\n\n", *filler[1_200:]])
    document = replace(BRIDGE, text=text)
    of = transcript(Turn("?", answer(cited(document, QUOTE), cited(document, TOLL, 2))), documents=(document,))
    page = Page(html(of))
    assert page.marked == [QUOTE, TOLL]
    assert page.words.count("[…]") == 3
    for near in ("Line 799 tells", "Line 800 tells", "Line 1199 tells", "Line 1200 tells"):
        assert near in page.words
    for far in ("Line 1 tells", "Line 1000 tells", "Line 1999 tells"):
        assert far not in page.words
    assert re.findall(r"\n[^L\n]*ine \d+ tells", page.words) == []  # no line is cut
    assert len(page.words) < 9_000


def test_citations_that_overlap_are_both_marked_and_both_reached() -> None:
    first, second = cited(BRIDGE, "The bridge at Lindgate opened"), cited(BRIDGE, "Lindgate opened again", 2)
    page = Page(html(transcript(Turn("?", answer(first, second)))))
    assert page.marked == ["The bridge at ", "Lindgate opened", " again"]
    assert {"words-1-1", "words-1-2"} <= set(page.ids)


def test_words_that_moved_are_marked_where_they_are_now_and_lost_ones_are_told() -> None:
    turn = Turn("?", answer(cited(BRIDGE, QUOTE, short="on Tuesday"), cited(BRIDGE, TOLL, 2)))
    moved = replace(BRIDGE, text=f"A new beginning. {QUOTE}")
    page = Page(html(transcript(turn, documents=(moved,))))
    assert page.marked == ["The bridge at Lindgate opened again ", "on Tuesday", "."]
    assert "words-1-2" not in page.ids
    assert page.words.count("The article has changed since; these words are not in it any more.") == 1
    assert f"“{TOLL}”" in page.words
    gone = Page(html(transcript(turn, documents=())))
    assert gone.words.count("The article was not at hand when this was exported.") == 2
    assert not gone.marked
    assert {link for link in gone.links if link.startswith("#")} <= {f"#{id_}" for id_ in gone.ids}


def test_from_three_questions_on_a_page_begins_with_a_list_of_them() -> None:
    assert "nav" in Page(html(WHOLE)).tags
    assert "nav" not in Page(html(replace(WHOLE, turns=WHOLE.turns[:2]))).tags


@pytest.mark.parametrize(
    ("url", "fits"),
    [
        ("https://example.org/a?b=c#d", True),
        ("HTTP://example.org", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("file:///etc/passwd", False),
        ("//example.org", False),
        ("https://", False),
        ("https://a b", False),
        ("https://a\nb", False),
        ("http://[", False),
        ("", False),
        (None, False),
    ],
)
def test_only_an_address_of_the_web_becomes_a_link(url: str | None, fits: bool) -> None:
    assert web_address(url) == (url if fits else "")


# -- Markdown ---------------------------------------------------------------------------------------------------------


def test_markdown_has_a_footnote_for_every_mark() -> None:
    text = exported(WHOLE, "md").decode()
    assert text.startswith("# The bridge\n\n*12 March 2024, about “news”*\n\n## When did it open?\n\n")
    assert (
        f"**On Tuesday**[^1-1]\n\n{QUOTE}[^1-1] {TOLL}[^1-2] Monks built it. *(not found in the documents)*\n" in text
    )
    source = "*The bridge opens*, Lindgate Post, 11 April 2023 (bridge.md) <https://example.org/bridge?a=1&b=2>"
    assert f"[^1-1]: “{QUOTE}” — {source}\n[^1-2]: “{TOLL}” — {source}\n" in text
    assert "The documents do not answer this.\n\n*Searched for: Who drew the bridge?*" in text
    assert "> Plans: Nobody says." in text
    assert text.endswith("\n")
    marks, notes = re.findall(r"\[\^([\d-]+)\](?!:)", text), re.findall(r"^\[\^([\d-]+)\]:", text, re.MULTILINE)
    assert set(marks) == set(notes)


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("*b* _i_ `c` ~s~ | $5", r"\*b\* \_i\_ \`c\` \~s\~ \| \$5"),
        ("<b> &amp; [x](y) ![z](w) [^1-1]: \\", r"\<b\> \&amp; \[x\](y) !\[z\](w) \[\^1-1\]: \\"),
        ("# no", r"\# no"),
        ("- no", r"\- no"),
        ("+ no", r"\+ no"),
        ("--- no", r"\--- no"),
        ("1. no", r"1\. no"),
        ("1) no", r"1\) no"),
        ("1.5 million", "1.5 million"),
        ("At 10:30: see :smile: or http://a.b or www.a.b", r"At 10:30: see \:smile: or http\://a.b or www\.a.b"),
        ("me@example.org", r"me\@example.org"),
        ("two\nlines\r\n\tand more", "two lines and more"),
    ],
)
def test_what_looks_like_markdown_is_written_so_that_it_does_not_become_any(said: str, written: str) -> None:
    text = exported(transcript(Turn("Q", error=said)), "md").decode()
    assert text.endswith(f"## Q\n\n*{written}*\n")


# -- JSON -------------------------------------------------------------------------------------------------------------


def test_json_holds_every_turn_as_the_command_line_prints_it() -> None:
    record = json.loads(exported(WHOLE, "json"))
    assert (record["title"], record["document_set"], record["began"]) == ("The bridge", "news", BEGAN.isoformat())
    first, second, third = record["turns"]
    assert first == {"question": "When did it open?", "error": "", "answer": {**answer_record(CITED), "id": "1"}}
    assert second["answer"]["abstained"]
    assert third == {"question": "Why?", "error": "No index.", "answer": None}


def test_json_loses_no_character() -> None:
    odd = "half \udcff \x9b31m \u2028 🌉"
    content = exported(transcript(Turn(odd)), "json")
    assert json.loads(content)["turns"][0]["question"] == odd
    assert "🌉" in content.decode()


# -- the clipboard ----------------------------------------------------------------------------------------------------


def test_an_answer_is_copied_with_its_marks_and_numbered_footnotes() -> None:
    source = "The bridge opens, Lindgate Post, 11 April 2023 (bridge.md)"
    assert footnoted_text(CITED) == (
        f"On Tuesday [1]\n{QUOTE} [1] {TOLL} [2] Monks built it. [not found in the documents]\n\n"
        f"[1] “{QUOTE}” — {source}\n[2] “{TOLL}” — {source}"
    )
    formatted = footnoted_html(CITED)
    assert formatted.startswith(f"<p><strong>On Tuesday</strong><sup>[1]</sup></p><p>{QUOTE}<sup>[1]</sup> {TOLL}")
    assert f'<li value="2">“{TOLL}” — <cite>The bridge opens</cite>, Lindgate Post' in formatted
    assert "Monks built it.<sup>[not found in the documents]</sup>" in formatted


def test_what_is_hidden_is_not_copied() -> None:
    for copied in (footnoted_text(CITED, hide=True), footnoted_html(CITED, hide=True)):
        assert "Monks" not in copied
        assert TOLL in copied


def test_what_was_searched_within_a_filter_goes_along_everywhere() -> None:
    within = Filter(outlets=("The <Wire>",), since=date(2024, 5, 1))
    told = "Searched 3 of 7 articles: The <Wire>, from 1 May 2024"
    for said in (CITED, SILENT):
        said = replace(said, within=within, documents_searched=3, documents_held=7)
        assert told in footnoted_text(said)
        assert Page(footnoted_html(said)).words.count(told) == 1
        assert told in Page(html(transcript(Turn("?", said)))).words
        assert "Searched 3 of 7 articles: The" in exported(transcript(Turn("?", said)), "md").decode()


def test_silence_is_copied_with_what_was_searched_for() -> None:
    assert footnoted_text(SILENT) == "The documents do not answer this.\n\nSearched for: Who drew the bridge?"
    assert footnoted_html(SILENT) == (
        "<p>The documents do not answer this.</p><p>Searched for: Who drew the bridge?</p>"
    )


def test_what_is_copied_is_escaped() -> None:
    document = replace(BRIDGE, name=f"{HOSTILE}.md", title=HOSTILE, text=HOSTILE)
    page = Page(footnoted_html(answer(cited(document, HOSTILE))))
    assert page.tags == {"p", "strong", "sup", "ol", "li", "cite"}
    assert page.attributes == {"value"}


def test_a_quote_that_begins_with_a_quotation_mark_gets_no_second_one() -> None:
    document = replace(BRIDGE, text="“It opens,” she said.")
    assert "[1] “It opens,” she said. — " in footnoted_text(answer(cited(document, document.text)))


# -- feedback ---------------------------------------------------------------------------------------------------------


def judged(question: str, comment: str = "", good: bool = True) -> Judged:
    turn = Turn(question, replace(CITED, text=f"{question} yes"))
    return Judged("ab" * 16, 2, "news-1", "Talk", turn, Judgement(good, comment, BEGAN, BEGAN))


def rows(content: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.removeprefix("\ufeff"))))


def test_feedback_is_a_table_for_a_spreadsheet() -> None:
    content = judgements_as_csv([judged('Why "so", then?', "Good;\nvery", good=False)], {"news-1": "news"})
    assert content.startswith("\ufeff")
    assert rows(content) == [
        {
            "when": "2024-03-12T12:00:00+00:00", "set": "news", "thumb": "down", "comment": "Good;\nvery",
            "question": 'Why "so", then?', "answer": 'Why "so", then? yes',
            "sources": "[1] The bridge opens, Lindgate Post, 11 April 2023 (bridge.md)\n"
            "[2] The bridge opens, Lindgate Post, 11 April 2023 (bridge.md)",
            "model": "quotes", "conversation": "Talk", "conversation id": "ab" * 16, "number": "3",
        }
    ]  # fmt: skip


@pytest.mark.parametrize(
    "formula", ["=1+1", "+1", "-1", "@SUM(A1)", "  =1", "\t=1", "\r=1", "\n=1", "＝1", "|x", "%x", "\x00=1"]
)
def test_no_cell_begins_a_formula(formula: str) -> None:
    (row,) = rows(judgements_as_csv([judged(formula, formula)], {}))
    for cell in (row["question"], row["comment"]):
        assert cell.startswith(("'", "\ufffd"))
        assert cell.endswith(formula.strip()[-2:])
    assert row["set"] == "news-1"


def test_every_cell_is_quoted_since_some_spreadsheets_split_at_other_signs() -> None:
    lines = judgements_as_csv([judged("a;=1", "b\t=1")], {}).removeprefix("\ufeff").split("\r\n")
    assert '"a;=1"' in lines[1]
    assert '"b\t=1"' in lines[1]


def test_feedback_is_json_with_the_whole_answers() -> None:
    first, second = json.loads(judgements_as_json([judged("One?", "=1"), judged("Two?", good=False)], {}))
    assert (first["thumb"], first["comment"], second["thumb"]) == ("up", "=1", "down")
    assert first["conversation"] == {"id": "ab" * 16, "title": "Talk", "number": 3}
    assert first["answer"]["citations"][0]["quote"] == QUOTE


# -- from the assistant to the file -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("When did it open?", "When did it open.md"),
        ("../../etc/passwd: a\\b", "etc passwd a b.md"),
        ("Wo liegt Łódź", "Wo liegt Łódź.md"),
        ("???", "Conversation.md"),
        ("x" * 100, f"{'x' * 60}.md"),
    ],
)
def test_a_file_is_called_after_the_conversation(title: str, name: str) -> None:
    assert file_name(title, "md") == name


def test_a_conversation_is_exported_with_the_articles_that_it_cites(assistant: Assistant) -> None:
    document_set = assistant.library.first
    assistant.sync(document_set)
    question = "How much will the repair of the bridge cost?"
    id_ = assistant.history.begin(assistant.key(document_set), question).id
    assistant.history.append(id_, Turn(question, assistant.ask(document_set, question)))
    of = assistant.transcript(id_)
    assert of.document_set == "documents"
    article = of.articles["harbour.md"]
    assert article.document.text[article.begins :].startswith("# Harbour bridge closes")
    page = Page(html(of))
    assert "8.5 million" in " ".join(page.marked)
    assert {form: bool(exported(of, form)) for form in MIME_TYPES} == dict.fromkeys(FORMATS, True)


def test_a_conversation_about_a_set_that_is_not_there_is_exported_with_its_quotes(assistant: Assistant) -> None:
    id_ = assistant.history.begin("elsewhere-0a1b2c3d4e5f", "When?").id
    assistant.history.append(id_, Turn("When?", CITED))
    of = assistant.transcript(id_)
    assert (of.articles, of.document_set) == ({}, "elsewhere-0a1b2c3d4e5f")
    assert QUOTE in html(of)
