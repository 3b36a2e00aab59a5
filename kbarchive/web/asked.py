"""What a request may ask a page for; msgspec checks it, and the OpenAPI description is made from it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, cast

import msgspec
from msgspec import Meta
from starlette.requests import Request

from kbarchive.index.facets import FACETS
from kbarchive.search.results import read_filter
from kbarchive.web.limits import LONGEST_KEY, LONGEST_QUERY, MOST_FILTERS, MOST_PAGES, MOST_PAGES_OF_TITLES

FacetName = Literal["collection", "product", "keyword", "type", "year"]

_Query = Annotated[str, Meta(max_length=LONGEST_QUERY, description="What is looked for, in the query language")]
_Filter = Annotated[str, Meta(max_length=LONGEST_KEY, description="A facet, a colon, and one of its values")]
_Page = Annotated[int, Meta(ge=1, le=MOST_PAGES, description="Which page of the hits, from 1")]
_TitlesPage = Annotated[int, Meta(ge=1, le=MOST_PAGES_OF_TITLES, description="Which page of the articles, from 1")]
_Key = Annotated[str, Meta(max_length=LONGEST_KEY, description="The id or key of an article")]
_Revision = Annotated[int, Meta(ge=1, le=10_000, description="Which text of the article, from 1 for the newest")]
_Value = Annotated[str, Meta(max_length=LONGEST_KEY, description="A value of the facet")]


class Nothing(msgspec.Struct, frozen=True):
    """No parameters."""


class Search(msgspec.Struct, frozen=True):
    q: _Query = ""
    f: Annotated[tuple[_Filter, ...], Meta(max_length=MOST_FILTERS, description="Filters; all of them hold")] = ()
    sort: Annotated[Literal["relevance", "date"], Meta(description="The best first, or the newest")] = "relevance"
    fold: Annotated[bool, Meta(description="Near-identical articles as one hit")] = True
    page: _Page = 1

    def __post_init__(self) -> None:
        for text in self.f:
            if read_filter(text) is None:
                facets = ", ".join(f"{facet}:" for facet in FACETS)
                raise ValueError(
                    f"{text!r} is no filter: one of {facets} is wanted, and a value behind it, such as year:1999 "
                    "or collection:exchange."
                )


class Typed(msgspec.Struct, frozen=True):
    q: _Query = ""


class Like(msgspec.Struct, frozen=True):
    key: _Key
    page: _Page = 1


class Article(msgspec.Struct, frozen=True):
    key: _Key
    revision: _Revision = 1


class Facet(msgspec.Struct, frozen=True):
    facet: FacetName
    page: _Page = 1


class Value(msgspec.Struct, frozen=True):
    facet: FacetName
    value: _Value
    page: _TitlesPage = 1


def read(request: Request, kind: type[msgspec.Struct]) -> Any:
    """What is asked, as a struct of a kind; what it does not know is not looked at.

    Raises msgspec.ValidationError with a sentence for people.
    """
    query = request.query_params
    found: dict[str, object] = {
        field.name: query.getlist(field.name) if field.name == "f" else query[field.name]
        for field in msgspec.structs.fields(kind)
        if field.name in query
    }
    found |= request.path_params
    try:
        return msgspec.convert(found, kind, strict=False)
    except msgspec.ValidationError as error:
        raise msgspec.ValidationError(_sentence(str(error), kind, found)) from error


def _sentence(problem: str, kind: type[msgspec.Struct], found: Mapping[str, object]) -> str:
    """A problem that msgspec found, with the name of what it is about, and what there is to choose from."""
    at = re.search(r" - at `\$\.(\w+)[^`]*`\Z", problem)
    problem, name = (problem[: at.start()], at[1]) if at else (problem, "")
    for field in cast(msgspec.inspect.StructType, msgspec.inspect.type_info(kind)).fields:
        if field.name == name:
            of = field.type.type if isinstance(field.type, msgspec.inspect.Metadata) else field.type
            if isinstance(of, msgspec.inspect.LiteralType):
                return f"There is no {name} {found[name]!r}; there are {', '.join(map(str, of.values))}."
            return f"{name}: {_wanted(of)}"
    return problem


def _wanted(of: msgspec.inspect.Type) -> str:
    """What a parameter may be, as a sentence."""
    match of:
        case msgspec.inspect.Metadata():
            return _wanted(of.type)
        case msgspec.inspect.IntType(ge=least, le=most):
            return f"a whole number from {least:,} to {most:,} is wanted."
        case msgspec.inspect.StrType(max_length=most):
            return f"at most {most:,} characters can be asked for."
        case msgspec.inspect.VarTupleType(item_type=item, max_length=most):
            return f"at most {most} can be given; of each {_wanted(item)}"
        case _:
            return "1 or 0 is wanted."  # a bool
