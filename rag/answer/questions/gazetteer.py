"""Words by what they name: countries and other places, first names, offices, and kinds of organisations."""

from __future__ import annotations

from typing import Final


def _listed(text: str) -> frozenset[str]:
    return frozenset(" ".join(name.split()) for name in text.split(","))


COUNTRIES: Final = _listed(
    """Afghanistan, Albania, Algeria, Angola, Argentina, Armenia, Australia, Austria, Azerbaijan, Bahrain, Bangladesh,
    Belarus, Belgium, Bolivia, Bosnia, Botswana, Brazil, Britain, Bulgaria, Burkina Faso, Burundi, Cambodia, Cameroon,
    Canada, Chad, Chile, China, Colombia, Congo, Costa Rica, Croatia, Cuba, Cyprus, Denmark, Ecuador, Egypt,
    El Salvador, England, Eritrea, Estonia, Ethiopia, Fiji, Finland, France, Gabon, Gambia, Georgia, Germany, Ghana,
    Greece, Guatemala, Guinea, Haiti, Honduras, Hungary, Iceland, India, Indonesia, Iran, Iraq, Ireland, Israel, Italy,
    Ivory Coast, Jamaica, Japan, Jordan, Kazakhstan, Kenya, Kosovo, Kuwait, Kyrgyzstan, Laos, Latvia, Lebanon, Liberia,
    Libya, Lithuania, Luxembourg, Madagascar, Malawi, Malaysia, Mali, Malta, Mauritania, Mexico, Moldova, Mongolia,
    Montenegro, Morocco, Mozambique, Myanmar, Namibia, Nepal, New Zealand, Nicaragua, Niger, Nigeria, North Korea,
    North Macedonia, Norway, Oman, Pakistan, Panama, Paraguay, Peru, Poland, Portugal, Qatar, Romania, Russia, Rwanda,
    Samoa, Saudi Arabia, Scotland, Senegal, Serbia, Sierra Leone, Singapore, Slovakia, Slovenia, Somalia, South Africa,
    South Korea, South Sudan, Spain, Sri Lanka, Sudan, Sweden, Switzerland, Syria, Taiwan, Tajikistan, Tanzania,
    Thailand, Tonga, Tunisia, Turkey, Turkmenistan, Uganda, Ukraine, Uruguay, Uzbekistan, Venezuela, Vietnam, Wales,
    Yemen, Zambia, Zimbabwe"""
)
STATES: Final = _listed(
    """Alabama, Alaska, Arizona, Arkansas, California, Colorado, Connecticut, Delaware, Florida, Hawaii, Idaho,
    Illinois, Indiana, Iowa, Kansas, Kentucky, Louisiana, Maine, Maryland, Massachusetts, Michigan, Minnesota,
    Mississippi, Missouri, Montana, Nebraska, Nevada, New Hampshire, New Jersey, New Mexico, New York, North Carolina,
    North Dakota, Ohio, Oklahoma, Oregon, Pennsylvania, Rhode Island, South Carolina, South Dakota, Tennessee, Texas,
    Utah, Vermont, Virginia, West Virginia, Wisconsin, Wyoming"""
)
CITIES: Final = _listed(
    """Amsterdam, Ankara, Athens, Atlanta, Austin, Baghdad, Baltimore, Bangkok, Barcelona, Beijing, Beirut, Berlin,
    Bogota, Boston, Brooklyn, Brussels, Budapest, Buenos Aires, Buffalo, Cairo, Canberra, Cannes, Cape Town, Caracas,
    Charlotte, Chicago, Cincinnati, Cleveland, Copenhagen, Dallas, Damascus, Davos, Delhi, Denver, Detroit, Dhaka, Doha,
    Dubai, Dublin, Edinburgh, Frankfurt, Geneva, Glasgow, Hamburg, Hanoi, Havana, Helsinki, Hollywood, Hong Kong,
    Honolulu, Houston, Indianapolis, Islamabad, Istanbul, Jakarta, Jeddah, Jerusalem, Johannesburg, Kabul, Karachi,
    Kharkiv, Kyiv, Lagos, Lahore, Las Vegas, Lima, Lisbon, Liverpool, London, Los Angeles, Lviv, Madrid, Malibu,
    Manchester, Manhattan, Manila, Mariupol, Melbourne, Memphis, Miami, Milan, Milwaukee, Minneapolis, Minsk,
    Mogadishu, Montreal, Moscow, Mumbai, Munich, Nairobi, Nashville, New Delhi, New Orleans, New York City, Oakland,
    Orlando, Oslo, Ottawa, Paris, Philadelphia, Phoenix, Pittsburgh, Portland, Prague, Pyongyang, Riyadh, Rome,
    Rotterdam, Sacramento, Salt Lake City, San Antonio, San Diego, San Francisco, Santiago, Sarajevo, Seattle, Seoul,
    Shanghai, Shenzhen, Stockholm, Strasbourg, Sydney, Taipei, Tehran, Tel Aviv, Tokyo, Toronto, Tripoli, Tulsa, Uvalde,
    Vancouver, Venice, Vienna, Vilnius, Warsaw, Washington, Wuhan, Zurich"""
)
REGIONS: Final = _listed(
    """Africa, Asia, Europe, North America, South America, Latin America, Antarctica, Crimea, Gaza, Catalonia, Bavaria,
    Puerto Rico, Northern Ireland, the United States, the United Kingdom, the Netherlands, the Philippines,
    the Middle East, the West Bank, the Czech Republic, the United Arab Emirates"""
)
PLACES: Final = COUNTRIES | STATES | CITIES | REGIONS

FIRST_NAMES: Final = frozenset(
    """Aaron Abdul Abdullah Abigail Adam Adele Adrian Ahmed Aisha Alan Albert Alejandro Alex Alexa Alexander
    Alexandra Alexei Alexis Alfred Ali Alice Alicia Alison Allison Alma Alyssa Amanda Amber Amir Amy Ana Anders
    Andre Andrea Andreas Andrei Andrew Andy Angela Anita Ann Anna Anne Annie Anthony Antonio Antony Anya Ariana
    Arnold Arthur Ashley Audrey Barack Barbara Barry Beatrice Ben Benjamin Bernard Bernie Beth Betty Bill Billie
    Billy Bob Bobby Boris Brad Bradley Brandon Brenda Brett Brian Bridget Britney Bruce Bryan Caitlin Cameron Carl
    Carla Carlos Carol Caroline Catherine Cecilia Chad Charles Charlie Charlotte Cheryl Chloe Chris Christian
    Christina Christine Christopher Chuck Cindy Claire Clara Clarence Claudia Colin Connor Courtney Craig
    Cristiano Crystal Cynthia Dan Dana Daniel Danielle Danny David Dawn Dean Deborah Debra Denis Dennis Derek
    Diana Diane Diego Dmitri Dmitry Dolly Dominic Don Donald Donna Doris Dorothy Doug Douglas Drew Dwayne Dylan
    Eddie Edgar Eduardo Edward Eileen Elaine Eleanor Elena Eli Elijah Elise Elizabeth Ella Ellen Elliot Elon Emily
    Emma Emmanuel Eric Erica Erik Erin Ernest Ethan Eugene Eva Evan Eve Evelyn Felix Fernando Florence Frances
    Francesca Francis Francisco Frank Franz Fred Frederick Gabriel Gabrielle Gary Gavin Gene Geoffrey George
    Gerald Gerard Gina Giorgia Giovanni Gloria Gordon Grace Graham Greg Gregory Greta Guillermo Hannah Hans Harold
    Harper Harry Harvey Hassan Heather Hector Heidi Helen Henrik Henry Herbert Hillary Holly Howard Hugh Hugo
    Hunter Ian Ibrahim Ingrid Irene Isaac Isabel Isabella Ivan Jack Jackie Jacob Jacqueline Jake James Jamie Jan
    Jane Janet Janice Jared Jason Javier Jay Jean Jeff Jeffrey Jen Jennifer Jenny Jeremy Jerome Jerry Jesse
    Jessica Jill Jim Jimmy Joan Joanna Joe Joel John Johnny Jon Jonathan Jorge Jose José Joseph Josh Joshua Joyce
    Juan Judith Judy Julia Julian Julie Juliet Justin Kamala Karen Karim Karl Kate Katherine Kathleen Kathryn
    Kathy Katie Keith Kelly Ken Kenneth Ketanji Kevin Khalid Kim Kimberly Kristen Kristin Kurt Kyle Lance Larry
    Laura Lauren Laurence Lawrence Leah Lee Leo Leon Leonard Leonardo Leslie Lewis Liam Lily Lina Linda Lindsay
    Lindsey Lionel Lisa Liz Lloyd Logan Lois Lorenzo Lori Louis Louise Lucas Lucia Lucy Luis Luke Lydia Lynn
    Madison Maggie Malcolm Marc Marcel Marco Marcus Margaret Margot Maria Mariah Marie Marilyn Mario Marion
    Marjorie Mark Martha Martin Martina Marvin Mary Mason Matt Matthew Maureen Maurice Max Maxine Megan Mehmet
    Melanie Melinda Melissa Meredith Michael Micheal Michel Michelle Miguel Mike Mikhail Mila Miles Miriam Mitch
    Mohamed Mohammad Mohammed Moira Molly Monica Morgan Muhammad Mustafa Nadia Nancy Naomi Natalia Natalie Natasha
    Nathan Neil Nelson Nicholas Nick Nicola Nicolas Nicole Nigel Nina Noah Nora Norman Olaf Oliver Olivia Omar
    Oprah Oscar Owen Pablo Pamela Pat Patricia Patrick Paul Paula Pauline Pedro Penny Pete Peter Philip Phil
    Phillip Phoebe Pierre Preet Priya Rachel Rafael Ralph Ramon Randy Raphael Raymond Rebecca Reginald Rex Ricardo
    Richard Rick Rita Rob Robert Roberto Robin Rodney Roger Roland Ron Ronald Rosa Rose Ross Roy Ruby Rudy Rupert
    Russell Ruth Ryan Sabrina Sally Salman Sam Samantha Samuel Sandra Sara Sarah Saul Scott Sean Sebastian Selena
    Serena Sergei Sergey Shane Shannon Sharon Shaun Shawn Sheila Shirley Shinzo Silvia Simon Simone Sofia Sonia
    Sophia Sophie Stacey Stan Stanley Stefan Stella Stephanie Stephen Steve Steven Stuart Sue Susan Suzanne Sven
    Sylvia Tamara Tara Taylor Ted Terrence Terry Theodore Theresa Thomas Tiffany Tim Timothy Tina Todd Tom Tommy
    Toni Tony Tracy Travis Trevor Tucker Tyler Ursula Valerie Vanessa Vera Veronica Victor Victoria Vincent Viola
    Virginia Vivian Vladimir Volodymyr Wallace Walter Wanda Warren Wayne Wendy Whitney Will William Winston
    Wolfgang Xavier Xi Yasmin Yuri Yusuf Yvonne Zachary Zalmay Zoe Zendaya""".split()
)
_OFFICES: Final = frozenset(
    """president vice-president minister premier chancellor senator congressman congresswoman representative governor
    mayor judge justice king queen prince princess pope archbishop bishop cardinal rabbi ambassador envoy
    secretary director chairman chairwoman chair chief ceo cfo founder co-founder owner boss leader commander
    general colonel captain sergeant officer spokesman spokeswoman spokesperson attorney lawyer prosecutor sheriff
    detective doctor professor researcher scientist economist analyst historian author writer novelist poet
    journalist reporter editor columnist anchor host comedian actor actress singer rapper musician guitarist
    drummer composer songwriter artist painter sculptor photographer filmmaker producer coach manager quarterback
    striker goalkeeper pitcher player golfer boxer swimmer sprinter gymnast skater skier cyclist driver racer
    champion astronaut pilot sailor engineer architect designer entrepreneur billionaire businessman businesswoman
    investor banker executive activist campaigner deputy diplomat councillor councilman councilwoman lawmaker
    politician nominee candidate dictator oligarch teacher nurse physician surgeon epidemiologist biologist
    physicist chemist astronomer star celebrity icon legend widow husband wife son daughter brother sister mother
    father successor predecessor co-host co-author co-star chairperson superintendent commissioner administrator
    treasurer strategist adviser advisor aide curator farmer""".split()
)
OFFICES: Final = _OFFICES
"""What a person can be."""

TITLES: Final = frozenset(
    """Democrat Republican Democratic Incumbent Mr. Mrs. Ms. Dr. Sir Dame Lord Lady President
    Vice Prime Minister Premier Chancellor Senator Sen. Rep. Gov. Gen.
    Governor Representative Congressman Congresswoman Mayor Judge Justice King Queen Prince Princess Pope Archbishop
    Bishop Cardinal Ambassador Secretary Director Chairman Chief CEO Captain Sgt. Col. Lt. Attorney General Professor
    Prof. Rev. Speaker Coach Sheriff Detective Officer Actor Actress Singer Former""".split()
)
"""What stands with a capital before a person's name."""

KINDS: Final = frozenset(
    """company companies manufacturer automaker carmaker retailer airline bank firm startup agency studio network
    newspaper magazine outlet publisher broadcaster website platform app charity nonprofit group organisation
    organization union party band club team university college school hospital museum council committee court
    commission department ministry institute foundation association federation league city town village country state
    province county region island river lake mountain river ship storm hurricane movie film series show song album book
    novel singer actor actress rapper comedian author coach director giant brand chain maker law bill""".split()
)
"""What can follow "which"."""

LAST_WORDS: Final[dict[str, str]] = {
    "University": "university", "College": "college", "Court": "court", "Bank": "bank", "Committee": "committee",
    "Commission": "commission", "Council": "council", "Agency": "agency", "Department": "department",
    "Ministry": "ministry", "Party": "party", "Institute": "institute", "Foundation": "foundation",
    "Association": "association", "Airlines": "airline", "Airways": "airline", "Museum": "museum",
    "Hospital": "hospital", "Times": "newspaper", "Post": "newspaper", "Company": "company", "Inc.": "company",
    "Corp.": "company", "Motors": "company", "Bureau": "agency", "Administration": "agency", "Act": "law",
}  # fmt: skip
"""The kind of an organisation by the last word of its name."""
