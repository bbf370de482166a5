"""What is saved of a notebook: still pictures, no views of widgets that are gone, no outputs that were taken back."""

from imteach.lab.still import WIDGET_VIEW, keep_still_pictures


def saved(*outputs):
    cell = {"cell_type": "code", "outputs": list(outputs)}
    keep_still_pictures({"type": "notebook", "content": {"cells": [{"cell_type": "markdown"}, cell]}})
    return cell["outputs"]


def shown(**data):
    return {"output_type": "display_data", "metadata": {}, "data": data}


def test_a_progress_bar_that_was_taken_back_is_not_saved():
    said = {"output_type": "stream", "name": "stdout", "text": "before the bar"}
    failed = {"output_type": "error", "ename": "KeyboardInterrupt", "evalue": "", "traceback": []}
    table = shown(**{"text/plain": "a table"})
    assert saved(said, shown(), table, shown(), failed) == [said, table, failed]


def test_a_widget_that_has_nothing_else_to_show_stays_as_it_is():
    slider = shown(**{WIDGET_VIEW: {"model_id": "1"}, "text/plain": "IntSlider()"})
    assert saved(slider) == [slider]


def test_a_notebook_that_was_only_renamed_has_no_content():
    keep_still_pictures({"type": "notebook", "content": None})
    keep_still_pictures({"type": "file", "content": "text"})
