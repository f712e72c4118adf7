"""The forms of common English verbs: which word is a past tense, a third person or a participle, and of which verb.

Only verbs that stand here are known: a form is looked up, never guessed from its ending.
"""

from __future__ import annotations

from typing import Final

_REGULAR: Final = """
abandon abolish absorb accept accompany accuse achieve acknowledge acquire act add address adopt advance advertise
advise affect agree aid air allege allocate allow alter announce annex answer apologize appeal appear apply appoint
approach approve argue arrange arrest arrive ask assassinate assault assemble assert assess assign assist assume assure
attach attack attempt attend attract auction award back balance bar base battle behave believe belong blame block
blockade boast bomb boost border borrow bounce brief broker burn bury call calculate campaign cancel capture care carry
cause celebrate challenge change charge chase chair check cite claim clash classify clean clear climb close coach
collaborate collapse collect command comment commission compare compete complain complete compose concede conclude
condemn conduct confess confirm confront connect conquer consider consist construct consult contact contain contend
continue contract contribute convert convict convince cooperate copy correct count cover crash create
criticize criticise cross crown cure dance date decide declare decline decorate decrease dedicate defeat
defend define delay delete deliver demand demonstrate denounce deny deploy deport describe deserve design destroy detain
detect determine develop devote diagnose die differ direct disappear discharge disclose discontinue discover discuss
dismiss disrupt distribute divide divorce document dominate donate double draft earn ease edit elect eliminate embrace
emerge emigrate emphasize employ enable enact encourage end endorse enforce engage enjoy enter escape establish estimate
evacuate evaluate examine exceed exchange execute exempt exhibit exist expand expect explain explode explore export
expose express extend face fail fear feature file film finance finish fire follow force form found
frame free fuel fulfil function fund gain gather generate graduate grant greet guarantee guard guide halt hand handle
happen head help highlight hike hire host house identify ignore illustrate implement imply import impose impress
improve include increase indicate indict infect inform inherit initiate injure insist inspect inspire install instruct
insure intend interview introduce invade invent invest investigate invite involve issue join judge jump justify kick
kill kiss knock label lack land last laugh launch leak lift like limit link list listen live locate lock look love
lower maintain manage manufacture march mark marry match measure mention merge migrate miss modernize modify monitor
mount move murder name narrate need negotiate nominate note notice notify number obey observe obtain occupy offer open
operate oppose order organize organise originate overturn own pack paint park participate partner pass pause
perform persuade phase pick pioneer place plant play please pledge plunge point poison possess post postpone
pour practice praise predict prepare present preserve press pressure prevent print probe proclaim produce project
prolong promise promote prompt propose prosecute protect protest prove provide publish pull punish purchase pursue push
qualify question race raise rally range rank reach react realize recall receive recognize recommend record
recover recruit reduce reflect refuse regain regard register regret reinstate reject relate relax release relocate rely
remain remember remind remove rename renew renovate rent repair repeal repeat replace reply report represent request
require rescue research resemble reserve resign resist resolve respond restore restrict result resume retain retire
retrieve return reveal reverse review revise revive reward risk rule sack sail sanction satisfy save scale schedule
score seal search secure seize select sentence separate serve settle share shift shock
sign signal slash slow smash smoke solve sound spark specialize sponsor stage start state stay store stress
strengthen stretch struggle study stumble succeed sue suffer suggest supply support suppose
surface surge surpass surprise surrender surround survive suspect suspend sustain switch symbolize
tackle target tax taste team terminate test testify thank threaten top total tour touch trace track trade train
transform translate transport travel treat triple trouble trust turn uncover unite unveil update urge use
vacate value view visit voice vote vow wait walk want warn wash watch water weaken welcome widen wish witness wonder
work worry wound yield tie die sneak arm rank owe spy outlaw suspend score interrupt accelerate coin
elevate reiterate anger reassure devastate batter rally declare stun commemorate attribute schedule trigger skyrocket
"""
_DOUBLING: Final = """
admit ban beg commit compel control drag drop equip expel flip grab hop incur kidnap map occur omit permit plan
plot prefer propel ram rebel refer regret scrap ship shop skip slam slip spot star step stop strip submit tap top
transfer trap trim wrap model travel cancel label signal counsel quarrel total fuel channel
"""
_IRREGULAR: Final = """
beat beat beaten; become became become; begin began begun; bid bid bid; bind bound bound; bite bit bitten;
blow blew blown; break broke broken; bring brought brought; broadcast broadcast broadcast; build built built;
buy bought bought; cast cast cast; catch caught caught; choose chose chosen; come came come; cost cost cost;
cut cut cut; deal dealt dealt; dig dug dug; draw drew drawn; drink drank drunk; drive drove driven; eat ate eaten;
fall fell fallen; feed fed fed; feel felt felt; fight fought fought; find found found; flee fled fled; fly flew flown;
forbid forbade forbidden; forget forgot forgotten; forgive forgave forgiven; freeze froze frozen; get got got;
give gave given; go went gone; grow grew grown; hang hung hung; hear heard heard; hide hid hidden; hit hit hit;
hold held held; hurt hurt hurt; keep kept kept; know knew known; lay laid laid; lead led led; leave left left;
lend lent lent; let let let; lose lost lost; make made made; mean meant meant; meet met met; overcome overcame overcome;
oversee oversaw overseen; overthrow overthrew overthrown; pay paid paid; put put put; quit quit quit; read read read;
rebuild rebuilt rebuilt; ride rode ridden; ring rang rung; rise rose risen; run ran run; say said said; see saw seen;
seek sought sought; sell sold sold; send sent sent; set set set; shake shook shaken; shoot shot shot; show showed shown;
shrink shrank shrunk; shut shut shut;
sing sang sung; sink sank sunk; sit sat sat; sleep slept slept; speak spoke spoken;
spend spent spent; split split split; spread spread spread; stand stood stood; steal stole stolen;
strike struck struck; swear swore sworn; sweep swept swept; swim swam swum; swing swung swung; take took taken;
teach taught taught; tear tore torn; tell told told; think thought thought; throw threw thrown;
undergo underwent undergone; undertake undertook undertaken; uphold upheld upheld; wear wore worn; win won won;
withdraw withdrew withdrawn; withstand withstood withstood; write wrote written
"""
_VOWELS: Final = "aeiou"


def _ending(base: str, ending: str) -> str:
    """The regular past or third person: carry -> carried, carries."""
    if base.endswith("y") and base[-2] not in _VOWELS:
        return base[:-1] + "i" + ("ed" if ending == "ed" else "es")
    if ending == "ed":
        return base + ("d" if base.endswith("e") else "ed")
    return base + ("es" if base.endswith(("s", "x", "z", "ch", "sh", "o")) else "s")


_LISTED: Final = _REGULAR.split()
_DOUBLED: Final = _DOUBLING.split()
_TRIPLES: Final = [triple.split() for triple in _IRREGULAR.split(";")]

PAST: Final[dict[str, str]] = {
    **{_ending(base, "ed"): base for base in _LISTED},
    **{base + base[-1] + "ed": base for base in _DOUBLED},
    **{past: base for base, past, _ in _TRIPLES},
}
"""Past tense -> verb."""

BASES: Final = frozenset([*_LISTED, *_DOUBLED, *(base for base, _, _ in _TRIPLES), "be", "have", "do"])
"""The verbs themselves."""

THIRD: Final[dict[str, str]] = {_ending(base, "s"): base for base in BASES if base not in ("be", "have")}
"""Third person singular -> verb."""

ONLY_FINITE: Final = frozenset(past for base, past, participle in _TRIPLES if past not in (base, participle))
"""Past tenses that are no participle: began, took, wrote."""

PARTICIPLES: Final[dict[str, str]] = {
    **{past: base for past, base in PAST.items() if past not in ONLY_FINITE},
    **{participle: base for base, _, participle in _TRIPLES},
    **{"been": "be", "done": "do", "had": "have", "born": "bear"},
}
"""Past participle -> verb."""

SAME: Final = frozenset(past for base, past, _ in _TRIPLES if base == past)
"""Past tenses that are the verb itself: cut, hit, put."""

BE: Final = frozenset("is are was were".split())
AUXILIARIES: Final = BE | frozenset("has have had will would can could should may might must did does do".split())
SPEAKS: Final = frozenset(
    """said says told tells added argued warned announced acknowledged noted insisted explained claimed stressed
    declared predicted suggested stated confirmed wrote promised vowed believes think thinks""".split()
)
"""Forms that another's words or thoughts follow."""
FINITE: Final = AUXILIARIES | PAST.keys() | THIRD.keys()
"""Every form that can be the verb of a clause."""

PRONOUNS: Final = frozenset(
    """he she it they we i you this that these those there here him them us me who what which whoever whatever
    someone anyone everyone nobody something anything everything nothing one none both each neither either many few
    most some all others another such his her its their my our your mine theirs hers""".split()
)
JOINING: Final = frozenset(
    """that which who whose whom where when while whereas if whether because although though unless than as since until
    after before and but or what how why""".split()
)
PREPOSITIONS: Final = frozenset("in on by at for from with of to into under over against about".split())
