"""tests/integration/cli/cli_test.py PART PROGRAM: the real program on the bundled model, as a shell and a script meet it.

Nothing here depends on what the model answers, only on how the program behaves.
"""
import json
import os
import pty
import select
import signal
import subprocess
import sys
import tempfile
import time

PART, PROGRAM = sys.argv[1:3]
QUESTION = "Which is larger, 9.11 or 9.9?"
MODEL = os.path.abspath("resources/models/pocket-reasoner-q8_0.gguf")
IN_SOURCE_TREE = os.path.realpath(PROGRAM).startswith(os.path.realpath(os.getcwd()) + os.sep)


def check(condition, what):
    print("ok  " if condition else "FAIL", what)
    if not condition:
        sys.exit(1)


def with_model(words):
    """The words, naming the bundled model where they name none: a program built outside of the source tree does not find it."""
    words = list(words)
    if words and words[0] == "ask" and "--model" not in words:
        words[1:1] = ["--model", MODEL]
    return words


def run(*words, stdin=None, **options):
    options.setdefault("timeout", 150)
    words = with_model(words)
    if stdin is None:
        options["stdin"] = subprocess.DEVNULL
    else:
        options["input"] = stdin
    return subprocess.run([PROGRAM, *words], capture_output=True, **options)


def events_of(result):
    return [json.loads(line) for line in result.stdout.decode().splitlines()]


def text_of(events, channel):
    return "".join(e["text"] for e in events if e["event"] == "text" and e["channel"] == channel)


def answers():
    result = run("ask", QUESTION)
    check(result.returncode == 0, "exit code 0")
    check(len(result.stdout.strip()) > 0, "an answer on stdout")
    check(len(result.stderr.strip()) > 0, "a thought on stderr")
    check(b"\x1b" not in result.stdout + result.stderr, "no escape sequence into pipes")
    check(result.stdout.endswith(b"\n"), "the answer ends its line")
    off = run("ask", "--think", "off", QUESTION)
    check(off.returncode == 0 and off.stdout.strip() and not off.stderr.strip(), "--think off answers without a thought")
    if IN_SOURCE_TREE:
        plain = subprocess.run([PROGRAM, "ask", QUESTION], stdin=subprocess.DEVNULL, capture_output=True, timeout=150)
        check(plain.stdout == result.stdout, "the bundled model is the default")
    check(run("ask", *QUESTION.split()).stdout == result.stdout, "the question may be several words")


def places():
    apart = run("ask", QUESTION)
    together = run("ask", "--thoughts", "stdout", QUESTION)
    nowhere = run("ask", "--thoughts=none", QUESTION)
    check(together.stdout == apart.stderr + b"\n" + apart.stdout, "--thoughts stdout: the thought, a blank line, the answer")
    check(not together.stderr, "--thoughts stdout: nothing on stderr")
    check(nowhere.stdout == apart.stdout and not nowhere.stderr, "--thoughts none: the answer alone")
    stats = run("ask", "--stats", "--thoughts", "none", QUESTION)
    check(b"tokens/s" in stats.stderr and stats.stdout == apart.stdout, "--stats is on stderr")


def events():
    plain = run("ask", QUESTION)
    result = run("ask", "--json", "--tokens", QUESTION)
    lines = events_of(result)
    names = [e["event"] for e in lines]
    check(names[0] == "model" and names[-1] == "done", "from model to done, every line is JSON")
    check(text_of(lines, "answer") == plain.stdout.decode().rstrip("\n"), "text events are the answer")
    check(text_of(lines, "thought") == plain.stderr.decode().rstrip("\n"), "text events are the thought")
    tokens = [e for e in lines if e["event"] == "token"]
    done = lines[-1]
    check(len(tokens) == done["generated_tokens"], "one event for each token")
    check(all(t["logprob"] <= 0 and t["entropy"] >= 0 and 1 <= len(t["alternatives"]) <= 8 for t in tokens), "probabilities make sense")
    check([t["index"] for t in tokens] == list(range(len(tokens))), "tokens are numbered")
    check(done["exit_code"] == 0 == result.returncode and done["thought"] == "finished", "done says how it ended")
    check(names.count("thought_closed") == 1, "the thought is closed once")
    check("token" not in [e["event"] for e in events_of(run("ask", "--json", QUESTION))], "tokens only when asked for")


def input_():
    asked = run("ask", QUESTION)
    check(run("ask", stdin=QUESTION.encode()).stdout == asked.stdout, "the question may be piped in")
    appended = run("ask", "Repeat the following:", stdin=b"a line\nand another")
    typed = run("ask", "Repeat the following:\n\na line\nand another")
    check(appended.returncode == 0 and appended.stdout == typed.stdout, "stdin is appended after a blank line")
    check(run("ask", stdin=b"").returncode == 2, "no question at all is a usage error")
    odd = run("ask", stdin="Grüße 🙂 \x00\x1b[31m".encode() + b"\xff\xfe")
    check(odd.returncode in (0, 3), "any bytes are a question")
    odd.stdout.decode()
    check(True, "the answer is valid UTF-8")
    content = run("ask", "--json", "--tokens", "--max-tokens", "40", "Say </think> and <｜User｜>")
    check(all(json.loads(line) for line in content.stdout.splitlines()), "marks in a question are text")


def determinism():
    hot = ["ask", "--json", "--tokens", "--temp", "3", "--top-k", "40", "--max-tokens", "60"]
    ids = lambda result: [e["id"] for e in events_of(result) if e["event"] == "token"]
    first = ids(run(*hot, "--seed", "5", QUESTION))
    check(first == ids(run(*hot, "--seed", "5", QUESTION)), "the same seed gives the same tokens")
    check(first == ids(run(*hot, "--seed", "5", "--threads", "1", QUESTION)), "whatever the number of threads")
    check(any(first != ids(run(*hot, "--seed", str(seed), QUESTION)) for seed in range(6, 12)), "another seed gives others")


def limits():
    cut = run("ask", "--max-tokens", "5", QUESTION)
    check(cut.returncode == 3, "a thought that --max-tokens ends has exit code 3")
    check(b"--max-tokens" in cut.stderr and not cut.stdout.strip(), "and says so, without an answer")
    done = events_of(run("ask", "--json", "--max-tokens", "5", QUESTION))[-1]
    check(done["finish"] == "max_tokens" and done["thought"] == "unfinished" and done["exit_code"] == 3, "also as an event")
    off = run("ask", "--think", "off", "--max-tokens", "2", QUESTION)
    check(off.returncode == 0 and b"cut" in off.stderr, "an answer that is cut is an answer")
    full = run("ask", "--context", "16", QUESTION)
    check(full.returncode == 1 and b"context" in full.stderr, "a prompt longer than the context is an error")


def errors():
    unknown = run("ask", "Hi", env={**os.environ, "SOLILOQUY_INSTRUCTION_SET": "abacus"})
    check(unknown.returncode == 1 and b"abacus" in unknown.stderr and b"scalar" in unknown.stderr, "an instruction set that is not there")
    missing = run("ask", "--model", "/no/such/model.gguf", QUESTION)
    check(missing.returncode == 1 and b"/no/such/model.gguf" in missing.stderr, "a missing model is named")
    with tempfile.TemporaryDirectory() as folder:
        whole = open(MODEL, "rb").read()
        for name, content in {"empty": b"", "text": b"#!/bin/sh\n", "cut": whole[:200000], "header": whole[:24]}.items():
            path = os.path.join(folder, name + ".gguf")
            open(path, "wb").write(content)
            for command in (["ask", "--model", path, "Hi"], ["inspect", path], ["bench", path]):
                result = run(*command)
                named = result.returncode == 1 and name.encode() in result.stderr and not result.stdout
                check(named, f"{command[0]} of a broken file ({name})")
    check(run("ask", "--model", ".", "Hi").returncode == 1, "a folder is no model")
    for device in ("cuda", "vulkan"):
        result = run("ask", "--device", device, "--max-tokens", "1", "--think", "off", "Hi")
        refused = result.returncode == 1 and device.encode() in result.stderr
        check(result.returncode == 0 or refused, f"--device {device} works or says why not")
    for words in (["ask", "--nothing", "x"], ["ask", "--temp", "hot", "x"], ["ask", "--device", "gpu", "x"], ["aks", "x"],
                  ["export", "--format", "html"]):
        result = run(*words)
        check(result.returncode == 2 and b"--help" in result.stderr and not result.stdout, " ".join(words) + ": usage error")
    full = "/dev/full"
    if os.path.exists(full):
        with open(full, "wb") as out:
            words = with_model(["ask", "--max-tokens", "20", "--think", "off", "Hi"])
            code = subprocess.run([PROGRAM, *words], stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.PIPE, timeout=60).returncode
        check(code == 1, "a full disk is an error")


def interrupt():
    for sign in (signal.SIGINT, signal.SIGTERM):
        words = with_model(["ask", "--temp", "8", "--seed", "3", "--thoughts", "stdout", QUESTION])
        child = subprocess.Popen([PROGRAM, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        begun = os.read(child.stdout.fileno(), 1)
        child.send_signal(sign)
        sent = time.monotonic()
        rest, _ = child.communicate(timeout=60)
        check(child.returncode == 130, f"{sign.name} gives exit code 130")
        check(time.monotonic() - sent < 5, "at once")
        check((begun + rest).endswith(b"\n"), "and the line is ended")
        (begun + rest).decode()


def on_terminal(*words, **environment):
    """What the program writes when stdin, stdout and stderr are a terminal."""
    child, master = pty.fork()
    if child == 0:
        os.environ.pop("NO_COLOR", None)
        os.environ["TERM"] = "xterm"
        os.environ.update(environment)
        os.execv(PROGRAM, [PROGRAM, *with_model(words)])
    shown = b""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if not select.select([master], [], [], 1)[0]:
            continue
        try:
            piece = os.read(master, 65536)
        except OSError:
            break
        if not piece:
            break
        shown += piece
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), shown.replace(b"\r\n", b"\n")


def terminal():
    code, shown = on_terminal("ask", QUESTION)
    check(code == 0 and b"\x1b[2m" in shown, "the thought is dimmed on a terminal")
    answer = run("ask", QUESTION).stdout
    check(shown.endswith(b"\n" + answer), "the answer is the last thing, on a line of its own")
    code, shown = on_terminal("ask", QUESTION, NO_COLOR="1")
    check(code == 0 and b"\x1b[2m" not in shown, "NO_COLOR is honoured")
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "hostile.gguf")
        whole = open(MODEL, "rb").read()
        name = whole.index(b"Pocket Reasoner")
        open(path, "wb").write(whole[:name] + b"P\x1b[31m\x07 Reason" + whole[name + 14:])
        code, shown = on_terminal("inspect", path)
        check(code == 0 and b"\x1b[31m" not in shown and b"\x07" not in shown, "a file's metadata cannot command the terminal")
        check("␛[31m␇".encode() in shown, "and is shown for what it is")


def inspect():
    result = run("inspect", MODEL)
    check(result.returncode == 0 and b"deepseek2" in result.stdout and b"can run it" in result.stdout, "text")
    report = json.loads(run("inspect", MODEL, "--json").stdout)
    check(report["architecture"] == "deepseek2" and report["runs"] and not report["problems"], "JSON")
    check(sum(t["tensors"] for t in report["types"]) == len(report["tensors"]) > 0, "every tensor is counted")
    check(report["chat_template"] and report["reasoning_profile"] == "r1", "template and reasoning profile")
    if IN_SOURCE_TREE:
        check(run("inspect").stdout.splitlines()[1:] == result.stdout.splitlines()[1:], "the bundled model is the default")


def bench():
    report = json.loads(run("bench", MODEL, "--prompt", "64", "--tokens", "16", "--depths", "0,128", "--repeat", "1", "--json").stdout)
    check([row["depth"] for row in report["rows"]] == [0, 128], "a row for each depth")
    for row in report["rows"]:
        measured = (row["prefill_tokens_per_second"], row["decode_tokens_per_second"], row["bytes_per_token"])
        check(min(measured) > 0, "speeds are measured")
    check(report["copy_gb_per_second"] > 0, "beside the bandwidth of the machine")
    text = run("bench", MODEL, "--prompt", "16", "--tokens", "8", "--repeat", "1")
    check(text.returncode == 0 and b"GB/s" in text.stdout, "text")


def export():
    with tempfile.TemporaryDirectory() as folder:
        result = run("export", "--data", os.path.join(folder, "none"))
        check(result.returncode == 1 and b"--data" in result.stderr, "no data folder is an error")
        check(os.listdir(folder) == [], "and nothing is made")


def help_():
    text = run("--help").stdout.decode()
    for word in ("ask", "inspect", "bench", "export", "--data", "Exit codes", "130", "NO_COLOR", "stdin"):
        check(word in text, f"--help teaches {word}")
    asking = run("ask", "--help").stdout.decode()
    for option in ("--thoughts", "--json", "--seed", "--temp", "--top-p", "--top-k", "--min-p", "--max-tokens", "--model", "--device",
                   "--threads", "--context", "--think", "--system", "--data"):
        check(option in asking, f"ask --help teaches {option}")
    check(run("help", "ask").stdout.decode() == asking, "help ask is ask --help")
    check(run("--version").stdout.startswith(b"soliloquy "), "--version")
    for command in ("inspect", "bench", "export"):
        check(run(command, "--help").returncode == 0, f"{command} --help")


def quiet_home():
    with tempfile.TemporaryDirectory() as home, tempfile.TemporaryDirectory() as work:
        environment = {"HOME": home, "PATH": os.environ["PATH"]}
        result = run("ask", "--data", os.path.join(home, "data"), "Hi", env=environment, cwd=work)
        check(result.returncode == 0, "runs from any folder, with an empty environment")
        left = [os.path.join(r, f) for r, _, files in os.walk(home) for f in files if not r.startswith(os.path.join(home, "data"))]
        check(left == [] and os.listdir(work) == [], "writes nothing outside --data")


{"input": input_, "help": help_}.get(PART, globals().get(PART))()
