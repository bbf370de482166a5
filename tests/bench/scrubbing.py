"""How smoothly the time of a lab is dragged: the frames of a drag from the beginning to the end, and long tasks in it.

    python tests/bench/scrubbing.py [PACKETS …]

For each number of packets (default 30, 2000 and 10000) a lab is shown in Chromium, all panels unfolded, and its slider
is moved once a frame for 240 frames: to the end and back, and then in leaps. Chromium says how long each frame took,
and which tasks were longer than 50 ms. The exit status is 1 if there was such a task, or if one frame in twenty took
longer than 1.5 times a frame that does nothing in the same page.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "shared"))
sys.path.insert(0, str(Path(__file__).parents[1] / "browser"))

import alone
import driving
from playwright.sync_api import Page

from imteach import Lab, Say, Scenario

FRAMES = 240
MOST = 1.5

DRAG = """async ([frames, moves]) => {
    const time = document.querySelector('[data-part="time"]');
    const [from, to] = [Number(time.min), Number(time.max)];
    const long = [];
    const observer = new PerformanceObserver((list) => long.push(...list.getEntries().map((entry) => entry.duration)));
    observer.observe({entryTypes: ["longtask"]});
    const next = () => new Promise(requestAnimationFrame);
    const took = [];
    let before = await next();
    for (let frame = 0; frame < frames; frame++) {
        if (moves) {
            const part = frame < frames * 2 / 3 ? Math.abs(1 - frame / frames * 3) : (frame * 0.618) % 1;
            time.value = String(from + part * (to - from));
            time.dispatchEvent(new Event("input"));
        }
        const now = await next();
        took.push(now - before);
        before = now;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
    observer.disconnect();
    return [took, long];
}"""


def drag(page: Page, packets: int) -> bool:
    """Drag the time of a lab with so many packets; print what it took, and return whether it was smooth."""
    lab = Lab(Scenario("dedup", say=[Say("hello", at=100 * number) for number in range(max(1, packets // 6))]))
    root = alone.mount(page, lab)
    root.locator(".lab-drawing svg").wait_for()
    for fold in root.locator("[data-fold]").all():
        fold.click()
    still, _ = page.evaluate(DRAG, [FRAMES, False])
    moving, long = page.evaluate(DRAG, [FRAMES, True])
    usual, slow = sorted(still)[FRAMES // 2], sorted(moving)[FRAMES * 19 // 20]
    print(
        f"{len(lab.trace.packets)} packets, {root.locator('[data-packet]').count()} of them drawn: "
        f"a frame that does nothing {usual:.1f} ms; while dragged, 19 of 20 frames at most {slow:.1f} ms "
        f"({slow / usual:.2f} times), the longest {max(moving):.1f} ms; tasks over 50 ms: {len(long)}"
    )
    return not long and slow <= MOST * usual


def main() -> None:
    """Drag labs of all sizes."""
    executable = driving.chromium()
    if executable is None:
        sys.exit("no Chromium on this machine: apt install chromium")
    with driving.chromium_page(executable) as page:
        smooth = [drag(page, packets) for packets in map(int, sys.argv[1:] or ("30", "2000", "10000"))]
    sys.exit(0 if all(smooth) else 1)


if __name__ == "__main__":
    main()
