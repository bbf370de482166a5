// @ts-check
// A lab in a file of its own, without Python: its table of answers lies in the page, and is opened here.

import { make } from "./live.js";
import { ACTS, TOOLS } from "./actions.js";
import { makeAnswers, makeModel, makeReader, openTable } from "./answers.js";
import { render } from "./lab.js";

/** @typedef {{rung: string, adds: string, lab: number}} Entry of the index: on which rung which lab begins */

const WORKS = ["drop", "why"]; // the tools whose answers are known
const OF_PYTHON = ["settings", "share", "keep"]; // the buttons that are not there, because nobody could do what they ask

/** Light or dark: as the page says that shows this one in a frame, else as the reader's system is. */
function followTheme() {
  const system = matchMedia("(prefers-color-scheme: dark)");
  let said = "";
  const follow = () => {
    const dark = said ? said === "dark" : system.matches;
    document.body.dataset.jpThemeLight = String(!dark); // the lab looks where Jupyter says it
    document.documentElement.style.colorScheme = dark ? "dark" : "light";
  };
  system.addEventListener("change", follow);
  addEventListener("message", ({ data, source }) => {
    if (source !== parent || !["light", "dark"].includes(data?.theme)) return;
    said = data.theme;
    follow();
  });
  follow();
}

/** In a frame: the page around it has a title and a margin already, and is told how high this one is. */
function fitIntoFrame() {
  if (parent === window) return;
  document.documentElement.dataset.framed = "";
  const tell = () => {
    const picture = document.querySelector(".imteach-lab .lab-picture"); // it scrolls what the window does not leave it
    const hidden = picture ? picture.scrollHeight - picture.clientHeight : 0;
    parent.postMessage({ height: hidden > 0 ? innerHeight + hidden : document.body.offsetHeight }, "*");
  };
  let asked = 0;
  const soon = () => {
    cancelAnimationFrame(asked);
    asked = requestAnimationFrame(tell);
  };
  new ResizeObserver(soon).observe(document.body);
  new MutationObserver(soon).observe(document.body, { childList: true, subtree: true });
}

/**
 * Let the tools and the rungs that need Python say so.
 * @param {HTMLElement} root
 * @param {string[]} rungs that are known
 */
function limit(root, rungs) {
  /**
   * @param {Element} element
   * @param {string} name
   */
  const cannot = (element, name) => {
    element.setAttribute("aria-disabled", "true");
    element.setAttribute("title", `${name} needs Jupyter: this page has no Python behind it.`);
  };
  for (const tool of root.querySelectorAll("[data-tool]")) {
    if (!WORKS.includes(tool.getAttribute("data-tool") ?? "")) cannot(tool, tool.getAttribute("aria-label") ?? "");
  }
  for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (root.querySelectorAll("button[data-act]"))) {
    if (OF_PYTHON.includes(button.dataset.act ?? "")) button.hidden = button.disabled = true; // its key would click it
  }
  const dead = [
    ...TOOLS.filter(({ tool }) => !WORKS.includes(tool)),
    ...Object.values(ACTS).filter(({ act }) => OF_PYTHON.includes(act)),
  ].map(({ key }) => key);
  for (const key of root.querySelectorAll(".lab-key-list kbd")) {
    if (dead.includes(key.textContent ?? "")) key.closest("div")?.remove();
  }
  for (const { value, parentElement } of root.querySelectorAll("input")) {
    if (parentElement?.matches(".lab-rung") && !rungs.includes(value)) cannot(parentElement, value);
  }
}

/**
 * Let a refusal go with the next thing that is done: what goes without an answer, as the time and the tools, says nothing.
 * @param {HTMLElement} root
 */
function forgetRefusal(root) {
  const alive = [
    ...TOOLS.filter(({ tool }) => WORKS.includes(tool)),
    ...Object.values(ACTS).filter(({ act }) => !OF_PYTHON.includes(act)),
  ];
  const keys = alive.map(({ key }) => key);
  /** @param {Event} event */
  const forget = (event) => {
    const element = /** @type {Element} */ (event.target);
    const does =
      event instanceof KeyboardEvent
        ? keys.includes(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey
        : element.closest("button, input, label") && !element.closest("[aria-disabled=true]");
    const refusal = root.querySelector(".lab-refusal");
    if (does && refusal) refusal.textContent = "";
  };
  for (const kind of ["click", "input", "keydown"]) root.addEventListener(kind, forget, true); // what is refused comes after
}

/** Once what is there was painted, and is on the screen. */
const painted = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 50)));

/**
 * The table that lies in the page by this name.
 * @param {string} name
 * @returns {Promise<{reader: ReturnType<typeof makeReader>, root: any}>}
 */
async function tableOf(name) {
  const { content } = /** @type {HTMLTemplateElement} */ (document.getElementById(name));
  const table = await openTable(content.textContent ?? "");
  return { reader: makeReader(table), root: table.root };
}

/**
 * Show one lab in the place of the one before.
 * @param {HTMLElement} home
 * @param {import("./answers.js").Opening} opening
 * @param {Promise<import("./answers.js").Answers>} answers
 * @param {string} [rung] on which it begins
 * @param {string[]} [others] rungs that another lab of this file has
 * @returns {() => void} what takes it down
 */
function showLab(home, opening, answers, rung, others = []) {
  const place = make("div");
  home.replaceChildren(place);
  const takeDown = render({ model: makeModel(opening, answers, rung), el: place });
  forgetRefusal(place);
  const { rungs } = opening;
  setTimeout(() => limit(place, [...rungs, ...others])); // once all is drawn, which is soon
  const turn = (/** @type {Event} */ event) => {
    const { name, value } = /** @type {HTMLInputElement} */ (event.target);
    if (!name.startsWith("imteach-rung") || rungs.includes(value) || !others.includes(value)) return;
    event.stopPropagation();
    location.hash = value; // there it is shown
  };
  place.addEventListener("change", turn, true);
  return takeDown;
}

/**
 * A line of the index for each rung; the address says which is shown.
 * @param {HTMLElement} nav
 * @param {Entry[]} entries
 * @param {(entry: Entry) => void} show
 */
function watchIndex(nav, entries, show) {
  const links = entries.map(({ rung, adds }) => {
    const link = make("a", { href: `#${rung}` }, rung);
    nav.append(make("li", {}, link, ` ${adds}`));
    return link;
  });
  const turn = () => {
    const place = Math.max(0, entries.findIndex(({ rung }) => `#${rung}` === location.hash));
    for (const link of links) link.removeAttribute("aria-current");
    links[place].setAttribute("aria-current", "page");
    show(entries[place]);
  };
  addEventListener("hashchange", turn);
  turn();
}

followTheme();
fitIntoFrame();
const { reader: openings, root } = await tableOf("opening");
const { labs, index } = openings.read(root);
const whole = painted().then(() => tableOf("answers")); // it is large, and can wait until there is something to see
/** @param {number} lab */
const answersOf = async (lab) => {
  const { reader, root: answers } = await whole;
  return makeAnswers(reader, reader.items(reader.part(answers, "labs"))[lab]);
};
const home = /** @type {HTMLElement} */ (document.getElementById("lab"));
let takeDown = () => {};
if (index.length) {
  watchIndex(/** @type {HTMLElement} */ (document.getElementById("index")), index, ({ rung, lab }) => {
    takeDown();
    takeDown = showLab(home, labs[lab], answersOf(lab), rung, index.map((/** @type {Entry} */ entry) => entry.rung));
  });
} else {
  showLab(home, labs[0], answersOf(0));
}
