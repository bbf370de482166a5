// @ts-check
// Light or dark, in a host that does not say so as Jupyter does: as what the page stands on is.

const DARK = 0.4; // of the brightness of white: the paper of light themes is above it, that of dark ones below

/**
 * The element around this one; for a shadow root, its host.
 * @param {Element} element
 */
const around = (element) => element.parentElement ?? /** @type {ShadowRoot} */ (element.getRootNode()).host ?? null;

/**
 * The background colour of an element as numbers of 0 to 255: red, green, blue, and how opaque it is. A canvas knows
 * every way in which a colour can be written.
 * @param {Element} element
 */
function backgroundOf(element) {
  const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  pen.fillStyle = getComputedStyle(element).backgroundColor;
  pen.fillRect(0, 0, 1, 1);
  return pen.getImageData(0, 0, 1, 1).data;
}

/**
 * Whether the first background below an element, outwards, is dark. Without any there is the browser's white.
 * @param {Element} element
 */
function standsOnDark(element) {
  for (let at = around(element); at; at = around(at)) {
    const [red, green, blue, opaque] = backgroundOf(at);
    if (opaque > 127) return (0.3 * red + 0.59 * green + 0.11 * blue) / 255 < DARK;
  }
  return false;
}

/**
 * Let the page in `el` be as light or dark as what it stands on, now and when the host changes its theme.
 * @param {HTMLElement} el
 * @returns {() => void} what ends it
 */
export function followGround(el) {
  if (document.body.dataset.jpThemeLight) return () => {}; // JupyterLab, Notebook 7, Voilà: our style looks there
  const look = () => {
    if (el.isConnected) el.dataset.jpThemeLight = String(!standsOnDark(el));
  };
  const soon = () => requestAnimationFrame(look);
  const shown = new ResizeObserver(look); // tells before the first frame, too
  const changed = new MutationObserver(soon);
  const system = matchMedia("(prefers-color-scheme: dark)");
  shown.observe(el);
  for (const element of [document.documentElement, document.body]) changed.observe(element, { attributes: true });
  changed.observe(document.head, { childList: true }); // a style that came
  system.addEventListener("change", soon);
  return () => {
    shown.disconnect();
    changed.disconnect();
    system.removeEventListener("change", soon);
  };
}
