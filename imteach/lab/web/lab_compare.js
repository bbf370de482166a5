// @ts-check
// The run that is kept: its picture stands beside that of the present run, or above it where there is no room. A height
// is the same time in both, so they scroll together, and one moment is shown in both. The kept one is a picture only.

import { ACTS } from "./actions.js";
import { makeFading } from "./lab_fading.js";
import { makeSvg, markPicture } from "./lab_marks.js";
import { makeHeads, parsePicture } from "./lab_picture.js";
import { focusedIn, make } from "./live.js";

/** @typedef {import("./lab_page.js").Page} Page */

/**
 * @typedef {object} Beside what Python says of the run that is kept: nothing, if none is
 * @property {string} [sentence] the first difference
 * @property {string[]} [came] what came of both
 * @property {boolean} [same] whether there is no difference yet
 * @property {string} [note] why it has no picture; "" if it has
 * @property {string} [about] what the picture shows
 * @property {string} [picture]
 * @property {import("./lab_marks.js").Drawn} [drawn]
 * @property {number} [left] where the times end in the picture
 * @property {{picture: string, sheet: string}} [alone] the present run by itself, to be saved
 */

const LEAST = 0.6; // of their size: two pictures that would be smaller than that do not stand beside each other
const AT_END = 10; // px; the cursor stands so far above the lower edge at the end of a run
const STAYS = "The first run stays as it is: what you click happens in the second.";

/**
 * Leave nothing in a picture that could be pointed at, nor be taken for a part of the present run's picture.
 * @param {Element} svg
 */
function makeMute(svg) {
  for (const part of svg.querySelectorAll("*")) {
    for (const name of part.getAttributeNames()) if (/^(role|tabindex|aria-|data-)/.test(name)) part.removeAttribute(name);
  }
  for (const name of ["data-rev", "role", "aria-label"]) svg.removeAttribute(name);
}

/**
 * A picture of the run that is kept, which can show any moment.
 * @param {string} markup
 * @param {import("./lab_marks.js").Drawn} drawn
 * @param {number} left
 */
function makeKept(markup, drawn, left) {
  const svg = parsePicture(markup);
  const marks = markPicture(svg, { ...drawn, links: [] }); // no link can be cut there
  const fade = makeFading(svg, drawn, marks);
  const { heads } = makeHeads(svg, true);
  for (const part of [svg, heads]) makeMute(part);
  const [width, height] = ["width", "height"].map((name) => Number(svg.getAttribute(name)));
  const cursor = makeSvg("path", { class: "lab-cursor-line", d: `M${left} 0H${width - 4}`, "aria-hidden": "true" });
  marks.flying.before(cursor);
  /** @type {(t: number, y: number) => void} */
  const show = (t, y) => {
    fade(t, y);
    cursor.setAttribute("transform", `translate(0 ${y === Infinity ? height - AT_END : y})`);
  };
  return { svg, heads, width, height, left, show };
}

/**
 * @param {Page} page
 * @param {(message: Record<string, any>) => void} wish
 */
export function watchCompare(page, wish) {
  const { root, body, main, keep, compared, sentence, came, keepOther, keptNote, differs, kept, keptNames, picture } = page;
  /** @type {Beside} */
  let shown = {};
  /** @type {ReturnType<typeof makeKept> | null} */
  let run = null;
  let arranged = "";

  const isKept = () => shown.sentence !== undefined;

  /** The button says what it would do now. */
  function nameButton() {
    const { label, key } = ACTS.keep;
    const words = isKept() ? "Put away the kept run" : `${label} this run beside the next one`;
    keep.setAttribute("aria-label", words);
    keep.title = `${words} (${key})`;
    keep.dataset.asks = isKept() ? "put away" : "keep";
    keep.toggleAttribute("data-kept", isKept());
    const word = keep.querySelector(".lab-word");
    if (word) word.textContent = isKept() ? "Put away" : label;
  }

  /** Say what differs. */
  function tell() {
    compared.hidden = !isKept();
    if (differs.textContent !== (shown.sentence ?? "")) differs.textContent = shown.sentence ?? "";
    sentence.textContent = shown.sentence ?? "";
    came.replaceChildren(...(shown.came ?? []).map((told) => make("li", {}, told)));
    keptNote.textContent = shown.note ?? "";
    keepOther.hidden = shown.same ?? true;
  }

  /**
   * Put the picture of the kept run beside the other one, or above it if there is too little room.
   * @param {number} room how wide the page is
   * @param {number} own how wide the present run's picture would be
   * @returns {number} how wide both would be
   */
  function arrange(room, own) {
    if (!run) return own;
    const cut = run.left - 4; // beside the other picture it needs no times of its own
    const both = run.width - cut + own;
    const isBeside = room >= both * LEAST;
    const now = `${isBeside} ${own}`;
    if (now !== arranged) {
      arranged = now;
      body.classList.toggle("lab-two", isBeside);
      body.classList.toggle("lab-stacked", !isBeside);
      picture.style.gridTemplateColumns = `minmax(0, ${run.width - cut}fr) minmax(0, ${own}fr)`;
      if (isBeside) picture.prepend(kept);
      else picture.before(kept);
      kept.toggleAttribute("tabindex", false);
      if (!isBeside) kept.tabIndex = 0; // it scrolls by itself there, so the keys must be able to reach it
      const [x, width] = isBeside ? [cut, run.width - cut] : [0, run.width];
      for (const part of [run.svg, run.heads]) {
        const [, top, , high] = (part.getAttribute("viewBox") ?? "").split(" ");
        part.setAttribute("viewBox", `${x} ${top} ${width} ${high}`);
        part.setAttribute("width", String(width)); // the browser takes its shape from here
      }
    }
    return isBeside ? both : Math.max(run.width, own);
  }

  /** Show the picture of the run that is kept, or none. */
  function draw() {
    arranged = "";
    body.classList.remove("lab-two", "lab-stacked");
    picture.style.gridTemplateColumns = "";
    kept.hidden = !shown.picture;
    kept.querySelector(":scope > svg")?.remove();
    run = shown.picture && shown.drawn ? makeKept(shown.picture, shown.drawn, shown.left ?? 0) : null;
    keptNames.replaceChildren(...(run && keptNames.hasChildNodes() ? [run.heads] : []));
    if (!run) return;
    run.svg.setAttribute("role", "img");
    run.svg.setAttribute("aria-label", shown.about ?? "");
    main.style.setProperty("--kept-width", String(run.width));
    kept.append(run.svg);
  }

  /**
   * Where they stand above each other, one scrolls as the other does.
   * @param {HTMLElement} one
   * @param {HTMLElement} other
   */
  function scrollTogether(one, other) {
    const scroll = () => {
      if (!body.classList.contains("lab-stacked")) return;
      other.scrollTop = one.scrollTop;
      other.scrollLeft = one.scrollLeft;
    };
    one.addEventListener("scroll", scroll, { passive: true });
  }

  scrollTogether(kept, picture);
  scrollTogether(picture, kept);
  keep.addEventListener("click", () => wish({ do: isKept() ? "put away" : "keep" }));
  keepOther.addEventListener("click", () => wish({ do: "keep" }));
  kept.addEventListener("click", (event) => {
    event.stopPropagation(); // nothing there is of the present run
    keptNote.textContent = STAYS;
    keptNote.classList.remove("lab-missed");
    void keptNote.offsetWidth; // so that it begins anew
    keptNote.classList.add("lab-missed");
  });
  nameButton();

  return {
    arrange,
    /** Whether the picture of another run is beside this one. */
    isShown: () => Boolean(shown.picture),
    /** @param {boolean} isPast */
    showNames(isPast) {
      if (run && isPast !== keptNames.hasChildNodes()) keptNames.replaceChildren(...(isPast ? [run.heads] : []));
    },
    /**
     * Show what is kept now. Returns what shows a moment of it.
     * @param {Beside | undefined} changed
     * @returns {(t: number, y: number) => void}
     */
    renew(changed) {
      const hadFocus = focusedIn(root) === keepOther;
      shown = changed ?? {};
      nameButton();
      tell();
      draw();
      if (hadFocus && (compared.hidden || keepOther.hidden)) keep.focus();
      return run?.show ?? (() => {});
    },
    /** The picture to save, if it is not the one that is shown. */
    alone: () => shown.alone,
  };
}
