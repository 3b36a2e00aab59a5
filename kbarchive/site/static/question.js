// What a query asks for: words with what each may be found as (kbarchive/search/concepts.py), what is left out, and filters.
import { form, runs, terms } from "./words.js";

const TOKEN = /(-?)(?:([a-z]+):)?(?:"([^"]*)"?|(\S+))/g;
const LEAST_EXCLUDED = 3;

// The parts of a query: wanted and excluded texts, and the values that facets must have.
export function read(query, facets) {
  const parts = [], excluded = [], filters = [];
  for (const [all, minus, name, quoted, bare] of query.slice(0, 1000).matchAll(TOKEN)) {
    const text = quoted ?? bare;
    if (name && facets.includes(name)) { if (!minus) filters.push([name, text]); continue; }
    const whole = quoted === undefined || name ? all.slice(minus.length).replaceAll('"', " ") : text;
    if (minus && /^\p{L}{2}[\p{L}\p{N}]/u.test(whole) && whole.length >= LEAST_EXCLUDED) excluded.push(whole);
    else parts.push(whole);
  }
  return { parts, excluded, filters };
}

// All terms that a question may look for are fetched by `shards` before anything is weighed.
export async function ask(parts, shards) {
  const { settings, names, words: meant, longest } = shards.manifest;
  const found = parts.flatMap((part) => [...runs(part)]).slice(0, 64);
  const asked = found.flatMap((run) => run.words.map(({ text }) => ({ text, term: terms(text)[0], form: form(text) })));
  const numbers = new Map();
  const sequence = asked.map(({ term }) => numbers.get(term) ?? (numbers.set(term, numbers.size), numbers.size - 1));
  const firsts = [...numbers].map(([term, number]) => asked[sequence.indexOf(number)]);

  // Every term that a word may be found by: its share, whether it means the same, and the phrases that it stands for.
  const others = firsts.map(({ term }) => new Map([[term, { share: 1, same: true }]]));
  const add = (number, term, share, same) => {
    const known = others[number].get(term);
    others[number].set(term, { share: Math.max(share, known?.share ?? 0), same: same || !!known?.same });
  };
  asked.forEach((word, start) => {
    for (let end = start + 1; end <= Math.min(start + longest, asked.length); end++) {
      const phrase = asked.slice(start, end).map(({ term }) => term).join(" ");
      for (const [table, share, same] of [[names, settings.names, true], [meant, settings.words, false]])
        for (const term of Object.hasOwn(table, phrase) ? table[phrase] : [])
          for (let place = start; place < end; place++)
            add(sequence[place], term, same ? share : share / Math.sqrt(end - start), same && end === start + 1);
    }
    const [own, ...parts] = terms(word.text);
    if (/^[1-4]\d{9}$/.test(word.text) && Number(word.text) < 2 ** 32)
      for (const term of terms(`0x${(word.text > 2 ** 31 ? Number(word.text) : 2 ** 32 - word.text).toString(16)}`))
        add(sequence[start], term, settings.spelling, false);
    for (const term of parts)
      if (own.startsWith("0x") || (own.startsWith(term) && own.length === term.length + 1))
        add(sequence[start], term, settings.spelling, false);
    const next = asked[start + 1];
    const joined = next && /^\p{L}+$/u.test(word.text) ? [...runs(word.text + next.text)] : [];
    if (joined.length === 1 && joined[0].words.length === 1)
      for (const place of [start, start + 1]) add(sequence[place], terms(joined[0].text)[0], settings.joined, false);
  });

  const lists = new Map();
  const fetched = async (term) => { if (!lists.has(term)) lists.set(term, await shards.postings(term)); };
  const wholes = [...new Set(found.map((run) => run.whole).filter(Boolean))];
  await Promise.all([...others.flatMap((terms) => [...terms.keys()]), ...wholes].map(fetched));

  // A word that no article has is found as its longest part, else as the word most like it.
  const mended = [];
  await Promise.all(firsts.map(async ({ text, term }, number) => {
    if (lists.get(term).documents.length) return;
    const parts = terms(text).slice(1).sort((a, b) => b.length - a.length);
    const like = parts[0] ?? (/^[a-z]{4,}$/.test(term) ? await nearest(term, shards) : null);
    if (!like) return;
    await fetched(like);
    add(number, like, settings.spelling, true);
    if (!parts.length) mended.push([text, like]);
  }));

  const rarity = (count) => Math.log(1 + (shards.documents - count + 0.5) / (count + 0.5));
  const size = (term) => lists.get(term).documents.length;
  const asking = new Set(shards.manifest.asking);
  const telling = firsts.filter((word) => !asking.has(word.form)).length;
  const concepts = firsts.map((word, number) => {
    const alternatives = [...others[number]].sort((a, b) => b[1].share - a[1].share);
    const frequency = Math.max(...alternatives.filter(([, { same }]) => same).map(([term]) => size(term)));
    return {
      ...word,
      alternatives: alternatives
        .filter(([term, { share, same }]) => share === 1 || same || (size(term) && size(term) <= shards.documents * settings.telling))
        .map(([term, { share }]) => ({ term, share, list: lists.get(term) })),
      rarity: rarity(frequency) * (telling >= 2 && asking.has(word.form) ? settings.asking : 1),
    };
  });
  return {
    concepts, sequence, mended,
    wanted: found.map((run) => [...new Set(run.words.map(({ text }) => numbers.get(terms(text)[0])))]),
    wholes: wholes.map((term) => ({ list: lists.get(term), rarity: rarity(size(term)) })),
    weight: concepts.reduce((sum, concept) => sum + concept.rarity, 0),
    phrases: phrases(shards.manifest),
  };
}

// For each term of the thesaurus the phrases, as stems, that it stands for where they are read.
const phrases = ({ names, words }) => {
  const found = new Map();
  const put = (term, phrase) => { if (!found.has(term)) found.set(term, []); found.get(term).push(phrase.split(" ")); };
  for (const [phrase, given] of Object.entries(names)) for (const term of given) put(term, phrase);
  for (const given of Object.values(words)) for (const term of given) if (term.includes(" ") && !found.has(term)) put(term, term);
  return found;
};

// How much less often people write one letter for another than leave one out or swap two; in logarithms of articles.
const OTHER_LETTER = 1.5;

// Of the terms one edit away, with the same first two letters, the one that most articles have, or nearly so.
async function nearest(word, shards) {
  let best = null, most = -Infinity;
  for (const [term, size] of await shards.beginning(word.slice(0, 2))) {
    const slip = /^[a-z]+$/.test(term) && oneEdit(word, term);
    const worth = slip ? Math.log(size) - (slip === "other" ? OTHER_LETTER : 0) : -Infinity;
    if (worth > most) [best, most] = [term, worth];
  }
  return best;
}

// What makes one word the other: a letter that is "missing", two that are "swapped", or an "other" one; null for no one slip.
function oneEdit(a, b) {
  if (a === b) return null;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start++;
  const left = a.slice(start), right = b.slice(start);
  if (left === right.slice(1)) return "missing";
  if (left[0] === right[1] && left[1] === right[0] && left.slice(2) === right.slice(2)) return "swapped";
  return left.slice(1) === right.slice(1) || left.slice(1) === right ? "other" : null;
}
