"""The page's own texts are in rag/ui/words.py and nowhere else, so that they can be translated."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from string import Formatter

import pytest

from rag.ui import words
from rag.ui.text import counted

ROOT = Path(__file__).resolve().parents[1]
MODULES = [ROOT / "app.py", *(path for path in sorted((ROOT / "rag" / "ui").glob("*.py")) if path.name != "words.py")]

TEXTS: dict[str, str] = {name: text for name, text in vars(words).items() if name.isupper()}
WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
HOLE = "\0"  # what an f-string puts in
ROUND_ABOUT = ".,:;!?…·“”\"'()[]"
NO_SENTENCE = {"key", "name", "type", "mime"}  # keywords whose words the page does not show; `name` is a thread's
LABELS = {"label", "placeholder", "help", "text", "body", "title", "page_title", "caption", "captions", "alt",
          "options", "show_spinner"}  # fmt: skip
NO_LABEL_FIRST = {"Page", "chat_message", "component", "feedback", "form", "page_link", "switch_page",
                  "vega_lite_chart"}  # fmt: skip
OPTIONS_SECOND = {"multiselect", "pills", "radio", "segmented_control", "selectbox"}
MADE_TEXT = {"block": (1,), "counted": (1, 2), "plain": (0,)}  # our own, by the places of their texts


def stray_texts(source: str) -> list[str]:
    """The texts in a module's source that belong into rag/ui/words.py."""
    tree = ast.parse(source)
    kept_out = _kept_out(tree)
    found = [(node.lineno, text) for node in _outermost_strings(tree, kept_out) if _sentence(text := _text(node))]
    everywhere = _named(tree.body)
    for statement in tree.body:
        named = {**everywhere, **_named(ast.walk(statement))}
        for call in (node for node in ast.walk(statement) if isinstance(node, ast.Call)):
            found += [(node.lineno, _text(node)) for label in _labels(call) for node in _strings(label, named)]
    for table in (node for node in ast.walk(tree) if isinstance(node, ast.Dict)):
        titles = [value for key, value in zip(table.keys, table.values, strict=True) if _is_title(key)]
        found += [(node.lineno, _text(node)) for title in titles for node in _strings(title, {})]
    return [text.replace(HOLE, "{}") for _, text in sorted(set(found)) if _sentence(text) or _label(text)]


# -- sentences: wherever they stand -----------------------------------------------------------------------------------


def _sentence(text: str) -> bool:
    """True of two words apart, or of one apart from what is put in."""
    parts = [part.strip(ROUND_ABOUT) for part in text.split()]
    spoken = sum(WORD.fullmatch(part) is not None for part in parts)
    return spoken >= 2 or (spoken == 1 and any(HOLE in part for part in parts))


def _kept_out(tree: ast.Module) -> set[int]:
    """The nodes whose strings the page does not show: docstrings, keys, names of threads, types in quotes."""
    nodes: list[ast.AST] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            nodes.append(node.value)
        elif isinstance(node, ast.arg | ast.AnnAssign) and node.annotation is not None:
            nodes.append(node.annotation)
        elif isinstance(node, ast.keyword) and node.arg in NO_SENTENCE:
            nodes.append(node.value)
    return {id(node) for node in nodes}


def _outermost_strings(node: ast.AST, kept_out: set[int]) -> Iterator[ast.expr]:
    if id(node) in kept_out:
        return
    if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str)):
        yield node
        parts = node.values if isinstance(node, ast.JoinedStr) else []
        inner: list[ast.AST] = [part.value for part in parts if isinstance(part, ast.FormattedValue)]
    else:
        inner = list(ast.iter_child_nodes(node))
    for child in inner:
        yield from _outermost_strings(child, kept_out)


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part) if isinstance(part, ast.Constant) else HOLE for part in node.values)
    return str(node.value) if isinstance(node, ast.Constant) else ""


# -- labels: what Streamlit and our own makers of text are given ------------------------------------------------------


def _label(text: str) -> bool:
    return re.search(r"[^\W\d_]", text) is not None and not text.startswith(":material/")


def _labels(call: ast.Call) -> Iterator[ast.expr]:
    *path, name = _path(call.func)
    if not path and name in MADE_TEXT:
        yield from (call.args[place] for place in MADE_TEXT[name] if place < len(call.args))
    if path[:1] != ["st"] or path[1:2] in (["session_state"], ["query_params"]):
        return
    if name not in NO_LABEL_FIRST:
        yield from call.args[:1]
    if name in OPTIONS_SECOND:
        yield from call.args[1:2]
    yield from (keyword.value for keyword in call.keywords if keyword.arg in LABELS)


def _path(function: ast.expr) -> list[str]:
    """`st.sidebar.button` as a list of names; a name of "" where it is called on something else."""
    if isinstance(function, ast.Attribute):
        return [*_path(function.value), function.attr]
    return [function.id if isinstance(function, ast.Name) else ""]


def _named(nodes: Iterable[ast.AST]) -> dict[str, list[ast.expr]]:
    """Name -> what these nodes assign to it, by `=` or by going through tuples."""
    named: defaultdict[str, list[ast.expr]] = defaultdict(list)

    def bind(target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Name):
            named[target.id].append(value)
        elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
            for each, its in zip(target.elts, value.elts, strict=False):
                bind(each, its)

    for node in nodes:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                bind(target, node.value)
        elif isinstance(node, ast.AnnAssign | ast.NamedExpr) and node.value is not None:
            bind(node.target, node.value)
        elif isinstance(node, ast.For | ast.comprehension):
            for row in node.iter.elts if isinstance(node.iter, ast.Tuple | ast.List) else ():
                bind(node.target, row)
    return dict(named)


def _strings(node: ast.AST | None, named: dict[str, list[ast.expr]]) -> Iterator[ast.expr]:
    """The strings that an expression can be, or that a table can have as columns."""
    match node:
        case ast.Constant(value=str()) | ast.JoinedStr():
            yield node
        case ast.Name(id=name):
            rest = {other: values for other, values in named.items() if other != name}
            for value in named.get(name, ()):
                yield from _strings(value, rest)
        case ast.IfExp(body=one, orelse=other):
            yield from (*_strings(one, named), *_strings(other, named))
        case ast.List(elts=each) | ast.Tuple(elts=each) | ast.BoolOp(values=each):
            for value in each:
                yield from _strings(value, named)
        case ast.BinOp(left=one, op=ast.Add(), right=other):
            yield from (*_strings(one, named), *_strings(other, named))
        case ast.Subscript(value=ast.Name(id=name)):
            for table in named.get(name, ()):
                for value in table.values if isinstance(table, ast.Dict) else ():
                    yield from _strings(value, {})
        case ast.Dict(keys=columns):
            for column in columns:
                yield from _strings(column, {})
        case ast.Call(func=ast.Attribute(value=value, attr="format")):
            yield from _strings(value, named)


def _is_title(key: ast.expr | None) -> bool:
    return isinstance(key, ast.Constant) and key.value == "title"


# -- what holds -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_no_module_of_the_page_has_a_text_of_its_own(path: Path) -> None:
    assert stray_texts(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ('st.button("Stop", key="stop")', "Stop"),
        ('st.sidebar.toggle(label="Hide", key="hide")', "Hide"),
        ('st.text_input(words.NAME, placeholder="Reports")', "Reports"),
        ('st.button(words.KEY, help="Why" if kept else None)', "Why"),
        ('st.radio(words.WHO, ["Quotes", words.MODEL])', "Quotes"),
        ('_SAVE = "Save"\nst.button(_SAVE)', "Save"),
        ('_ASK = {True: "Good?", False: words.BAD}\nst.text_area(_ASK[good])', "Good?"),
        ('for label, step in (("Next", 1), (words.LAST, -1)):\n    st.button(label)', "Next"),
        ('columns = {"When": days}\nst.dataframe(columns)', "When"),
        ('st.Page("rag/ui/chat.py", title="Ask")', "Ask"),
        ('@st.cache_data(show_spinner="Drawing")\ndef draw(): ...', "Drawing"),
        ('chart = {"y": {"title": "Documents"}}', "Documents"),
        ('verbatim("a", [block("note", "Nothing")])', "Nothing"),
        ('st.caption(counted(number, "article", words.ARTICLES))', "article"),
        ('problems = ("Nothing was found.",)', "Nothing was found."),
        ('raise LibraryError(f"“{name}” is gone.")', "“{}” is gone."),
        ('label = f"page {page}"', "page {}"),
        ('label = f"{number} of {total}"', "{} of {}"),
        ("label = f'{name}: {\"is gone\" if gone else words.HERE}'", "is gone"),
        ('def draw():\n    """Draw it."""\n    label = "Go" if on else words.OFF\n    st.button(plain(label))', "Go"),
    ],
)
def test_a_text_beside_the_others_is_found(source: str, text: str) -> None:
    assert stray_texts(source) == [text]


@pytest.mark.parametrize(
    "source",
    [
        '"""What a module is for."""\ndef draw():\n    """Draw the whole page."""',
        'st.button(words.STOP, key=f"stop {key}", type="primary", icon=":material/stop_circle:")',
        'st.markdown(":material/check:")',
        'threading.Thread(target=run, name="open the language model")',
        'st.session_state.get("writer", "quotes")',
        'st.form("new_set")\nst.feedback("thumbs")\nst.chat_message("user")\nst.switch_page("rag/ui/chat.py")',
        "label = f'{title} ({name})'\nst.caption(words.COUNT.format(name=name))",
        'st.components.v2.component("footnote", html=\'<div class="root" role="status"></div>\')',
        "axis = {'labelExpr': \"utcFormat(toDate(datum.value + '-01'), '%b %Y')\", 'title': None}",
    ],
)
def test_what_is_no_text_is_left_alone(source: str) -> None:
    assert stray_texts(source) == []


def test_every_text_is_used_and_names_what_is_put_in() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in MODULES)
    assert set(re.findall(r"\bwords\.([A-Z_]+)\b", source)) == set(TEXTS)
    for name, text in TEXTS.items():
        assert text.strip() == text != "", name
        assert all(field.isidentifier() for field in _fields(name)), name


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_each_text_is_given_all_that_it_asks_for(path: Path) -> None:
    for call in (node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)):
        match call:
            case ast.Call(
                func=ast.Attribute(value=ast.Attribute(value=ast.Name(id="words"), attr=name), attr="format")
            ):
                assert _fields(name) == {keyword.arg for keyword in call.keywords}, name
            case ast.Call(func=ast.Name(id="counted"), args=[_, ast.Attribute(attr=one), ast.Attribute(attr=many)]):
                assert _fields(one) == _fields(many) == {"number"}, one


def test_a_count_takes_the_form_for_one_or_for_many() -> None:
    forms = words.ARTICLE, words.ARTICLES
    assert [counted(number, *forms) for number in (0, 1, 1200)] == ["0 articles", "1 article", "1,200 articles"]


def _fields(name: str) -> set[str]:
    """The names of what is put into a text; "" for a place without one."""
    return {re.split(r"[.\[]", field)[0] for _, field, _, _ in Formatter().parse(TEXTS[name]) if field is not None}
