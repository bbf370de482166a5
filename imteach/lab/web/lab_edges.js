// @ts-check
// A picture that is wider than its place scrolls sideways. It says who stands beyond its edges, and leads there.

/** @typedef {import("./lab_page.js").Page} Page */

/**
 * @typedef {object} Side
 * @property {"left" | "right"} name
 * @property {(names: string) => string} words what its button says
 */

/** @type {Side[]} */
const SIDES = [
  { name: "left", words: (names) => `← ${names}` },
  { name: "right", words: (names) => `${names} →` },
];

/**
 * Watch the edges of the picture's place. `arrange` looks again what is beyond; `renew` is told another picture,
 * `resized` how wide the place is. Nothing here asks the browser where it has scrolled to while the page is drawn.
 * @param {Page} page
 * @param {number} smallest of its size: a picture that would be smaller than that scrolls instead
 */
export function watchEdges({ body, picture, edges }, smallest) {
  /** @type {{node: string, x: number}[]} */
  let lifelines = [];
  let [natural, room, scrolled] = [0, 0, 0];
  const scale = () => Math.min(1, Math.max(smallest, room / (natural || 1)));
  const buttons = /** @type {HTMLElement[]} */ (Array.from(edges.children));

  /**
   * Whose lifelines lie beyond an edge, the nearest one first.
   * @param {"left" | "right"} side
   */
  function beyond(side) {
    const at = lifelines.map(({ node, x }) => ({ node, x: x * scale() - scrolled }));
    return side === "right" ? at.filter(({ x }) => x > room) : at.filter(({ x }) => x < 0).reverse();
  }

  function show() {
    if (edges.hidden) return;
    const far = natural * scale() - room;
    SIDES.forEach(({ name, words }, place) => {
      const isMore = name === "left" ? scrolled > 1 : scrolled < far - 1;
      const names = beyond(name).map(({ node }) => node);
      const button = buttons[place];
      const text = words(names.join(", ") || (isMore ? "more" : ""));
      if (button.textContent !== text) button.textContent = text;
      button.setAttribute("aria-disabled", String(!isMore));
      button.setAttribute("aria-label", `Scroll the diagram to the ${name}${names.length ? `: ${names.join(", ")}` : ""}`);
      picture.toggleAttribute(`data-more-${name}`, isMore);
    });
  }

  /** Let its place be reached by keys, which scroll it, as long as there is something to scroll. */
  function arrange() {
    edges.hidden = natural * scale() <= room + 1 || body.classList.contains("lab-two"); // two pictures are made to fit
    const attributes = { tabindex: "0", role: "group", "aria-label": "The diagram’s place, which scrolls sideways" };
    for (const [name, value] of Object.entries(attributes)) {
      if (edges.hidden) picture.removeAttribute(name);
      else picture.setAttribute(name, value);
    }
    picture.toggleAttribute("data-wide", !edges.hidden);
    show();
  }

  edges.addEventListener("click", (event) => {
    const place = buttons.findIndex((button) => button.contains(/** @type {Node} */ (event.target)));
    if (place < 0) return;
    const [{ name }, [next]] = [SIDES[place], beyond(SIDES[place].name)];
    if (next) picture.scrollLeft += next.x - room / 2;
    else picture.scrollLeft = name === "left" ? 0 : natural;
  });
  picture.addEventListener(
    "scroll",
    () => {
      scrolled = picture.scrollLeft;
      show();
    },
    { passive: true },
  );

  return {
    arrange,
    /** @param {Element} svg */
    renew(svg) {
      natural = Number(svg.getAttribute("width"));
      lifelines = Array.from(svg.querySelectorAll(".lab-head"), (head) => {
        const [x, width] = ["x", "width"].map((name) => Number(head.querySelector("rect")?.getAttribute(name)));
        return { node: head.getAttribute("data-node") ?? "", x: x + width / 2 };
      });
      arrange();
    },
    /** @param {number} width */
    resized(width) {
      room = width;
      arrange();
    },
  };
}
