/// tests/integration/crash/stream_until_killed.cpp: one finished turn, then an endless stream, through ChatSession into the store, until
/// someone kills it. Every emitted token is written to a log of its own before the program sees it:
///   F RUN            the first turn is finished and stored
///   S MESSAGE        the endless turn has begun
///   T MS BYTES       at MS (monotonic clock) the stream had BYTES bytes
/// Usage: stream_until_killed STORE LOG RUN
#include <fcntl.h>
#include <unistd.h>

#include <QCoreApplication>
#include <cstdio>
#include <cstdlib>

#include "app/chat/chat_session.h"
#include "tests/integration/crash/stream_script.h"

using namespace soliloquy;

namespace {

class Log {
  public:
    explicit Log(const char* path) : descriptor_(::open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)) {}
    void line(char kind, long long first, long long second = -1) const {
        char text[64];
        const int length = second < 0 ? std::snprintf(text, sizeof text, "%c %lld\n", kind, first)
                                      : std::snprintf(text, sizeof text, "%c %lld %lld\n", kind, first, second);
        if (::write(descriptor_, text, static_cast<size_t>(length)) != length) std::abort();
    }

  private:
    int descriptor_;
};

}  // namespace

int main(int argc, char** argv) {
    QCoreApplication application(argc, argv);
    if (argc != 4) return 2;
    const int run = std::atoi(argv[3]);
    const Log log(argv[2]);
    auto store = store::ConversationStore::open(argv[1]);
    if (!store.ok()) {
        std::fprintf(stderr, "%s\n", store.error().message.c_str());
        return 3;
    }
    auto model = std::make_shared<testing::ScriptedModel>();
    model->push(testing::think_then_answer(testing::finished_thought(run), testing::finished_answer(run)));
    model->push(testing::endless_stream());
    ChatSession session({.store = store->get(), .open_engine = testing::opener(model), .model = "scripted.gguf"});
    long long emitted = 0;
    QObject::connect(&session, &ChatSession::turn_finished, [&] {
        log.line('F', run);
        model->set_token_hook([&](const TokenEvent& token) {
            emitted += static_cast<long long>(token.bytes.size());
            log.line('T', system_clock().monotonic_ms(), emitted);
        });
        if (!session.send("and now without end")) std::abort();
        log.line('S', session.streaming_message());
    });
    QObject::connect(&session, &ChatSession::trouble, [](const QString& what, const QString& details) {
        std::fprintf(stderr, "%s %s\n", what.toUtf8().constData(), details.toUtf8().constData());
        std::abort();
    });
    if (!session.send("a short question")) return 4;
    return QCoreApplication::exec();
}
