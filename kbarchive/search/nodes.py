"""The tree of a query: small immutable nodes, which name themselves as they would be written in Python."""

from __future__ import annotations

import msgspec


class _Node(msgspec.Struct, frozen=True):
    def __repr__(self) -> str:
        values = (getattr(self, name) for name in self.__struct_fields__)
        return f"{type(self).__name__}({', '.join(map(repr, values))})"


class Word(_Node, frozen=True):
    """Text without blanks, wanted in the article."""

    text: str


class Phrase(_Node, frozen=True):
    """Words wanted one after another."""

    text: str


class Wildcard(_Node, frozen=True):
    """Any word of this pattern: a star stands for any characters, a question mark for one."""

    pattern: str


class Fuzzy(_Node, frozen=True):
    """Any word spelled much like this one."""

    text: str


class Near(_Node, frozen=True):
    """Two of these with at most so many words from the one to the other, in either order."""

    left: Leaf
    right: Leaf
    distance: int


class Field(_Node, frozen=True):
    """What is wanted in one field of the article."""

    name: str
    node: Leaf | Near


class Range(_Node, frozen=True):
    """Values of a field between two bounds, written with their sign (>=1996, <2000); "" is no bound."""

    name: str
    low: str
    high: str


class ArticleNumber(_Node, frozen=True):
    """The article of this number first, then those that name the number."""

    number: int


class Not(_Node, frozen=True):
    """What must not occur."""

    node: Node


class _Several(msgspec.Struct, frozen=True):
    nodes: tuple[Node, ...]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(repr, self.nodes))})"


class And(_Several, frozen=True):
    """All of these."""


class Or(_Several, frozen=True):
    """One of these at least."""


Leaf = Word | Phrase | Wildcard | Fuzzy
Node = Leaf | Near | Field | Range | ArticleNumber | Not | And | Or


def leaves(node: Node) -> int:
    """How many words, phrases and other leaves a tree has."""
    match node:
        case And(nodes) | Or(nodes):
            return sum(map(leaves, nodes))
        case Not(inner) | Field(_, inner):
            return leaves(inner)
        case Near(left, right):
            return leaves(left) + leaves(right)
        case _:
            return 1
