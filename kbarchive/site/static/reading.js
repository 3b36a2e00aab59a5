// What the text of a page tells of it: nearness, order, runs (kbarchive/search/evidence.py), and the passage to be shown.
import { form, runs, terms } from "./words.js";

const GAP = 40, FARTHEST = 4, WINDOW = 40, LEAST_EXACT = 3, PASSAGE = 240;

// Parts of a page, each { zone, heading, text }, as words with their positions; zones lie a gap apart.
export function tokens(parts) {
  const found = [];
  let position = 0, zone = null;
  for (const part of parts) {
    if (zone !== null && part.zone !== zone) position += GAP;
    zone = part.zone;
    for (const run of runs(part.text))
      run.words.forEach(({ text, start }, number) => {
        found.push({ position: position++, terms: terms(text), form: form(text), whole: number ? null : run.whole, zone, part, start, end: start + text.length });
      });
  }
  return found;
}

// Whether a phrase, as stems, stands where a token does.
const stands = (found, start, phrase) =>
  phrase.every((stem, step) => found[start + step]?.position === found[start].position + step && found[start + step].terms[0] === stem);

// Where each concept stands: position to [share, position of its last word].
export function places(found, { concepts, phrases }, inflected) {
  const by = new Map();
  found.forEach((token, at) => {
    for (const term of token.whole ? [...token.terms, token.whole] : token.terms)
      by.has(term) ? by.get(term).push(at) : by.set(term, [at]);
  });
  const standing = (term) => {
    if (!phrases.has(term)) return (by.get(term) ?? []).map((at) => [at, at]);
    return phrases.get(term).flatMap((phrase) =>
      (by.get(phrase[0]) ?? []).filter((at) => stands(found, at, phrase)).map((at) => [at, at + phrase.length - 1]));
  };
  return concepts.map((concept) => {
    const here = new Map();
    [...concept.alternatives].reverse().forEach(({ term, share }) => {
      for (const [at, last] of standing(term)) {
        const own = term === concept.term ? (found[at].form === concept.form ? 1 : inflected) : share;
        here.set(found[at].position, [own, found[last].position]);
      }
    });
    return here;
  });
}

// The parts of a score that positions tell, weighed and added up.
export function evidence(found, standing, question, settings) {
  const { sequence, weight } = question, rarities = question.concepts.map(({ rarity }) => rarity);
  if (sequence.length < 2) return 0;
  const all = sequence.reduce((sum, number) => sum + rarities[number], 0) || 1;
  const [run, exact] = longest(standing, rarities, sequence);
  const zoned = (zone) => new Set(found.filter((token) => token.zone === zone).map(({ position }) => position));
  const inside = (positions) => standing.reduce((sum, here, number) =>
    sum + rarities[number] * Math.max(0, ...[...here].filter(([place]) => positions.has(place)).map(([, [share]]) => share)), 0);
  const title = zoned("title"), filled = new Set();
  for (const here of standing)
    for (const [place, [, last]] of here) if (title.has(place)) for (let word = place; word <= last; word++) filled.add(word);
  return (settings.run * run) / all + settings.exact * exact +
    (settings.pairs * pairs(standing, rarities, sequence) + settings.window * passage(standing, rarities) +
      settings.products * inside(zoned("products")) + settings.title * inside(title) * (title.size ? Math.min(1, filled.size / title.size) : 0)) / (weight || 1);
}

// The weight of the heaviest run of the question's words, and 1 if one has all of them.
function longest(standing, rarities, sequence) {
  let best = 0, most = 0, before = new Map();
  for (const number of sequence) {
    const here = new Map();
    for (const [place, [share, last]] of standing[number]) {
      const [heavy, words] = before.get(place) ?? [0, 0];
      const weight = heavy + share * rarities[number];
      if (weight > (here.get(last + 1)?.[0] ?? 0)) here.set(last + 1, [weight, words + 1]);
      best = Math.max(best, weight);
      most = Math.max(most, words + 1);
    }
    before = here;
  }
  return [best, most === sequence.length && most >= LEAST_EXACT ? 1 : 0];
}

// The weight of the neighbours in the question that are near one another here.
function pairs(standing, rarities, sequence) {
  const seen = new Set();
  let total = 0;
  sequence.slice(1).forEach((right, at) => {
    const left = sequence[at];
    if (left === right || seen.has(`${left} ${right}`)) return;
    seen.add(`${left} ${right}`);
    const ends = new Map([...standing[left].values()].map(([share, last]) => [last, share]));
    let nearest = 0;
    for (const [place, [share]] of standing[right])
      for (let distance = 1; distance <= FARTHEST; distance++)
        if (ends.has(place - distance)) { nearest = Math.max(nearest, Math.min(share, ends.get(place - distance)) / distance); break; }
    total += nearest * Math.min(rarities[left], rarities[right]);
  });
  return total;
}

// The weight of the heaviest passage: distinct words, by their shares.
function passage(standing, rarities) {
  const events = standing.flatMap((here, number) => [...here].map(([place, [share]]) => [place, number, share])).sort((a, b) => a[0] - b[0]);
  const counts = rarities.map(() => 0), held = rarities.map(() => 0);
  let weight = 0, best = 0, first = 0;
  for (const [place, number, share] of events) {
    counts[number]++;
    if (share > held[number]) { weight += (share - held[number]) * rarities[number]; held[number] = share; }
    for (; place - events[first][0] > WINDOW; first++) {
      const gone = events[first][1];
      if (!--counts[gone]) { weight -= held[gone] * rarities[gone]; held[gone] = 0; }
    }
    best = Math.max(best, weight);
  }
  return best;
}

// The stretch of a part, no longer than a passage, whose distinct words weigh most: { heading, pieces }, pieces that were found marked.
export function snippet(found, { concepts, phrases }) {
  // Weights by term; of the words of a phrase, which count where all of it stands, by the place among the tokens.
  const weights = new Map(), phrased = new Map();
  const put = (map, key, weight) => map.set(key, Math.max(map.get(key) ?? 0, weight));
  for (const { alternatives, rarity } of concepts)
    for (const { term, share } of alternatives) {
      if (!phrases.has(term)) { put(weights, term, rarity * share); continue; }
      for (const phrase of phrases.get(term))
        found.forEach((_, at) => {
          if (stands(found, at, phrase)) phrase.forEach((_, step) => put(phrased, at + step, (rarity * share) / phrase.length));
        });
    }
  const marks = found.flatMap((token, at) => {
    if (token.part.heading === undefined) return [];
    const term = token.terms.find((own) => weights.has(own)) ?? (phrased.has(at) ? token.terms[0] : null);
    return term ? [{ ...token, term, weight: weights.get(term) ?? phrased.get(at) }] : [];
  });
  let best = { value: 0 };
  marks.forEach((first, at) => {
    const seen = new Set();
    let value = 0;
    for (const mark of marks.slice(at)) {
      if (mark.part !== first.part || mark.end - first.start > PASSAGE) break;
      if (!seen.has(mark.term)) value += mark.weight;
      seen.add(mark.term);
      if (value > best.value + 1e-9) best = { value, part: first.part, start: first.start, end: mark.end };
    }
  });
  if (!best.value) return null;
  const { text } = best.part, spare = Math.max(0, PASSAGE - (best.end - best.start));
  let start = Math.max(0, Math.min(best.start - (spare >> 1), text.length - PASSAGE)), end = Math.min(text.length, Math.max(start + PASSAGE, best.end));
  if (start) start = Math.min(best.start, text.indexOf(" ", start) + 1 || best.start);
  if (end < text.length) end = Math.max(best.end, text.lastIndexOf(" ", end));
  const pieces = [];
  let place = start;
  for (const mark of marks.filter(({ part, start: from, end: to }) => part === best.part && from >= start && to <= end)) {
    pieces.push([text.slice(place, mark.start), false], [text.slice(mark.start, mark.end), true]);
    place = mark.end;
  }
  pieces.push([text.slice(place, end), false]);
  if (start) pieces.unshift(["… ", false]);
  if (end < text.length) pieces.push([" …", false]);
  return { heading: best.part.heading, pieces };
}
