// @ts-check
/** The line at the foot of the page: what is loading, from the first moment until Python answers. */

const line = /** @type {HTMLElement} */ (document.getElementById("imteach-loading"));

/** @param {string} text */
function say(text) {
  line.textContent = text;
}

/**
 * Wait until this gives something: nothing tells when JupyterLab is there, or which notebook is opened first.
 * @param {() => any} look
 */
async function until(look) {
  for (;;) {
    const found = look();
    if (found) return found;
    await new Promise((done) => setTimeout(done, 100));
  }
}

async function tell() {
  const app = await until(() => /** @type {any} */ (window).jupyterapp);
  await app.restored;
  say(line.dataset.python ?? "");
  const kernel = await until(() => app.shell.currentWidget?.sessionContext?.session?.kernel);
  kernel.statusChanged.connect((/** @type {any} */ _, /** @type {string} */ status) => {
    if (status === "dead") say(line.dataset.failed ?? "");
  });
  await kernel.info;
  line.remove();
}

tell();
