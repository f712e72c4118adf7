"""The page of settings: who writes the answers."""

from __future__ import annotations

import streamlit as st

from rag.errors import FootnoteError, InputError, ModelError
from rag.models.language import ModelChoice, checked_choice
from rag.models.servers import model_names
from rag.ui import words
from rag.ui.session import attempt, desk, guarded, session, tell_problems
from rag.ui.text import counted, plain

_PLACE = "settings"  # under which problems are told
_QUICK = 0.5  # seconds that an Ollama on this machine has to answer


def draw() -> None:
    """The whole page."""
    st.title(words.SETTINGS_PAGE, anchor=False)
    tell_problems(_PLACE)
    _tell_done()
    choice = _current()
    st.subheader(words.WHO_WRITES, anchor=False)
    if st.session_state.get("settings_of", choice) != choice:  # it was chosen in another tab
        for field in ("writer", "llm_url", "llm_model", "llm_context", "llm_timeout"):
            st.session_state.pop(field, None)
    st.session_state["settings_of"] = choice
    _remember("writer", words.BY_MODEL if choice else words.BY_QUOTES)
    st.radio(
        words.WHO_WRITES,
        [words.BY_QUOTES, words.BY_MODEL],
        key="writer",
        captions=[words.BY_QUOTES_HELP, words.BY_MODEL_HELP],
        label_visibility="collapsed",
        on_change=_writer_changed,
    )
    if st.session_state["writer"] == words.BY_MODEL:
        _draw_model(choice)
    now = words.NOW_MODEL.format(model=choice.model, url=choice.url) if choice else words.NOW_QUOTES
    st.caption(plain(now))


def _current() -> ModelChoice | None:
    try:
        return desk().assistant.preferences.choice()
    except InputError as error:
        st.error(plain(str(error)))
        return None


def _writer_changed() -> None:
    if st.session_state["writer"] == words.BY_QUOTES:
        attempt(_PLACE, lambda: _choose(None))


def _choose(choice: ModelChoice | None) -> None:
    desk().assistant.preferences.choose(choice)
    done = words.CHOSE_MODEL.format(model=choice.model) if choice else words.CHOSE_QUOTES
    st.session_state["settings_done"] = done


def _draw_model(choice: ModelChoice | None) -> None:
    ollama = desk().assistant.settings.ollama_url
    found = _ollama_models(ollama)
    _remember("llm_url", choice.url if choice else ollama if found else "")
    _remember("llm_context", choice.context if choice else 4096)
    _remember("llm_timeout", int(choice.timeout) if choice else 60)
    if found:
        models = counted(len(found), words.MODEL, words.MODELS)
        st.success(plain(words.OLLAMA_RUNS.format(models=models)), icon=":material/check:")
        if st.session_state["llm_url"].rstrip("/") != ollama:
            st.button(words.USE_OLLAMA, on_click=_use_ollama, args=(ollama,), key="use_ollama")
    st.text_input(
        words.SERVER,
        key="llm_url",
        placeholder=words.SERVER_EXAMPLE,
        help=words.SERVER_HELP,
        on_change=_forget_model,
    )
    url = _whole(st.session_state["llm_url"])
    if url:
        _draw_key(url)
    _draw_models(url, choice)
    with st.expander(words.MORE):
        st.number_input(
            words.CONTEXT, min_value=1024, max_value=2_000_000, step=1024, key="llm_context",
            help=words.CONTEXT_HELP,
        )  # fmt: skip
        st.number_input(words.TIMEOUT, min_value=1, max_value=3600, key="llm_timeout")
    with st.container(horizontal=True):
        st.button(words.USE, key="use_model", type="primary", on_click=_use, disabled=not url)
        tested = st.button(words.TEST, key="test_model", disabled=not url)
    if tested:
        _test()


def _draw_key(url: str) -> None:
    kept = bool(desk().assistant.preferences.key(url))
    st.text_input(
        words.KEY,
        key="llm_key",
        type="password",
        autocomplete="off",
        placeholder=words.KEY_GIVEN if kept else words.KEY_WANTED,
        on_change=_keep_key,
        args=(url,),
    )
    if kept:
        st.button(words.KEY_FORGET, key="forget_key", type="tertiary", on_click=_forget_key, args=(url,))


def _draw_models(url: str, choice: ModelChoice | None) -> None:
    names, problem = _listed(url) if url else ([], "")
    if problem:
        st.warning(plain(problem))
    own = choice.model if choice and choice.url == url else ""
    known = sorted({*names, *([own] if own else [])})
    if not st.session_state.get("llm_model"):
        st.session_state["llm_model"] = own or (names[0] if names else None)
    if st.session_state["llm_model"] and st.session_state["llm_model"] not in known:
        known.append(st.session_state["llm_model"])
    st.selectbox(
        words.MODEL_NAME, known, key="llm_model", accept_new_options=True, placeholder=words.MODEL_CHOOSE,
        format_func=str,
    )  # fmt: skip
    if url:
        label, icon = words.MODELS_AGAIN, ":material/refresh:"
        st.button(label, key="list_models", type="tertiary", icon=icon, on_click=_forget_listed)


def _listed(url: str) -> tuple[list[str], str]:
    """The names of the server's models, or why there are none; asked once for each address."""
    known: tuple[str, list[str], str] = st.session_state.get("llm_listed", ("", [], ""))
    if known[0] != url:
        names, problem = [], ""
        with st.spinner(words.MODELS_ASKED):
            try:
                names = model_names(url, desk().assistant.preferences.key(url))
            except ModelError as error:
                problem = str(error)
        known = (url, names, problem)
        st.session_state["llm_listed"] = known
    return known[1], known[2]


def _ollama_models(url: str) -> list[str]:
    try:
        return model_names(url, timeout=_QUICK)
    except ModelError:
        return []


def _use_ollama(url: str) -> None:
    st.session_state["llm_url"] = url
    _forget_model()


def _forget_model() -> None:
    """Another server has other models."""
    st.session_state["llm_model"] = None


def _forget_listed() -> None:
    st.session_state.pop("llm_listed", None)


def _keep_key(url: str) -> None:
    key, st.session_state["llm_key"] = str(st.session_state["llm_key"]).strip(), ""
    _forget_listed()
    if key:
        try:
            lasting = desk().assistant.preferences.keep_key(url, key)
        except InputError as error:
            session().problems[_PLACE] = (str(error),)
            return
        st.session_state["settings_done"] = words.KEY_KEPT if lasting else words.KEY_KEPT_UNTIL


def _forget_key(url: str) -> None:
    _forget_listed()
    desk().assistant.preferences.keep_key(url, "")
    st.session_state["settings_done"] = words.KEY_FORGOTTEN


def _typed() -> ModelChoice:
    state = st.session_state
    return checked_choice(
        state["llm_url"], state["llm_model"] or "", int(state["llm_context"]), float(state["llm_timeout"])
    )


def _use() -> None:
    attempt(_PLACE, lambda: _choose(_typed()))


def _test() -> None:
    try:
        choice = _typed()
        with st.spinner(plain(words.TESTING.format(model=choice.model))):
            seconds = desk().assistant.try_model(choice, desk().assistant.preferences.key(choice.url))
    except FootnoteError as error:
        st.error(plain(str(error)))
        return
    st.success(plain(words.TESTED.format(model=choice.model, seconds=seconds)))


def _whole(url: str) -> str:
    """The address as it is used; empty where it is none yet."""
    if not url.strip():
        return ""
    try:
        return checked_choice(url, "any").url
    except InputError as error:
        st.warning(plain(str(error)))
        return ""


def _tell_done() -> None:
    if done := st.session_state.pop("settings_done", ""):
        st.success(plain(done), icon=":material/check:")


def _remember(key: str, value: object) -> None:
    """Give a field its first value, and keep it while other pages are looked at."""
    st.session_state[key] = st.session_state.get(key, value)


if __name__ == "__main__":
    guarded(draw)
