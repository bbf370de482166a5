"""Every lesson in JupyterLab, as it is handed out: a question answered right and one answered wrong, by mouse."""

from pathlib import Path

import driving
import pytest
from playwright.sync_api import Locator, Page, expect
from predictions import another, asked_in, rights_of

LESSONS = sorted((Path(__file__).parents[2] / "lessons").glob("*.ipynb"))
BY_MOUSE = ("one", "several", "number")


def answer(question: Locator, kind: str, value) -> None:
    """Give an answer with the mouse, and commit it."""
    if kind == "number":
        question.locator("input").fill(str(value))
    else:
        for place in [value] if kind == "one" else value:
            question.locator(f'[data-choice="{place}"]').click()
    question.locator("[data-commit]").click()


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_a_question_answered_right_and_one_answered_wrong(
    page: Page, server: driving.Server, lesson: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = [(guess, rights_of(guess)) for guess in asked_in(lesson, monkeypatch)]
    by_mouse = [(guess, rights) for guess, rights in asked if guess.asked["kind"] in BY_MOUSE]
    with driving.running(page, lesson.name):
        shown = page.locator(".imteach-predict")
        expect(shown).to_have_count(len(asked), timeout=60_000)
        expect(page.locator(".imteach-predict [data-verdict]")).to_have_count(0)
        for place, verdict in enumerate(("right", "wrong")[: len(by_mouse)]):
            guess, rights = by_mouse[place]
            question = shown.nth([one for one, _ in asked].index(guess))
            expect(question.locator(".predict-question")).to_have_text(guess.question.replace("`", ""))
            kind = guess.asked["kind"]
            answer(question, kind, rights[0] if verdict == "right" else another(guess._kind, rights))
            expect(question.locator(f"[data-verdict={verdict}]")).to_be_visible()
            expect(question.locator(".predict-run > *")).to_have_count(1)
