"""What would change in a set, and what did: as text, name by name and reason by reason."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from rag.ingest.library import DocumentSet
from rag.types import DocumentInfo, Failure, Plan
from rag.ui import words
from rag.ui.jobs import Job
from rag.ui.session import begin_sync, done_words
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
        lead = words.FILES_CHANGED.format(summary=plan.summary())
        verbatim("plan_text", [block("answer", lead), *named_blocks(plan)])
        st.button(words.SYNC_NOW, key="sync_now", type="primary", on_click=begin_sync, args=(document_set,))


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
    plan, did = job.report.plan, done_words(job)
    done = [block("answer", words.SYNC_REPORT.format(done=did, summary=plan.summary()))] if did else []
    failed = [block("item", f"{failure.name}: {failure.reason}") for failure in plan.failed[:_NAMES]]
    more = len(plan.failed) - _NAMES
    lead = [block("answer", counted(len(plan.failed), words.FILE_FAILED, words.FILES_FAILED))] if failed else []
    rest = [block("note", words.AND_MORE.format(number=more))] if more > 0 else []
    return [*done, *lead, *failed, *rest, *left_out]
