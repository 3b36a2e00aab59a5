// Every page of a published archive: keys; and on the page of the search the search itself, which is fetched only there.
import { keys } from "./keys.js";

const box = document.getElementById("q");
keys(box);
if (document.querySelector("#results[data-find]")) {
  const { show } = await import("./results.js");
  await show(box);
}
