"""tests/integration/offline/offline_test.py PART PROGRAM JAIL PROBE: the program lives where any internet socket kills, the control program dies.

Parts: control (the jail works), own_filter (the program's own filter), terminal, window_offscreen, window_display (a real
window under Xvfb, driven by xdotool where both are installed), namespace (a network namespace with nothing in it).
"""
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

PART, PROGRAM, JAIL, PROBE = sys.argv[1:5]
FAMILIES = ["inet", "inet6", "netlink", "packet", "vsock", "pair", "io_uring"]
QUESTION = "Which is larger, 9.11 or 9.9?"


def skip(reason):
    print("SKIPPED:", reason)
    sys.exit(77)


def check(condition, what):
    print("ok  " if condition else "FAIL", what)
    if not condition:
        sys.exit(1)


def run(*command, **options):
    return subprocess.run(command, capture_output=True, text=True, timeout=120, **options).returncode


def need_jail():
    if run(JAIL, PROBE, "unix") == 77:
        skip("this kernel does not take a seccomp filter")


def control():
    for family in FAMILIES:
        outside = run(PROBE, family)
        check(outside in (0, 3), f"{family}: the control program lives without the filter ({outside})")
        check(run(JAIL, PROBE, family) == -signal.SIGSYS, f"{family}: the control program is killed under it")
    check(run(JAIL, PROBE, "unix") == 0, "unix: the local display's family is allowed")


def own_filter():
    for family in FAMILIES:
        check(run(PROBE, "--forbid", family) == 3, f"{family}: refused by the program's own filter")
    check(run(PROBE, "--forbid", "unix") == 0, "unix: allowed by the program's own filter")


def ask(*before):
    done = subprocess.run([*before, PROGRAM, "ask", QUESTION], capture_output=True, text=True, timeout=120)
    check(done.returncode == 0, f"ask ends well ({done.returncode}) {done.stderr[-300:]}")
    check("9.9" in done.stdout, f"ask answers: {done.stdout.strip()!r}")


def stored_answers(folder):
    """Finished answers in the store of `folder`, read while the program runs."""
    for root, _, names in os.walk(folder):
        for name in names:
            if name.endswith((".db", ".sqlite", ".sqlite3")):
                try:
                    with sqlite3.connect(f"file:{os.path.join(root, name)}?mode=ro", uri=True, timeout=1) as store:
                        return store.execute("SELECT COUNT(*) FROM messages WHERE role = 2 AND status = 0 ORDER BY 1").fetchone()[0]  # an assistant's, finished
                except sqlite3.Error:
                    return 0
    return 0


def window(environment, drive):
    with tempfile.TemporaryDirectory() as data:
        process = subprocess.Popen([JAIL, PROGRAM, "--data", data], env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            time.sleep(4)
            check(process.poll() is None, "the window is open and alive")
            if drive:
                drive()
                for _ in range(60):
                    if stored_answers(data) or process.poll() is not None:
                        break
                    time.sleep(0.5)
                check(process.poll() is None, "the window lives after a question")
                check(stored_answers(data) == 1, "the question was answered and kept")
                subprocess.run(["xdotool", "key", "ctrl+q"], env={**os.environ, **environment}, check=False)
            else:
                process.send_signal(signal.SIGTERM)
            process.wait(timeout=20)
        finally:
            if process.poll() is None:
                process.kill()
        errors = process.stderr.read()
        check(process.returncode != -signal.SIGSYS, f"it was not killed by the filter ({process.returncode}) {errors[-400:]}")
        check(process.returncode in (0, -signal.SIGTERM), f"it ended by itself ({process.returncode}) {errors[-400:]}")


def window_display():
    if not shutil.which("Xvfb"):
        skip("Xvfb is not installed")
    read, write = os.pipe()
    server = subprocess.Popen(["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x900x24", "-nolisten", "tcp"], pass_fds=[write], stderr=subprocess.DEVNULL)
    os.close(write)
    try:
        display = ":" + os.read(read, 16).decode().strip()
        environment = {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb", "QT_QUICK_BACKEND": "software", "DBUS_SESSION_BUS_ADDRESS": "disabled:"}

        def drive():
            def tool(*arguments):
                subprocess.run(["xdotool", *arguments], env={**os.environ, **environment}, check=False, capture_output=True, timeout=30)

            window_id = subprocess.run(["xdotool", "search", "--onlyvisible", "--name", "Soliloquy"], env={**os.environ, **environment}, capture_output=True, text=True).stdout.split()
            check(bool(window_id), "the window is on the display")
            tool("windowfocus", "--sync", window_id[-1])
            tool("key", "ctrl+l")
            tool("type", "--delay", "20", QUESTION)
            tool("key", "Return")

        window(environment, drive if shutil.which("xdotool") else None)
    finally:
        server.terminate()
        server.wait()


def namespace():
    if not shutil.which("unshare") or run("unshare", "-rn", "true") != 0:
        skip("this machine does not let a program make a network namespace")
    ask("unshare", "-rn")


if PART == "control":
    need_jail()
    control()
elif PART == "own_filter":
    need_jail()
    own_filter()
elif PART == "terminal":
    need_jail()
    ask(JAIL)
elif PART == "window_offscreen":
    need_jail()
    window({"QT_QPA_PLATFORM": "offscreen"}, None)
elif PART == "window_display":
    need_jail()
    window_display()
elif PART == "namespace":
    namespace()
else:
    sys.exit(f"no part {PART}")
