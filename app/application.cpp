/// app/application.cpp: from the command line to the first frame: network away, data folder, store, session, window.
#include "app/application.h"

#include <CLI/CLI.hpp>
#include <QGuiApplication>
#include <QQmlApplicationEngine>
#include <QQuickStyle>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

#include "app/models/library_settings.h"
#include "app/platform/network_guard.h"
#include "app/platform/paths.h"
#include "app/viewmodels/app_view_model.h"
#include "app/viewmodels/device_view_model.h"

static void register_compiled_qml() { Q_INIT_RESOURCE(qmlcache_soliloquy_ui); }  // a static library's resources are not found by themselves

namespace soliloquy {
namespace {

struct WindowOptions {
    std::filesystem::path data, model;
    std::filesystem::path cache;  // what can be made again
    std::string device = "auto";
    std::optional<uint32_t> gpu_layers, cpu_experts;
    unsigned threads = 0;
};

int complain(const std::string& message) {
    std::fprintf(stderr, "soliloquy: %s\n", message.c_str());
    return 1;
}

/// Empty when a window can be opened; else why not. Qt itself would end the process.
std::string display_problem() {
#if defined(__linux__)
    const auto set = [](const char* name) {
        const char* value = std::getenv(name);
        return value != nullptr && *value != '\0' ? std::optional<std::string>(value) : std::nullopt;
    };
    if (set("QT_QPA_PLATFORM") || set("WAYLAND_DISPLAY")) return {};
    const auto display = set("DISPLAY");
    if (!display) return "there is no display to open a window on";
    const size_t colon = display->rfind(':');
    const std::string host = display->substr(0, colon == std::string::npos ? 0 : colon);
    if (!host.empty() && host != "unix" && host[0] != '/')
        return "the display " + *display + " is on another computer, and this program opens no network connection";
    if (colon != std::string::npos && host.empty()) {
        const std::string number = display->substr(colon + 1, display->find('.', colon) - colon - 1);
        std::error_code ignored;
        if (!std::filesystem::exists("/tmp/.X11-unix/X" + number, ignored)) return "the display " + *display + " does not answer";
    }
#endif
    return {};
}

/// The store of the data folder. A broken file is kept beside under another name and a new one is begun; what was done is added to `notes`.
store::StoreResult<std::unique_ptr<store::ConversationStore>> open_store(const std::filesystem::path& folder, std::string& notes) {
    const std::filesystem::path file = folder / "conversations.db";
    auto opened = store::ConversationStore::open(file);
    if (opened.ok() || opened.error().code != store::StoreErrorCode::broken) return opened;
    const std::string reason = opened.error().message;
    auto aside = store::ConversationStore::move_aside(file);
    if (!aside.ok()) return aside.error();
    notes = reason + " It is kept as " + aside.value().string() + "; a new one was begun.";
    return store::ConversationStore::open(file);
}

/// The model named on the command line, else the last one opened while it is still there, else the bundled one.
std::filesystem::path first_model(const WindowOptions& options, const std::filesystem::path& bundled) {
    if (!options.model.empty()) return options.model;
    const std::filesystem::path last = models::LibrarySettings::load(options.data).last_model;
    std::error_code ignored;
    return !last.empty() && std::filesystem::is_regular_file(last, ignored) ? last : bundled;
}

int show(const WindowOptions& options, const NetworkGuardState& guard, int argc, char** argv) {
    QGuiApplication application(argc, argv);
    QGuiApplication::setApplicationName(QStringLiteral("Soliloquy"));
    QGuiApplication::setApplicationVersion(QStringLiteral(SOLILOQUY_VERSION));
    QGuiApplication::setDesktopFileName(QStringLiteral("soliloquy"));
    QQuickStyle::setStyle(QStringLiteral("Basic"));
    register_compiled_qml();

    std::string notes;
    auto store = open_store(options.data, notes);
    if (!store.ok()) return complain(store.error().message);

    ChatSession::Setup setup;
    setup.store = store.value().get();
    setup.open_engine = [](const std::filesystem::path& path, const LoadOptions& load) { return open_engine(path, load); };
    const DeviceName device = parse_device_name(options.device).value_or(DeviceName{});
    setup.load.device = device.device;
    setup.load.which_device = device.which;
    setup.load.gpu_layers = options.gpu_layers;
    setup.load.cpu_experts = options.cpu_experts;
    setup.load.cache_folder = options.cache;
    setup.load.threads = options.threads;
    SettingsViewModel::read_engine_settings(*store.value(), setup.load);
    DeviceViewModel::read_setting(*store.value(), setup.load);
    const auto bundled = bundled_model_path();
    setup.model = first_model(options, bundled.ok() ? bundled.value() : std::filesystem::path());
    ChatSession session(std::move(setup));

    AppViewModel::Setup parts;
    parts.session = &session;
    parts.store = store.value().get();
    if (bundled.ok()) parts.bundled_model = bundled.value();
    parts.privacy = {guard.enforced, QString::fromStdString(guard.explanation), QString::fromStdString(options.data.string())};
    AppViewModel app(std::move(parts));

    QQmlApplicationEngine engine;
    AppViewModel::prepare(engine);
    engine.setInitialProperties({{QStringLiteral("app"), QVariant::fromValue<QObject*>(&app)}});
    engine.load(QUrl(QStringLiteral("qrc:/qt/qml/Soliloquy/Main.qml")));
    if (engine.rootObjects().isEmpty()) return complain("the window could not be built; this build is incomplete");
    if (!notes.empty()) Q_EMIT session.trouble(QObject::tr("The conversations could not be read."), QString::fromStdString(notes));
    if (session.model_path().empty())
        Q_EMIT session.trouble(QObject::tr("No model was found."), QObject::tr("The bundled model is missing. Open a GGUF file."));
    else
        session.load_model();
    const int code = QGuiApplication::exec();
    session.purge_deleted();
    return code;
}

}  // namespace

int run_window(int argc, char** argv) {
    WindowOptions options;
    CLI::App line("Soliloquy: run a reasoning model on your own computer and watch it think");
    line.add_option("--data", options.data, "folder for all that the program writes");
    line.add_option("--model", options.model, "GGUF file to open");
    line.add_option("--device", options.device, "cpu, vulkan, vulkan:N, vulkan:NAME, cuda or auto");
    line.add_option("--gpu-layers", options.gpu_layers, "the last N layers run on the GPU; 0 = none");
    line.add_option("--cpu-experts", options.cpu_experts, "experts of the first N layers that have any stay on the CPU");
    line.add_option("--threads", options.threads, "0 = all cores");
    try {
        line.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return line.exit(error) == 0 ? 0 : 2;
    }
    const auto device = parse_device_name(options.device);
    if (!device) {
        std::fprintf(stderr, "soliloquy: --device is cpu, vulkan, vulkan:N, vulkan:NAME, cuda or auto, not '%s'\n", options.device.c_str());
        return 2;
    }
    // Vulkan's drivers are asked when a model is opened: they may be slow, and the window need not wait.
    if (device->device == Device::cuda) return complain(choose_device(*device, options.threads).error().message);
    if (const std::string problem = display_problem(); !problem.empty())
        return complain(problem + "\nIn a terminal, ask like this:  soliloquy ask \"Which is larger, 9.11 or 9.9?\"");
    options.cache = cache_folder(options.data);
    if (options.data.empty()) options.data = default_data_folder();
    if (const auto status = prepare_data_folder(options.data); !status.ok()) return complain(status.error().message);
    // QML is compiled into the program; nothing is cached elsewhere, so that everything the program writes lies in its data folder.
    setenv("QML_DISABLE_DISK_CACHE", "1", 0);
    setenv("VK_LOADER_LAYERS_DISABLE", "~implicit~", 0);
    const NetworkGuardState guard = forbid_network();
    return show(options, guard, argc, argv);
}

}  // namespace soliloquy
