// From text to terms, by the rules of kbarchive/index/analysis.py, whose terms the index has. A test compares the two.

const LETTER = String.raw`[\p{L}\p{N}]`;
const WORD_PATTERN = String.raw`${LETTER}+(?:['\u2019]${LETTER}+)*(?:\+{1,2}(?![\p{L}\p{N}+])|(?<!${LETTER}${LETTER})#(?!${LETTER}))?`;
const WORD = new RegExp(WORD_PATTERN, "gu");
const RUN = new RegExp(String.raw`${WORD_PATTERN}(?:[-_./\\:@&+=~$]{1,3}${WORD_PATTERN})*`, "gu");
const PART = /[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+/g;
const PARTED = /^(?:[A-Za-z]+\d|[A-Za-z]*[a-z][A-Z]|[A-Z]{2,}[a-z]{2})/;
const HEXADECIMAL = /^(?:0x0*([0-9a-f]+)|h(?=[a-f]*\d)0*([0-9a-f]{6,8})|(?=\d)0*([0-9a-f]{6,8})h)$/;
const VARIANT = /^[A-Z]?[a-z]+(?:[A-Z][a-z]*)+[a-z][AW]$/;
const LONGEST_WORD = 64, LONGEST_WHOLE = 64, LONG_CODE = 6, MOST_PARTS = 8;

export const words = (run) => run.match(WORD) || [];

// A word in small letters, without accents and apostrophes.
export const fold = (word) => {
  if (/^[A-Za-z0-9]+$/.test(word)) return word.toLowerCase(); // as nearly all are
  const folded = word.toLowerCase().replaceAll("\u2019", "'").normalize("NFKD").replace(/\p{M}|\s/gu, "");
  return folded.replace(/'s$/, "").replaceAll("'", "") || word;
};

const remembered = (make) => {
  const known = new Map();
  return (word) => {
    let found = known.get(word);
    if (found === undefined) known.set(word, found = make(word));
    return found;
  };
};

// The terms of a word: the one that it is looked for by, then those of its parts.
export const terms = remembered((word) => [...new Set(forms(word))]);

export const form = remembered((word) => {
  const folded = fold(word).slice(0, LONGEST_WORD);
  return HEXADECIMAL.test(folded) ? terms(word)[0] : folded;
});

// The runs of a text: where each begins, its words with their places in it, and the term of the whole if it has several.
export function* runs(text) {
  for (const match of text.matchAll(RUN)) {
    const found = [...match[0].matchAll(WORD)].map((word) => ({ text: word[0], start: match.index + word.index }));
    const whole = found.length > 1 && match[0].length <= LONGEST_WHOLE ? fold(match[0]) : null;
    yield { start: match.index, text: match[0], words: found, whole };
  }
}

function* forms(word) {
  const folded = fold(word).slice(0, LONGEST_WORD);
  const bare = folded.replace(/[+#]+$/, "");
  if (bare !== folded) yield folded;
  const code = HEXADECIMAL.exec(bare);
  if (code) {
    const digits = code[1] ?? code[2] ?? code[3];
    yield `0x${digits}`;
    if (digits.length >= LONG_CODE) yield digits;
    return;
  }
  yield stemmed(bare);
  if (VARIANT.test(word)) yield folded.slice(0, -1);
  if (PARTED.test(word)) {
    const parts = word.match(PART) || [];
    if (parts.length > 1 && parts.length <= MOST_PARTS)
      for (const part of parts) if (part.length > 1 || /^\d$/.test(part)) yield stemmed(part.toLowerCase());
  }
}

function stemmed(word) {
  if (!/^[A-Za-z]{3,}$/.test(word) || /^([a-z]{2}s|wins)$/.test(word)) return word;
  const found = stem(word);
  // Whoosh leaves a letter doubled that Porter undoes: stopped is a form of stop. But add is that of adding.
  return found.length > 3 && /([^aeiouylsz])\1$/.test(found) && /(?:ed|ings?)$/.test(word) ? found.slice(0, -1) : found;
}

// Porter's algorithm (An algorithm for suffix stripping, 1980) as Whoosh has it: in its measures y is neither vowel nor
// consonant, and what Porter does about doubled letters, at, bl and iz before ed and ing it does to whole words only.
const VOWEL = /^[^aeiouy]*[aeiouy]/;
const OVER_ZERO = /^[^aeiouy]*[aeiou]+[^aeiouy]+/;
const ONE = /^[^aeiouy]*[aeiou]+[^aeiouy]+[aeiou]*$/;
const OVER_ONE = /^[^aeiouy]*[aeiou]+[^aeiouy]+[aeiou]+[^aeiouy]+/;
const SHORT = /^[^aeiouy]+[aeiouy][^aeiouwxy]$/;
const SECOND = {
  ational: "ate", tional: "tion", enci: "ence", anci: "ance", izer: "ize", bli: "ble", alli: "al", entli: "ent", eli: "e",
  ousli: "ous", ization: "ize", ation: "ate", ator: "ate", alism: "al", iveness: "ive", fulness: "ful", ousness: "ous",
  aliti: "al", iviti: "ive", biliti: "ble", logi: "log",
};
const THIRD = { icate: "ic", ative: "", alize: "al", iciti: "ic", ical: "ic", ful: "", ness: "" };
const FOURTH = "al ance ence er ic able ible ant ement ment ent ou ism ate iti ous ive ize".split(" ");

// The longest of some endings that a word has behind at least one letter.
const ending = (word, endings) =>
  endings.filter((end) => word.length > end.length && word.endsWith(end)).sort((a, b) => b.length - a.length)[0];

const replaced = (word, table) => {
  const end = ending(word, Object.keys(table));
  const rest = end && word.slice(0, -end.length);
  return end && OVER_ZERO.test(rest) ? rest + table[end] : word;
};

export function stem(given) {
  let word = given.startsWith("y") ? `Y${given.slice(1)}` : given;
  if (word.endsWith("sses") || word.endsWith("ies")) word = word.slice(0, -2);
  else if (word.endsWith("s") && !word.endsWith("ss")) word = word.slice(0, -1);

  if (word.endsWith("eed")) {
    if (OVER_ZERO.test(word.slice(0, -3))) word = word.slice(0, -1);
  } else {
    const past = /^(.*)(?:ed|ing)$/.exec(word);
    if (past && VOWEL.test(past[1])) {
      word = past[1];
      if (word === "at" || word === "iz" || SHORT.test(word)) word += "e";
    }
  }
  if (word.endsWith("y") && VOWEL.test(word.slice(0, -1))) word = `${word.slice(0, -1)}i`;
  word = replaced(replaced(word, SECOND), THIRD);

  const fourth = ending(word, FOURTH);
  if (fourth) {
    if (OVER_ONE.test(word.slice(0, -fourth.length))) word = word.slice(0, -fourth.length);
  } else if (/.[st]ion$/.test(word) && OVER_ONE.test(word.slice(0, -3))) word = word.slice(0, -3);

  const rest = word.slice(0, -1);
  if (word.endsWith("e") && rest && (OVER_ONE.test(rest) || (ONE.test(rest) && !SHORT.test(rest)))) word = rest;
  if (word.endsWith("ll") && OVER_ONE.test(word)) word = word.slice(0, -1);
  return word.startsWith("Y") ? `y${word.slice(1)}` : word;
}
