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
    Q_PROPERTY(QString openedPath READ openedPath NOTIFY openedChanged)    ///< of the model that is open; "" = none is
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
    [[nodiscard]] QString openedPath() const;
    [[nodiscard]] QVariantMap details() const { return details_; }
    [[nodiscard]] QVariantMap checksum() const { return checksum_; }

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QHash<int, QByteArray> roleNames() const override;

    /// Looks again. Cheap the second time: only files that changed are read.
    Q_INVOKABLE void refresh();
    Q_INVOKABLE void addFolder(const QUrl& folder);
    Q_INVOKABLE void removeFolder(const QString& folder);
    /// A file that was dropped or chosen: adds it, or says why not. A folder is added as one. What begins as a GGUF file is taken even when
    /// it turns out to be broken: the list says what is wrong with it.
    Q_INVOKABLE QString addFile(const QUrl& file);
    /// All of them; dropped() or refusedDrop(), or both, tell what came of it.
    Q_INVOKABLE void drop(const QList<QUrl>& files);
    /// Opens the model for the conversation on the desk with its defaults. It is loaded at once.
    Q_INVOKABLE void open(const QString& path);
    Q_INVOKABLE void openFile(const QUrl& file);  ///< one that the user chose; it joins the list
    Q_INVOKABLE QString pathAt(int row) const;
    Q_INVOKABLE void unload();  ///< gives the memory of the present model back; the next message opens it again
    Q_INVOKABLE void cancelLoad();
    Q_INVOKABLE void showDetails(const QString& path);
    Q_INVOKABLE void hideDetails();
    Q_INVOKABLE void startChecksum();
    Q_INVOKABLE void stopChecksum();

    // ---- defaults of one model (models_defaults.cpp)
    /// What a conversation with this model begins with: ownSampling, temperature, topK, topP, minP, repetitionPenalty, repetitionWindow,
    /// seed (text), contextLength (0 = its own), thinking ("auto", "on", "off"), pastThoughts ("model", "dropped", "kept"), profile ("" =
    /// as recognised), systemPrompt; any (one of them is kept). Without numbers of its own those of every model are given.
    Q_INVOKABLE QVariantMap defaultsOf(const QString& path) const;
    /// Takes the keys that are there. A change of context or profile closes the model if it is the open one.
    Q_INVOKABLE void setDefaults(const QString& path, const QVariantMap& defaults);
    Q_INVOKABLE void resetDefaults(const QString& path);  ///< back to what holds for every model
    /// What can be chosen: name, ownContext, trainedContext, profile, pastThoughts, canKeep, canThink, canSwitch, opened.
    Q_INVOKABLE QVariantMap choicesOf(const QString& path) const;
    /// What a context of so many tokens (0 = the model's own) takes: sentence, level (as LevelRole), and a warning or "".
    Q_INVOKABLE QVariantMap contextCost(const QString& path, int tokens) const;
    Q_INVOKABLE QVariantList profiles() const;  ///< maps with value, text, note; "" first: as recognised
    Q_INVOKABLE void copyText(const QString& text) const;

  Q_SIGNALS:
    void countChanged();
    void scanningChanged();
    void placesChanged();
    void loadProgressChanged();
    void detailsChanged();
    void checksumChanged();
    void openedChanged();
    void opened(const QString& path);
    void defaultsChanged(const QString& path);
    void dropped(const QString& path);  ///< the last file that was added; "" when they were folders
    void refusedDrop(const QString& sentences);

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
    [[nodiscard]] LoadOptions load_preferred(const std::filesystem::path& file, LoadOptions general) const;
    [[nodiscard]] ChatSettings begin_preferred(const std::filesystem::path& file, ChatSettings general) const;
    void take_defaults(const std::filesystem::path& file, const models::ModelDefaults& defaults);
    /// The context that the model is opened with when its defaults name none.
    [[nodiscard]] uint32_t own_context(const models::ModelEntry& entry) const;

    Setup setup_;
    models::LibrarySettings settings_;
    models::MachineMemory memory_;
    std::vector<Row> rows_;
    QStringList programs_, troubles_;
    int set_apart_ = 0;
    bool scanning_ = false, scan_again_ = false;
    bool scanned_ = false;  ///< once at least
    QVariantMap details_, checksum_;
    Flag stop_ = std::make_shared<std::atomic<bool>>(false);
    Flag stop_checksum_;
    QThreadPool threads_;
};

}  // namespace soliloquy
