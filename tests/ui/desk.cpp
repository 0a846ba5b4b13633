/// tests/ui/desk.cpp: drives the window through its events only.
#include "tests/ui/desk.h"

#include <QAccessible>
#include <QCoreApplication>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QImage>
#include <QKeyEvent>
#include <QTest>
#include <QWheelEvent>

static void register_compiled_qml() { Q_INIT_RESOURCE(qmlcache_soliloquy_ui); }

namespace soliloquy::testing {
namespace {

void collect(QQuickItem* from, const std::function<bool(QQuickItem*)>& wanted, std::vector<QQuickItem*>& found) {
    if (!from->isVisible() || from->opacity() == 0.0) return;
    if (wanted(from)) found.push_back(from);
    for (QQuickItem* child : from->childItems()) collect(child, wanted, found);
}

}  // namespace

QString accessible_name(QQuickItem* item) {
    QAccessibleInterface* accessible = QAccessible::queryAccessibleInterface(item);
    return accessible == nullptr ? QString() : accessible->text(QAccessible::Name);
}

Desk::Desk(const Options& options) {
    register_compiled_qml();
    QAccessible::setActive(true);
    model = std::make_shared<ScriptedModel>();
    model->info.name = "Pocket Reasoner";
    model->info.architecture = "deepseek2";
    model->info.quantization = "Q8_0";
    model->info.context_length = 4096;
    model->info.can_think = true;
    model->info.thinking_can_be_switched = true;
    model->info.device.device = Device::cpu;
    model->info.device.description = "CPU, 2 threads, AVX-512 VNNI";
    model->info.device.reason = "no GPU backend in this build";
    auto opened = store::ConversationStore::open_in_memory();
    if (!opened.ok()) qFatal("%s", opened.error().message.c_str());
    store = std::move(opened.value());
    (void)store->set_value("ui.theme", options.theme.toStdString());
    ChatSession::Setup setup;
    setup.store = store.get();
    setup.open_engine = opener(model);
    setup.model = "pocket-reasoner-q8_0.gguf";
    setup.flush_interval_ms = options.flush_interval_ms;
    session = std::make_unique<ChatSession>(std::move(setup));
    AppViewModel::Setup parts;
    parts.session = session.get();
    parts.store = store.get();
    parts.bundled_model = "pocket-reasoner-q8_0.gguf";
    parts.privacy = {true, QStringLiteral("A filter in the kernel refuses every socket but the desktop's."), options.data_folder};
    parts.known_programs = false;
    app = std::make_unique<AppViewModel>(std::move(parts));
    engine = std::make_unique<QQmlApplicationEngine>();
    AppViewModel::prepare(*engine);
    engine->setInitialProperties({{QStringLiteral("app"), QVariant::fromValue<QObject*>(app.get())}});
    engine->load(QUrl(QStringLiteral("qrc:/qt/qml/Soliloquy/Main.qml")));
    if (engine->rootObjects().isEmpty()) qFatal("Main.qml could not be loaded");
    window = qobject_cast<QQuickWindow*>(engine->rootObjects().constFirst());
    window->resize(options.width, options.height);
    window->requestActivate();
    if (options.load) {
        session->load_model();
        (void)wait([this] { return session->model_info().has_value(); });
    }
    settle();
}

Desk::~Desk() {
    engine.reset();
    app.reset();
    session.reset();
    store.reset();
}

bool Desk::wait(const std::function<bool()>& done, int limit_ms) const {
    QElapsedTimer timer;
    timer.start();
    while (!done()) {
        if (timer.elapsed() > limit_ms) return false;
        QCoreApplication::processEvents(QEventLoop::AllEvents | QEventLoop::WaitForMoreEvents, 5);
    }
    return true;
}

bool Desk::wait_idle() const {
    return wait([this] { return !session->busy(); });
}

void Desk::settle(int ms) const {
    QElapsedTimer timer;
    timer.start();
    do QCoreApplication::processEvents(QEventLoop::AllEvents, 5);
    while (timer.elapsed() < ms);
}

std::vector<QQuickItem*> Desk::all_named(const QString& name) const {
    std::vector<QQuickItem*> found;
    collect(
        window->contentItem(), [&name](QQuickItem* item) { return accessible_name(item) == name; }, found);
    return found;
}

QQuickItem* Desk::named(const QString& name) const {
    const auto found = all_named(name);
    return found.empty() ? nullptr : found.front();
}

bool Desk::shows(const QString& words) const {
    std::vector<QQuickItem*> found;
    collect(
        window->contentItem(),
        [&words](QQuickItem* item) {
            const QVariant plain = item->property("plain"), text = item->property("text");
            return (plain.isValid() && plain.toString().contains(words)) || (text.isValid() && text.toString().contains(words));
        },
        found);
    return !found.empty();
}

void Desk::press(const QString& name) const {
    QQuickItem* item = named(name);
    QAccessibleInterface* accessible = item == nullptr ? nullptr : QAccessible::queryAccessibleInterface(item);
    if (accessible == nullptr || accessible->actionInterface() == nullptr) qFatal("nothing to press is named %s", qPrintable(name));
    accessible->actionInterface()->doAction(QAccessibleActionInterface::pressAction());
    settle();
}

void Desk::click(QQuickItem* item) const {
    const QPointF at = item->mapToScene(QPointF(item->width() / 2, item->height() / 2));
    QTest::mouseClick(window, Qt::LeftButton, Qt::NoModifier, at.toPoint());
    settle();
}

void Desk::type(const QString& text) const {
    for (const QChar letter : text) {
        QKeyEvent down(QEvent::KeyPress, 0, Qt::NoModifier, QString(letter));
        QCoreApplication::sendEvent(window, &down);
        QKeyEvent up(QEvent::KeyRelease, 0, Qt::NoModifier, QString(letter));
        QCoreApplication::sendEvent(window, &up);
    }
    settle();
}

void Desk::key(Qt::Key code, Qt::KeyboardModifiers modifiers) const {
    QTest::keyClick(window, code, modifiers);
    settle();
}

void Desk::wheel(QQuickItem* over, int angle) const {
    const QPointF at = over->mapToScene(QPointF(over->width() / 2, over->height() / 2));
    QWheelEvent event(at, window->mapToGlobal(at), QPoint(), QPoint(0, angle), Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase, false);
    QCoreApplication::sendEvent(window, &event);
}

bool Desk::shoot(const QString& file) const {
    settle(60);
    return window->grabWindow().save(file);
}

QQuickItem* Desk::list() const { return named(QStringLiteral("Conversation")); }

QQuickItem* Desk::lines() const { return named(QStringLiteral("Lines of the thought")); }

}  // namespace soliloquy::testing
