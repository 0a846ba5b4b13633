"""tests/lint/file_length.py: a file has one purpose, said on its first line, and fits in a head."""
import tree

MOST_LINES = 800
MOST_LINES_QML = 300

problems, count = [], 0
for path in tree.files(".h", ".cpp", ".qml", ".cu", ".comp"):
    count += 1
    lines = tree.text(path).split("\n")
    most = MOST_LINES_QML if path.suffix == ".qml" else MOST_LINES
    if len(lines) > most and "codebook" not in path.name:
        problems.append(f"{path}: {len(lines)} lines, at most {most}")
    if path.suffix in (".h", ".cpp") and path.parts[0] in ("engine", "app") and not lines[0].startswith(f"/// {path}"):
        problems.append(f"{path}:1: the first line says '/// {path}: what the file is for'")
tree.finish(problems, count)
