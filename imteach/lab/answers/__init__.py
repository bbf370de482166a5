"""A lab in one file, without Python behind it: every run that a reader can reach is worked out beforehand.

`reached` finds those runs, `told` what the page shows of one, `table` stores equal parts once, `file` writes the HTML.
The page's half is `web/answers.js`, which stands where the widget does, and `web/one_file.js`, which mounts it.
"""
