"""Lines of a page that are no part of its article: comment forms, navigation, subscribe and share lines.

They stay in the text, so that offsets hold, and are left out of the chunks, so that they are never found or quoted.
"""

from __future__ import annotations

import re

_MAX_LENGTH = 160
_NETWORK = r"""(?: facebook | twitter | x | instagram | linkedin | youtube | telegram | whatsapp | tiktok | threads
    | mastodon | bluesky | reddit | pinterest | google \s news | social \s media )"""
_WAYS = rf"(?: (?:{_NETWORK} | e-?mail | a \s friend | (?:your \s)? friends) (?: \s* (?:,|&|\||/|and|or) \s*)? )+"
_WHOLE_LINE = re.compile(
    rf"""(?xi) ^ [\W_]* (?:
        leave \s a \s (?:reply|comment) .{{0,40}}
      | (?:your \s)? e-?mail \s address \s will \s not \s be \s (?:published|shared) .*
      | (?:all \s)? (?:required|mandatory) \s fields \s are \s marked .*
      | fields \s marked \s with .* (?:required|mandatory)
      | save \s my \s name ,? .{{0,20}} (?:e-?mail|website) .*
      | (?:post|submit|add|write|view|show|load) \s (?:a \s|all \s|your \s|more \s)? comments? .{{0,20}}
      | (?:cancel \s reply|log \s in \s to \s (?:comment|reply|leave).*|you \s must \s be \s logged \s in .*)
      | (?:no|\d+) \s comments (?:\s yet)?
      | (?:skip|jump) \s to \s (?:the \s)? (?:main \s)? (?:content|navigation|search|footer) .{{0,20}}
      | (?:main \s)? (?:menu|navigation) | (?:toggle|open|close) \s (?:menu|navigation|search|sidebar)
      | (?:home|news) (?: \s* [|>»/›] \s* [^|>»/›]{{1,30}}){{2,}}
      | (?:subscribe|sign \s up|register) (?: \s (?:now|today|here|free|for \s free))? [!.]?
      | (?:subscribe|sign \s up|register) \s (?:to|for) \s (?:our|the|this|my) \s .{{0,60}}
            (?:newsletter|updates|alerts|briefing|podcast|channel|mailing \s list|emails?) .{{0,60}}
      | (?:get|receive) \s (?:our|the) \s .{{0,60}} newsletter .{{0,60}}
      | (?:get|receive) \s (?:our|the) \s .{{0,60}}
            (?:e-?mails?|news|headlines|stories|updates?|alerts?|briefing|digest) .{{0,40}} \s your \s inbox .{{0,20}}
      | (?:follow|find|like|join) \s us \s on \s (?:our \s)? {_NETWORK} (?![\w-]) .{{0,60}}
      | (?:share|tweet|pin|print|e-?mail) (?: \s this (?: \s (?:article|story|page|post|video|news|link))? )?
            (?: \s (?:on|via|by|to|with) \s {_WAYS} )?
      | click \s (?:here \s)? to \s (?:share|print|e-?mail|subscribe|tweet|comment) .{{0,60}}
      | (?:advertisement|sponsored(?:\scontent)?|story \s continues \s below .*|article \s continues .*)
      | (?:related|recommended|trending|most \s (?:read|popular)|popular|latest) \s
            (?:articles?|stories|posts?|news|content|topics|now) :?
      | (?:read|see) \s (?:more|also|next|related) (?: \s? : .*)? | more \s from \s [\w\s]{{1,30}}
      | (?:we|this \s (?:web)?site) \s uses? \s cookies .* | (?:accept|manage|reject) \s (?:all \s)? cookies .*
      | (?:privacy \s policy|terms \s (?:of \s (?:use|service)|and \s conditions)|cookie \s policy)
            (?: .{{0,10}} (?:privacy \s policy|terms .{{0,30}}|cookie \s policy|contact \s us))*
      | (?:copyright \s?)? © .{{0,20}} (?:19|20)\d\d .* | copyright \s \(c\) .{{0,20}} (?:19|20)\d\d .*
      | (?:copyright|\(c\)) \s? (?:19|20)\d\d .*
      | (?:(?:©|\(c\)|copyright) .*)? all \s rights \s reserved .{{0,20}}
      | (?:previous|next|older|newer) \s (?:article|post|story|page)s? (?! .* \. $) .{{0,80}}
      | video \s ad \s feedback .*
      | back \s to \s top
    ) [\W_]* $"""
)


def is_boilerplate(line: str) -> bool:
    """True for a line, or a sentence standing alone, that belongs to the page around an article."""
    line = " ".join(line.split())
    return len(line) <= _MAX_LENGTH and _WHOLE_LINE.match(line) is not None
