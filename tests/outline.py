"""A record as short lines, so that cases can be read and compared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kbarchive import AppliesTo, Article, Block, Code, Item, List, Note, Paragraph, Rule, Section, Table


def outline(article: Article, part: str) -> list[str]:
    """The lines of one part of a record, as the case files have it."""
    match part:
        case "blocks":
            return list(_sections(article.sections, 0))
        case "references":
            return [f"{r.id} | {r.title or '-'} | {r.section} | {r.line}" for r in article.references]
        case "applies-to":
            return list(_entries(article.applies_to, 0))
        case "versions":
            return [f"{v.platform or '-'}: {', '.join(v.versions)}".rstrip() for v in article.versions]
        case "residue":
            return "\n".join(article.residue).split("\n") if article.residue else []
        case "query-words":
            return [" ".join(article.query_words)] if article.query_words else []
        case "keywords":
            return [" ".join(article.keywords)]
        case "metadata":
            return [f"{name}: {value}".rstrip() for name, value in article.metadata.items()]
        case "diagnostics":
            return [f"{d.code} {d.line}" for d in article.diagnostics]
        case "header":
            fields = ("id", "key", "title", "modified", "collection", "products", "operating_systems", "copyright")
            return [
                f"{name}: {_plain(getattr(article, name))}" for name in fields if getattr(article, name) not in (None, "", ())
            ]
        case "source":
            source = article.source
            return [f"{source.dialect} {source.encoding} {source.newline}"]
    raise ValueError(f"no part of a record is called {part!r}")


def _plain(value: object) -> str:
    return " | ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _sections(sections: Iterable[Section], depth: int) -> Iterator[str]:
    for section in sections:
        yield f"{'  ' * depth}[{section.kind}] {section.heading}".rstrip()
        yield from _blocks(section.blocks, depth + 1)
        yield from _sections(section.sections, depth + 1)


def _blocks(blocks: Iterable[Block], depth: int) -> Iterator[str]:
    indent = "  " * depth
    for block in blocks:
        match block:
            case Paragraph():
                yield f"{indent}paragraph: {block.text}"
            case Code():
                yield f"{indent}code:"
                yield from (f"{indent}  |{line}" for line in block.text.split("\n"))
            case Table():
                yield f"{indent}table:"
                yield from (f"{indent}  |{' | '.join(row)}|" for row in block.rows)
            case Note():
                yield f"{indent}note {block.label}:"
                yield from _blocks(block.blocks, depth + 1)
            case Rule():
                yield f"{indent}rule"
            case List():
                yield f"{indent}{'ordered' if block.ordered else 'unordered'} list:"
                for item in block.items:
                    yield from _item(item, depth + 1)


def _item(item: Item, depth: int) -> Iterator[str]:
    yield f"{'  ' * depth}{item.marker}"
    yield from _blocks(item.blocks, depth + 1)


def _entries(entries: Iterable[AppliesTo], depth: int) -> Iterator[str]:
    for entry in entries:
        versions = ", ".join(entry.versions)
        yield f"{'  ' * depth}{entry.name} | {versions} | {entry.relation or '-'}"
        yield from _entries(entry.with_, depth + 1)
