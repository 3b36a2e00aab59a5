// The page of the search: what is asked stands in its address, so that a link or the way back gives the same hits again.
import { fit, hits as links, later } from "./keys.js";
import { HITS, counts, search } from "./searching.js";
import { Shards } from "./shards.js";

const FACETS = { collection: "Collection", product: "Product", keyword: "Keyword", type: "Type", year: "Year" };
const FIRST_VALUES = 6, MOST_VALUES = 18;
const BLOCKS = "p, li, td, th, pre, h2, h3, h4, h5, h6";

const element = (name, attributes = {}, ...children) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
};

const counted = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ",");

export async function show(box) {
  const results = document.getElementById("results");
  const folder = new URL(".", box.form.action), top = new URL("..", folder);
  let shards = null, running = 0;

  const follow = async () => {
    const own = ++running, asked = query(location.search);
    box.value = asked.q;
    keep(box.form, asked.filters);
    document.title = `${asked.q || "Search"} – kbarchive`;
    if (!asked.q.trim() && !asked.filters.length) return;
    try {
      results.setAttribute("aria-busy", "true");
      shards ??= await Shards.open(folder);
      const found = await search(asked.q, asked.filters, asked.page, shards, (name) => article(new URL(`kb/${name}/`, top)));
      if (own !== running) return;
      const columns = element("div", { class: "columns" }, hitList(found, asked, shards, top));
      results.replaceChildren(...heading(found, asked), columns, ...pager(found, asked));
      results.removeAttribute("aria-busy");
      if (!found.total) return;
      const facets = await narrow(found, asked, shards);
      if (own !== running) return;
      columns.append(facets);
      fit();
    } catch (error) {
      if (own !== running) return;
      results.removeAttribute("aria-busy");
      results.replaceChildren(element("h1", { class: "hidden" }, "Search"), element("p", { class: "lead", role: "status" }, `The search does not work here: ${error.message}`));
    }
  };

  box.addEventListener("input", later(300, () => {
    history.replaceState(null, "", `?${new URLSearchParams(new FormData(box.form))}`);
    follow();
  }));
  box.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" && links().length) { event.preventDefault(); links()[0].focus(); }
  });
  addEventListener("popstate", follow);
  await follow();
}

function query(text) {
  const given = new URLSearchParams(text);
  const filters = given.getAll("f").map((one) => [one.slice(0, one.indexOf(":")), one.slice(one.indexOf(":") + 1)]);
  return {
    q: (given.get("q") ?? "").slice(0, 1000),
    filters: filters.filter(([name, value]) => Object.hasOwn(FACETS, name) && value),
    page: Math.max(1, Math.min(500, Number.parseInt(given.get("page") ?? "1", 10) || 1)),
  };
}

const address = ({ q, filters }, page = 1) => {
  const asked = new URLSearchParams({ q });
  for (const [name, value] of filters) asked.append("f", `${name}:${value}`);
  if (page > 1) asked.set("page", page);
  return `?${asked}`;
};

// Filters stay when another query is asked.
function keep(form, filters) {
  for (const old of form.querySelectorAll("input[name=f]")) old.remove();
  for (const [name, value] of filters) form.append(element("input", { type: "hidden", name: "f", value: `${name}:${value}` }));
}

const pages = new Map();

// The facts and the text of an article, from its page.
function article(place) {
  if (!pages.has(place.href)) pages.set(place.href, fetched(place));
  return pages.get(place.href);
}

async function fetched(place) {
  const answer = await fetch(place);
  if (!answer.ok) throw new Error(`${place} cannot be had (${answer.status})`);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const block of page.querySelectorAll(`.article :is(${BLOCKS})`)) block.append("\n");
  const squeezed = (found) => (found?.textContent ?? "").replace(/\s+/g, " ").trim();
  const aside = (name) => [...page.querySelectorAll(".margin h2")].find((found) => found.textContent.trim() === name)?.nextElementSibling;
  const parts = [{ zone: "title", text: squeezed(page.querySelector("h1")) }, { zone: "query", text: squeezed(aside("Query words")) }];
  for (const child of page.querySelector(".text")?.children ?? []) {
    const title = child.matches("section") ? child.querySelector("h2") : null;
    const heading = squeezed(title);
    title?.remove();
    parts.push({ zone: heading || "body", heading, text: squeezed(child) });
  }
  parts.push({ zone: "products", text: `${squeezed(page.querySelector(".product"))} ${squeezed(aside("Applies to"))}` });
  parts.push({ zone: "keywords", text: squeezed(aside("Keywords")) });
  const header = page.querySelector(".article header");
  const collection = header?.querySelector(".facts a");
  return {
    parts, address: place.href, title: parts[0].text, key: squeezed(header?.querySelector(".id")),
    modified: header?.querySelector("time")?.getAttribute("datetime"), date: squeezed(header?.querySelector("time")),
    collection: collection && [squeezed(collection), new URL(collection.getAttribute("href"), place).href],
  };
}

function heading(found, asked) {
  const { total, partial, mended } = found;
  const number = total ? element("strong", {}, `${counted(total)} ${total === 1 ? "hit" : "hits"}`) : "Nothing found";
  const without = (dropped) => address({ q: asked.q, filters: asked.filters.filter((kept) => kept !== dropped) });
  const chips = asked.filters.map((filter) => element("li", {},
    element("a", { href: without(filter) }, element("span", { class: "hidden" }, "Without the filter "), `${filter.join(": ")} `, element("span", { "aria-hidden": "true" }, "×"))));
  return [
    element("h1", { class: "hidden" }, "Search"),
    element("div", { class: "found" }, element("p", { role: "status" }, number, asked.page > 1 ? `, page ${asked.page}` : "")),
    ...(chips.length ? [element("ul", { class: "chips", "aria-label": "Filters" }, ...chips)] : []),
    ...mended.map(([word, like]) => element("p", { class: "note" }, `No article has “${word}”; words like “${like}” were looked for.`)),
    ...(partial ? [element("p", { class: "note" }, "No article has all the words; these come nearest.")] : []),
    ...(total ? [] : [element("p", { class: "lead" }, "Fewer words find more.")]),
  ];
}

function hitList({ hits }, asked, shards, top) {
  return element("ol", { class: "hits", start: HITS * (asked.page - 1) + 1 }, ...hits.map(({ facts, snippet, alike }) => element("li", { class: "hit" },
    element("h2", {}, element("a", { href: facts.address }, facts.title || facts.key)),
    element("p", { class: "facts" }, element("span", { class: "id" }, facts.key), " ",
      facts.modified ? element("time", { datetime: facts.modified }, facts.date) : null, " ",
      facts.collection ? element("a", { href: facts.collection[1] }, facts.collection[0]) : null),
    snippet && element("p", { class: "snippet" }, snippet.heading ? element("span", { class: "where" }, snippet.heading.toLowerCase()) : null, " ",
      ...snippet.pieces.map(([text, marked]) => (marked ? element("mark", {}, text) : text))),
    alike.length ? element("details", { class: "alike" }, element("summary", {}, `+${alike.length} alike`),
      element("p", {}, ...alike.flatMap((document) => [element("a", { href: new URL(`kb/${shards.names[document]}/`, top).href }, shards.names[document]), " "]))) : null)));
}

function pager({ total }, asked) {
  const last = Math.max(1, Math.ceil(total / HITS)), { page } = asked;
  if (last === 1) return [];
  const step = (to, rel, text) => (to >= 1 && to <= last ? element("a", { rel, href: address(asked, to) }, text) : element("span"));
  return [element("nav", { class: "pager", "aria-label": "Pages" },
    step(page - 1, "prev", "← Previous"), element("span", {}, `Page ${page} of ${last}`), step(page + 1, "next", "Next →"))];
}

async function narrow({ documents }, asked, shards) {
  const chosen = new Set(asked.filters.map((filter) => filter.join(":")));
  const item = (name) => ([value, count]) => element("li", {},
    element("a", { href: address({ q: asked.q, filters: [...asked.filters, [name, value]] }) }, value), " ",
    element("span", { class: "count" }, counted(count)));
  const sections = await Promise.all(Object.keys(FACETS).map(async (name) => {
    const values = (await counts(name, documents, shards)).filter(([value]) => !chosen.has(`${name}:${value}`));
    if (!values.length) return null;
    const more = values.slice(FIRST_VALUES, MOST_VALUES);
    return element("section", {}, element("h2", {}, FACETS[name]), element("ul", {}, ...values.slice(0, FIRST_VALUES).map(item(name))),
      more.length ? element("details", {}, element("summary", {}, "More", element("span", { class: "hidden" }, ` of ${FACETS[name].toLowerCase()}`)), element("ul", {}, ...more.map(item(name)))) : null);
  }));
  return element("details", { class: "facets", open: "" }, element("summary", {}, "Narrow down"), ...sections.filter(Boolean));
}
