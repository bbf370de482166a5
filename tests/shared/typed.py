"""What people may type: words that mean something to one program or another that a diagram is made for."""

from hypothesis import strategies as st

TRAPS = [
    "costs $$5$$ now",
    "a # b ; c #35; d",
    "#",
    "wrap: nowrap:",
    "one<br>two<br/>three",
    "%% no comment %%{init: {'theme': 'dark'}}%%",
    "&amp; &lt; &#35; &",
    "end",
    "as end; participant x",
    "**bold** _it_ `code` ~~no~~ [a](b) # h",
    "  two  spaces   and   four    ",
    "style:#1; c",
    "classDef:#2;",
    "ﬂ°°35¶ß ﬂ°amp¶ß",
    "\\n \\ \\\\ \"'",
    "n0->>n1: hi",
    "-->> --x -) <<->> +- :::",
    "<script>alert(1)</script> <b>x</b> <img src=x>",
    "{a} {{b}} @{ \"type\": 1 } | ||",
    "```",
    "👨‍👩‍👧 👍🏽 🇩🇪 1️⃣ 𝕏",
    "שלום, 3 הודעות!",
    "मैं ठीक हूँ।",
    "---",
    "@enduml",
    "@startuml",
    "!include /etc/passwd",
    "!pragma layout smetana",
    "%date() %n() %newline() %getenv(\"HOME\") $x",
    "' no comment /' nor this '/",
    "//it// __under__ --gone-- ~~wave~~ \"\"mono\"\" ^^",
    "<color:red>red</color> <size:40>big</size> <&heart> <:smile:> <$sprite> <img:x.png>",
    "[[https://example.org here]] https://example.org",
    "<U+0041> &#65; ~~ ~<b>",
    "|= a | b |",
    "== part ==",
    "....",
    "a -> b : c",
    "<math>x</math> <latex>x</latex>",
    "{{",
    "}}",
    "\\t \\r <b>bold",
    "\ue000 \ue100 \ue103 \ue112 \uf8ff",
]  # fmt: skip

SIGNS = "".join(map(chr, range(32, 127))) + "¶ßﬂ°\u200d\ufe0fשﷺक्👍🏽  "
PIECES = st.sampled_from(["$$", "%%", "<br>", "style", "classDef", "end", "wrap:", "#35;", "&amp;", ": ", "  ", "```"])
ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)  # halves of surrogate pairs no person can say
TYPED = st.lists(st.one_of(st.text(st.sampled_from(SIGNS)), ANY, PIECES), max_size=6).map("".join)
