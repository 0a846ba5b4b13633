"""tests/lint/qml_text_format.py: every QML element that shows text states its textFormat; rich text only where our renderer made it."""
import re

import tree

# Elements of Qt Quick that guess a format when none is stated, and ours that build on them must state it inside.
TEXT_ELEMENTS = re.compile(r"^\s*(?:\w+\s*:\s*)?((?:\w+\.)?(?:Text|TextEdit|Label|TextArea))\s*\{", re.M)
# Files that show what our own Markdown renderer escaped and marked up.
RICH_ALLOWED = re.compile(r"^ui/chat/parts/|^ui/chat/.*Block\.qml$|^ui/controls/RichText.*\.qml$")


def body_of(source, start):
    """The text between the brace at `start` and its partner, nested elements cut out."""
    depth, own = 0, []
    for character in source[start:]:
        if character == "{":
            depth += 1
        if depth == 1:
            own.append(character)
        if character == "}":
            depth -= 1
            if depth == 0:
                break
    return "".join(own)


problems, count = [], 0
for path in tree.files(".qml"):
    count += 1
    source = re.sub(r"//[^\n]*", "", tree.text(path))
    for match in TEXT_ELEMENTS.finditer(source):
        body = body_of(source, match.end() - 1)
        line = source.count("\n", 0, match.start()) + 1
        stated = re.search(r"\btextFormat\s*:\s*([^\n;]+)", body)
        if stated is None:
            problems.append(f"{path}:{line}: {match.group(1)} does not state its textFormat")
        elif "PlainText" not in stated.group(1) and not RICH_ALLOWED.match(str(path)):
            problems.append(f"{path}:{line}: {match.group(1)} shows {stated.group(1).strip()} outside the Markdown renderer")
    for match in re.finditer(r"\b(?:AutoText|XMLHttpRequest|WebSocket|WebView|Qt\.createQmlObject|Loader\s*\{[^}]*https?:|openUrlExternally)\b", source):
        line = source.count("\n", 0, match.start()) + 1
        problems.append(f"{path}:{line}: {match.group(0)[:40]} has no place here")
tree.finish(problems, count)
