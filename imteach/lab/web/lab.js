// @ts-check
// The lab's page. Python decides and draws; this file shows the parts that Python made and says what was clicked.
// State comes in traits, one for each part of the page; what the learner did goes out as a message.

import { asks, connect, focusedIn, keepKeys } from "./live.js";
import { makePage } from "./lab_page.js";
import { watchPackets } from "./lab_packets.js";
import { makeFaultRow, makePhone, makePromise, makeRung } from "./lab_parts.js";
import { parsePicture, placePicture } from "./lab_picture.js";

/** @typedef {import("./live.js").Model} Model */
/** @typedef {import("./lab_page.js").Page} Page */

/** @typedef {{chosen: string, rungs: {name: string, adds: string}[]}} Ladder */

/** Put text on the clipboard; where the browser gives no access to it, select the text instead.
 * @param {HTMLElement} element
 */
async function copy(element) {
  try {
    await navigator.clipboard.writeText(element.textContent ?? "");
    return "Copied";
  } catch {
    getSelection()?.selectAllChildren(element);
    return "Selected";
  }
}

/**
 * What a learner can do beside the picture.
 * @param {Page} page
 * @param {(message: object) => void} wish
 */
function watchControls({ rungs, undo, reset, earlier, later, faults, code, copyButton }, wish) {
  rungs.addEventListener("change", (event) => {
    wish({ do: "rung", rung: /** @type {HTMLInputElement} */ (event.target).value });
  });
  for (const button of [undo, reset]) {
    button.addEventListener("click", () => wish({ do: button.dataset.asks }));
  }
  for (const button of [earlier, later]) {
    button.addEventListener("click", () => wish({ do: "window", window: Number(button.dataset.window) }));
  }
  faults.addEventListener("click", (event) => {
    const button = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("[data-take-back]"));
    if (button) wish({ do: "take back", fault: button.dataset.takeBack });
  });
  copyButton.addEventListener("click", async () => {
    copyButton.textContent = await copy(code);
    setTimeout(() => (copyButton.textContent = "Copy"), 1500);
  });
}

/**
 * Show the rungs and which is chosen.
 * @param {Page} page
 * @param {Ladder} ladder
 * @param {string} group
 */
function drawLadder({ rungs, adds }, { chosen, rungs: all }, group) {
  if (rungs.childElementCount !== all.length) rungs.replaceChildren(...all.map(({ name }) => makeRung(group, name)));
  for (const input of rungs.querySelectorAll("input")) input.checked = input.value === chosen;
  adds.textContent = all.find((rung) => rung.name === chosen)?.adds ?? "";
}

/**
 * Let a button lead to this window of the run, if there is one.
 * @param {HTMLElement} button
 * @param {any} [place]
 */
function drawWay(button, place) {
  /**
   * @type {HTMLButtonElement} */ (button).disabled = (place ?? null) === null;
  button.dataset.window = place;
  button.dataset.asks = asks({ do: "window", window: place });
}

/** Show which part of a long run is drawn, and the ways to its neighbours.
 * @param {Page} page
 * @param {{words?: string, earlier?: number | null, later?: number | null}} shown
 */
function drawStretch({ stretch, shows, earlier, later }, { words = "", ...places }) {
  stretch.hidden = !words;
  shows.textContent = words;
  drawWay(earlier, places.earlier);
  drawWay(later, places.later);
}

/**
 * @param {string} text
 */
function base64(text) {
  let bytes = "";
  for (const byte of new TextEncoder().encode(text)) bytes += String.fromCharCode(byte);
  return btoa(bytes);
}

/** What is saved of it: the picture as it is now. Only the first of several is saved with the words.
 * @param {Model} model
 * @param {boolean} first
 */
function still(model, first) {
  const { words, before, after, text } = model.get("still");
  const data = base64(model.get("picture").replace(/data-rev="\d+"/, 'data-rev="0"'));
  return { "text/html": (first ? words : "") + before + data + after, "text/plain": text };
}

/**
 * Show one view of the lab. Returns a function that takes it down again.
 * @param {{model: Model, el: HTMLElement}} context
 */
function render({ model, el }) {
  const page = makePage();
  const { root, drawing } = page;
  // A random name: each lab of a page has its own copy of this file, so counting here would give two labs one name, and
  // of all radio buttons of one name the browser checks only one.
  const radioName = `imteach-rung-${Math.random()}`;

  const { ask, mark, stop } = connect({ model, el, root, words: page.live, settle: () => draw.ladder() });
  const giveKeysBack = keepKeys(root);

  /**
   * Ask Python for something; it is about the picture that is shown.
   * @param {object} message
   */
  const wish = (message) => ask(message, Number(drawing.querySelector("svg")?.dataset.rev));

  const place = placePicture(page);
  const packets = watchPackets(page, wish);
  watchControls(page, wish);

  /** What changes: one function for each trait. */
  const draw = {
    picture() {
      place.show(parsePicture(model.get("picture"), page.sheet));
      packets.renew();
      mark();
    },
    ladder: () => drawLadder(page, model.get("ladder"), radioName),
    outcome: () => (page.outcome.textContent = model.get("outcome")),
    phones: () => page.phones.replaceChildren(...model.get("phones").map(makePhone)),
    promises: () => page.promises.replaceChildren(...model.get("promises").map(makePromise)),
    fault_rows: () => page.faults.replaceChildren(...model.get("fault_rows").map(makeFaultRow)),
    stretch() {
      drawStretch(page, model.get("stretch"));
      mark();
    },
    code: () => (page.code.textContent = model.get("code")),
    steps() {
      const can = model.get("steps");
      /**
       * @type {HTMLButtonElement} */ (page.undo).disabled = !can.undo;
      /**
       * @type {HTMLButtonElement} */ (page.reset).disabled = !can.reset;
    },
    refusal: () => (page.refusal.textContent = model.get("refusal")),
  };

  /** Draw a part. If what had the focus is gone, the packet that was in use gets it. */
  const watch = Object.entries(draw).map(([part, drawPart]) => {
    const redraw = () => {
      const focused = focusedIn(root);
      drawPart();
      if (focused && (!focused.isConnected || focused.matches(":disabled"))) packets.focus();
      if (part === "picture" && focused) requestAnimationFrame(place.keepInSight);
    };
    return /** @type {[string, () => void]} */ ([`change:${part}`, redraw]);
  });

  // An event says when there is something else to save: then the saved notebook is out of date.
  /**
   * @type {any} */ (root).imteachStill = (/**
   * @type {boolean} */ first) => still(model, first);
  watch.push(["change:still", () => root.dispatchEvent(new CustomEvent("imteach-still", { bubbles: true }))]);

  for (const drawPart of Object.values(draw)) drawPart();
  for (const [event, redraw] of watch) model.on(event, redraw);
  el.append(root);

  return () => {
    stop();
    giveKeysBack();
    place.stop();
    for (const [event, redraw] of watch) model.off(event, redraw);
  };
}

export default { render };
