/// app/viewmodels/app_view_model.cpp: puts the view models together and chooses the fonts.
#include "app/viewmodels/app_view_model.h"

#include <QCoreApplication>
#include <QFontDatabase>
#include <QGuiApplication>
#include <QQmlEngine>

#include "app/viewmodels/denying_network_factory.h"
#include "app/viewmodels/icon_provider.h"

namespace soliloquy {

AppViewModel::AppViewModel(Setup setup, QObject* parent)
    : QObject(parent),
      setup_(std::move(setup)),
      settings_(*setup_.session, *setup_.store),
      chat_(*setup_.session, settings_),
      composer_(*setup_.session, setup_.store),
      conversations_(*setup_.session, *setup_.store, *setup_.clock),
      devices_(*setup_.session, *setup_.store, setup_.list_devices),
      models_({setup_.session, setup_.privacy.data_folder.toStdString(), setup_.bundled_model, setup_.known_programs}),
      search_(*setup_.store) {
    chat_.set_bundled_model(setup_.bundled_model);
}

void AppViewModel::prepare(QQmlEngine& engine) {
    static DenyingNetworkFactory factory;  // the engine does not take it over
    engine.setNetworkAccessManagerFactory(&factory);
    engine.addImportPath(QStringLiteral("qrc:/qt/qml"));
    engine.addImageProvider(QStringLiteral("icons"), new IconProvider);
}

QString AppViewModel::fontFamily() const {
    const QString inter = QStringLiteral("Inter");
    return QFontDatabase::hasFamily(inter) ? inter : QGuiApplication::font().family();
}

QString AppViewModel::monoFamily() const {
    for (const QString& family : {QStringLiteral("JetBrains Mono"), QStringLiteral("DejaVu Sans Mono")})
        if (QFontDatabase::hasFamily(family)) return family;
    return QFontDatabase::systemFont(QFontDatabase::FixedFont).family();
}

QString AppViewModel::version() const { return QCoreApplication::applicationVersion(); }

qint64 AppViewModel::processId() const { return QCoreApplication::applicationPid(); }

void AppViewModel::showMessage(qlonglong conversation, qlonglong message) {
    conversations_.open(conversation);
    const int index = setup_.session->index_of(message);
    if (index < 0) {
        const auto found = setup_.store->message(message);
        if (found.ok()) (void)setup_.session->switch_branch(message, static_cast<int>(found.value().sibling_index));
    }
}

}  // namespace soliloquy
