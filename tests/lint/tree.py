"""tests/lint/tree.py: the files of the repository, for the checks beside it."""
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
SKIPPED = 77


def files(*suffixes, below=""):
    """Tracked and new files, build output apart, as paths relative to the root."""
    try:
        listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", below or "."], cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\n")
    except (OSError, subprocess.CalledProcessError):
        listed = [str(p.relative_to(ROOT)) for p in ROOT.rglob("*") if p.is_file()]
    for name in sorted(set(filter(None, listed))):
        path = pathlib.PurePosixPath(name)
        if path.parts[0] in ("build", ".git", ".cache"):
            continue
        if (not suffixes or path.suffix in suffixes) and (ROOT / path).is_file() and (not below or name.startswith(below)):
            yield path


def text(path):
    return (ROOT / path).read_text(encoding="utf-8", errors="replace")


def finish(problems, looked_at):
    for problem in problems:
        print(problem)
    print(f"{looked_at} files looked at, {len(problems)} problems")
    sys.exit(1 if problems else 0)
