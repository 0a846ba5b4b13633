/// app/viewmodels/device_view_model.cpp: asks for the devices, keeps the choice.
#include "app/viewmodels/device_view_model.h"

#include <QLocale>
#include <QVariantMap>
#include <algorithm>

namespace soliloquy {
namespace {

constexpr const char* kKey = "engine.device";

QString text(const std::string& words) { return QString::fromStdString(words); }

QString setting_of(const LoadOptions& load) {
    const QString kind = QString::fromUtf8(device_name(load.device).data(), static_cast<qsizetype>(device_name(load.device).size()));
    return load.which_device.empty() ? kind : kind + u':' + text(load.which_device);
}

/// A device is kept by its name, which stays when another one is plugged in; two of one name by their numbers.
QString setting_for(const DeviceReport& device, const DeviceReports& all) {
    const auto namesakes =
        std::count_if(all.devices.begin(), all.devices.end(), [&](const DeviceReport& d) { return d.name == device.name; });
    return device.device == Device::vulkan && namesakes == 1 ? QStringLiteral("vulkan:") + text(device.name) : text(device.id);
}

}  // namespace

DeviceViewModel::DeviceViewModel(ChatSession& session, store::ConversationStore& store, Lister lister, QObject* parent)
    : QObject(parent), session_(session), store_(store), lister_(std::move(lister)), setting_(setting_of(session.general_load())) {
    connect(&session, &ChatSession::model_changed, this, &DeviceViewModel::runningChanged);
}

DeviceViewModel::~DeviceViewModel() {
    if (thread_.joinable()) thread_.join();
}

void DeviceViewModel::read_setting(const store::ConversationStore& store, LoadOptions& options) {
    const auto kept = store.value(kKey);
    if (options.device != Device::automatic || !kept.ok() || !kept.value()) return;
    if (const auto device = parse_device_name(*kept.value())) {
        options.device = device->device;
        options.which_device = device->which;
    }
}

QString DeviceViewModel::running() const {
    const auto info = session_.model_info();
    if (!info) return {};
    const DeviceChoice& device = info->device;
    QString words = text(device.description);
    if (!device.reason.empty()) words += QStringLiteral(": ") + text(device.reason);
    if (!device.placement.empty()) words += QStringLiteral("; ") + text(device.placement);
    if (!device.warning.empty()) words += QStringLiteral(". ") + text(device.warning);
    return words;
}

void DeviceViewModel::setSetting(const QString& setting) {
    const auto device = parse_device_name(setting.toStdString());
    if (!device || setting == setting_) return;
    setting_ = setting;
    (void)store_.set_value(kKey, setting.toStdString());
    session_.set_device(*device);
    Q_EMIT settingChanged();
}

void DeviceViewModel::look() {
    if (looked_) return;
    looked_ = looking_ = true;
    Q_EMIT devicesChanged();
    thread_ = std::thread([this, threads = session_.general_load().threads] {
        const DeviceReports reports = lister_(threads);
        QMetaObject::invokeMethod(
            this, [this, reports] { show(reports); }, Qt::QueuedConnection);
    });
}

void DeviceViewModel::show(const DeviceReports& reports) {
    const QLocale locale;
    const auto best = std::find_if(reports.devices.begin(), reports.devices.end(), [](const DeviceReport& d) { return d.chosen; });
    const QString chosen = best != reports.devices.end() ? text(best->name) : QString();
    devices_.push_back(QVariantMap{{QStringLiteral("setting"), QStringLiteral("auto")},
                                   {QStringLiteral("name"), tr("Automatic")},
                                   {QStringLiteral("about"), tr("Now: %1").arg(chosen)},
                                   {QStringLiteral("reason"), best != reports.devices.end() ? text(best->reason) : QString()}});
    for (const DeviceReport& device : reports.devices) {
        QString about = text(device.kind);
        if (device.memory_bytes > 0) {
            about = tr("%1, %2 of memory, %3 free")
                        .arg(about, locale.formattedDataSize(static_cast<qint64>(device.memory_bytes), 1, QLocale::DataSizeSIFormat),
                             locale.formattedDataSize(static_cast<qint64>(device.free_bytes), 1, QLocale::DataSizeSIFormat));
        }
        devices_.push_back(QVariantMap{{QStringLiteral("setting"), setting_for(device, reports)},
                                       {QStringLiteral("name"), text(device.name)},
                                       {QStringLiteral("about"), about},
                                       {QStringLiteral("reason"), device.device == Device::cpu ? QString() : text(device.reason)}});
    }
    looking_ = false;
    Q_EMIT devicesChanged();
}

}  // namespace soliloquy
