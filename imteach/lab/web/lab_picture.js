// @ts-check
// The picture's place: with the rest beside it where both have room, and its lifelines' names in sight as it scrolls.

import { watchEdges } from "./lab_edges.js";
import { PILL, makeSvg } from "./lab_marks.js";
import { focusedIn, make } from "./live.js";

/** @typedef {import("./lab_page.js").Page} Page */

const BESIDE = 276; // px; what came of the run, and the gap to it, where it stands beside the picture
const TITLE = 22; // px; the room that a picture's title takes above the names
const SMALLEST = 0.87; // of its size: a picture whose words would be smaller than that scrolls instead

/**
 * The names of the lifelines once more, to stay in sight while the picture below them scrolls.
 * @param {Element} svg
 * @param {boolean} isOneOfTwo whether it is to be said which run it is
 * @returns {{heads: HTMLElement, above: number, below: number}} and their edges in the picture
 */
export function makeHeads(svg, isOneOfTwo) {
  const card = svg.querySelector(".imt-card");
  const [top, high] = ["y", "height"].map((name) => Number(card?.getAttribute(name)));
  const heads = /** @type {Element} */ (svg.cloneNode(false));
  for (const name of ["role", "aria-label", "data-rev", "height"]) heads.removeAttribute(name);
  const title = isOneOfTwo && svg.querySelector(".imt-title");
  const room = title ? TITLE : 0;
  heads.setAttribute("viewBox", `0 ${top - 4 - room} ${svg.getAttribute("width")} ${high + 8 + room}`);
  heads.setAttribute("aria-hidden", "true");
  for (const head of svg.querySelectorAll(".lab-head")) {
    const copy = makeSvg("g", { class: "lab-head-copy", "data-head-of": head.getAttribute("data-node") ?? "" });
    for (const part of head.children) copy.append(part.cloneNode(true));
    heads.append(copy);
  }
  if (title) {
    const words = /** @type {Element} */ (title.cloneNode(true));
    words.setAttribute("y", String(top - 10));
    heads.append(words);
  }
  return { heads: /** @type {any} */ (heads), above: top, below: top + high };
}

/**
 * The picture that this markup holds.
 * @param {string} markup
 */
export function parsePicture(markup) {
  const page = document.createElement("template"); // what is parsed there is not run, nor loaded
  page.innerHTML = markup; // the one place where markup comes in: Python escaped every text in it
  return /** @type {Element} */ (page.content.firstElementChild);
}

/**
 * Give the picture its place. `show` puts another one there, `keepInSight` scrolls to what is in use, `follow` to a
 * height of the picture, and `stop` ends it all.
 * @param {Page} page
 * @param {{arrange: (room: number, own: number) => number, showNames: (isPast: boolean) => void, isShown: () => boolean}}
 *   beside another picture that may stand beside it: `arrange` returns how wide all would be
 */
export function placePicture(page, beside) {
  const { root, body, main, bar, side, picture, names, drawing, compared } = page;
  const edges = watchEdges(page, SMALLEST);
  let heads = make("div"); // the lifelines' names, drawn once more, and their edges in the picture
  let [above, below] = [0, 0];
  let isBegun = false;
  let high = 0; // how high its place is
  let isOfAStep = true; // whether Python's answer was the last that moved anything; else it was the time, or a panel
  let natural = 0; // how wide the picture would be
  let room = 0; // how wide the body is

  // Nothing here asks the browser for a size while the page is drawn: it would lay the whole notebook out in between.
  let whole = 0; // how wide it would be with the one beside it
  function arrange() {
    const width = beside.arrange(room, natural);
    const isBeside = room >= width * SMALLEST + BESIDE;
    const columns = isBeside ? `minmax(0, ${width}px) minmax(256px, 1fr)` : "";
    if (width !== whole) main.style.setProperty("--whole-width", String(width));
    if (body.style.gridTemplateColumns !== columns) body.style.gridTemplateColumns = columns;
    whole = width;
    body.classList.toggle("lab-beside", isBeside);
    edges.arrange();
  }

  /**
   * Keep what is in use where it can be seen: what a click led to can make the picture's place smaller.
   * @param {number} [high] how high that was: what was not seen then has been scrolled away, and stays there
   */
  function keepInSight(high = Infinity) {
    const used = focusedIn(drawing);
    if (!used) return;
    const box = (used.querySelector(PILL) ?? used).getBoundingClientRect();
    const frame = picture.getBoundingClientRect();
    if (box.top > frame.top + high || box.bottom < frame.top) return;
    if (box.left < frame.left) picture.scrollLeft -= frame.left - box.left + 8;
    else if (box.right > frame.right) picture.scrollLeft += box.right - frame.right + 8;
    if (used.matches(".lab-head, .lab-link")) return;
    const above = [names.firstElementChild, ...(page.edges.hidden ? [] : [page.edges])]; // they cover what scrolls below them
    const top = Math.max(frame.top, ...above.map((cover) => cover?.getBoundingClientRect().bottom ?? 0));
    if (box.top < top) picture.scrollTop -= top - box.top + 8;
    else if (box.bottom > frame.bottom) picture.scrollTop += box.bottom - frame.bottom + 24;
    // The notebook, too, if what was drawn above has pushed it off the screen; not under a mouse
    if (isOfAStep && used.matches(":focus-visible")) (used.querySelector(PILL) ?? used).scrollIntoView({ block: "nearest" });
  }

  /** How far down on the screen the label of the packet in use stands; null if no packet has the focus. */
  const focusedAt = () => focusedIn(drawing)?.querySelector(PILL)?.getBoundingClientRect().top ?? null;

  /**
   * Scroll so that the packet in use stands where it stood: a second click in the same place means it again.
   * @param {number} y
   */
  function keepAt(y) {
    const now = focusedAt();
    if (now !== null) picture.scrollTop += now - y;
  }

  /**
   * Bring a height of the picture into sight: in the frame, but not at its edge.
   * @param {number} y
   */
  function follow(y) {
    isOfAStep = false;
    const scale = (drawing.firstElementChild?.clientWidth ?? 0) / (natural || 1);
    const [at, from, high] = [y * scale, picture.scrollTop, picture.clientHeight];
    if (at < from + below * scale + 30) picture.scrollTop = at - below * scale - 30;
    else if (at > from + high - 50) picture.scrollTop = at - high + 50;
  }

  /**
   * Put another picture there.
   * @param {Element} svg
   */
  function show(svg) {
    main.style.setProperty("--natural-width", svg.getAttribute("width"));
    ({ heads, above, below } = makeHeads(svg, beside.isShown()));
    natural = Number(svg.getAttribute("width"));
    drawing.replaceChildren(svg);
    if (names.hasChildNodes()) names.replaceChildren(heads);
    edges.renew(svg);
    arrange();
  }

  /** At first sight, where not all has room, begin at the names: what stands above them is said elsewhere, too. */
  function begin() {
    const width = drawing.firstElementChild?.clientWidth;
    if (!width || picture.scrollTop > 0) return;
    picture.scrollTop = ((above - 8) * width) / natural;
  }

  function showNames() {
    const scale = (drawing.firstElementChild?.getBoundingClientRect().width ?? 0) / (natural || 1);
    const isPast = picture.scrollTop > (above - 4) * scale; // as the copy begins: nothing jumps
    if (isPast !== names.hasChildNodes()) names.replaceChildren(...(isPast ? [heads] : []));
    beside.showNames(isPast);
  }

  // The picture takes the room that the others leave: they are watched, because a reason shown in them makes them grow.
  // A variable is set where it is read: whatever is inside has to be styled anew.
  const watchSize = new ResizeObserver((changes) => {
    const before = high;
    for (const { target, contentRect } of changes) {
      if (target === body) room = contentRect.width;
      else if (target === picture) {
        edges.resized(contentRect.width);
        high = contentRect.height;
      } else (target === bar ? root : main).style.setProperty(`--${target.className}`, `${contentRect.height}px`);
      // as time goes on it may grow, once, and not shrink again: else the slider would move up and down under the hand
      if (target === side && parseFloat(side.style.minHeight) < contentRect.height) side.style.minHeight = `${contentRect.height}px`;
    }
    arrange();
    if (isOfAStep || high < before) keepInSight(isOfAStep ? Infinity : before);
    if (!isBegun && drawing.hasChildNodes()) requestAnimationFrame(() => requestAnimationFrame(begin)); // all has its room then
    isBegun = drawing.hasChildNodes();
  });
  for (const part of [body, bar, side, picture, compared]) watchSize.observe(part);
  picture.addEventListener("focusin", ({ target }) => {
    if (/** @type {Element} */ (target).matches(":focus-visible")) keepInSight(); // by keys: under a mouse nothing moves
  });
  picture.addEventListener("scroll", showNames, { passive: true });
  root.addEventListener("click", ({ target }) => {
    if (!picture.contains(/** @type {Node} */ (target))) isOfAStep = false; // perhaps a panel unfolds
  });
  const answered = () => (isOfAStep = true);
  return { show, answered, arrange, keepInSight, focusedAt, keepAt, follow, stop: () => watchSize.disconnect() };
}
