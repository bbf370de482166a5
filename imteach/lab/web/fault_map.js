// @ts-check
// The table of a fault map. Python makes the table; this file says which cell was chosen, and moves the focus.

import { asks, connect, focusedIn, keepKeys, make, withNulls } from "./live.js";
import { followGround } from "./ground.js";

/** @typedef {import("./live.js").Model} Model */

/** @typedef {{sign: string, name: string, means: string, mood: string}} LegendRow */

const HINT = "Click a cell to open its run in the diagram below. Keys: Tab to the table, arrows to move, Enter to open.";

/**
 * Where a cell stands.
 * @param {HTMLElement} cell
 */
function place(cell) {
  const box = /** @type {HTMLTableCellElement} */ (cell.closest("td, th"));
  return { row: /** @type {HTMLTableRowElement} */ (box.parentElement).rowIndex, column: box.cellIndex };
}

/** For each key: how far off a cell is that lies that way, null for any other cell. A key moves to the nearest: in the
 * next row that has any, the one least to the side.
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
 * @param {HTMLElement} table
 * @returns {HTMLElement[]}
 */
const cellsIn = (table) => Array.from(table.querySelectorAll("button[data-faults]"));

/**
 * Make this cell the one in the page's tab order.
 * @param {HTMLElement} table
 * @param {HTMLElement | undefined} cell
 */
function reach(table, cell) {
  for (const other of cellsIn(table)) other.tabIndex = other === cell ? 0 : -1;
}

/**
 * The cell that a click is for.
 * @param {Event} event
 * @returns {HTMLElement | null | undefined}
 */
function cellAt(event) {
  const target = /** @type {Element} */ (event.target);
  const own = target.closest("td, th")?.querySelector("button");
  return own ?? target.closest("tr:has(th button)")?.querySelector("button"); // a single loss: the whole row counts
}

/**
 * Where a key leads from a cell.
 * @param {HTMLElement[]} cells
 * @param {HTMLElement} cell
 * @param {string} key
 */
function nearest(cells, cell, key) {
  const here = place(cell);
  let found = { cell, way: Infinity };
  for (const other of cells) {
    const there = place(other);
    const way = MOVES[key](there.row - here.row, there.column - here.column);
    if (way !== null && way < found.way) found = { cell: other, way };
  }
  return found.cell;
}

/** Let cells be clicked, which calls `open`, and let the arrow keys move among them.
 * @param {HTMLElement} table
 * @param {(cell: HTMLElement) => void} open
 */
function watchCells(table, open) {
  table.addEventListener("click", (event) => {
    const cell = cellAt(event);
    if (!cell) return;
    reach(table, cell);
    open(cell);
  });
  table.addEventListener("keydown", (event) => {
    const cell = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("[data-faults]"));
    if (!cell || !MOVES[event.key] || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    event.preventDefault();
    const next = nearest(cellsIn(table), cell, event.key);
    reach(table, next);
    next.focus();
  });
}

/** Replace the table with the one that this markup holds.
 * @param {HTMLElement} table
 * @param {string} markup
 */
function drawTable(table, markup) {
  const page = document.createElement("template"); // what is parsed there is not run, nor loaded
  page.innerHTML = markup; // Python escaped every text in it
  table.replaceChildren(page.content);
  for (const cell of cellsIn(table)) cell.dataset.asks = asks({ open: cell.dataset.faults });
}

/**
 * Mark the cell whose run is open.
 * @param {HTMLElement} table
 * @param {string | null} chosen
 */
function drawChosen(table, chosen) {
  const cells = cellsIn(table);
  for (const cell of cells) {
    const is = chosen !== null && cell.dataset.faults === chosen;
    if (is) cell.setAttribute("aria-current", "true");
    else cell.removeAttribute("aria-current");
    if (is) reach(table, cell);
  }
  if (!cells.some((cell) => cell.tabIndex === 0)) reach(table, cells[0]);
}

/** Give the focus to the cell at the place where it was.
 * @param {HTMLElement} table
 * @param {{row: number, column: number}} was
 */
function focusAgain(table, was) {
  const cells = cellsIn(table);
  const isThere = (/** @type {HTMLElement} */ cell) => place(cell).row === was.row && place(cell).column === was.column;
  const same = cells.find(isThere) ?? cells[0];
  reach(table, same);
  same.focus({ preventScroll: true });
}

/** @param {LegendRow} row */
function makeLegendRow({ sign, name, means, mood }) {
  const mark = make("span", { class: "map-sign", "data-mood": mood, "aria-hidden": "true" }, sign);
  return make("li", {}, mark, make("span", {}, make("b", {}, name), `: ${means}`));
}

/**
 * Show one view of the table. Returns a function that takes it down again.
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
  const leaveGround = followGround(el);
  /** @param {string} part */
  const known = (part) => withNulls(model.get(part));
  watchCells(scroll, (cell) => ask({ open: cell.dataset.faults }, known("rev")));

  /** What changes: one function for each trait. */
  const draw = {
    table() {
      const focused = cellsIn(scroll).find((cell) => cell === focusedIn(root));
      const was = focused && place(focused);
      drawTable(scroll, known("table"));
      mark();
      draw.chosen();
      if (was) focusAgain(scroll, was);
    },
    legend: () => legend.replaceChildren(...known("legend").map(makeLegendRow)),
    chosen: () => drawChosen(scroll, known("chosen")),
    said: () => (said.textContent = known("said")),
    rev: () => (root.dataset.rev = known("rev")),
  };

  for (const part of Object.values(draw)) part();
  for (const [part, redraw] of Object.entries(draw)) model.on(`change:${part}`, redraw);
  el.append(root);

  // What is saved of it. Only the first of several is saved with the words.
  /** @type {any} */ (root).imteachStill = (/** @type {boolean} */ first) => {
    const { words, html, text } = known("still");
    return { "text/html": (first ? words : "") + html, "text/plain": text };
  };

  return () => {
    stop();
    giveKeysBack();
    leaveGround();
    for (const [part, redraw] of Object.entries(draw)) model.off(`change:${part}`, redraw);
  };
}

export default { render };
