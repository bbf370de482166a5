// @ts-check
// The table of a fault map. Python makes the table; this file says which cell was chosen, and moves the focus.

import { asks, connect, focusedIn, keepKeys, make } from "./live.js";

/** @typedef {import("./live.js").Model} Model */

/** @typedef {{sign: string, name: string, means: string, mood: string}} LegendRow */

const HINT = "Click a cell to open its run in the diagram below. Keys: Tab to the table, arrows to move, Enter to open.";

/** Where a cell stands. @param {HTMLElement} cell */
function place(cell) {
  const box = /** @type {HTMLTableCellElement} */ (cell.closest("td, th"));
  return { row: /** @type {HTMLTableRowElement} */ (box.parentElement).rowIndex, column: box.cellIndex };
}

/** For each key which cells lie that way from here, and how far each is; the nearest is meant: of the next row that has
 * any the one that is least to the side.
 * @type {Record<string, (rows: number, columns: number) => number | null>}
 */
const MOVES = {
  ArrowRight: (rows, columns) => (rows === 0 && columns > 0 ? columns : null),
  ArrowLeft: (rows, columns) => (rows === 0 && columns < 0 ? -columns : null),
  ArrowDown: (rows, columns) => (rows > 0 ? 1000 * Math.abs(rows) + Math.abs(columns) : null),
  ArrowUp: (rows, columns) => (rows < 0 ? 1000 * Math.abs(rows) + Math.abs(columns) : null),
  Home: (rows, columns) => (rows === 0 ? 1000 + columns : null),
  End: (rows, columns) => (rows === 0 ? 1000 - columns : null),
};

/**
 * Show one view of the table. Returns what takes it down again.
 * @param {{model: Model, el: HTMLElement}} context
 */
function render({ model, el }) {
  const hint = make("p", { class: "map-hint" }, HINT);
  const scroll = make("div", { class: "map-scroll" });
  const legend = make("ul", { class: "map-legend", "aria-label": "What the signs mean", role: "list" });
  const said = make("p", { class: "map-said", role: "status", "aria-live": "polite" });
  const live = make("p", { class: "map-live", "aria-live": "polite" });
  const named = { class: "imteach-map", role: "group", "aria-label": "Fault map" };
  const root = make("div", named, hint, scroll, legend, said, live);

  const { ask, mark, stop } = connect({ model, el, root, words: live, settle() {} });
  const giveKeysBack = keepKeys(root);

  /** @returns {HTMLElement[]} */
  const cells = () => Array.from(scroll.querySelectorAll("button[data-faults]"));

  /** Make this cell the one in the page's tab order. @param {HTMLElement | undefined} cell */
  function reach(cell) {
    for (const other of cells()) other.tabIndex = other === cell ? 0 : -1;
  }

  /** @param {Event} event @returns {HTMLElement | null | undefined} */
  function cellAt(event) {
    const target = /** @type {Element} */ (event.target);
    const own = target.closest("td, th")?.querySelector("button");
    return own ?? target.closest("tr:has(th button)")?.querySelector("button"); // a single loss: the whole row will do
  }

  scroll.addEventListener("click", (event) => {
    const cell = cellAt(event);
    if (!cell) return;
    reach(cell);
    ask({ open: cell.dataset.faults }, model.get("rev"));
  });

  scroll.addEventListener("keydown", (event) => {
    const cell = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("[data-faults]"));
    const far = MOVES[event.key];
    if (!cell || !far || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    event.preventDefault();
    const here = place(cell);
    let nearest = { cell, way: Infinity };
    for (const other of cells()) {
      const there = place(other);
      const way = far(there.row - here.row, there.column - here.column);
      if (way !== null && way < nearest.way) nearest = { cell: other, way };
    }
    reach(nearest.cell);
    nearest.cell.focus();
  });

  const draw = {
    table() {
      const focused = cells().find((cell) => cell === focusedIn(root));
      const here = focused && place(focused);
      const page = document.createElement("template"); // what is parsed there is not run, nor loaded
      page.innerHTML = model.get("table"); // Python escaped every text in it
      scroll.replaceChildren(page.content);
      for (const cell of cells()) cell.dataset.asks = asks({ open: cell.dataset.faults });
      mark();
      draw.chosen();
      if (here) {
        const there = (cell) => place(cell).row === here.row && place(cell).column === here.column;
        const same = cells().find(there) ?? cells()[0];
        reach(same);
        same.focus({ preventScroll: true });
      }
    },
    legend() {
      /** @param {LegendRow} row */
      const line = ({ sign, name, means, mood }) => {
        const mark = make("span", { class: "map-sign", "data-mood": mood, "aria-hidden": "true" }, sign);
        return make("li", {}, mark, make("span", {}, make("b", {}, name), `: ${means}`));
      };
      legend.replaceChildren(...model.get("legend").map(line));
    },
    chosen() {
      const chosen = model.get("chosen");
      for (const cell of cells()) {
        const is = chosen !== null && cell.dataset.faults === chosen;
        if (is) cell.setAttribute("aria-current", "true");
        else cell.removeAttribute("aria-current");
        if (is) reach(cell);
      }
      if (!cells().some((cell) => cell.tabIndex === 0)) reach(cells()[0]);
    },
    said() {
      said.textContent = model.get("said");
    },
    rev() {
      root.dataset.rev = model.get("rev");
    },
  };

  for (const part of Object.values(draw)) part();
  for (const [part, redraw] of Object.entries(draw)) model.on(`change:${part}`, redraw);
  el.append(root);

  // What is saved of it. The words are for the first of several.
  /** @type {any} */ (root).imteachStill = (/** @type {boolean} */ first) => {
    const { words, html, text } = model.get("still");
    return { "text/html": (first ? words : "") + html, "text/plain": text };
  };

  return () => {
    stop();
    giveKeysBack();
    for (const [part, redraw] of Object.entries(draw)) model.off(`change:${part}`, redraw);
  };
}

export default { render };
