// Which documents match, the best by their words alone first: kbarchive/search/ranking.py, with the same weights.

const PARTIAL_SHARE = 0.5, USUAL_LENGTH = 6, LONGEST = 2, STEPS = 18, ROUNDING = 1e-6;

export const table = (weight, k1) => Float64Array.from({ length: 256 }, (_, byte) => (weight * byte * (k1 + 1)) / 255);

// The documents that are not ruled out: null for all, else an array with 1 for each that is allowed.
export async function allowed(excluded, filters, shards) {
  const chosen = new Uint8Array(shards.documents).fill(1);
  for (const [name, text] of filters) {
    const { values, sets, documents } = await shards.facet(name);
    const folded = text.toLowerCase();
    const number = values.findIndex((value) => [folded, `kb${folded}`].includes(value.toLowerCase()));
    const having = sets.map((set) => set.includes(number));
    documents.forEach((set, document) => { if (!having[set]) chosen[document] = 0; });
  }
  for (const term of excluded) for (const document of (await shards.postings(term)).documents) chosen[document] = 0;
  return chosen;
}

// The matching documents, each with its score and its share of the question; best first.
export function rank(question, chosen, shards) {
  const { settings, k1 } = shards.manifest, number = shards.documents;
  const { concepts, weight } = question;
  const scores = new Float64Array(number), shares = new Float64Array(number);
  const having = concepts.map((concept) => {
    const worth = new Float64Array(number), share = new Float64Array(number), own = new Uint8Array(number);
    for (const alternative of [...concept.alternatives].reverse()) {
      const worths = table(alternative.share * concept.rarity, k1), { list } = alternative;
      for (let place = 0; place < list.documents.length; place++) {
        worth[list.documents[place]] = worths[list.worths[place]];
        share[list.documents[place]] = alternative.share * concept.rarity;
        if (alternative.share > settings.words) own[list.documents[place]] = 1;
      }
    }
    for (let document = 0; document < number; document++) {
      scores[document] += worth[document];
      shares[document] += share[document] / (weight || 1);
    }
    return { share, own };
  });
  for (const { list, rarity } of question.wholes) {
    const worths = table(settings.wholes * rarity, k1);
    list.documents.forEach((document, place) => { scores[document] += worths[list.worths[place]]; });
  }

  const short = question.wanted.length <= settings.short;
  const has = (what) => (document) => question.wanted.every((part) => part.every((concept) => having[concept][what][document]));
  const all = has("share"), allOwn = has("own");
  const among = (fits) => {
    const found = [];
    for (let document = 0; document < number; document++) if (chosen[document] && fits(document)) found.push(document);
    return found;
  };
  let own = 0;
  for (let document = 0; short && document < number; document++) own += allOwn(document);
  let partial = false;
  let documents = !concepts.length ? among(() => true)
    : short ? among(own < settings.few ? all : allOwn) : among((document) => shares[document] >= settings.least - ROUNDING);
  if (!documents.length) {
    let best = 0;
    for (let document = 0; document < number; document++) if (chosen[document]) best = Math.max(best, shares[document]);
    documents = best ? among((document) => shares[document] >= best * PARTIAL_SHARE - ROUNDING) : [];
    partial = documents.length > 0;
  } else if (concepts.length && !short) partial = !documents.some((document) => shares[document] > 1 - ROUNDING);

  const base = (document) => {
    const words = (scores[document] / (weight || 1)) * shares[document] ** settings.coverage_power;
    const length = Math.min(shards.lengths[document] / STEPS - USUAL_LENGTH, LONGEST);
    return words + settings.coverage * shares[document] - settings.length * length;
  };
  const hits = documents.map((document) => ({ document, score: concepts.length ? base(document) : 0, share: shares[document] }));
  hits.sort((a, b) => b.score - a.score || a.document - b.document);
  return { hits, partial };
}

// Near-identical documents as one hit; `alike` are the others.
export function fold(hits, shards) {
  const groups = new Map(), folded = [];
  for (const hit of hits) {
    const group = shards.alike[hit.document], first = group && groups.get(group);
    if (first) { first.alike.push(hit.document); continue; }
    const own = { ...hit, alike: [] };
    if (group) groups.set(group, own);
    folded.push(own);
  }
  return folded;
}
