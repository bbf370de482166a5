// @ts-check
// An extension of JupyterLab and Notebook 7: a lab comes back wherever its kernel lives, and where it does not, its
// still picture stands there, of the moment when the notebook was saved. And where a lesson has its outputs in the file,
// a line stands in their place until they are asked for: Jupyter would show how they begin. And what is run in a notebook
// that has no kernel runs.
//
// It is written as what a bundler would make of it (a container of module federation), for it imports nothing. What
// is wrapped here is wrapped for one notebook, but for the commands; and a click in a lab passes through none of it.

/**
 * @typedef {{data: Record<string, any>}} MimeModel
 * @typedef {{node: HTMLElement, renderModel: (model: MimeModel) => Promise<void>, dispose: () => void,
 *   isDisposed: boolean, isHidden: boolean, widgets?: readonly object[]}} Renderer
 * @typedef {{createRenderer: (mimeType: string) => Renderer}} RenderMime
 * @typedef {{output_type: string, data?: Record<string, any>}} Output
 * @typedef {{cells: {outputs?: Output[]}[]}} Notebook
 * @typedef {{toJSON: () => Notebook, dirty: boolean}} NotebookModel
 * @typedef {(first: boolean) => Record<string, string>} Still
 * @typedef {{node: HTMLElement, ready: Promise<void>, model: {type: string},
 *   getOutputPlaceholderText: () => string | undefined}} Cell
 * @typedef {{createCodeCell: (options: object) => Cell}} CellFactory
 * @typedef {{rendermime: RenderMime, contentFactory: CellFactory, widgets: readonly Cell[],
 *   model: {getMetadata: (key: string) => unknown} | null}} NotebookView
 */

{
  const VIEW = "application/vnd.jupyter.widget-view+json";
  const HTML = "text/html";
  /** @type {Record<string, string>} */
  const JOINT = { [HTML]: "", "text/plain": "\n" }; // between the parts of one widget

  const OURS = /^<p><b>A still /; // how the HTML of each of our widgets begins, and that of no other
  const MAP = ".imteach-map"; // has a lab below it, in one widget
  const ROOTS = `.imteach-lab, ${MAP}`; // what knows its still picture, as `imteachStill`
  const OTHERS = ".imteach-exercise, .imteach-predict"; // what says more than the lab in it: Python's words stay
  const PATIENCE = 500; // ms; a view that comes takes some 50, and a picture before it would flicker

  /** Whether there is our still picture beside a view.
   * @param {MimeModel} model
   */
  const hasPicture = (model) => OURS.test([model.data[HTML] ?? ""].flat().join(""));

  /** What the widgets of a notebook would show as still pictures, by the ids of their models. */
  class Stills {
    /** @param {NotebookModel} notebook */
    constructor(notebook) {
      this.notebook = notebook;
      /** @type {Map<string, Renderer>} */
      this.renderers = new Map();
      /** @type {Map<string, Still[]>} */
      this.parts = new Map(); // a function outlives its view, and tells what the model holds even then
    }

    /** Remember the functions of the view that is shown.
     * @param {string} id
     */
    look(id) {
      const node = this.renderers.get(id)?.node;
      if (!node || node.querySelector(OTHERS)) return;
      /** @type {any[]} */
      const roots = Array.from(node.querySelectorAll(ROOTS));
      /** @type {Still[]} */
      let parts = roots.map((root) => root.imteachStill).filter((part) => part);
      if (node.querySelector(MAP)) {
        parts = parts.map((part, place) => (place ? (first) => ({ [HTML]: part(first)[HTML] }) : part)); // it says which
      }
      if (parts.length) this.parts.set(id, parts);
    }

    /** What a widget would show as it is now, by MIME type; nothing if it was never shown.
     * @param {string} id
     */
    now(id) {
      this.look(id);
      const stills = (this.parts.get(id) ?? []).map((part, index) => part(index === 0)); // the first has words above it
      const kinds = new Set(stills.flatMap(Object.keys));
      /** @param {string} kind */
      const joined = (kind) => stills.flatMap((still) => still[kind] ?? []).join(JOINT[kind]);
      return Object.fromEntries(Array.from(kinds, (kind) => [kind, joined(kind)]));
    }

    /** Forget all widgets but these.
     * @param {Set<string>} ids
     */
    keep(ids) {
      for (const all of [this.renderers, this.parts]) {
        for (const id of all.keys()) if (!ids.has(id)) all.delete(id);
      }
    }
  }

  // What is saved

  /** Return the notebook with the still pictures of now, as a new object.
   * @param {Notebook} notebook
   * @param {Stills} stills
   */
  function withStills(notebook, stills) {
    const ids = new Set();
    /** @param {Output} output */
    const current = (output) => {
      const id = output.data?.[VIEW]?.model_id;
      if (!id) return output;
      ids.add(id);
      return { ...output, data: { ...output.data, ...stills.now(id) } };
    };
    // An output that was taken back, as a progress bar is at its end, shows nothing, and nbconvert warns of it.
    /** @param {Output} output */
    const shows = (output) => !output.data || Object.keys(output.data).length > 0;
    const cells = notebook.cells.map((cell) =>
      cell.outputs ? { ...cell, outputs: cell.outputs.filter(shows).map(current) } : cell,
    );
    stills.keep(ids);
    return { ...notebook, cells };
  }

  /** Let what is saved of this notebook have the pictures of now; what is shown stays as it is.
   * @param {NotebookModel} model @param {Stills} stills
   */
  function followSaving(model, stills) {
    const toJSON = model.toJSON.bind(model);
    model.toJSON = () => {
      const notebook = toJSON();
      try {
        return withStills(notebook, stills);
      } catch (error) {
        console.error("imteach: the still pictures are those of the last time", error); // saving goes on
        return notebook;
      }
    };
  }

  // What is shown

  /** Show the still picture in a widget's place while there is no live view.
   * @param {Renderer} renderer @param {RenderMime} rendermime @param {Stills} stills
   */
  function attend(renderer, rendermime, stills) {
    const { renderModel, dispose } = renderer;
    renderer.node.addEventListener("imteach-still", () => (stills.notebook.dirty = true));
    let id = "";
    /** @type {Renderer | null} */
    let picture = null;

    const live = () => renderer.widgets?.length !== 0;

    function takeAway() {
      picture?.node.remove();
      picture?.dispose();
      picture = null;
    }

    /** Show the picture instead of "Loading widget..." and "Error displaying widget".
     * @param {MimeModel} model
     */
    async function show(model) {
      if (!picture) {
        picture = rendermime.createRenderer(HTML); // which cleans it as far as the notebook is not trusted
        await picture.renderModel(model);
      }
      if (picture && !live() && !renderer.isDisposed) renderer.node.replaceChildren(picture.node);
    }

    renderer.renderModel = async (model) => {
      id = model.data[VIEW]?.model_id ?? "";
      stills.renderers.set(id, renderer);
      const coming = renderModel.call(renderer, model);
      if (!hasPicture(model)) return coming;
      if (picture) show(model); // it stays where it stands
      const waiting = setTimeout(() => show(model), PATIENCE);
      try {
        await coming;
      } finally {
        clearTimeout(waiting);
      }
      if (live() || renderer.isHidden) takeAway(); // hidden: the widget was closed, so that nothing is shown of it
      else await show(model);
    };

    renderer.dispose = () => {
      if (stills.renderers.get(id) === renderer) stills.look(id);
      takeAway();
      dispose.call(renderer);
    };
  }

  /** Attend to each view of a widget that this notebook will show. It asks the registry for a renderer each time, so
   * that it does not matter when the one of the widgets is registered (once more with each kernel).
   * @param {RenderMime} rendermime @param {Stills} stills
   */
  function followShowing(rendermime, stills) {
    const createRenderer = rendermime.createRenderer.bind(rendermime);
    rendermime.createRenderer = (mimeType) => {
      const renderer = createRenderer(mimeType);
      if (mimeType === VIEW) attend(renderer, rendermime, stills);
      return renderer;
    };
  }

  // What is hidden until its cell is run

  const MARK = "imteach"; // in the metadata of a notebook whose outputs `imteach/course/hidden.py` has collapsed
  const INVITATION = "Run this cell to see what happens.";
  const SHOW = "Show the saved output";

  /** Say what to do in the place of a collapsed output. A click on the line chooses the cell; only the button shows what
   * was saved.
   * @param {Cell} cell
   */
  function invite(cell) {
    const content = /** @type {HTMLElement | null} */ (cell.node.querySelector(".jp-OutputPlaceholder > .jp-Placeholder-content"));
    const [line, text] = [content?.firstElementChild, content?.querySelector(".jp-PlaceholderText")];
    if (!content || !line || !text) return;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = SHOW;
    button.dataset.lmSuppressShortcuts = "true"; // else Enter would edit the cell
    button.addEventListener("click", () => setTimeout(() => cell.node.focus())); // the button is gone by then
    text.textContent = INVITATION;
    line.append(button);
    content.title = "";
    content.classList.add("imteach-hidden");
    content.addEventListener("click", (event) => {
      if (event.target !== button) event.stopPropagation();
    });
  }

  /** Attend to each code cell that this notebook has or will have: Jupyter makes a cell anew where it moves to, and
   * writes its line anew where the cell is trusted.
   * @param {NotebookView} view
   */
  function followCells(view) {
    const isLesson = () => view.model?.getMetadata(MARK) !== undefined;
    /** @param {Cell} cell */
    const attended = (cell) => {
      const usual = cell.getOutputPlaceholderText;
      cell.getOutputPlaceholderText = () => (isLesson() ? INVITATION : usual?.call(cell));
      cell.ready.then(() => isLesson() && invite(cell));
      return cell;
    };
    const factory = view.contentFactory; // notebooks share it
    view.contentFactory = Object.assign(Object.create(factory), {
      /** @param {object} options */
      createCodeCell: (options) => attended(factory.createCodeCell(options)),
    });
    view.widgets.filter((cell) => cell.model.type === "code").forEach(attended);
  }

  // What is run where no kernel is

  /** @typedef {{isReady: boolean, ready: Promise<unknown>, initialize: () => Promise<unknown>,
   *   startKernel: () => Promise<unknown>, session: {kernel: unknown} | null}} SessionContext */

  /** Let what is run wait for a kernel. Without one Jupyter starts it for the first cell, and clears the others instead of
   * running them; and a notebook that was not used for long has none (`imteach/lab/jupyter/few_kernels.py`).
   * @param {{commands: any, shell: any}} app
   */
  function startFirst({ commands, shell }) {
    /** @type {WeakMap<SessionContext, Promise<unknown>>} */
    const coming = new WeakMap();
    /** @param {SessionContext} context */
    async function start(context) {
      try {
        await (context.isReady ? context.initialize() : context.ready); // Jupyter is opening it: twice were two kernels
        if (!context.session?.kernel) await context.startKernel();
      } finally {
        coming.delete(context);
      }
    }
    const execute = commands.execute.bind(commands);
    /** @param {string} id @param {unknown} args */
    commands.execute = (id, args) => {
      /** @type {SessionContext | undefined} */
      const context = id.startsWith("notebook:run-") ? shell.currentWidget?.sessionContext : undefined;
      if (!context || context.session?.kernel) return execute(id, args);
      if (!coming.has(context)) coming.set(context, start(context));
      const run = () => execute(id, args);
      return coming.get(context)?.then(run, run); // where none can be started, Jupyter says so itself
    };
  }

  // The extension

  const STYLE = `
    /* A still picture says that it is light, for pages that choose nothing. JupyterLab's body says which its theme is. */
    img.imteach-picture { color-scheme: inherit !important; }
    .jp-Placeholder-content.imteach-hidden { border-color: transparent; cursor: default; }
    .imteach-hidden > div { align-items: baseline; flex-wrap: wrap; gap: 0 12px; }
    .imteach-hidden .jp-MoreHorizIcon { display: none; }
    .imteach-hidden .jp-PlaceholderText, .imteach-hidden button {
      color: var(--jp-ui-font-color1); font: var(--jp-ui-font-size1) / 1.6 var(--jp-ui-font-family); white-space: normal;
    }
    .imteach-hidden button {
      background: none; border: 0; cursor: pointer; min-height: 24px; padding: 0 4px; text-decoration: underline;
    }
    .imteach-hidden button:focus-visible { outline: 2px solid var(--jp-brand-color1); }`;

  /** @type {WeakMap<NotebookModel, Stills>} */
  const known = new WeakMap(); // several views of a notebook have one model
  /** @type {WeakSet<RenderMime>} */
  const followed = new WeakSet(); // and sometimes one registry

  /** @param {{content: NotebookView}} panel @param {{model: NotebookModel}} context */
  function createNew({ content }, { model }) {
    const { rendermime } = content;
    followCells(content);
    const stills = known.get(model) ?? new Stills(model);
    if (!known.has(model)) followSaving(model, stills);
    if (!followed.has(rendermime)) followShowing(rendermime, stills);
    known.set(model, stills);
    followed.add(rendermime);
  }

  const plugin = {
    id: "imteach:still",
    description: "Keeps a lab alive or its picture up to date; hides answers; lets what is run wait for a kernel.",
    autoStart: true,
    /** @param {any} app */
    activate(app) {
      document.head.appendChild(document.createElement("style")).textContent = STYLE;
      app.docRegistry.addWidgetExtension("Notebook", { createNew });
      startFirst(app);
    },
  };

  const all = /** @type {any} */ (window);
  all._JUPYTERLAB ??= {};
  all._JUPYTERLAB.imteach = {
    init: () => {}, // it takes nothing from the other extensions, and gives them nothing
    get: async () => () => ({ __esModule: true, default: plugin }),
  };
}
