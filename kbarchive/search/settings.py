"""What ranking is made of, as numbers. They were chosen with benchmarks/relevance.py; docs/ranking.md tells how."""

from __future__ import annotations

import msgspec


class Settings(msgspec.Struct, frozen=True):
    """The weights of ranking; with 0 a part is left out. What a word is worth in each zone stands in `index.zones`."""

    names: float = 1.0
    """The share of a word's worth that another name of the same thing has: vb, Visual Basic."""
    words: float = 0.7
    """The share of a word that may be meant: crash, stop responding."""
    telling: float = 0.2
    """What more of the articles than this share have is not meant by another word: error for bug."""
    spelling: float = 0.8
    """The share of the word most like one that no article has, and of other writings of a code or name."""
    asking: float = 0.3
    """How much words count that only ask (why does my ...), as a share of what others of their rarity do."""
    joined: float = 0.6
    """The share of two words written as one: file name, filename."""
    wholes: float = 0.5
    """What a name of several words is worth as a whole, beside its words: TCP/IP, autoexec.bat."""
    inflected: float = 0.9
    """The share of another form of a word, where nearness and order are measured: allowed, allows."""

    short: int = 3
    """A query of so many parts wants all of them."""
    few: int = 30
    """Where fewer articles have all of them, also those count that have words that may be meant."""
    least: float = 0.3
    """Of a longer one the words that an article has must have this share of the query's weight."""
    coverage_power: float = 0.5
    """How much words that are missing count against an article, beyond what they would have scored."""

    head: int = 100
    """How many articles, the best by their words alone, are ordered by all that follows; nobody reads so many pages."""
    coverage: float = 0.75
    """The worth of the share of the query that an article has."""
    run: float = 0.6
    """The worth of the longest run of the query's words that stands there one after another."""
    exact: float = 0.9
    """The worth of the whole query as one run."""
    pairs: float = 0.6
    """The worth of neighbours of the query that are neighbours there."""
    window: float = 0.7
    """The worth of the share of the query that stands within one passage."""
    products: float = 0.1
    """The worth of the share of the query that is in the names of the products."""
    title: float = 0.55
    """The worth of a title that is the query: the share of each in the other."""
    length: float = 0.19
    """How much each e-fold of length counts against an article: long ones have a bit of everything."""
