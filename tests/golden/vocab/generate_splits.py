#!/usr/bin/env python3
"""generate_splits.py: how each family cuts texts, by the `regex` module of Python (2026.5.9, `pip install regex`), an implementation
independent of ours. Writes splits.json beside it: {"cases": [{"pre", "text", "pieces"}]}.

The expressions are those of the model makers' tokenizer.json (kimi-k2: its tokenization_kimi.py), with their own notation where ours
had to differ (set intersection, \\s). Texts are ours. A family of several expressions cuts in several passes: each cuts every piece of
the pass before into its matches and what lies between them.
"""
import json
import os
import regex

CONTRACTIONS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)"
GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"


def llama3(digits, symbols=r" ?[^\s\p{L}\p{N}]+[\r\n]*"):
    return rf"{CONTRACTIONS}|[^\r\n\p{{L}}\p{{N}}]?\p{{L}}+|{digits}|{symbols}|\s*[\r\n]+|\s+(?!\S)|\s+"


def cased(capitals, small, contractions, digits, ends):
    lead = r"[^\r\n\p{L}\p{N}]?"
    return (rf"{lead}{capitals}*{small}+{contractions}|{lead}{capitals}+{small}*{contractions}"
            rf"|{digits}| ?[^\s\p{{L}}\p{{N}}]+{ends}|\s*[\r\n]+|\s+(?!\S)|\s+")


CAPITALS, SMALL = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
BLOOM = " ?[^(\\s|.,!?\u2026\u3002\uff0c\u3001\u0964\u06d4\u060c)]+"
FAMILIES = {
    "deepseek-v3": [r"\p{N}{1,3}", r"[一-龥\u3040-ゟ゠-ヿ]+",
                    r"""[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+"""
                    r"""| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"""],
    "gpt-2": [GPT2],
    "smollm": [r"\p{N}", GPT2],
    "qwen2": [llama3(r"\p{N}")],
    "seed-coder": [llama3(r"\p{N}", r" ?[^\s\p{L}\p{N}\r\n]+")],
    "llama-bpe": [llama3(r"\p{N}{1,3}")],
    "minicpm5": [r"\p{N}{1,3}", llama3(r"\p{N}+")],
    "gpt-4o": [cased(CAPITALS, SMALL, CONTRACTIONS + "?", r"\p{N}{1,3}", r"[\r\n/]*")],
    "tekken": [cased(CAPITALS, SMALL, "", r"\p{N}", r"[\r\n/]*")],
    "kimi-k2": [r"[\p{Han}]+|" + cased(r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]",
                                       CONTRACTIONS + "?", r"\p{N}{1,3}", r"[\r\n]*")],
    "youtu": [r"[가-힣ㄱ-ㆎ]+|[！…“”‘’—：；，、-〿︰-﹏]+|[ㄅ-ㄯ]+|[一-龥\u3040-ゟ゠-ヿ]+",
              cased(CAPITALS, SMALL, CONTRACTIONS + "?", r"\p{N}", r"[\r\n/]*")],
    "bloom": [BLOOM],
    "viking": [BLOOM, r"\p{N}"],
}

TEXTS = [
    "Hello, world! It's 9.11 vs 9.9, isn't it?", "THEY'RE HERE, we'LL see; don'T", "camelCase HTTPServer iPhone XMLHttpRequest2",
    "1234567 12 3.14159 ½ ⅷ ١٢٣٤ 1١2", "a   b \n\n  c\t\td  \r\n\r\n e   ", "   leading", "trailing   ", "\n\n\nlines\n \n",
    "http://example.org/a/b?c=d&e#f", "for (int i = 0; i < n; ++i) {\n    x[i] += y->z;\n}\n", "snake_case __init__ $var @name #tag",
    "你好，世界！今天天气很好。", "中文English混合 text中文", "汉字abc 北京市 Pascal", "日本語のテキストとカタカナ、漢字かな交じり文", "々〇〆 ⺀⺁ !⺀ 㐀𠀀",
    "한국어 문장입니다. ㅋㅋㅋ", "ㄅㄆㄇ bopomofo ˇˋ", "«Привет», — сказал Он. ЁЖИК", "ΑΒΓ αβγ Ǆǅǆ", "नमस्ते दुनिया", "สวัสดีชาวโลก", "مرحبا، بالعالم؟",
    "naïve café Ångström re\u0301sume\u0301", "🙂🙂 👩‍👩‍👧‍👦 🇩🇪!", "…“quoted”— ‘single’：；、，！", "x²+y³=z¹ 10% €5 £3.50", "e\u0301\u0301\u0301 \u0301a ᾳΣΣ",
    "　全角　スペース　", "a\u00a0b\u2003c\u2028d\u0085e", "'s 'S 'd'D x'll'LL' ''", "....!!!??? --- *** ### ||| ///\n//\n", "A.B.C. e.g. i.e., U.S.A.",
    "中1文2 3三x四5五", "I'm中文's test'字", " 中 文  中\n\n 中", "ˀʰ mod ªº ﬁ", "\U00016ff0字 \u302aa〪",
]


def split(passes, text):
    pieces = [text]
    for expression in passes:
        compiled = regex.compile("(?V1)" + expression)
        cut = []
        for piece in pieces:
            at = 0
            for match in compiled.finditer(piece):
                cut += [piece[at:match.start()], match.group()]
                at = match.end()
            cut.append(piece[at:])
        pieces = [piece for piece in cut if piece]
    assert "".join(pieces) == text
    return pieces


cases = [{"pre": pre, "text": text, "pieces": split(passes, text)} for pre, passes in FAMILIES.items() for text in TEXTS]
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "splits.json"), "w", encoding="utf-8") as out:
    out.write('{"cases": [\n' + ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases) + "\n]}\n")
print(len(cases), "cases")
