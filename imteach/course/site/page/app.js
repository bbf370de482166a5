// @ts-check
// What each of the site's scripts begins with: JupyterLab, once it is there.

/**
 * Wait until this gives something: nothing tells when JupyterLab is there, or which notebook is opened first.
 * @param {() => any} look
 */
export async function until(look) {
  for (;;) {
    const found = look();
    if (found) return found;
    await new Promise((done) => setTimeout(done, 100));
  }
}

/**
 * JupyterLab, as soon as it is made: before it opens anything.
 * @type {Promise<any>}
 */
export const whenThere = new Promise((found) => {
  const all = /** @type {any} */ (window);
  /** @param {any} value */
  function set(value) {
    Object.defineProperty(all, "jupyterapp", { value });
    found(value);
  }
  if (all.jupyterapp) found(all.jupyterapp);
  else Object.defineProperty(all, "jupyterapp", { configurable: true, set });
});

/** JupyterLab, as soon as it has put up its page. */
export async function restored() {
  const app = await whenThere;
  await app.restored;
  return app;
}
