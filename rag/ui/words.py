"""Every text that stands in the page's own modules, in one place, so that it can be translated.

What other parts say, such as errors and steps, stands with them. Each is a whole sentence or label; what is put in has
a name, for `str.format`. Where a number decides between two forms, the one for 1 comes first, for `counted` in
rag/ui/text.py.
"""

from __future__ import annotations

# -- everywhere -------------------------------------------------------------------------------------------------------

FOOTNOTE = "Footnote"
STARTING = "Starting Footnote"
UNEXPECTED = "Something went wrong that should not have; the details are in the terminal that Footnote runs in."
UNDO = "Undo"
TRY_AGAIN = "Try again"
RENAME = "Rename"
AND_MORE = "and {number:,} more"

# -- pages, as the navigation names them ------------------------------------------------------------------------------

ASK_PAGE = "Ask"
DOCUMENTS_PAGE = "Documents"
FEEDBACK_PAGE = "Feedback"
SETTINGS_PAGE = "Settings"

# -- counts, dates, lists and times -----------------------------------------------------------------------------------

ANSWER, ANSWERS = "{number:,} answer", "{number:,} answers"
ARTICLE, ARTICLES = "{number:,} article", "{number:,} articles"
DOCUMENT, DOCUMENTS = "{number:,} document", "{number:,} documents"
FILE, FILES = "{number:,} file", "{number:,} files"
MODEL, MODELS = "{number:,} model", "{number:,} models"
OUTLET, OUTLETS = "{number:,} outlet", "{number:,} outlets"
PASSAGE, PASSAGES = "{number:,} passage", "{number:,} passages"
RECORD, RECORDS = "{number:,} record", "{number:,} records"
SENTENCE, SENTENCES = "{number:,} sentence", "{number:,} sentences"
WORD, WORDS = "{number:,} word", "{number:,} words"

DATE = "{day.day} {day:%B} {day.year}"
DATE_IN_TABLE = "D MMM YYYY"
TIME_IN_TABLE = "D MMM YYYY, HH:mm"
TIME = "{time.day} {time:%b %H:%M}"
MONTH = "{month:%B %Y}"
PAGE = "page {page}"
LISTED_AND_MORE = "{names} and {number:,} more"

SECONDS = "{seconds} s"
MINUTES = "{minutes} min"
HOURS = "{hours:.1f} h"
PROGRESS = "{doing} {done:,} of {total:,}"
PROGRESS_LEFT = "{doing} {done:,} of {total:,}, about {time} left"

# -- ask: the greeting and the field ----------------------------------------------------------------------------------

PROMISE = "Answers from your documents, with the exact words they rest on."
HOLDS = "{articles} in “{name}”:"
HOLDS_OF = "{articles} in “{name}”, of {day}:"
HOLDS_FROM_TO = "{articles} in “{name}”, from {first} to {last}:"
NO_DOCUMENTS = "This set has no documents yet. Go to Documents and drop some files there."
GO_TO_DOCUMENTS = "Go to Documents"
OTHER_SETS = "Or ask another set:"
ASK = "Ask about these documents"
ASK_NOTHING = "There is nothing to ask about yet"
ASK_READING = "The documents are being read"

# -- ask: questions that are offered ----------------------------------------------------------------------------------

FOR_EXAMPLE = "For example:"
GO_ON = "You could go on with:"
INSTEAD = "The documents do answer:"
LOOKING_FOR_QUESTIONS = "Looking for questions that these documents answer …"

# -- ask: an answer on its way ----------------------------------------------------------------------------------------

WAITING_FOR_ANSWER = "Waiting for the answer above"
WAITING_FOR_DOCUMENTS = "Waiting until the documents are up to date"
THINKING = "Thinking about the question"
STOP = "Stop"
STOPPING = "Stopping"
STEP_DONE = "{step} · {seconds:.1f} s"
NOT_KEPT = "This is not kept: {reason}"
SHOW_EARLIER = "Show earlier questions ({number:,})"

# -- ask: an answer ---------------------------------------------------------------------------------------------------

QUOTES_THEN = "{problem} These are quotes instead."
SEARCHED_FOR = "Searched for: {searched}"
NEAREST = "The nearest passages:"
TO_TRY = "Try names and words that stand in the documents, or ask for one thing at a time."
HIDE = "Hide what was not found in the documents"
HIDDEN, ALL_HIDDEN = (
    "{number} sentence that was not found in the documents is hidden.",
    "{number} sentences that were not found in the documents are hidden.",
)
SOURCE = "Source {number}"  # read out for the number of a citation
SUPPORTED = "{found} of {sentences} supported"
QUOTED_SENTENCE, QUOTED_SENTENCES = "{number:,} sentence, word for word", "{number:,} sentences, word for word"
TOOK_SEARCH = "searched in {seconds:.2f} s"
TOOK_SEARCH_OF = "searched {articles} in {seconds:.2f} s"
TOOK_READ = "read in {seconds:.2f} s"
TOOK_READ_OF = "read {passages} in {seconds:.2f} s"
TOOK_WRITE = "written in {seconds:.2f} s"
TOOK_TOTAL = "{seconds:.2f} s in all"
CHANGED_SINCE = "Changed since this was answered: {names}."
GONE_SINCE = "No longer among the documents: {names}."
DOCUMENT_TITLED, DOCUMENT_TITLED_TWICE = "“{title}”", "“{title}” ({name})"
CITED_ONCE, CITED_TIMES = "cited {number:,} time", "cited {number:,} times"

SEARCH_EVERYWHERE = "Search all documents"
QUOTES_INSTEAD = "Quotes instead"
TRY_MODEL_AGAIN = "Try the model again"
CHANGE_SEARCH = "Change the search"
SEARCH_FOR = "Search for"
SEARCH_INSTEAD = "Search for this instead"

COPY = "Copy"
COPY_ANSWER = "Copy the answer with its footnotes"
COPIED = "Copied"
COPY_REFUSED = "The browser does not let this page copy. The text is selected: copy it from here."

# -- ask: what was thought of an answer -------------------------------------------------------------------------------

ASK_GOOD = "What was good about it?"
ASK_BAD = "What was wrong with it?"
SAVE_COMMENT = "Save the comment"
NOT_NOW = "Not now"
ADD_COMMENT = "Add a comment"
CHANGE_COMMENT = "Change the comment"
FEEDBACK_SAVED = "Saved. It stays on this machine, under Feedback."
FEEDBACK_REMOVED = "Feedback removed."
YOUR_COMMENT = "Your comment: {comment}"

# -- ask: the filter --------------------------------------------------------------------------------------------------

FILTER = "Filter"
FILTER_COVERS = "{searched:,} of {articles}"
FILTER_CLEAR = "Clear all"
FILTER_WITHOUT = "Ask without this again"
FILTER_WRONG_WAY = "The first day must not come after the last, so the days were left as they were."
FILTER_UNKNOWN = "Left out of the filter, not among these documents: {names}."
FILTER_NO_DATE = "Left out of the filter, as it is no date: {days}."
FILTER_OUTLETS = "Outlets"
FILTER_ALL_OUTLETS = "All outlets"
FILTER_SINCE = "From"
FILTER_UNTIL = "To"
FILTER_UNDATED, FILTER_ALL_UNDATED = (
    "{number:,} article carries no date: a day leaves it out.",
    "{number:,} articles carry no date: a day leaves them out.",
)
FILTER_ARTICLES = "Articles"
FILTER_ALL_ARTICLES = "All articles"
FILTER_FIND = "Find an article"
FILTER_FIND_BY = "Words of a title or file name"
FILTER_FIRST = "The first {most} of {number:,} articles; find others by words of their titles."
FILTER_NONE_FOUND = "No title and no file name holds these words."

# -- ask: the article beside the page ---------------------------------------------------------------------------------

DRAWER = "Source"
ARTICLE_LOST = "The article has changed since; these words are not in it any more:"
OPEN_FILE = "Open the file"
ORIGINAL_PAGE = "Original page"
PREVIOUS = "Previous"
NEXT = "Next"
CITATION_OF = "Citation {number} of {total}"
DRAWING_PAGE = "Drawing the page"

# -- the sidebar: the set, conversations, files of them, keys ---------------------------------------------------------

DOCUMENT_SET = "Document set"
NEW_CONVERSATION = "New conversation"
FIND_CONVERSATION = "Find a conversation"
FIND = "Find …"
NO_CONVERSATION = "No conversation holds these words."
OLDER_CONVERSATIONS = "Older ones are found by their words."
CONVERSATION_AT = "{title} · {time}"
NAME = "Name"
DELETE_CONVERSATION = "Delete this conversation"
UNDO_DELETION = "Undo the deletion"

EXPORT_AS = "Export this conversation as"
AS_HTML = "Web page"
AS_HTML_HELP = "One file that opens anywhere; every number leads to the words in the article."
AS_MARKDOWN = "Markdown"
AS_MARKDOWN_HELP = "Text with footnotes, for notes and wikis."
AS_JSON = "JSON"
AS_JSON_HELP = "Every turn as a record, for programs."

SHORTCUTS = "Keyboard shortcuts"
CLOSE = "Close"
KEY_ENTER = "Enter"
KEY_ESCAPE = "Esc"
WRITE_QUESTION = "Write a question"
NEXT_CITATION = "Next citation"
PREVIOUS_CITATION = "Previous citation"
OPEN_CITATION = "Open the citation in its article"
CLOSE_ARTICLE = "Close the article"
SHOW_SHORTCUTS = "Show these shortcuts"

# -- a sync -----------------------------------------------------------------------------------------------------------

LOOKING_FOR_CHANGES = "Looking for changes"
COMPARING = "Comparing files"
WHILE_READING = "The documents are being read: answers come from them as they were before."
WHILE_REMOVING = "What was removed or replaced is being taken out: questions wait until that is done."
WHILE_RETURNING = "Documents are being brought back: until they are here, answers come from the others."
WHILE_RESTORING = "The old documents are being brought back: questions wait until that is done."
BRINGING_BACK = "Bringing the old documents back"
BRINGING_BACK_FILE = "Bringing the old documents back: file"
BRINGING_BACK_PASSAGE = "Bringing the old documents back: passage"
REBUILD = "Rebuild the index"
SYNC_NOW = "Sync now"
FILES_CHANGED = "The files have changed: {changes}."
DOCUMENT_NEW, DOCUMENTS_NEW = "{number:,} new document", "{number:,} new documents"
DOCUMENT_CHANGED, DOCUMENTS_CHANGED = "{number:,} changed document", "{number:,} changed documents"
DOCUMENT_MOVED, DOCUMENTS_MOVED = "{number:,} renamed document", "{number:,} renamed documents"
DOCUMENT_GONE, DOCUMENTS_GONE = "{number:,} removed document", "{number:,} removed documents"
DOCUMENT_ADDED, DOCUMENTS_ADDED = "{number:,} document added", "{number:,} documents added"
DOCUMENT_UPDATED, DOCUMENTS_UPDATED = "{number:,} document updated", "{number:,} documents updated"
DOCUMENT_RENAMED, DOCUMENTS_RENAMED = "{number:,} document renamed", "{number:,} documents renamed"
DOCUMENT_REMOVED, DOCUMENTS_REMOVED = "{number:,} document removed", "{number:,} documents removed"
DOCUMENT_BACK, DOCUMENTS_BACK = "{number:,} document brought back", "{number:,} documents brought back"
DOCUMENT_AS_BEFORE, DOCUMENTS_AS_BEFORE = (
    "{number:,} document put back as it was",
    "{number:,} documents put back as they were",
)
SYNC_DONE = "{changes} in {seconds:.1f} s."
PLAN_ADDED = "Added: {names}"
PLAN_CHANGED = "Changed: {names}"
PLAN_RENAMED = "Renamed: {names}"
PLAN_REMOVED = "Removed: {names}"
PLAN_FAILED = "Not readable: {names}"
HAS_THEM = "The set has these files already."
FILE_LEFT_OUT, FILES_LEFT_OUT = "{number:,} file left out:", "{number:,} files left out:"
SOME_FAILED = "{number:,} could not be read:"

# -- documents: uploads -----------------------------------------------------------------------------------------------

WHAT_TO_DO = "What to do with files"
ADD_FILES = "Add to the set"
REPLACE_SET = "Replace the whole set"
REPLACE_HELP = "Choose all the files that the set is to have, or a .zip: you see what would change first."
REPLACE_NOTHING = "None of these files can be read, so there is nothing to replace the set with."
REPLACE_SAME = "These are the files that the set has already: there is nothing to replace."
REPLACE_PLAN = "Replacing the whole set means: {changes}."
REPLACE_WITH, REPLACE_WITH_FILES = "Replace the set with {number:,} file", "Replace the set with {number:,} files"
REPLACED_SET = "Replaced the whole set: {changes}."
FILES_PUT_IN = "{files} put in"
FILES_PUT_OVER = "{files} replaced"
FILES_TAKEN_OUT = "{files} taken out"
FILES_UNCHANGED = "{files} unchanged"
FILES_WITH = "{files} with {documents}"
CHANGED_MEANWHILE = "The set's files have changed meanwhile: look at what would change now."
UPLOAD = "Files or .zip archives"
OTHER_FILES = "Choose other files"
CANCEL = "Cancel"
FILES_SAVED = "Saved {names}, to be read now."
FILES_UNREAD = "No document could be read from {names}."
FILES_ADDED = "Added {added}."
FILES_REPLACED = "Replaced {replaced}."
FILES_ADDED_REPLACED = "Added {added}, replaced {replaced}."
FILES_REMOVED = "Removed {names}."

# -- documents: sets --------------------------------------------------------------------------------------------------

NEW_SET = "New set"
NEW_SET_NAME = "Name of the new set"
NEW_SET_EXAMPLE = "Annual reports"
MAKE_SET = "Make the set"
DELETED_SETS = "Deleted sets, kept for a month"
BRING_BACK = "Bring back “{name}”, deleted on {day}"
THIS_SET = "This set"
SET_GONE = "There is no set “{name}” any more. Deleted sets can be had back under Documents, at New set."
NOT_ASKED = "There is no set “{name}” any more, so this was not asked: {question}"
FIRST_SET = "“{name}” holds the files that lie directly in the folder of all sets, so it cannot be renamed or deleted."
NEW_NAME = "New name"
DELETE_SET = "Delete “{name}”"
SET_BUSY = "The set is being read: it can be renamed or deleted when that is done."
SET_KEPT = "Its files and conversations are kept for a month."
SET_DELETED = "Deleted the set “{name}”."

# -- documents: the set at a glance -----------------------------------------------------------------------------------

EMPTY_SET = "This set has no documents yet. Drop files or a .zip above, or put them into its folder."
READY = "Ready"
NEW = "New"
CHANGED = "Changed"
REMOVED = "Removed"
OUTDATED = "Earlier version"
FAILED = "Not readable"
FACT_OF = "of {day}"
FACT_FROM_TO = "from {first} to {last}"
FACT_UNDATED = "{number:,} without a date"
FACT_FAILED = "{number:,} not readable"
CHART = "How many documents there are of each time; a click on a bar shows those of that time"
CHART_WHEN = "Published"
CHART_COUNT = "Documents"
PICK_OUTLETS = "Outlets"
PICK_STATES = "States"
NO_OUTLET = "No outlet"
PICK_COUNT = "{name} ({number:,})"
MORE_OUTLET, MORE_OUTLETS = (
    "and {number:,} more outlet, which is found by its name.",
    "and {number:,} more outlets, which are found by their names.",
)
FIND_DOCUMENT = "Find by title, outlet or file"
FOUND = "{found:,} of {listed:,} listed: {choices}"
SHOW_ALL = "Show all"
ADDED_HIDDEN, ALL_ADDED_HIDDEN = (
    "{number:,} document that was just added does not fit this choice: show all to see it.",
    "{number:,} documents that were just added do not fit this choice: show all to see them.",
)
NONE_FITS = "No document fits all of this: take something off, or show all."

# -- documents: the table ---------------------------------------------------------------------------------------------

TABLE = "The documents of the set"
TABLE_HINT = "A click on a row opens the document. Tick rows to remove their files."
COLUMN_OPEN = "Open"
COLUMN_STATE = "State"
COLUMN_TITLE = "Title"
COLUMN_DATE = "Date"
COLUMN_OUTLET = "Outlet"
COLUMN_WORDS = "Words"
COLUMN_CHUNKS = "Chunks"
COLUMN_FILE = "File"
COLUMN_REASON = "Reason"
NOT_READ_YET = "“{name}” is not read yet, so it cannot be opened."
READ = "Read"
REMOVE_FILE = "Remove {name}"
REMOVE_FILE_RECORDS = "Remove {name} with its {records}"
REMOVE_FILES = "Remove {files}"
REMOVE_FILES_RECORDS = "Remove {files} with {records}"

# -- feedback ---------------------------------------------------------------------------------------------------------

NOTHING_JUDGED = "Nothing has been judged yet: give an answer a thumb up or down, and it is listed here."
NONE_JUDGED_SO = "No answer has been judged so."
JUDGED = "{answers} judged: {good:,} good, {bad:,} bad"
SHOW = "Show"
ALL = "All"
GOOD = "Good"
BAD = "Bad"
THUMB_GOOD = "👍 Good"
THUMB_BAD = "👎 Bad"
CSV = "CSV"
CSV_HELP = "For a spreadsheet"
JSON = "JSON"
JSON_HELP = "With the whole answers and their sources, for a program"
JUDGED_TABLE = "The answers that were judged"
JUDGED_HINT = "Select a row to read it whole and to go to its conversation."
COLUMN_WHEN = "When"
COLUMN_THUMB = "Thumb"
COLUMN_QUESTION = "Question"
COLUMN_COMMENT = "Comment"
COLUMN_ANSWER = "Answer"
COLUMN_SET = "Set"
OPEN_CONVERSATION = "Open the conversation"
SET_ELSEWHERE = "Its document set is not below the documents' folder, so it cannot be opened here."
REMOVE_FEEDBACK = "Remove this feedback"

# -- settings ---------------------------------------------------------------------------------------------------------

WHO_WRITES = "Who writes the answers"
BY_QUOTES = "Quotes only"
BY_QUOTES_HELP = "The documents' own sentences. Needs no key and no network."
BY_MODEL = "A language model"
BY_MODEL_HELP = (
    "Fluent answers; every sentence is checked against the documents, and marked if it is not found in them."
)
NOW_QUOTES = "Now: Answers are made of quotes."
NOW_MODEL = "Now: {model} at {url} writes the answers."
CHOSE_QUOTES = "Answers are quotes now."
CHOSE_MODEL = "{model} writes the answers now."
OLLAMA_RUNS = "Ollama runs on this machine, with {models}."
USE_OLLAMA = "Use Ollama"
SERVER = "Address of the server"
SERVER_EXAMPLE = "http://localhost:11434/v1"
SERVER_HELP = "Any OpenAI-compatible server: OpenAI, Ollama, llama.cpp, vLLM, LM Studio, OpenRouter, …"
KEY = "Key"
KEY_GIVEN = "A key is kept; type another one to replace it"
KEY_WANTED = "If the server wants one"
KEY_KEPT = "The key is kept in this system's keyring."
KEY_KEPT_UNTIL = "The key is kept until Footnote ends, for this system has no keyring."
KEY_FORGET = "Forget the key"
KEY_FORGOTTEN = "The key is forgotten."
MODEL_NAME = "Model"
MODEL_CHOOSE = "Choose one, or type its name"
MODELS_AGAIN = "Ask the server for its models again"
MODELS_ASKED = "Asking the server for its models"
MORE = "More"
CONTEXT = "Context window, in tokens"
CONTEXT_HELP = "What the server is set to; Ollama uses 4,096 unless told otherwise."
TIMEOUT = "Give up after so many seconds of silence"
USE = "Use it"
TEST = "Test it"
TESTING = "Waiting for {model}"
TESTED = "{model} answers; its first words took {seconds:.1f} s."
