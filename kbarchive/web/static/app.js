// Everything works without this. With it: suggestions while typing, results that follow the query, and keys.
import { fit, hits, keys, later } from "./keys.js";

(() => {
  const box = document.getElementById("q");
  const form = box && box.form;
  const live = () => document.querySelector("#results[data-live]");

  // One request at a time: a newer one ends the older.
  let running = null;
  const ask = async (address) => {
    if (running) running.abort();
    running = new AbortController();
    const answer = await fetch(address, { signal: running.signal });
    return answer.ok ? answer : null;
  };
  const quietly = (promise) => promise.catch((error) => { if (error.name !== "AbortError") throw error; });

  if (form) {
    const list = document.createElement("ul");
    list.className = "choices";
    list.id = "choices";
    list.hidden = true;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "Suggestions");
    form.append(list);
    for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-controls", "choices"], ["aria-expanded", "false"]])
      box.setAttribute(name, value);

    let chosen = -1;
    const choices = () => [...list.children];
    const choose = (number) => {
      chosen = number;
      choices().forEach((item, place) => item.setAttribute("aria-selected", String(place === chosen)));
      const item = choices()[chosen];
      if (item) { box.setAttribute("aria-activedescendant", item.id); item.scrollIntoView({ block: "nearest" }); }
      else box.removeAttribute("aria-activedescendant");
    };
    const shut = () => { list.hidden = true; list.replaceChildren(); box.setAttribute("aria-expanded", "false"); choose(-1); };
    const take = (suggestion) => {
      if (suggestion.kind === "article") { location.href = suggestion.address; return; }
      box.value = suggestion.text;
      shut();
      box.focus();
      box.dispatchEvent(new Event("input", { bubbles: true }));
    };
    const show = (suggestions) => {
      list.replaceChildren(...suggestions.map((suggestion, place) => {
        const item = document.createElement("li");
        item.id = `choice-${place}`;
        item.setAttribute("role", "option");
        item.setAttribute("aria-selected", "false");
        const text = document.createElement("span"), detail = document.createElement("span");
        text.textContent = suggestion.text;
        detail.textContent = suggestion.detail;
        detail.className = "detail";
        item.append(text, " ", detail);
        item.addEventListener("mousedown", (event) => { event.preventDefault(); take(suggestion); });
        item.take = () => take(suggestion);
        return item;
      }));
      list.hidden = !suggestions.length;
      box.setAttribute("aria-expanded", String(!!suggestions.length));
      choose(-1);
    };

    // On the page of results these follow the query, so that only longer queries are suggested there.
    const suggest = async () => {
      const q = box.value;
      if (!q.trim()) { shut(); return; }
      const answer = await ask(`/suggest.json?${new URLSearchParams({ q })}`);
      if (!answer) return;
      const { suggestions } = await answer.json();
      if (box.value === q && document.activeElement === box)
        show(live() ? suggestions.filter(({ kind }) => kind === "query") : suggestions);
    };
    const follow = async () => {
      const address = `/search?${new URLSearchParams(new FormData(form))}`;
      const answer = await ask(address);
      if (!answer) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const found = page.getElementById("results");
      if (!found || !live()) return;
      live().replaceChildren(...found.childNodes);
      document.title = page.title;
      history.replaceState(null, "", address);
      fit();
    };
    const typed = later(160, () => quietly((async () => { if (live()) await follow(); await suggest(); })()));
    box.addEventListener("input", typed);
    box.addEventListener("blur", shut);
    box.addEventListener("keydown", (event) => {
      const number = choices().length;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        const step = event.key === "ArrowDown" ? 1 : -1;
        if (number) { event.preventDefault(); choose((chosen + step + number + 1) % (number + 1) === number ? -1 : (chosen < 0 && step < 0 ? number - 1 : chosen + step)); }
        else if (step > 0 && hits().length) { event.preventDefault(); hits()[0].focus(); }
      } else if (event.key === "Enter" && chosen >= 0) {
        event.preventDefault();
        choices()[chosen].take();
      } else if (event.key === "Escape" && number) {
        event.preventDefault();
        shut();
      }
    });
    form.addEventListener("submit", () => { if (running) running.abort(); });
  }

  keys(box);
})();
