"""Whether a name or a word of kinship is a man's or a woman's."""

from __future__ import annotations

import re

_WOMEN = frozenset(
    """abigail ada adele agnes aisha alice alicia alison amanda amelia amy andrea angela anita ann anna anne annie
    audrey barbara beatrice bella bertha beth betty beverly billie bonnie brenda bridget camilla carla carmen carol
    caroline catherine cecilia charlotte cheryl christina christine claire clara claudia courtney cynthia daisy deborah
    debra diana diane dolores donna doris dorothy edith eileen elaine eleanor elena elizabeth ella ellen elsa emily
    emma erica esther ethel eva eve evelyn faith fatima fiona florence frances georgia gertrude gina gloria grace greta
    hannah harriet heather helen helena hilary hillary holly ida ingrid irene iris isabel isabella jacqueline jane
    janet janice jean jennifer jenny jessica jill joan joanna josephine joyce judith judy julia julie june karen kate
    katherine kathleen kelly kitty kristen laura lauren leila lena leslie lillian linda lisa louise lucy lydia madeleine
    margaret maria marie marilyn marjorie martha mary maud maya megan melissa mia michelle mildred miriam molly monica
    nadia nancy naomi natalie nicole nina nora norma olga olivia pamela patricia paula pauline peggy penelope phyllis
    priscilla rachel rebecca regina rita rosa rose ruth sally samantha sandra sara sarah serena sharon sheila
    shirley silvia simone sofia sonia sophia sophie stella stephanie susan suzanne sylvia tamar tara teresa thelma
    theresa tina tori tracey ursula valerie vanessa vera veronica victoria viola virginia wendy whitney yoko yvonne
    zoe""".split()
)
_MEN = frozenset(
    """aaron abdul abraham adam adolf adrian ahmed akira alan albert alejandro alex alexander alfred ali allen andre
    andreas andrew andy anthony antonio arnold arthur barack barry ben benjamin bernard bill billy bob bobby boris brad
    brian bruce burt carl carlos cecil charles charlie chester chris christian christopher chuck clarence claude cliff
    colin craig dale daniel dave david dean dennis derek dick dmitri don donald douglas earl ed eddie edgar edmund
    eduardo edward edwin emmanuel eric ernest eugene felix fernando francis frank franklin fred frederick gary gavin
    gene geoffrey george gerald gilbert glenn gordon graham greg gregory gustav guy hamid hans harold harry harvey
    hassan hector heinrich henrik henry herbert herman howard hugh hugo ian ibrahim igor isaac ivan jack jacob jake
    james jason jay jeff jeffrey jeremy jerome jerry jesse jim jimmy joe joel john johnny jon jonathan jorge jose josef
    joseph joshua juan julian julius justin karl keith ken kenneth kevin kurt larry lars laurence lawrence lee leo
    leon leonard leslie lewis liam linus louis lucas luis luke malcolm manuel marc marcus mario mark marshall martin
    matt matthew maurice max michael mick miguel mike mikhail milton mohamed mohammed muhammad murray nathan neil
    nelson nicholas nick nigel noah norman oliver omar orlando oscar otto patrick paul pedro peter phil philip pierre
    quentin rahul ralph randy ray raymond richard rick robert roberto rod rodney roger roland ron ronald roy
    rudolf rudolph russell ryan salvador sam samuel scott sean sergei seth shaun sidney simon spencer stan stanley
    stephen steve steven stuart ted terry theo theodore thomas tim timothy toby todd tom tommy tony travis tyler umar
    vernon victor vincent vladimir walter warren wayne wesley wilhelm william winston wolfgang yuri""".split()
)
KIN = {
    "f": "wife|mother|sister|daughter|actress|queen|girlfriend|widow|aunt|niece|grandmother",
    "m": "husband|father|brother|son|king|boyfriend|widower|uncle|nephew|grandfather",
}


def sex_of(name: str) -> str:
    """What the first word of a name tells: "m", "f" or ""."""
    first = re.split(r"\W", name.strip(), maxsplit=1)[0].casefold()
    if first in _WOMEN and first not in _MEN:
        return "f"
    return "m" if first in _MEN and first not in _WOMEN else ""


def kin_sex(question: str) -> str:
    """The sex of the one that a question asks for by kinship: "m", "f" or ""."""
    return next((sex for sex, words in KIN.items() if re.search(rf"(?i)\b(?:{words})\b", question)), "")
