// Keys that all pages know: / goes to the search box, the arrows go from hit to hit.

export const hits = () => [...document.querySelectorAll("main .hit h2 a, main .titles a, main ul.values a")];

// On a phone the facets begin shut.
export const fit = () => {
  const facets = document.querySelector(".facets");
  if (facets && matchMedia("(max-width: 44rem)").matches) facets.open = false;
};

export const keys = (box) => {
  document.documentElement.classList.add("js");
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const inField = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key === "/" && !inField && box) {
      event.preventDefault();
      box.focus();
      box.select();
      return;
    }
    if (inField || (event.key !== "ArrowDown" && event.key !== "ArrowUp")) return;
    const all = hits(), place = all.indexOf(document.activeElement);
    if (place < 0) return;
    event.preventDefault();
    const next = all[place + (event.key === "ArrowDown" ? 1 : -1)];
    if (next) next.focus();
    else if (event.key === "ArrowUp" && box) box.focus();
  });
  fit();
};

export const later = (wait, act) => {
  let timer = 0;
  return (...given) => { clearTimeout(timer); timer = setTimeout(() => act(...given), wait); };
};
