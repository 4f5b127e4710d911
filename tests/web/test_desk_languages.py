"""Every page of the desk is asked in every language, as everybody who looks at it, and none says in English what it need not.

What stands in the data of a case (names, what people wrote), in national law (marked as English) or in codes is kept as it
is; whatever else a page says in English must not come again word for word in another language.
"""

from __future__ import annotations

import re

import pytest

from builders.desk import Served
from builders.spoken import texts
from comity.accounts import people
from comity.web.desk.languages import NAMES

# Fixtures and the pages of everybody stand beside the test of their looks.
from web.test_desk_looks import PAGES, ROLES, incoming, named, peopled  # noqa: F401

OTHERS = [one for one in NAMES if one != "en"]
KEPT = re.compile(
    "|".join(
        (
            r"Comity|SHA-256|NIST SP 800-63B|\(?(lan|minh|boss|keeper|looker|watcher|officer|admin|new\.one)( \(admin)?\)?,?",
            r":? ?(Lan|Minh|Boss|Keeper|Looker|Watcher|Officer|Nguyễn Thị Mới)[ ,()a-z._0-9-]*(Minh)?",
            r".*– (VN\.a05|SG\.orchid) – Comity|[A-Z]{2}\.[a-z0-9]+( .*)?|V[AN]-[0-9]{4}-.*|VN\.a05-.*",
            r"Savings moved by a false bank desk.*|On 20 November 2026 callers.*|transaction 3, session 7.*|account:acct-[a-z]+",
            r"Officer 1 \(draft\).*|\+1 555 0101 .*|Supreme People's Procuracy|Department for Cyber Security|Mule@example\.org",
            "|".join(map(re.escape, NAMES.values())),
        )
    )
)
# In languages of Latin letters single words and names of states may be spelled as in English: there only phrases count.
LATIN = ("vi", "fr", "es")
PHRASE = re.compile(r"(?:\b[A-Za-z]{2,}\b.*){4}")


def left(served: Served, who: str, roles: tuple[str, ...], paths: list[str], language: str) -> list[str]:
    """Give what pages say in a language word for word as in English, each with its address."""
    client = served.client(who, *roles) if roles else served.visitor()
    found = []
    for path in paths:
        said = []
        for one in ("en", language):
            if roles:
                people.speak(served.crew.staff, served.crew.people[who], one, "Asia/Ho_Chi_Minh")
            said.append(texts(client.client.get(path, headers={"accept-language": one}).text))
        same = sorted(said[0] & said[1])
        found += [f"{path}: {text}" for text in same if not KEPT.fullmatch(text)]
    if language in LATIN:
        return [one for one in found if PHRASE.search(one.partition(": ")[2])]
    return found


def test_a_text_is_found_unless_it_is_marked() -> None:
    """What is said is read, also for those who do not see; names, codes and what is marked as English are not."""
    page = '<html lang="fr"><p>Bonjour <bdi>Lan</bdi>, <code>age</code><span lang="en">kept <b>here</b></span></p><img alt="Une image">'
    assert texts(page) == {"Bonjour", "Une image"}


@pytest.mark.parametrize("language", ["ar", "ru"])
def test_a_sample_of_pages_is_in_the_language(
    peopled: Served,  # noqa: F811
    named: dict[str, str],  # noqa: F811
    language: str,
) -> None:
    """Home, a draft, a case, the law and the audit say nothing in English that could be said otherwise."""
    sample = {
        "officer": ["/", "/case/VA-2026-338", "/request/{draft}/draft"],
        "looker": ["/law", "/law/article/41", "/law/gaps/VN?state=partly", "/law/country/VN"],
        "watcher": ["/audit"],
        "nobody": ["/sign-in", "/nothing"],
    }
    for who, paths in sample.items():
        asked = [path.format(**named) for path in paths]
        assert left(peopled, who, ROLES[who], asked, language) == [], who


@pytest.mark.soak
@pytest.mark.parametrize("language", OTHERS)
def test_every_page_is_in_every_language(
    peopled: Served,  # noqa: F811
    named: dict[str, str],  # noqa: F811
    language: str,
) -> None:
    """No page says anything in English that could be said otherwise, to anybody."""
    for who, paths in PAGES.items():
        asked = [path.format(**named) for path in paths]
        assert left(peopled, who, ROLES[who], asked, language) == [], who


@pytest.mark.soak
@pytest.mark.parametrize("language", OTHERS)
def test_what_came_in_is_shown_in_every_language(
    incoming: tuple[Served, list[str]],  # noqa: F811
    language: str,
) -> None:
    """The provider's pages say nothing in English either."""
    served, pages = incoming
    assert left(served, "lan", ("provider",), pages, language) == []
