"""Predictions: a question about a run, asked before it is run, and graded from its trace.

`predict` is the front: `Predict`. `kinds` says what an answer of each kind is, `evidence` which events of a run settle
the question, `grade` what came of an answer; `asked` and `shown` make the parts of a page, and `view` is the widget.
"""
