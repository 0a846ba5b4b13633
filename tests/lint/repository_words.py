"""tests/lint/repository_words.py: the repository speaks of the project alone."""
import re

import tree

# Written in pieces so that this page does not accuse itself.
FORBIDDEN = {
    "a path of somebody's machine": r"(?<![\w.])/(?:wo" + r"rk|fa" + r"rm|root|home/\w+)/",
    "an address of a package registry": r"registry\.npm" + r"js|deb\.deb" + r"ian|py" + r"pi\.org|files\.python" + r"hosted",
    "a working session": r"\b(?:this|previous|next|last) " + r"session\b(?! of)|\bAI assis" + r"tant\b|\bClau" + r"de\b(?!')",
}
LEFT_TO_DO = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")

problems, count = [], 0
for path in tree.files():
    if path.suffix in (".gguf", ".png", ".ttf", ".otf", ".bin", ".ico", ".zst") or str(path) in ("LICENSE",):
        continue
    count += 1
    for number, line in enumerate(tree.text(path).split("\n"), 1):
        for what, pattern in FORBIDDEN.items():
            if re.search(pattern, line):
                problems.append(f"{path}:{number}: {what}: {line.strip()[:120]}")
        if path.suffix in (".cpp", ".h", ".qml", ".py", ".txt") and LEFT_TO_DO.search(line):
            problems.append(f"{path}:{number}: something left to do: {line.strip()[:120]}")
tree.finish(problems, count)
