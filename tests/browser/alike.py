"""Whether a page of ours looks in a host as it does alone: what the host's own style changed in it."""

from playwright.sync_api import Locator

DIFFERENCES = """async (root, names) => {
    const home = root.getRootNode();
    const sheets = [...document.querySelectorAll("style"), ...home.querySelectorAll("style")];
    const ours = new Set(sheets.map((sheet) => sheet.textContent).filter((text) => text.includes(".imteach-")));
    const frame = document.createElement("iframe");  // where no style is but ours
    frame.style.cssText = `position: fixed; border: 0; width: ${root.parentElement.clientWidth}px; height: 100vh`;
    frame.srcdoc = "<!doctype html><body style='margin: 0'>";
    const loaded = new Promise((done) => (frame.onload = done));
    document.body.append(frame);
    await loaded;
    const {body, head} = frame.contentDocument;
    for (const name of ["--jp-ui-font-family", "--jp-code-font-family"]) {
        body.style.setProperty(name, getComputedStyle(root).getPropertyValue(name));
    }
    const ground = root.closest("[data-jp-theme-light]");
    if (ground) body.dataset.jpThemeLight = ground.dataset.jpThemeLight;
    head.appendChild(document.createElement("style")).textContent = [...ours].join("\\n");
    const alone = body.appendChild(frame.contentDocument.importNode(root, true));
    await new Promise((done) => setTimeout(done, 300));  // what moves has come to rest

    const found = new Set();
    const others = [alone, ...alone.querySelectorAll("*")];
    [root, ...root.querySelectorAll("*")].forEach((element, place) => {
        if (element.matches("input:is([type=radio], [type=checkbox], [type=range]), style, defs, defs *")) return;
        const here = getComputedStyle(element);
        const there = frame.contentWindow.getComputedStyle(others[place]);
        for (const name of names) {
            const [one, other] = [here.getPropertyValue(name), there.getPropertyValue(name)];
            if (one === other || Math.abs(parseFloat(one) - parseFloat(other)) < 1.5) continue;
            const kind = `${element.localName}.${element.getAttribute("class") ?? ""}`;
            found.add(`${kind} ${name}: ${one}, alone ${other}`);
        }
    });
    frame.remove();
    return [...found];
}"""

NAMES = [
    *["font-family", "font-size", "font-weight", "font-style", "line-height", "letter-spacing", "text-transform"],
    *["color", "background-color", "fill", "stroke", "opacity", "box-shadow", "text-shadow", "text-decoration-line"],
    *["display", "float", "position", "width", "height", "overflow-x", "overflow-y", "list-style-type", "caption-side"],
    *[f"{what}-{side}" for what in ("margin", "padding") for side in ("top", "right", "bottom", "left")],
    *[f"border-{side}-{what}" for side in ("top", "right", "bottom", "left") for what in ("width", "style")],
    *["border-top-left-radius", "text-align", "white-space", "word-break"],
]


def differences(root: Locator) -> list[str]:
    """What looks otherwise in this page of ours than without its host's style: element, property, here and alone."""
    return root.evaluate(DIFFERENCES, NAMES)
