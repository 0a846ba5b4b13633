/// app/viewmodels/device_view_model.h: the devices that models can run on, the one the user prefers, and the one that runs now with the
/// reason.
#pragma once

#include <QObject>
#include <QVariantList>
#include <thread>

#include "app/chat/chat_session.h"

namespace soliloquy {

class DeviceViewModel : public QObject {
    Q_OBJECT
    /// { setting, name, about, reason, warning }: "auto" first, the CPU last. Empty until they were looked for.
    Q_PROPERTY(QVariantList devices READ devices NOTIFY devicesChanged)
    Q_PROPERTY(bool looking READ looking NOTIFY devicesChanged)                      ///< drivers are being asked
    Q_PROPERTY(QString setting READ setting WRITE setSetting NOTIFY settingChanged)  ///< "auto", "cpu", "vulkan:<name>"
    Q_PROPERTY(QString running READ running NOTIFY runningChanged)  ///< "CPU, 2 threads: no GPU ..."; empty while nothing is open

  public:
    using Lister = std::function<DeviceReports(unsigned threads)>;
    DeviceViewModel(ChatSession& session, store::ConversationStore& store, Lister lister, QObject* parent = nullptr);
    ~DeviceViewModel() override;

    [[nodiscard]] QVariantList devices() const { return devices_; }
    [[nodiscard]] bool looking() const { return looking_; }
    [[nodiscard]] QString setting() const { return setting_; }
    [[nodiscard]] QString running() const;
    void setSetting(const QString& setting);

    /// Asks the drivers, once in the life of the program, on a thread of its own: one may take long to answer.
    Q_INVOKABLE void look();

    /// What the user chose in an earlier run, where the command line says nothing.
    static void read_setting(const store::ConversationStore& store, LoadOptions& options);

  Q_SIGNALS:
    void devicesChanged();
    void settingChanged();
    void runningChanged();

  private:
    void show(const DeviceReports& reports);

    ChatSession& session_;
    store::ConversationStore& store_;
    Lister lister_;
    QVariantList devices_;
    QString setting_;
    bool looking_ = false, looked_ = false;
    std::thread thread_;
};

}  // namespace soliloquy
