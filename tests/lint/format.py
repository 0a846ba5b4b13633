"""tests/lint/format.py: clang-format finds nothing to change. Skipped where version 14 is not installed."""
import shutil
import subprocess
import sys

import tree

program = shutil.which("clang-format-14") or shutil.which("clang-format")
version = subprocess.run([program, "--version"], capture_output=True, text=True).stdout if program else ""
if " 14." not in version:
    print("SKIPPED: clang-format 14 is not installed")
    sys.exit(tree.SKIPPED)

problems, names = [], [str(p) for p in tree.files(".h", ".cpp")]
for start in range(0, len(names), 40):
    done = subprocess.run([program, "--dry-run", "-Werror", "--ferror-limit=1", *names[start : start + 40]], cwd=tree.ROOT, capture_output=True, text=True)
    problems += [line for line in done.stderr.split("\n") if "error:" in line]
tree.finish(problems, len(names))
