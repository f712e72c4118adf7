"""Footnote's page: `streamlit run app.py`."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from rag.ui import words
from rag.ui.keyboard import listen
from rag.ui.navigation import ask_address, draw_navigation
from rag.ui.session import current_set, guarded
from rag.ui.window import keep_window

_UI = Path(__file__).parent / "rag" / "ui"

# before the navigation: a page's own icon would be fetched from a server of Google's
st.set_page_config(page_title=words.FOOTNOTE, page_icon=str(_UI / "icon.svg"))
pages = [
    st.Page("rag/ui/chat.py", title=words.ASK_PAGE, icon=":material/forum:", default=True),
    st.Page("rag/ui/documents.py", title=words.DOCUMENTS_PAGE, icon=":material/description:", url_path="documents"),
    st.Page("rag/ui/feedback.py", title=words.FEEDBACK_PAGE, icon=":material/thumbs_up_down:", url_path="feedback"),
    st.Page("rag/ui/settings.py", title=words.SETTINGS_PAGE, icon=":material/tune:", url_path="settings"),
]
page = st.navigation(pages, position="hidden")  # its own links would name neither set nor conversation
st.set_page_config(layout="wide" if page.url_path in ("documents", "feedback") else "centered")
st.html(_UI / "page.css")
# what stops the sidebar, a wrong setting for one, would stop the page with the same words
if guarded(lambda: draw_navigation(pages, page)):
    keep_window(f"{page.url_path} {ask_address(current_set())}")
    page.run()
    listen()
