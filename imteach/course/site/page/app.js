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

/** JupyterLab, as soon as it has put up its page. */
export async function restored() {
  const app = await until(() => /** @type {any} */ (window).jupyterapp);
  await app.restored;
  return app;
}
