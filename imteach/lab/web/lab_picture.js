// @ts-check
// The picture's place: with the rest beside it where both have room, and its lifelines' names in sight as it scrolls.

import { focusedIn, make } from "./live.js";

/** @typedef {import("./lab_page.js").Page} Page */

const BESIDE = 276; // px; what came of the run, and the gap to it, where it stands beside the picture
const SMALLEST = 0.87; // of its size: a picture whose words would be smaller than that scrolls instead

/** The names of the lifelines once more, to stay in sight while the picture below them scrolls.
 * @param {Element} svg
 * @returns {{heads: HTMLElement, below: number}} and their lower edge in the picture
 */
function makeHeads(svg) {
  const cards = Array.from(svg.querySelectorAll(".imt-card"));
  const [top, high] = ["y", "height"].map((name) => Number(cards[0]?.getAttribute(name)));
  const heads = /** @type {Element} */ (svg.cloneNode(false));
  for (const name of ["role", "aria-label", "data-rev", "height"]) heads.removeAttribute(name);
  heads.setAttribute("viewBox", `0 ${top - 4} ${svg.getAttribute("width")} ${high + 8}`);
  heads.setAttribute("aria-hidden", "true");
  for (const card of cards) { // behind each its name and its role
    const [name, role] = [card.nextElementSibling, card.nextElementSibling?.nextElementSibling];
    for (const part of [card, name, role]) if (part) heads.append(part.cloneNode(true));
  }
  return { heads: /** @type {any} */ (heads), below: top + high };
}

/** The picture that this markup holds. Its style goes into `sheet`: a style that comes and goes makes the browser
 * look at the whole notebook again.
 * @param {string} markup
 * @param {HTMLElement} sheet
 */
export function parsePicture(markup, sheet) {
  const page = document.createElement("template"); // what is parsed there is not run, nor loaded
  page.innerHTML = markup; // the one place where markup comes in: Python escaped every text in it
  const svg = /** @type {Element} */ (page.content.firstElementChild);
  const style = svg.querySelector("style");
  if (style && sheet.textContent !== style.textContent) sheet.textContent = style.textContent;
  style?.remove();
  return svg;
}

/**
 * Give the picture its place. `show` puts another one there, `keepInSight` scrolls to the packet in use, and `stop`
 * ends it all.
 * @param {Page} page
 * @returns {{show: (svg: Element) => void, keepInSight: () => void, stop: () => void}}
 */
export function placePicture({ root, body, bar, side, foot, picture, names, drawing }) {
  let heads = make("div"); // the lifelines' names, drawn once more, and their lower edge in the picture
  let below = 0;
  let natural = 0; // how wide the picture would be
  let room = 0; // how wide the body is

  // Nothing here asks the browser for a size while the page is drawn: it would lay the whole notebook out in between.
  const arrange = () => body.classList.toggle("lab-beside", room >= natural * SMALLEST + BESIDE);

  /** Keep the packet in use where it can be seen: what a click led to can make the picture's place smaller. */
  function keepInSight() {
    const packet = focusedIn(drawing)?.querySelector(".imt-pill")?.getBoundingClientRect();
    if (!packet) return;
    const frame = picture.getBoundingClientRect();
    const top = names.firstElementChild?.getBoundingClientRect().bottom ?? frame.top;
    if (packet.top < top) picture.scrollTop -= top - packet.top + 8;
    else if (packet.bottom > frame.bottom) picture.scrollTop += packet.bottom - frame.bottom + 24;
  }

  /**
   * @param {Element} svg
   */
  function show(svg) {
    picture.style.setProperty("--natural-width", svg.getAttribute("width"));
    ({ heads, below } = makeHeads(svg));
    natural = Number(svg.getAttribute("width"));
    drawing.replaceChildren(svg);
    if (names.hasChildNodes()) names.replaceChildren(heads);
    arrange();
  }

  function showNames() {
    const scale = (drawing.firstElementChild?.getBoundingClientRect().width ?? 0) / (natural || 1);
    const isPast = picture.scrollTop > below * scale;
    if (isPast !== names.hasChildNodes()) names.replaceChildren(...(isPast ? [heads] : []));
  }

  // The picture takes the room that the others leave: they are watched, because a reason shown in them makes them grow.
  const watchSize = new ResizeObserver((changes) => {
    for (const { target, contentRect } of changes) {
      if (target === body) room = contentRect.width;
      else if (target === picture) keepInSight();
      else root.style.setProperty(`--${target.className}`, `${contentRect.height}px`);
    }
    arrange();
  });
  for (const part of [body, bar, side, foot, picture]) watchSize.observe(part);
  picture.addEventListener("scroll", showNames, { passive: true });
  return { show, keepInSight, stop: () => watchSize.disconnect() };
}
