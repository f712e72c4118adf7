"""What would change in a set, and what did: as text, name by name and reason by reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import streamlit as st

from rag.ingest.library import DocumentSet
from rag.types import DocumentInfo, Failure, Plan
from rag.ui import words
from rag.ui.jobs import Job
from rag.ui.session import begin_sync, desk
from rag.ui.text import counted, listed
from rag.ui.verbatim import Block, block, verbatim

_NAMES = 12


def plan_of(infos: Sequence[DocumentInfo]) -> Plan:
    """What a sync would do, from the list, so that the files are compared once."""

    def named(*states: str) -> tuple[str, ...]:
        return tuple(info.name for info in infos if info.state in states and not info.was)

    renamed = tuple((info.was, info.name) for info in infos if info.was)
    old = {was for was, _ in renamed}
    return Plan(
        added=named("new"),
        changed=named("changed"),
        renamed=renamed,
        removed=tuple(name for name in named("removed") if name not in old),
        unchanged=named("ready", "outdated"),
        failed=tuple(Failure(info.name, info.reason) for info in infos if info.reason),
    )


def draw_plan(document_set: DocumentSet, plan: Plan) -> None:
    """What has changed in the folder, and the button to bring it in."""
    with st.container(border=True, key="plan"):
        lead = words.FILES_CHANGED.format(changes=_document_changes(plan))
        verbatim("plan_text", [block("answer", lead), *named_blocks(plan)])
        st.button(words.SYNC_NOW, key="sync_now", type="primary", on_click=begin_sync, args=(document_set,))


def _document_changes(plan: Plan) -> str:
    counts = (
        (len(plan.added), words.DOCUMENT_NEW, words.DOCUMENTS_NEW),
        (len(plan.changed), words.DOCUMENT_CHANGED, words.DOCUMENTS_CHANGED),
        (len(plan.renamed), words.DOCUMENT_MOVED, words.DOCUMENTS_MOVED),
        (len(plan.removed), words.DOCUMENT_GONE, words.DOCUMENTS_GONE),
    )
    return _joined(counts)


def _joined(counts: Sequence[tuple[int, str, str]]) -> str:
    return ", ".join(counted(number, one, many) for number, one, many in counts if number)


# -- files, of which each may hold several documents ------------------------------------------------------------------


def documents_held(document_set: DocumentSet) -> Counter[str]:
    """How many documents answer from each file of the set."""
    return Counter(entry.file for entry in desk().assistant.entries(document_set))


def file_changes(plan: Plan, held: Mapping[str, int]) -> str:
    """What a plan by file does, for example `2 files put in, 1 file with 41 documents taken out, 3 files unchanged`."""
    groups = (
        (words.FILES_PUT_IN, plan.added),
        (words.FILES_PUT_OVER, plan.changed),
        (words.FILES_TAKEN_OUT, plan.removed),
        (words.FILES_UNCHANGED, plan.unchanged),
    )
    return ", ".join(
        form.format(files=_with_documents(counted(len(files), words.FILE, words.FILES), files, held))
        for form, files in groups
        if files
    )


def files_named(files: Sequence[str], held: Mapping[str, int]) -> str:
    """The first files by name, and how many documents all of them hold where that is another number."""
    return _with_documents(listed(files, 3), files, held)


def _with_documents(named: str, files: Sequence[str], held: Mapping[str, int]) -> str:
    number = sum(held.get(file, 0) for file in files)
    if number <= len(files):
        return named
    return words.FILES_WITH.format(files=named, documents=counted(number, words.DOCUMENT, words.DOCUMENTS))


# -- what a sync did --------------------------------------------------------------------------------------------------


def just_added(job: Job) -> frozenset[str]:
    """The names of the documents that uploads, or an undo, have just brought in."""
    if job.report is None or not (job.taken or job.restoring):
        return frozenset()
    plan = job.report.plan
    return frozenset((*plan.added, *plan.changed, *(new for _, new in plan.renamed)))


def _done_words(job: Job, plan: Plan, seconds: float) -> str:
    """What a sync did, in a sentence; empty if there was nothing to do."""
    if job.restoring:
        added, changed = (
            (words.DOCUMENT_BACK, words.DOCUMENTS_BACK),
            (words.DOCUMENT_AS_BEFORE, words.DOCUMENTS_AS_BEFORE),
        )
    else:
        added, changed = (
            (words.DOCUMENT_ADDED, words.DOCUMENTS_ADDED),
            (words.DOCUMENT_UPDATED, words.DOCUMENTS_UPDATED),
        )
    counts = (
        (len(plan.added), *added),
        (len(plan.changed), *changed),
        (len(plan.renamed), words.DOCUMENT_RENAMED, words.DOCUMENTS_RENAMED),
        (len(plan.removed), words.DOCUMENT_REMOVED, words.DOCUMENTS_REMOVED),
    )
    changes = _joined(counts)
    return words.SYNC_DONE.format(changes=changes, seconds=seconds) if changes else ""


def tell_report(job: Job) -> None:
    """What a finished job has done, and what it left out and why."""
    blocks = _report_blocks(job) if job.finished.is_set() else []
    if blocks:
        with st.container(key="report"):
            verbatim("report_text", blocks)


def named_blocks(plan: Plan) -> list[Block]:
    """The names of a plan, group by group."""
    groups = [
        (words.PLAN_ADDED, plan.added),
        (words.PLAN_CHANGED, plan.changed),
        (words.PLAN_RENAMED, [f"{old} → {new}" for old, new in plan.renamed]),
        (words.PLAN_REMOVED, plan.removed),
        (words.PLAN_FAILED, [f"{failure.name} ({failure.reason})" for failure in plan.failed]),
    ]
    return [block("item", form.format(names=listed(names, _NAMES))) for form, names in groups if names]


def left_out_blocks(skipped: Sequence[Failure]) -> list[Block]:
    """The files that were not taken, by reason."""
    by_reason: dict[str, list[str]] = {}
    for failure in skipped:
        by_reason.setdefault(failure.reason, []).append(failure.name)
    lead = [block("answer", counted(len(skipped), words.FILE_LEFT_OUT, words.FILES_LEFT_OUT))] if skipped else []
    return [*lead, *(block("item", f"{listed(names, _NAMES)}: {reason}") for reason, names in by_reason.items())]


def _report_blocks(job: Job) -> list[Block]:
    left_out = left_out_blocks(job.taken.skipped) if job.taken else []
    if job.taken and job.taken.plan.idle and not job.taken.skipped:
        return [block("answer", words.HAS_THEM)]
    if job.report is None:
        return left_out
    plan = job.report.plan
    did = _done_words(job, plan, job.report.seconds)
    done = [block("answer", did)] if did else []
    failed = [block("item", f"{failure.name}: {failure.reason}") for failure in plan.failed[:_NAMES]]
    more = len(plan.failed) - _NAMES
    lead = [block("answer", words.SOME_FAILED.format(number=len(plan.failed)))] if failed else []
    rest = [block("note", words.AND_MORE.format(number=more))] if more > 0 else []
    return [*done, *lead, *failed, *rest, *left_out]
