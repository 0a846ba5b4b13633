"""tests/lint/directions.py: who may include whom. The rules are those of ARCHITECTURE.md, section "Directions"."""
import re

import tree

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)

# Rooms of engine/ and the rooms they may include; engine/*.h at the top sees all of them.
ENGINE_ROOMS = {
    "core": set(),
    "gguf": {"core"},
    "quant": {"core"},
    "tokenizer": {"core", "gguf"},
    "chat": {"core", "gguf", "tokenizer", "top"},
    "passport": {"core", "chat", "top"},
    "sampling": {"core", "top"},
    "ops": {"core", "quant"},
    "model": {"core", "gguf", "quant", "ops", "backend"},
    "backend": {"core", "gguf", "quant", "ops", "model"},
}
FORBIDDEN_IN_ENGINE = re.compile(r"^(Q[A-Z]|Qt|sqlite3|SQLiteCpp|sys/socket|netinet/|arpa/|netdb|curl/|winsock|ws2tcpip|iostream$)")
NETWORK = re.compile(r"^(QtNetwork|QNetwork|QTcp|QUdp|QSsl|QWebSocket|QLocalServer|curl/|netinet/|arpa/|netdb\.h|winsock)")
# The factory that denies must name the classes it denies.
NETWORK_ALLOWED = {"app/viewmodels/denying_network_factory.h", "app/viewmodels/denying_network_factory.cpp", "app/platform/network_guard.cpp"}


def room(include):
    parts = include.split("/")
    if parts[0] != "engine":
        return None
    return "top" if len(parts) == 2 else parts[1]


problems, count = [], 0
for path in tree.files(".h", ".cpp", ".cu", ".cuh"):
    top = path.parts[0]
    if top not in ("engine", "app", "ui", "kernels", "shaders"):
        continue
    count += 1
    source = tree.text(path)
    here = room(str(path))
    for _, include in INCLUDE.findall(source):
        there = room(include)

        def bad(rule):
            problems.append(f"{path}: includes {include}: {rule}")

        if NETWORK.match(include) and str(path) not in NETWORK_ALLOWED:
            bad("nothing here talks to a network")
        if top == "engine":
            if FORBIDDEN_IN_ENGINE.match(include):
                bad("engine/ has no Qt, no SQLite, no sockets and no streams")
            if include.startswith(("app/", "ui/")):
                bad("nothing in engine/ knows the application")
            if here != "top" and there is not None and there != here and there not in ENGINE_ROOMS.get(here, set()):
                bad(f"engine/{here} may include only {sorted(ENGINE_ROOMS.get(here, set()))}")
        if top == "app":
            if there not in (None, "top") and include != "engine/core/result.h":
                bad("app/ includes the headers at the top of engine/ only")
            if path.parts[1] == "store" and there is not None and include != "engine/core/result.h":
                bad("the store does not know the engine")
        if top in ("kernels", "shaders") and include.startswith(("engine/", "app/")) and not include.endswith(".params.h"):
            bad("kernels see parameter blocks only")
    if top == "engine":
        for number, line in enumerate(source.split("\n"), 1):
            code = line.split("//")[0]
            # The template interpreter unwinds by exceptions within itself; ChatTemplate catches them all.
            if re.search(r"\bthrow\b(?!\s*\()", code) and '"' not in code and not str(path).startswith("engine/chat/jinja/"):
                problems.append(f"{path}:{number}: errors are values: no throw in engine/")
            if re.match(r"^(static|inline|extern|thread_local)?\s*(thread_local )?(std::\w+(<.*>)?|int|bool|float|double|size_t|uint\d+_t|char\s*\*)\s+g?_?\w+\s*(=[^=].*|\{.*\})?;\s*$", code) and "const" not in code and "using" not in code and "return" not in code and not line.startswith(" "):
                problems.append(f"{path}:{number}: no mutable globals in engine/: {line.strip()}")
tree.finish(problems, count)
