"""What a search gives beside its hits: facets, orders, folding, similar articles, citations, suggestions, snippets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kbarchive.errors import UnknownArticleError
from kbarchive.index import build_index
from kbarchive.index.likeness import groups, likeness
from kbarchive.parsing import parse
from kbarchive.search import Index, facet_filter, open_index
from kbarchive.web.archive import Archive
from kbarchive.web.asked import Search
from kbarchive.web.searching import search
from tests.searching import ARTICLES, article, from_one_and_two_processes, index_of, snippets_of, write_articles

_STEPS = "Open the lid of the ferry, turn the brass key twice, wait for the bell, and lower the ramp onto the quay slowly."
_HARBOUR = {
    "Q980001": article(980001, "FB95: How to Lower the Ramp", {"SUMMARY": f"In Ferry 95: {_STEPS}"}, date="1-MAY-1996"),
    "Q980002": article(980002, "FB97: How to Lower the Ramp", {"SUMMARY": f"In Ferry 97: {_STEPS}"}, date="1-MAY-1998"),
    "Q980003": article(980003, "HOWTO: How to Lower the Ramp", {"SUMMARY": f"In Ferry 2000: {_STEPS}"}, date="1-MAY-2000"),
    "Q980004": article(
        980004, "How to Lower the Ramp", {"SUMMARY": "Ask the mate on duty; the ramp is his."}, date="1-MAY-1999"
    ),
    "Q980005": article(980005, "How to Lower the Ramp, Part 2", {"SUMMARY": _STEPS}, date="1-MAY-1997"),
    "Q980006": article(980006, "Ramp Rusts", {"SUMMARY": "The ramp of a ferry rusts. See Q980001."}, date="1-MAY-1997"),
    "Q980007": article(980007, "Bell Is Silent", {"CAUSE": "Ramp bells freeze. See Q980001 and Q980006."}, collection="bells"),
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    with index_of(tmp_path_factory.mktemp("results"), _HARBOUR) as opened:
        yield opened


def keys(index: Index, query: str, **options: object) -> list[str]:
    return [hit.key for hit in index.search(query, **options).hits]  # type: ignore[arg-type]


# ---- Facets -------------------------------------------------------------------------------------------------------------


def test_each_facet_is_a_filter_that_finds_as_many(tmp_path: Path) -> None:
    trailer = b"Issue type        : kbbug\nSolution Type     : kbFix\n"
    typed = {key: data + trailer if key != "Q910003" else data for key, data in ARTICLES.items()}
    with index_of(tmp_path, typed) as index:
        facets = index.search("kbmadeup", limit=0, facets=True).facets
        assert list(facets) == ["collection", "product", "keyword", "type", "year"]
        assert facets["type"] == {"kbbug": 2, "kbfix": 2}
        assert facets["product"] == {"Microsoft Exchange Server": 2, "Microsoft Visual C++": 1}
        for name, counts in facets.items():
            for value, count in counts.items():
                assert index.search(facet_filter(name, value)).total == count


def test_a_keyword_with_and_without_its_kb_is_counted_and_filtered_apart(tmp_path: Path) -> None:
    """Found by an administrator: a keyword that was counted 3 times was found 30 times when it was added as a filter."""
    words = {"Q910001": b"sms kbfix", "Q910002": b"kbsms kberrmsg", "Q910003": b"kbsms fix"}
    kinds = {key: b"Issue type        : " + (b"bug" if key == "Q910001" else b"kbbug") for key in words}
    texts = {key: ARTICLES[key].replace(b"kbmadeup", word + b" kbmadeup") + kinds[key] + b"\n" for key, word in words.items()}
    with index_of(tmp_path, texts) as index:
        facets = index.search("kbmadeup", limit=0, facets=True).facets
        assert facets["keyword"]["sms"] == 1
        assert facets["type"] == {"bug": 1, "kbbug": 2}
        for name in ("keyword", "type"):
            for value, count in facets[name].items():
                assert index.search(facet_filter(name, value)).total == count, value
                found = search(Archive(index), Search(f=(f"{name}:{value}",)))
                assert found.results.total == count, value
        assert index.search("keyword:sms").total == 3  # as people write it
        assert index.search('keyword:"errmsg"').total == 1  # no article has it as it stands
        assert sorted(keys(index, '-keyword:"sms"')) == ["Q910002", "Q910003"]


@pytest.mark.parametrize(
    ("name", "value", "written"),
    [
        ("product", "Microsoft Exchange Server", 'product:"Microsoft Exchange Server"'),
        ("product", 'The "Lid"', 'product:"The  Lid "'),
        ("keyword", "kberrmsg", "keyword:kberrmsg"),
        ("keyword", "sms", 'keyword:"sms"'),
        ("year", "1999", "modified:1999"),
    ],
)
def test_the_text_of_a_filter(name: str, value: str, written: str) -> None:
    assert facet_filter(name, value) == written


def test_a_product_is_found_though_its_version_stands_amid_its_name(tmp_path: Path) -> None:
    data = ARTICLES["Q910001"].replace(b"Server, version 5.5", b"Server version 5.5, Enterprise Edition")
    with index_of(tmp_path, {"Q910001": data}) as index:
        assert index.search("relay", facets=True).facets["product"] == {"Microsoft Exchange Server, Enterprise Edition": 1}
        assert index.search('product:"Microsoft Exchange Server, Enterprise Edition"').total == 1


def test_older_revisions_do_not_count(tmp_path: Path) -> None:
    texts = {
        "a": article(930001, "Once", {"SUMMARY": "The lid."}, date="1-JAN-1995", collection="old"),
        "b": article(930001, "Now", {"SUMMARY": "The lid."}, date="1-JAN-1999", collection="new"),
        "c": article(930002, "Now", {"SUMMARY": "The lid."}, date="1-JAN-1998", collection="new"),
    }
    build_index(write_articles(tmp_path / "articles", texts), tmp_path / "index", jobs=1)
    with open_index(tmp_path / "index") as index:
        results = index.search("lid", facets=True, sort="date", fold=True)
        assert results.facets["collection"] == {"new": 2}
        assert results.facets["year"] == {"1998": 1, "1999": 1}
        assert [(hit.key, hit.alike) for hit in results.hits] == [("Q930001", ("Q930002",))]


# ---- Order ----------------------------------------------------------------------------------------------------------------


def test_the_newest_first(index: Index) -> None:
    found = index.search("ramp", sort="date").hits
    dates = [hit.modified or "" for hit in found]
    assert len(found) == len(_HARBOUR)
    assert dates == sorted(dates, reverse=True)
    same_date = [hit for hit in found if hit.modified == "1997-05-01"]
    assert [hit.score for hit in same_date] == sorted((hit.score for hit in same_date), reverse=True)
    assert keys(index, "ramp", sort="date", limit=3, offset=2) == [hit.key for hit in found[2:5]]
    with pytest.raises(ValueError, match="sort"):
        index.search("ramp", sort="size")  # type: ignore[arg-type]


# ---- Folding --------------------------------------------------------------------------------------------------------------


def test_near_identical_articles_are_folded_where_asked(index: Index) -> None:
    plain = index.search("lower ramp")
    assert (plain.total, plain.folded) == (5, False)
    assert all(not hit.alike for hit in plain.hits)
    folded = index.search("lower ramp", fold=True)
    assert (folded.total, folded.folded) == (3, True)
    series = {"Q980001", "Q980002", "Q980003"}
    (first,) = [hit for hit in folded.hits if hit.alike]
    assert {first.key, *first.alike} == series
    assert first.key == next(hit.key for hit in plain.hits if hit.key in series)
    assert {hit.key for hit in folded.hits} - series == {"Q980004", "Q980005"}


def test_pages_of_folded_hits_join_to_the_whole(tmp_path: Path) -> None:
    many = {
        f"Q{number}": article(number, f"V{number % 3}: Knot {number // 3}", {"SUMMARY": f"{_STEPS} Knot {number // 3}."})
        for number in range(985_000, 985_120)
    }
    with index_of(tmp_path, many) as index:
        whole = index.search("ramp", limit=500, fold=True)
        assert whole.total == len(whole.hits) == 41  # the first and the last group are cut by the numbers
        assert sum(1 + len(hit.alike) for hit in whole.hits) == 120
        for sort in ("relevance", "date"):
            pages = [hit for n in range(0, 41, 7) for hit in index.search("ramp", 7, n, sort=sort, fold=True).hits]  # type: ignore[arg-type]
            assert pages == list(index.search("ramp", 500, sort=sort, fold=True).hits)  # type: ignore[arg-type]
        assert index.search("ramp", limit=0, fold=True).total == 41


def test_folding_does_not_depend_on_the_number_of_processes(tmp_path: Path) -> None:
    # More articles than one batch has, so that the processes share them.
    many = {
        f"Q{number}": article(number, f"V{number % 2}: Knot {number // 2}", {"SUMMARY": f"{_STEPS} Knot {number // 2}."})
        for number in range(986_000, 986_300)
    }
    one, two = from_one_and_two_processes(tmp_path, many, lambda index: index.search("ramp", 400, fold=True, facets=True))
    assert one == two
    assert one.total == 150


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("XX97: Ramp", "XX: Ramp", True),
        ("BUG: XX97: Ramp", "Ramp...", True),
        ("Ramp (Part 1)", "Ramp (Part 2)", False),
        ("operator== of Ramp", "operator!= of Ramp", False),
        ("", "", False),
    ],
)
def test_the_titles_of_articles_that_are_alike(one: str, other: str, alike: bool) -> None:
    texts = [likeness(parse(article(990_000 + n, title, {"SUMMARY": _STEPS}))) for n, title in enumerate((one, other))]
    assert list(groups(texts)) == ([1, 1] if alike else [0, 0])
    assert list(groups([texts[0], None, texts[1]])) == ([1, 0, 1] if alike else [0, 0, 0])


# ---- Similar articles, and citations ---------------------------------------------------------------------------------------


def test_articles_like_one(index: Index) -> None:
    results = index.like("980001")
    found = [hit.key for hit in results.hits]
    assert (results.query, results.total) == ("Q980001", len(found))
    assert "Q980001" not in found
    assert set(found[:3]) == {"Q980002", "Q980003", "Q980005"}
    assert found.index("Q980006") < len(found)  # by its reference
    assert [hit.key for hit in index.like("Q980001", 2, 1).hits] == found[1:3]
    assert index.like("Q980001", fold=True).hits[0].alike
    assert index.like("Q980001", facets=True).facets["year"]
    with pytest.raises(UnknownArticleError):
        index.like("Q1")


def test_an_article_like_no_other(tmp_path: Path) -> None:
    alone = {**ARTICLES, "Q990001": b"DOCUMENT:Q990001  12-MAY-1999  [zither]\nTITLE   :Zithers Humming\n"}
    with index_of(tmp_path, alone) as index:
        assert index.like("Q990001").total == 0


def test_how_often_a_hit_is_cited(index: Index) -> None:
    cited = {hit.key: hit.cited_by for hit in index.search("ramp").hits}
    assert {key: count for key, count in cited.items() if count} == {"Q980001": 2, "Q980006": 1}


# ---- Suggestions ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    sentences = [
        *["The letter was lost on the harbor ferry, which is not allowed."] * 3,
        *["A relay carries the lantern through winsock.dll and mooring32.dll."] * 4,
        "A relax of the rope.",
        "Lanterns are lanternlit.",
    ]
    texts = {f"Q{n}": article(n, "Port", {"SUMMARY": text}) for n, text in enumerate(sentences, 991_000)}
    with index_of(tmp_path_factory.mktemp("port"), texts) as opened:
        yield opened


@pytest.mark.parametrize(
    ("query", "corrected"),
    [
        ("relai not alowed", "relay not allowed"),  # relai is the stem of relay
        ("lettre", "letter"),
        ("LETTRE Lettre", "LETTER Letter"),
        ("title:harber lost", "title:harbor lost"),
        ('"harber ferry" -lost', '"harbor ferry" -lost'),
        ("harbro OR ferry", "harbor OR ferry"),
        ("harborferry", "harbor ferry"),
        ("lan tern", "lantern"),
        ("winsok.dll", "winsock.dll"),
        ("morring32.dll", "mooring32.dll"),
        ("mooring33.dll", None),  # another number is another name
        ("keyword:lettre harbor", None),
        ("harbor -lettre", None),
        ("letters", None),
        ("lanternlit", None),  # one article has it
        ("0x80040154", None),
        ("isn't allowed", None),
        ("r\u00e9lay", None),  # accents make no difference
        ("l\u00e9ttre", "letter"),
        ("cites:lettre harbor", None),  # no field that could be read, and no words
        ("collection:exchagne", "collection:exchange"),
        ("keyword:(kbmadep OR kbnone) harbor", "keyword:(kbmadeup OR kbnone) harbor"),
        ("keyword:maedup", "keyword:kbmadeup"),
        ("platform:wint OR relay", "platform:winnt OR relay"),
        ("-platform:wint relay", None),
        ("collection:exchange", None),
        ("version:5.6", None),
        ('"harbor letter"', "harbor letter"),
        ('"harbro letter"', '"harbor letter"'),
        ('(ferry OR relay) "harbor letter" -"is allowed"', '(ferry OR relay) harbor letter -"is allowed"'),
        ('"letter was"', None),
        ('title:"harbor letter"', None),
        ('"xyzzyplugh quux"', None),
    ],
)
def test_misspelt_words(port: Index, query: str, corrected: str | None) -> None:
    assert port.search(query).suggestions == ((corrected,) if corrected else ())


@pytest.mark.parametrize(
    ("query", "meant"),
    [
        ("titel:port lost", "title:port lost"),
        ("Title:port", "title:port"),
        ("title: port", "title:port"),
        ("ferry -titles:harbor", "ferry -title:harbor"),
        ("(intitle:port OR subject:ferry)", "(title:port OR title:ferry)"),
        ("year:1999 harbor", "modified:1999 harbor"),
        ("harbor NEAR letter", "harbor NEAR/10 letter"),
        ('"harbor" NEAR "letter"', '"harbor" NEAR/10 "letter"'),
        ("relay NOT ferry", "relay -ferry"),
        ('relay AND NOT "ferry"', 'relay -"ferry"'),
        ("relay NOT (ferry OR harbor)", "relay -(ferry OR harbor)"),
        ("relay AND lantern", "relay lantern"),
        ("relay -FERRY", 'relay -"FERRY"'),
        ("relay -tcp/ip", 'relay -"tcp/ip"'),
        ("relay -ferry", None),
        ("Relay -FERRY", None),
        ("moreinformation:relay", None),
        ("summary:relay APPLIESTO:port", None),
        ("Summary:relay", "summary:relay"),
        ("Relay NOT Ferry", None),  # pasted
        ("RELAY NOT FERRY", None),
        ("relay not ferry", None),
        ("date:soon port", None),  # no date
        ("year:1871 port", None),  # nothing found
        ("bode:is", None),  # one letter from body, and too short to be a slip
        ("relation:port", None),  # of nothing
        ('relay "is NOT allowed"', None),  # a phrase stays as it is
        ('title:"Port AND Letter" relay', None),
        ("relay -Q991001", None),  # is excluded
        ("relay -R lantern", None),  # an option
        ("NOT relay", None),  # would only exclude
        ("\u201charbor letter\u201d", "harbor letter"),
        ("http://port", None),
        ("the title: port", None),
        ("Title: port", None),
        ("title:port", None),
    ],
)
def test_a_query_as_other_engines_write_it(port: Index, query: str, meant: str | None) -> None:
    """It is looked for as words all the same."""
    assert port.search(query).suggestions == ((meant,) if meant else ())


def test_an_article_that_is_not_there_is_told(port: Index) -> None:
    def told(query: str) -> list[str]:
        return [diagnostic.message for diagnostic in port.search(query).diagnostics if diagnostic.code == "no-article"]

    assert (
        told("Q65535")
        == told("harbor KB 65535")
        == ["the article Q65535 is not here; those that have its number were looked for"]
    )
    assert told("Q991000") == told("65535") == told("harbor") == []


def test_words_that_no_article_has_are_told(port: Index) -> None:
    def told(query: str) -> list[str]:
        return [diagnostic.message for diagnostic in port.search(query).diagnostics if diagnostic.code == "unknown-word"]

    assert told("harbor 18456") == ["no article has the word 18456"]
    assert told('"harbor xyzzyplugh" quuxly') == ["no article has the words xyzzyplugh, quuxly"]
    assert told("harbor " + " ".join(f"7{n}77" for n in range(9))) == [
        "no article has the words 7077, 7177, 7277, 7377, 7477 and 4 more"
    ]
    assert told("harbor letters lettre -xyzzyplugh") == []  # another form, a slip, and what is not wanted


def test_the_words_around_choose(tmp_path: Path) -> None:
    texts = ["The mail is read in the hall."] * 3 + ["The maid of the cook has gone."] * 3
    articles = {f"Q{n}": article(n, "House", {"SUMMARY": text}) for n, text in enumerate(texts, 992_000)}
    with index_of(tmp_path, articles) as index:
        assert index.search("maix hall").suggestions == ("mail hall",)
        assert index.search("maix cook").suggestions == ("maid cook",)


def test_a_slip_that_an_article_has_as_well_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Articles with the word as it should be are found by its stem all the same."""
    monkeypatch.setattr("kbarchive.search.suggestions._MORE_FREQUENT", 3)
    texts = ["The installation of the lantern is done."] * 4 + ["The instalation of the lantern is done."]
    articles = {f"Q{n}": article(n, "House", {"SUMMARY": text}) for n, text in enumerate(texts, 992_000)}
    with index_of(tmp_path, articles) as index:
        assert index.search("instalation of the lantern").suggestions == ("installation of the lantern",)


def test_corrections_are_offered_beside_hits(port: Index) -> None:
    results = port.search("harbor OR lettre")
    assert results.total == 3
    assert results.suggestions == ("harbor OR letter",)


# ---- Snippets ---------------------------------------------------------------------------------------------------------------


def _snippets(data: bytes, *terms: bytes) -> list[tuple[str, list[str]]]:
    found = snippets_of(parse(data), dict.fromkeys(terms, 1.0))
    return [(snippet.section, [snippet.text[start:end] for start, end in snippet.highlights]) for snippet in found]


def test_two_sections_that_tell_different_words_are_shown() -> None:
    data = article(995001, "Lids", {"SYMPTOMS": "The lid jams.", "CAUSE": "Salt in the hinge.", "STATUS": "The lid is old."})
    assert _snippets(data, b"lid", b"salt") == [("symptoms", ["lid"]), ("cause", ["Salt"])]
    assert _snippets(data, b"lid", b"jam") == [("symptoms", ["lid", "jams"])]
    assert _snippets(data, b"lid") == [("symptoms", ["lid"])]


def test_a_name_that_is_found_by_its_parts_is_marked_whole() -> None:
    data = article(995002, "Boot", {"SUMMARY": "Edit autoexec.bat, not autoexec or a bat."})
    assert _snippets(data, b"autoexec", b"bat") == [("summary", ["autoexec.bat", "autoexec", "bat"])]
    assert _snippets(data, b"bat") == [("summary", ["bat", "bat"])]


def _marked(index: Index, query: str) -> list[tuple[str, list[str]]]:
    """Of the first hit the section of each snippet, and what is marked in it."""
    found = index.search(query).hits[0].snippets
    return [(snippet.section, [snippet.text[start:end] for start, end in snippet.highlights]) for snippet in found]


def test_a_name_is_marked_where_its_words_stand_one_after_another(tmp_path: Path) -> None:
    sections = {
        "SYMPTOMS": "The basic form 5 of 0 lamps in Visual Basic 5.0 goes blue. Screen 0 of VB5, a blue screen, is visual.",
    }
    with index_of(tmp_path, {"Q900001": article(900001, "Lamps", sections)}) as index:
        assert _marked(index, "vb5") == [("symptoms", ["Visual Basic 5.0", "VB5"])]
        assert _marked(index, "bluescreen") == [("symptoms", ["blue. Screen", "blue screen"])]


def test_a_name_tells_once_what_its_words_tell(tmp_path: Path) -> None:
    """Else the passage with both spellings is taken for the better one."""
    far = "Nothing of it is told in this long line of words that fill the page. " * 4
    sections = {"SYMPTOMS": f"VB5 is Visual Basic 5.0. {far} The lamp of Visual Basic 5.0 burns."}
    with index_of(tmp_path, {"Q900001": article(900001, "Lamps", sections)}) as index:
        assert _marked(index, "vb5 lamp") == [("symptoms", ["lamp", "Visual Basic 5.0"])]


def test_a_sentence_is_shown_rather_than_a_list_of_words(tmp_path: Path) -> None:
    data = article(900001, "Lamps", {"SYMPTOMS": "The lamp goes out at the rope."}, query_words="lamp rope lantern vb5")
    with index_of(tmp_path, {"Q900001": data}) as index:
        assert _marked(index, "lamp rope lantern") == [
            ("symptoms", ["lamp", "rope"]),
            ("query-words", ["lamp", "rope", "lantern"]),
        ]
        assert _marked(index, "visual basic 5.0") == [("query-words", ["vb5"])]


def test_a_passage_of_the_section_that_was_asked_for_is_shown(tmp_path: Path) -> None:
    sections = {
        "SYMPTOMS": "The virus eats the printer, the lamp and the rope.",
        "CAUSE": "A virus.",
        "STATUS": "The printer is gone:\n\n   printer.lamp = virus",
    }
    with index_of(tmp_path, {"Q900001": article(900001, "Lamps", sections)}) as index:
        assert _marked(index, "cause:virus") == [("cause", ["virus"])]
        assert _marked(index, "printer lamp rope cause:vir*") == [
            ("cause", ["virus"]),
            ("symptoms", ["printer", "lamp", "rope"]),
        ]
        assert _marked(index, "status:printer cause:virus") == [("cause", ["virus"]), ("status", ["printer", "printer"])]
        assert _marked(index, "code:lamp") == [("status", ["lamp"])]
        assert _marked(index, "code:lamp")[0] != _marked(index, "lamp")[0]
        assert _marked(index, "title:lamps") == [("symptoms", ["lamp"])]


def test_no_control_character_reaches_a_snippet() -> None:
    (snippet,) = snippets_of(
        parse(article(995003, "Bells", {"SUMMARY": "The bell\x07\x1b[31m rings\x00 at noon."})), {b"bell": 1.0}
    )
    assert snippet.text == "The bell [31m rings at noon."
    assert snippet.highlights == ((4, 8),)


def test_the_whole_index_by_facets_months_and_dates(tmp_path: Path) -> None:
    with index_of(tmp_path) as index:
        assert index.facets()["collection"] == {"exchange": 2, "visualc": 1}
        assert index.months() == {"1995-03": 1, "1999-05": 1, "2001-01": 1}
        assert index.months("collection", "exchange") == {"1999-05": 1, "2001-01": 1}
        assert index.months("collection", "none") == {}
        assert index.dates() == {"Q910001": "1999-05-12", "Q910002": "2001-01-01", "Q910003": "1995-03-03"}


def test_each_of_two_articles_with_one_key_is_explained(tmp_path: Path) -> None:
    """Two archives may have articles without a number in files of one name."""
    texts = {"a": "A lamp.", "b": "A horn and a lamp."}
    for name, text in texts.items():
        (tmp_path / name).mkdir()
        data = article(950001, f"Lamp {name}", {"SUMMARY": text}).replace(b"DOCUMENT:Q950001", b"DOCUMENT:")
        (tmp_path / name / "readme.txt").write_bytes(data)
    build_index([tmp_path / name for name in texts], tmp_path / "index", jobs=1)
    with open_index(tmp_path / "index") as index:
        hits = index.search("lamp", explain=True).hits
        assert [hit.key for hit in hits] == ["readme.txt#1"] * 2
        assert {hit.title for hit in hits} == {"Lamp a", "Lamp b"}
        for hit in hits:
            assert hit.explanation
            assert sum(hit.explanation.parts.values()) == pytest.approx(hit.score, abs=0.01)
