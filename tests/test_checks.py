"""The checks that need no model: numbers, dates and names of a sentence against the words it rests on."""

from __future__ import annotations

import pytest

from rag.answer.checks import missing_facts


@pytest.mark.parametrize(
    ("sentence", "evidence"),
    [
        ("Seventy-six groups signed in Oct. 2021.", "76 groups signed the letter in October 2021"),
        ("He resigned on 18 October 2021.", "2021-10-18 Khalilzad resigned"),
        ("The ICC opened a case.", "The International Criminal Court opened a case"),
        ("The International Criminal Court opened a case.", "The ICC opened a case"),
        ("The fund is worth $1.5 million.", "a fund of 1,500,000 dollars"),
        ("The U.S. left.", "the United States left"),
        ("American troops left Afghanistan in May.", "Afghan allies; America's troops left in May"),
        ("He may go.", "he will go"),
        ("She said: “Nobody … is badly hurt.”", "“Nobody in the town is badly hurt,” she said"),
        ("He spoke of “Résumé work”.", "The resume work went on"),
        ("They called it “safe”.", "It was secure"),
        ("See https://port.example/a.", "More on https://port.example/a, it says"),
        ("March was cold.", "x"),
        ("The Iranian leader met Putin.", "Iran's leader met Vladimir Putin"),
        ("He won first prize.", "he won the 1st prize"),
        ("Two hundred and fifty people died.", "250 people"),
        ("The closure was ordered by Mayor Ingrid Solheim.", "Mayor Ingrid Solheim ordered the closure"),
        ("led by Marchand", "Marchand led"),
        ("He met American officials.", "officials of the United States"),
        ("French police came.", "police of France came"),
        ("Residents of Kabul fled.", "Kabul's people fled"),
        ("Although Biden agreed, he left.", "Biden agreed"),
        ("Despite Russia’s claims, it fell.", "Russia claims"),
        ("Three Palestinians were killed.", "3 Palestinians were killed"),
        ("He left. Critics cheered.", "he left"),
        ("He said: “Workers must strike.”", "he said workers must strike"),
        ("Between five and ten people died.", "5 to 10 people died"),
        ("the first two weeks", "the first 2 weeks"),
        ("Half a million people", "500,000 people"),
        ("one-third of them", "a third of them"),
        ("He met Sen. Lindsey Graham.", "Senator Lindsey Graham met"),
        ("US President Joe Biden spoke", "Joe Biden spoke"),
        ("In 2023, it closed.", "it closed in 2023"),
        ("Numbers 3, 5, 7 won.", "3, 5 and 7 won"),
        ("0.5% more", ".5% more"),
        ("On 9/11 it began", "on Sept. 11 it began"),
        ("It rose to $10 million to $15 million", "$10-15 million"),
        ("from 2019-21", "from 2019 to 2021"),
        ("The G7 and COVID-19", "G7 leaders on COVID-19"),
        ("In 2021 17 died", "In 2021 seventeen people died"),
        ("17 people died.", "In 2021 seventeen people died"),
        ("Police said 5m people", "Police say 5 million people"),
        ("In ſeptember he", "x"),
        ("Ukrainian forces", "Ukraine's forces"),
        ("Two dozen men", "24 men"),
        ("Twenty-first century", "21st century"),
        ("He is 74-year-old.", "74 years"),
        ("The 24-hour strike", "strike of 24 hours"),
        ("José Álvarez won.", "Jose Alvarez won"),
        ("President Biden left.", "Biden left"),
        ("One of them left.", "a man left"),
        ("Critics say that he failed.", "He failed, opponents said"),
    ],
)
def test_what_is_said_in_other_figures_is_not_missing(sentence: str, evidence: str) -> None:
    assert missing_facts(sentence, evidence) == ()


@pytest.mark.parametrize(
    ("sentence", "evidence", "missing"),
    [
        ("Sixty-four groups signed.", "76 groups signed", ("Sixty-four",)),
        ("The repair costs 9.5 million crowns.", "The repair costs 8.5 million crowns", ("9.5 million",)),
        ("It closed in 2023.", "It closed in 2024", ("2023",)),
        ("It closed on 12 March.", "It closed on 12 May", ("March",)),
        ("It closed on a Friday.", "It closed on a Monday", ("Friday",)),
        ("The letter names Thomas West.", "The letter names Cheryl Benard", ("Thomas West",)),
        ("A deal with Joe Biden was struck.", "A deal with Biden was struck", ("Joe Biden",)),
        ("They met in Austria.", "They met in Australia", ("Austria",)),
        ("She said: “Nobody is hurt.”", "“Nobody was hurt,” she said", ("“Nobody is hurt.”",)),
        ("See www.port.example for it.", "See the port for it", ("www.port.example",)),
        ("The letter went to NATO.", "The letter went to the United Nations", ("NATO",)),
        ("In May 2021 Ann Lee won 3 of 7.", "nothing", ("2021", "3", "7", "May", "Ann Lee")),
        ("Khalilzad resigned.", "Blinken resigned", ("Khalilzad",)),
        ("Iran’s leader left.", "Oman’s leader left", ("Iran’s",)),
        ("He left in May.", "He left with Mayor Khan", ("May",)),
        ("He lives in Augusta.", "He lived there in August", ("Augusta",)),
        ("He left India.", "He indicated that he left", ("India",)),
        ("John left.", "Johnson left", ("John",)),
        ("In 2021, seventy people died.", "In 2021, six people died", ("seventy",)),
        ("He met Paul Manafort.", "He met the PM", ("Paul Manafort",)),
        ("It cost 5 dollars.", "It cost 5 million dollars", ("5",)),
        ("2 people died.", "12 people died", ("2",)),
        ("It began on 9/11.", "It began on 9/12", ("9/11",)),
        ("The law of 2019-21 passed.", "The law of 2019 passed", ("21",)),
    ],
)
def test_what_the_evidence_does_not_have_is_named(sentence: str, evidence: str, missing: tuple[str, ...]) -> None:
    assert missing_facts(sentence, evidence) == missing


@pytest.mark.parametrize("text", ["1,", "½", "", "５", "9" * 400, "٣ and ٤", "In ſeptember", "99/99/99", "2021-99-99"])
def test_odd_text_raises_nothing_and_has_what_it_has(text: str) -> None:
    assert missing_facts(text, text) == ()
    missing_facts(text, "x")
