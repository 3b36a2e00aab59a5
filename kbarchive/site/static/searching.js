// A search: the question, the best by their words, and of the first pages of these those in whose text the words stand best.
import { ask, read } from "./question.js";
import { allowed, fold, rank } from "./ranking.js";
import { evidence, places, snippet, tokens } from "./reading.js";
import { runs, terms } from "./words.js";

export const HITS = 15;
const HEAD = 30; // so many texts are looked at before they are put in order

const NUMBER = /^\s*(?:Q|KB)?0*(\d{3,7})\s*$/i;

// `page` gives of the name of an article its parts for `tokens`, and whatever else it knows of it.
export async function search(query, filters, number, shards, page) {
  const asked = read(query, shards.manifest.facets);
  const all = [...filters, ...asked.filters];
  const excluded = asked.excluded.flatMap((text) => [...runs(text)].flatMap((run) => run.words.map(({ text: word }) => terms(word)[0])));
  const question = await ask(asked.parts, shards);
  await shards.loaded;
  const nothing = !question.concepts.length && !all.length;
  const { hits, partial } = nothing ? { hits: [], partial: false } : rank(question, await allowed(excluded, all, shards), shards);
  const first = NUMBER.test(query) ? shards.names.indexOf(`Q${NUMBER.exec(query)[1]}`) : -1;
  const folded = fold(first < 0 ? hits : [{ document: first, score: Infinity, share: 1 }, ...hits.filter(({ document }) => document !== first)], shards);
  const read_ = async (hit) => {
    const facts = await page(shards.names[hit.document]);
    const found = tokens(facts.parts), standing = places(found, question, shards.manifest.settings.inflected);
    return { ...hit, facts, score: hit.score + evidence(found, standing, question, shards.manifest.settings), snippet: snippet(found, question) };
  };
  const start = HITS * (number - 1), group = start < HEAD ? [0, HEAD] : [start, start + HITS];
  const shown = await Promise.all(folded.slice(...group).map(read_));
  if (start < HEAD) shown.sort((a, b) => b.score - a.score || a.document - b.document);
  return {
    total: folded.length, partial: partial && first < 0, mended: question.mended, filters: asked.filters,
    documents: hits.map(({ document }) => document),
    hits: start < HEAD ? shown.slice(start, start + HITS) : shown,
  };
}

// The values of a facet among some documents, the most frequent first, years the newest.
export async function counts(name, documents, shards) {
  const facet = await shards.facet(name), bySet = new Uint32Array(facet.sets.length), found = new Map();
  for (const document of documents) bySet[facet.documents[document]]++;
  facet.sets.forEach((set, number) => {
    if (bySet[number]) for (const value of set) found.set(value, (found.get(value) ?? 0) + bySet[number]);
  });
  const named = [...found].map(([value, count]) => [facet.values[value], count]);
  return named.sort((a, b) => (name === "year" ? b[0].localeCompare(a[0]) : b[1] - a[1] || a[0].localeCompare(b[0])));
}
