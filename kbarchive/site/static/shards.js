// The files of the index (kbarchive/site/shards.py says what is in them), fetched when they are needed, and kept.

const unpacked = async (address, options) => {
  const answer = await fetch(address, options);
  if (!answer.ok) throw new Error(`${address} cannot be had (${answer.status})`);
  return new Uint8Array(await new Response(answer.body.pipeThrough(new DecompressionStream("deflate"))).arrayBuffer());
};
const decoder = new TextDecoder();
const facts = async (address, options) => JSON.parse(decoder.decode(await unpacked(address, options)));

const once = (make) => {
  const kept = new Map();
  return (key) => {
    if (!kept.has(key)) kept.set(key, make(key));
    return kept.get(key);
  };
};

const NOWHERE = { documents: new Uint32Array(0), worths: new Uint8Array(0) };

export class Shards {
  // What is known of each document is there when `loaded` is; terms can be fetched before.
  constructor(folder, manifest) {
    this.manifest = manifest;
    this.documents = manifest.documents;
    const versioned = (name) => new URL(`${name}?v=${manifest.version}`, folder);
    this.block = once(async (file) => blocked(await unpacked(versioned(file))));
    this.facets = once(() => facts(versioned("facets.bin")));
    this.loaded = facts(versioned("docs.bin")).then(({ names, lengths, alike }) => {
      let number = 0;
      this.names = names.map((name) => (typeof name === "number" ? `Q${(number += name)}` : name));
      this.lengths = lengths;
      this.alike = alike;
    });
  }

  static async open(folder) {
    return new Shards(folder, await facts(new URL("manifest.bin", folder), { cache: "no-cache" }));
  }

  async facet(name) {
    return (await this.facets())[name];
  }

  // The number of the file that has a term, -1 if none may.
  place(term) {
    const { terms } = this.manifest;
    let low = 0, high = terms.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (below(term, terms[middle][0])) high = middle;
      else low = middle + 1;
    }
    return low - 1;
  }

  // The documents that have a term, and the byte of its worth in each.
  async postings(term) {
    const place = this.place(term);
    if (place < 0) return NOWHERE;
    const { lists, data } = await this.block(this.manifest.terms[place][1]);
    const list = lists.get(term);
    return list ? decoded(data, ...list) : NOWHERE;
  }

  // The terms that begin so, with the bytes of their lists; of the first few files.
  async beginning(prefix, files = 6) {
    const first = Math.max(0, this.place(prefix)), found = [];
    for (const [start, file] of this.manifest.terms.slice(first, first + files)) {
      if (start > prefix && !start.startsWith(prefix)) break;
      for (const [term, [from, to]] of (await this.block(file)).lists) if (term.startsWith(prefix)) found.push([term, to - from]);
    }
    return found;
  }
}

// Terms stand in the order of their code points, which is not that of JavaScript beyond the first plane.
const below = (a, b) => {
  const left = [...a], right = [...b];
  const at = left.findIndex((letter, place) => letter !== right[place]);
  return at < 0 ? left.length < right.length : right[at] !== undefined && left[at].codePointAt(0) < right[at].codePointAt(0);
};

function blocked(data) {
  let end = data.indexOf(10);
  while (data[end + 1] !== 10) end = data.indexOf(10, end + 1);
  const lists = new Map();
  let start = end + 2;
  for (const line of decoder.decode(data.subarray(0, end)).split("\n")) {
    const blank = line.lastIndexOf(" "), size = Number(line.slice(blank + 1));
    lists.set(line.slice(0, blank), [start, start + size]);
    start += size;
  }
  return { lists, data };
}

function decoded(data, start, end) {
  const documents = new Uint32Array((end - start) >> 1), worths = new Uint8Array((end - start) >> 1);
  let number = 0, document = -1;
  for (let at = start; at < end; number++) {
    let step = 0, shift = 0, byte;
    do {
      byte = data[at++];
      step |= (byte & 127) << shift;
      shift += 7;
    } while (byte & 128);
    documents[number] = document += step;
    worths[number] = data[at++];
  }
  return { documents: documents.subarray(0, number), worths: worths.subarray(0, number) };
}
