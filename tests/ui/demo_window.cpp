/// tests/ui/demo_window.cpp: the window in each of its states on a scripted engine, as PNG files:
///   demo_window FOLDER [STATE...]        QT_QPA_PLATFORM=offscreen works
#include <QDir>
#include <QGuiApplication>
#include <QQuickStyle>
#include <cstdio>
#include <functional>
#include <map>

#include "tests/ui/desk.h"

using namespace soliloquy;
using namespace soliloquy::testing;

namespace {

const char* const kThought =
    "Integer parts: 9 and 9. They are equal.\n\nI pad the decimals to the same length: 11 and 90.\n\n1 is smaller than 9.\n\n9.9 is larger "
    "than 9.11.";
const char* const kSum =
    "I add 487 and 356 column by column, from the right.\n487 + 356: 7 + 6 = 13, write 3, carry 1, so far 3.\n48 + 35 carry 1: 8 + 5 + 1 = "
    "14, write 4, carry 1, so far 43.\n4 + 3 carry 1: 4 + 3 + 1 = 8, write 8, so far";
const char* const kRich =
    "The click handler calls `submit()`, and the button is of type `submit` already, so the browser sends the form once more. Listen to "
    "the form instead:\n\n"
    "```js\n// once is enough\nform.addEventListener(\"submit\", event => {\n  if (!check(42)) event.preventDefault();\n});\n```\n\n"
    "| Way in | Before | After |\n|---|---|--:|\n| Click | sent twice | sent once |\n| Enter key | sent unchecked | checked, sent once "
    "|\n\n"
    "## What to remember\n\n1. A form has *one* way out.\n2. The handler belongs to it:\n   - for the mouse\n   - for the keyboard\n3. "
    "~~Never~~ Rarely stop an event.\n\n"
    "- [x] fixed\n- [ ] tested on a phone\n\n> A quotation, with a [link](https://example.org/page?q=1) and an ![image of a "
    "cat](https://example.org/cat.png).\n\n---\n\nThat is all, <b>really</b>.";

struct Exchange {
    QString question;
    Script answer;
};

/// The last script of a model is used again for ever, so all of them are given before the first question.
void chat(Desk& desk, std::vector<Exchange> exchanges) {
    for (Exchange& exchange : exchanges) desk.model->push(std::move(exchange.answer));
    for (const Exchange& exchange : exchanges) {
        (void)desk.session->send(exchange.question);
        (void)desk.wait_idle();
        desk.settle(40);
    }
}

void past(Desk& desk) {
    for (const char* title : {"Garden plan for spring", "Why MLA needs less cache", "Train times to Graz", "Contract, clause 7",
                              "Parser off-by-one", "Letters in strawberry"}) {
        store::Conversation conversation;
        conversation.title = title;
        conversation.pinned = conversation.title == "Garden plan for spring";
        const int64_t now = system_clock().unix_ms();
        conversation.created = conversation.updated =
            now - (conversation.title[0] == 'P' || conversation.title[0] == 'L' ? 1000 : 4LL * 86400 * 1000);
        (void)desk.store->create_conversation(conversation);
    }
    desk.app->conversations()->reload();
}

void live(Desk& desk) {
    Script script = unfinished_thought(kSum, 30000);
    script.tokens.push_back({.bytes = " 8", .channel = Channel::thought, .delay_us = 20'000'000});
    desk.model->push(script);
    (void)desk.session->send(QStringLiteral("What is 487 + 356?"));
    desk.settle(3200);
}

using Scene = std::function<void(const QString&)>;

std::map<QString, Scene> scenes() {
    std::map<QString, Scene> all;
    all["first-run"] = [](const QString& file) {
        Desk desk;
        past(desk);
        desk.shoot(file);
    };
    all["first-run-dark"] = [](const QString& file) {
        Desk desk(Desk::Options{.theme = QStringLiteral("dark")});
        desk.shoot(file);
    };
    const auto conversation = [](const QString& file, const Desk::Options& options) {
        Desk desk(options);
        past(desk);
        chat(
            desk,
            {{QStringLiteral("Which is larger, 9.11 or 9.9?"), think_then_answer(kThought, "**9.9** is larger than 9.11.", 3000)},
             {QStringLiteral("Sort 9.9, 9.11 and 9.2 for me, and say why people get this wrong."),
              think_then_answer(kThought,
                                "From smallest to largest: **9.11, 9.2, 9.9**.\n\nPeople read the part behind the point as a whole number, "
                                "so 11 looks larger than 9. Writing both with the same number of digits, 9.11 and 9.90, removes the doubt.",
                                3000)}});
        desk.app->chat()->parts()->setExpanded(1, true);
        desk.shoot(file);
    };
    all["conversation"] = [=](const QString& file) { conversation(file, Desk::Options{}); };
    all["conversation-dark"] = [=](const QString& file) { conversation(file, Desk::Options{.theme = QStringLiteral("dark")}); };
    all["conversation-narrow"] = [=](const QString& file) { conversation(file, Desk::Options{.width = 480, .height = 480}); };
    all["thinking-dark"] = [](const QString& file) {
        Desk desk(Desk::Options{.theme = QStringLiteral("dark")});
        past(desk);
        live(desk);
        desk.shoot(file);
    };
    all["thinking-narrow"] = [](const QString& file) {
        Desk desk(Desk::Options{.width = 500, .height = 760});
        live(desk);
        desk.shoot(file);
    };
    all["drawer"] = [](const QString& file) {
        Desk desk(Desk::Options{.width = 500, .height = 760});
        past(desk);
        desk.key(Qt::Key_B, Qt::ControlModifier);
        desk.settle(300);
        desk.shoot(file);
    };
    all["rich"] = [](const QString& file) {
        Desk desk(Desk::Options{.height = 1300});
        past(desk);
        chat(desk, {{QStringLiteral("The button sends the form twice. Fix it without a framework."), think_then_answer(kThought, kRich)}});
        desk.shoot(file);
    };
    all["rich-dark"] = [](const QString& file) {
        Desk desk(Desk::Options{.height = 1300, .theme = QStringLiteral("dark")});
        chat(desk, {{QStringLiteral("The button sends the form twice. Fix it without a framework."), think_then_answer(kThought, kRich)}});
        desk.shoot(file);
    };
    all["stopped-and-error"] = [](const QString& file) {
        Desk desk;
        past(desk);
        Script broken;
        broken.refuse = Error{ErrorCode::out_of_memory,
                              "The model does not fit this GPU. It needs 19.4 GB at 8k context; 7.1 GB are free. Nothing was lost."};
        chat(desk,
             {{QStringLiteral("Multiply 48 by 76."),
               unfinished_thought(
                   "I multiply 48 by each digit of 76, from the right.\n\n48 * 6\n48: 8 * 6 = 48, so far 8\n4: 4 * 6 + 4 = 28, so far 288",
                   3000)},
              {QStringLiteral("And now with the big model."), broken}});
        desk.shoot(file);
    };
    all["stopped-dark"] = [](const QString& file) {
        Desk desk(Desk::Options{.theme = QStringLiteral("dark")});
        chat(desk, {{QStringLiteral("Multiply 48 by 76."),
                     unfinished_thought("I multiply 48 by each digit of 76, from the right.\n\n48 * 6\n48: 8 * 6 = 48, so far 8", 300)}});
        desk.shoot(file);
    };
    all["loading"] = [](const QString& file) {
        Desk desk(Desk::Options{.load = false});
        past(desk);
        desk.model->set_load(100, 60000);
        desk.session->load_model();
        desk.settle(2600);
        desk.shoot(file);
        desk.session->cancel_load();
    };
    all["load-error"] = [](const QString& file) {
        Desk desk(Desk::Options{.load = false});
        desk.model->fail_load(Error{ErrorCode::invalid_file,
                                    "pocket-reasoner-q8_0.gguf: tensor blk.3.attn_kv_b.weight ends 212 bytes past the end of the file "
                                    "(expected at most 8,964,112, found 8,964,324). The file is cut off: copy it again."});
        desk.session->load_model();
        desk.settle(400);
        desk.shoot(file);
    };
    all["reading"] = [](const QString& file) {
        Desk desk;
        Script script = think_then_answer("a", "b");
        script.prompt_tokens = 900;
        script.prompt_delay_us = 3000;
        desk.model->push(script);
        (void)desk.session->send(QStringLiteral("Summarise this long text."));
        desk.settle(900);
        desk.shoot(file);
        desk.session->stop();
        (void)desk.wait_idle();
    };
    all["long-thought"] = [](const QString& file) {
        Desk desk;
        past(desk);
        desk.model->push(long_stream(6000, 5900, 400));
        (void)desk.session->send(QStringLiteral("Think for long."));
        desk.settle(1500);
        if (QQuickItem* lines = desk.lines()) desk.wheel(lines, 360);
        desk.settle(300);
        desk.shoot(file);
        desk.session->stop();
        (void)desk.wait_idle();
    };
    for (const auto& [name, code] : std::map<QString, Qt::Key>{{"settings", Qt::Key_Comma}, {"help", Qt::Key_Slash}}) {
        all[name] = [code = code](const QString& file) {
            Desk desk(Desk::Options{.height = code == Qt::Key_Comma ? 1000 : 820});
            past(desk);
            desk.key(code, Qt::ControlModifier);
            desk.settle(300);
            desk.shoot(file);
        };
    }
    all["privacy-dark"] = [](const QString& file) {
        Desk desk(Desk::Options{.theme = QStringLiteral("dark")});
        past(desk);
        desk.press(QStringLiteral("Nothing leaves"));
        desk.settle(300);
        desk.shoot(file);
    };
    all["search"] = [](const QString& file) {
        Desk desk;
        past(desk);
        chat(desk, {{QStringLiteral("Which is larger, 9.11 or 9.9?"), think_then_answer(kThought, "**9.9** is larger than 9.11.")}});
        desk.key(Qt::Key_K, Qt::ControlModifier);
        desk.type(QStringLiteral("larger"));
        desk.settle(500);
        desk.shoot(file);
    };
    all["undo"] = [](const QString& file) {
        Desk desk;
        past(desk);
        desk.app->conversations()->remove(3);
        desk.settle(300);
        desk.shoot(file);
    };
    all["menu"] = [](const QString& file) {
        Desk desk;
        past(desk);
        desk.click(desk.named(QStringLiteral("Model: Pocket Reasoner")));
        desk.settle(300);
        desk.shoot(file);
    };
    all["hostile"] = [](const QString& file) {
        Desk desk;
        const char* payload =
            "<img src=\"http://127.0.0.1/x\"> <b>bold?</b> ![x](file:///etc/passwd) <script>alert(1)</script>\n\n<h1>no</h1>";
        chat(desk, {{QString::fromUtf8(payload), think_then_answer(payload, payload)}});
        desk.app->conversations()->rename(desk.session->conversation(), QString::fromUtf8(payload));
        desk.app->chat()->parts()->setExpanded(1, true);
        desk.shoot(file);
    };
    return all;
}

}  // namespace

int main(int argc, char** argv) {
    QGuiApplication application(argc, argv);
    QQuickStyle::setStyle(QStringLiteral("Basic"));
    if (argc < 2) {
        std::fputs("demo_window FOLDER [STATE...]\n", stderr);
        return 2;
    }
    QDir().mkpath(QString::fromLocal8Bit(argv[1]));
    for (const auto& [name, scene] : scenes()) {
        bool wanted = argc == 2;
        for (int i = 2; i < argc; ++i) wanted = wanted || name == QString::fromLocal8Bit(argv[i]);
        if (!wanted) continue;
        const QString file = QString::fromLocal8Bit(argv[1]) + u'/' + name + QStringLiteral(".png");
        scene(file);
        std::printf("%s\n", qPrintable(file));
        std::fflush(stdout);
    }
    return 0;
}
