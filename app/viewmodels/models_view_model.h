/// app/viewmodels/models_view_model.h: the library page: models found on this machine, what they need, and what can be done with one.
#pragma once

#include <QAbstractListModel>
#include <QStringList>
#include <QThreadPool>
#include <QUrl>
#include <QVariantMap>
#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "app/chat/chat_session.h"
#include "app/models/machine_memory.h"
#include "app/models/model_fit.h"
#include "app/models/model_library.h"

namespace soliloquy {

/// Lives on the GUI thread; folders and headers are read on a thread of its own.
class ModelsViewModel : public QAbstractListModel {
    Q_OBJECT
    Q_PROPERTY(int count READ count NOTIFY countChanged)
    Q_PROPERTY(bool scanning READ scanning NOTIFY scanningChanged)
    Q_PROPERTY(QString foundIn READ foundIn NOTIFY placesChanged)        ///< "Found in LM Studio and 2 folders of yours."
    Q_PROPERTY(QStringList folders READ folders NOTIFY placesChanged)    ///< that the user added
    Q_PROPERTY(QStringList troubles READ troubles NOTIFY placesChanged)  ///< sentences about folders that could not be read
    Q_PROPERTY(QString setApart READ setApart NOTIFY placesChanged)      ///< "2 files are no models by themselves"; empty = none
    Q_PROPERTY(QString machine READ machine NOTIFY placesChanged)        ///< "18 GB of 24 GB free"
    Q_PROPERTY(QVariantList suggestions READ suggestions NOTIFY placesChanged)
    Q_PROPERTY(double loadProgress READ loadProgress NOTIFY loadProgressChanged)
    Q_PROPERTY(QVariantMap details READ details NOTIFY detailsChanged)     ///< of the model asked for last; empty = none
    Q_PROPERTY(QVariantMap checksum READ checksum NOTIFY checksumChanged)  ///< of that model: running, progress, text, verdict, matches

  public:
    enum Role {
        PathRole = Qt::UserRole + 1,
        NameRole,
        AboutRole,     ///< "16B, 64 experts, 6 used · Q4_K · thinks"
        SizeRole,      ///< "10 GB"
        ShareRole,     ///< 0..1 of the memory that is free
        LevelRole,     ///< "fits", "tight", "too_large", "unknown"; "" when it cannot be opened
        SentenceRole,  ///< the fit, or the first thing to know
        StateRole,     ///< "runs", "cannot_run", "broken"
        ActionRole,    ///< "open", "anyway", "look", "details"
        OpenedRole,
        LoadingRole,
        ProgramsRole,
    };

    struct Setup {
        ChatSession* session = nullptr;
        std::filesystem::path data_folder;
        std::filesystem::path bundled_model;
        bool known_programs = true;  ///< tests look at their own folders only
        std::function<models::MachineMemory()> memory = models::machine_memory;
    };
    explicit ModelsViewModel(Setup setup, QObject* parent = nullptr);
    ~ModelsViewModel() override;  ///< cancels and waits for its threads

    [[nodiscard]] int count() const { return static_cast<int>(rows_.size()); }
    [[nodiscard]] bool scanning() const { return scanning_; }
    [[nodiscard]] QString foundIn() const;
    [[nodiscard]] QStringList folders() const;
    [[nodiscard]] QStringList troubles() const { return troubles_; }
    [[nodiscard]] QString setApart() const;
    [[nodiscard]] QString machine() const;
    [[nodiscard]] QVariantList suggestions() const;
    [[nodiscard]] double loadProgress() const;
    [[nodiscard]] QVariantMap details() const { return details_; }
    [[nodiscard]] QVariantMap checksum() const { return checksum_; }

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QHash<int, QByteArray> roleNames() const override;

    /// Looks again. Cheap the second time: only files that changed are read.
    Q_INVOKABLE void refresh();
    Q_INVOKABLE void addFolder(const QUrl& folder);
    Q_INVOKABLE void removeFolder(const QString& folder);
    /// A file that was dropped or chosen; false when it is no local file. A folder is added as one.
    Q_INVOKABLE bool addFile(const QUrl& file);
    /// Opens the model for the conversation on the desk with its defaults. It is loaded at once.
    Q_INVOKABLE void open(const QString& path);
    Q_INVOKABLE void cancelLoad();
    Q_INVOKABLE void showDetails(const QString& path);
    Q_INVOKABLE void hideDetails();
    Q_INVOKABLE void startChecksum();
    Q_INVOKABLE void stopChecksum();
    /// What a conversation with this model begins with: keys temperature, thinking ("auto", "on", "off"), systemPrompt.
    Q_INVOKABLE QVariantMap defaultsOf(const QString& path) const;
    Q_INVOKABLE void setDefaults(const QString& path, const QVariantMap& defaults);
    Q_INVOKABLE void copyText(const QString& text) const;

  Q_SIGNALS:
    void countChanged();
    void scanningChanged();
    void placesChanged();
    void loadProgressChanged();
    void detailsChanged();
    void checksumChanged();
    void opened(const QString& path);

  private:
    using Flag = std::shared_ptr<std::atomic<bool>>;
    struct Row {
        models::ModelEntry entry;
        models::ModelFit fit;
    };
    [[nodiscard]] Row make_row(models::ModelEntry entry) const;
    [[nodiscard]] static bool before(const Row& a, const Row& b);
    void insert(models::ModelEntry entry);
    void take_result(models::ScanResult result, bool replaces);
    void emit_all_changed();
    [[nodiscard]] const Row* find(const QString& path) const;
    [[nodiscard]] QString action_of(const Row& row) const;

    Setup setup_;
    models::LibrarySettings settings_;
    models::MachineMemory memory_;
    std::vector<Row> rows_;
    QStringList programs_, troubles_;
    int set_apart_ = 0;
    bool scanning_ = false, scan_again_ = false;
    QVariantMap details_, checksum_;
    Flag stop_ = std::make_shared<std::atomic<bool>>(false);
    Flag stop_checksum_;
    QThreadPool threads_;
};

}  // namespace soliloquy
