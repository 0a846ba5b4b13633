/// app/viewmodels/models_view_model.cpp: rows of the library, kept in order while they are found.
#include "app/viewmodels/models_view_model.h"

#include <QClipboard>
#include <QDir>
#include <QGuiApplication>
#include <algorithm>

#include "app/models/what_to_fetch.h"
#include "app/viewmodels/model_details.h"
#include "engine/fit.h"

namespace soliloquy {
namespace {

using models::FitLevel;
using models::ModelState;

QString text(const std::string& utf8) { return QString::fromStdString(utf8); }

std::filesystem::path path_of(const QString& path) { return models::path_from_text(path.toStdString()); }

QString about_words(const models::ModelEntry& entry) {
    if (entry.state == ModelState::broken) return ModelsViewModel::tr("unreadable");
    QStringList words;
    if (!entry.shape.empty()) words << text(entry.shape);
    if (entry.state == ModelState::cannot_run) {
        words << text(entry.architecture);
    } else {
        words << text(entry.quantization);
        words << (entry.thinks() ? ModelsViewModel::tr("thinks") : ModelsViewModel::tr("answers at once"));
    }
    if (entry.found.parts > 1) words << ModelsViewModel::tr("%1 files").arg(entry.found.parts);
    return words.join(QStringLiteral(" · "));
}

}  // namespace

ModelsViewModel::ModelsViewModel(Setup setup, QObject* parent)
    : QAbstractListModel(parent),
      setup_(std::move(setup)),
      settings_(models::LibrarySettings::load(setup_.data_folder)),
      memory_(setup_.memory()) {
    threads_.setMaxThreadCount(2);  // a checksum does not wait for a scan
    connect(setup_.session, &ChatSession::model_changed, this, &ModelsViewModel::emit_all_changed);
    connect(setup_.session, &ChatSession::model_changed, this, &ModelsViewModel::openedChanged);
    connect(setup_.session, &ChatSession::state_changed, this, &ModelsViewModel::emit_all_changed);
    connect(setup_.session, &ChatSession::load_progress_changed, this, &ModelsViewModel::loadProgressChanged);
    setup_.session->set_model_preferences(
        {.load = [this](const std::filesystem::path& file, LoadOptions general) { return load_preferred(file, std::move(general)); },
         .begin = [this](const std::filesystem::path& file, ChatSettings general) { return begin_preferred(file, std::move(general)); }});
}

ModelsViewModel::~ModelsViewModel() {
    setup_.session->set_model_preferences({});
    *stop_ = true;
    stopChecksum();
    threads_.waitForDone();
}

// ---- rows

ModelsViewModel::Row ModelsViewModel::make_row(models::ModelEntry entry) const {
    Row row{std::move(entry), {}};
    if (row.entry.fit) {
        const uint32_t wanted = settings_.defaults_of(row.entry.found.path).context_length;
        row.fit = models::judge_fit(*row.entry.fit, wanted > 0 ? wanted : own_context(row.entry), memory_);
    }
    return row;
}

bool ModelsViewModel::before(const Row& a, const Row& b) {
    if (a.entry.state != b.entry.state) return a.entry.state < b.entry.state;
    const int names = QString::localeAwareCompare(text(a.entry.name), text(b.entry.name));
    return names != 0 ? names < 0 : a.entry.found.path < b.entry.found.path;
}

void ModelsViewModel::insert(models::ModelEntry entry) {
    if (entry.state == ModelState::no_model) {
        ++set_apart_;
        return;
    }
    Row row = make_row(std::move(entry));
    const auto at = std::upper_bound(rows_.begin(), rows_.end(), row, before);
    const int index = static_cast<int>(at - rows_.begin());
    beginInsertRows({}, index, index);
    rows_.insert(at, std::move(row));
    endInsertRows();
}

void ModelsViewModel::refresh() {
    if (scanning_) {
        scan_again_ = true;
        return;
    }
    scanning_ = true;
    Q_EMIT scanningChanged();
    Q_EMIT placesChanged();
    const bool replaces = !rows_.empty();
    memory_ = setup_.memory();
    models::ScanOptions options;
    options.data_folder = setup_.data_folder;
    options.bundled_model = setup_.bundled_model;
    options.known_programs = setup_.known_programs;
    options.cancelled = [stop = stop_] { return stop->load(); };
    threads_.start([this, options, replaces]() mutable {
        if (!replaces) {  // the first time: each as it is known
            options.on_entry = [this](const models::ModelEntry& entry) {
                QMetaObject::invokeMethod(
                    this,
                    [this, entry] {
                        insert(entry);
                        Q_EMIT countChanged();
                    },
                    Qt::QueuedConnection);
            };
        }
        models::ScanResult result = models::scan_models(options);
        if (result.was_cancelled) return;
        QMetaObject::invokeMethod(
            this, [this, replaces, result = std::move(result)]() mutable { take_result(std::move(result), replaces); },
            Qt::QueuedConnection);
    });
}

void ModelsViewModel::take_result(models::ScanResult result, bool replaces) {
    Q_UNUSED(replaces)
    // Programs are joined only at the end of a scan: rows are made anew from what is known then.
    std::vector<Row> rows;
    set_apart_ = 0;
    for (models::ModelEntry& entry : result.entries) {
        if (entry.state == ModelState::no_model)
            ++set_apart_;
        else
            rows.push_back(make_row(std::move(entry)));
    }
    std::sort(rows.begin(), rows.end(), before);
    const bool same = std::equal(rows.begin(), rows.end(), rows_.begin(), rows_.end(), [](const Row& a, const Row& b) {
        return a.entry.found.path == b.entry.found.path && a.entry.state == b.entry.state;
    });
    if (same) {
        rows_ = std::move(rows);
        emit_all_changed();
    } else {
        beginResetModel();
        rows_ = std::move(rows);
        endResetModel();
    }
    programs_.clear();
    for (const std::string& program : result.programs) programs_ << text(program);
    troubles_.clear();
    for (const models::FolderTrouble& trouble : result.troubles) troubles_ << text(models::printable(trouble.sentence, 400));
    scanning_ = false;
    scanned_ = true;
    Q_EMIT countChanged();
    Q_EMIT placesChanged();
    Q_EMIT scanningChanged();
    if (std::exchange(scan_again_, false)) refresh();
}

void ModelsViewModel::emit_all_changed() {
    if (!rows_.empty()) Q_EMIT dataChanged(index(0), index(count() - 1));
}

int ModelsViewModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : count(); }

QString ModelsViewModel::action_of(const Row& row) const {
    if (row.entry.state != ModelState::runs) return QStringLiteral("details");
    if (!row.entry.template_findings.empty()) return QStringLiteral("look");
    return row.fit.level == FitLevel::too_large ? QStringLiteral("anyway") : QStringLiteral("open");
}

QVariant ModelsViewModel::data(const QModelIndex& index, int role) const {
    if (index.row() < 0 || index.row() >= count()) return {};
    const Row& row = rows_[static_cast<size_t>(index.row())];
    const models::ModelEntry& entry = row.entry;
    const bool chosen = setup_.session->model_path() == entry.found.path;
    switch (role) {
        case PathRole:
            return text(models::path_text(entry.found.path));
        case NameRole:
            return text(entry.name);
        case AboutRole:
            return about_words(entry);
        case SizeRole:
            return text(models::memory_words(entry.found.bytes));
        case ShareRole:
            return row.fit.share;
        case LevelRole:
            return entry.state == ModelState::runs ? QString::fromLatin1(models::fit_level_name(row.fit.level)) : QString();
        case SentenceRole:
            if (!entry.problems.empty()) return text(entry.problems.front());
            if (!entry.template_findings.empty()) return text(entry.template_findings.front());
            return text(row.fit.sentence);
        case StateRole:
            return QString::fromLatin1(models::model_state_name(entry.state));
        case ActionRole:
            return action_of(row);
        case OpenedRole:
            return chosen && setup_.session->model_info().has_value();
        case LoadingRole:
            return chosen && setup_.session->state() == ChatState::loading_model;
        case ProgramsRole: {
            QStringList programs;
            for (const std::string& program : entry.found.programs) programs << text(program);
            return programs.join(QStringLiteral(", "));
        }
        default:
            return {};
    }
}

QHash<int, QByteArray> ModelsViewModel::roleNames() const {
    return {{PathRole, "path"},     {NameRole, "name"},     {AboutRole, "about"},       {SizeRole, "size"},
            {ShareRole, "share"},   {LevelRole, "level"},   {SentenceRole, "sentence"}, {StateRole, "state"},
            {ActionRole, "action"}, {OpenedRole, "opened"}, {LoadingRole, "loading"},   {ProgramsRole, "programs"}};
}

const ModelsViewModel::Row* ModelsViewModel::find(const QString& path) const {
    const auto wanted = path_of(path);
    const auto at = std::find_if(rows_.begin(), rows_.end(), [&](const Row& row) { return row.entry.found.path == wanted; });
    return at != rows_.end() ? &*at : nullptr;
}

// ---- words about the whole

QString ModelsViewModel::foundIn() const {
    if (scanning_ && !scanned_) return tr("Looking for models…");
    QStringList places = programs_;
    places.removeAll(tr("comes with Soliloquy"));
    const auto own = static_cast<int>(settings_.folders.size());
    if (own == 1) places << tr("a folder of yours");
    if (own > 1) places << tr("%1 folders of yours").arg(own);
    if (places.isEmpty()) return tr("No other program on this computer keeps models here.");
    const QString last = places.takeLast();
    return places.isEmpty() ? tr("Found in %1.").arg(last) : tr("Found in %1 and %2.").arg(places.join(QStringLiteral(", ")), last);
}

QStringList ModelsViewModel::folders() const {
    QStringList folders;
    for (const auto& folder : settings_.folders) folders << text(models::path_text(folder));
    return folders;
}

QString ModelsViewModel::setApart() const {
    if (set_apart_ == 0) return {};
    return set_apart_ == 1
               ? tr("1 more file is no model by itself: a vocabulary, an adapter, or the part that reads pictures.")
               : tr("%1 more files are no models by themselves: vocabularies, adapters, or parts that read pictures.").arg(set_apart_);
}

QString ModelsViewModel::machine() const {
    if (memory_.total == 0) return {};
    return tr("%1 of %2 of memory free").arg(text(models::memory_words(memory_.available)), text(models::memory_words(memory_.total)));
}

QVariantList ModelsViewModel::suggestions() const {
    QVariantList list;
    for (const models::Suggestion& row : models::suggestions()) {
        const auto utf8 = [](std::string_view words) { return QString::fromUtf8(words.data(), static_cast<qsizetype>(words.size())); };
        const bool fits = memory_.total == 0 || static_cast<double>(memory_.total) >= row.machine_gb * 0.9e9;
        list << QVariantMap{
            {QStringLiteral("name"), utf8(row.name)},
            {QStringLiteral("file"), utf8(row.file)},
            {QStringLiteral("repository"), utf8(row.repository)},
            {QStringLiteral("what"), utf8(row.what)},
            {QStringLiteral("machine"), row.machine_gb},
            {QStringLiteral("size"), tr("about %1 GB").arg(row.file_gb, 0, 'f', 1)},
            {QStringLiteral("thinks"), row.thinks},
            {QStringLiteral("fits"), fits},
            {QStringLiteral("checksum"), row.sha256.empty() ? tr("no checksum to verify against") : tr("verified by its checksum")}};
    }
    return list;
}

double ModelsViewModel::loadProgress() const { return static_cast<double>(setup_.session->load_progress().fraction); }

// ---- commands

void ModelsViewModel::addFolder(const QUrl& folder) {
    if (!folder.isLocalFile() || !settings_.add_folder(path_of(folder.toLocalFile()))) return;
    (void)settings_.save();
    Q_EMIT placesChanged();
    refresh();
}

void ModelsViewModel::removeFolder(const QString& folder) {
    settings_.remove(path_of(folder));
    (void)settings_.save();
    Q_EMIT placesChanged();
    refresh();
}

QString ModelsViewModel::addFile(const QUrl& file) {
    if (!file.isLocalFile()) return tr("%1 is no file of this computer.").arg(file.toDisplayString());
    const QString path = file.toLocalFile();
    if (QFileInfo(path).isDir()) {
        addFolder(file);
        return {};
    }
    const auto found = models::find_model_file(path_of(path));
    if (!found) return tr("%1 is not there, or may not be read.").arg(path);
    if (!models::passes_for_gguf(found->path))
        return tr("%1 is no model: a GGUF file begins with the letters GGUF.").arg(QFileInfo(path).fileName());
    if (find(text(models::path_text(found->path))) == nullptr && settings_.add_file(found->path)) (void)settings_.save();
    refresh();
    return {};
}

void ModelsViewModel::drop(const QList<QUrl>& files) {
    QStringList refused;
    QString added;
    for (const QUrl& file : files) {
        const QString why = addFile(file);
        if (!why.isEmpty())
            refused << why;
        else if (!QFileInfo(file.toLocalFile()).isDir())
            added = text(models::path_text(models::find_model_file(path_of(file.toLocalFile()))->path));
    }
    if (!refused.isEmpty()) Q_EMIT refusedDrop(refused.mid(0, 3).join(u'\n'));
    if (refused.size() < files.size()) Q_EMIT dropped(added);
}

void ModelsViewModel::open(const QString& path) {
    setup_.session->set_model(path_of(path));
    setup_.session->load_model();
    settings_.last_model = path_of(path);
    (void)settings_.save();
    Q_EMIT opened(path);
}

void ModelsViewModel::openFile(const QUrl& file) {
    const QString refused = addFile(file);
    if (refused.isEmpty())
        open(file.toLocalFile());
    else
        Q_EMIT refusedDrop(refused);
}

QString ModelsViewModel::pathAt(int row) const { return data(index(row), PathRole).toString(); }

QString ModelsViewModel::openedPath() const {
    return setup_.session->model_info() ? text(models::path_text(setup_.session->model_path())) : QString();
}

void ModelsViewModel::unload() { setup_.session->unload_model(); }

void ModelsViewModel::cancelLoad() { setup_.session->cancel_load(); }

void ModelsViewModel::copyText(const QString& what) const { QGuiApplication::clipboard()->setText(what); }

// ---- details and checksums

void ModelsViewModel::showDetails(const QString& path) {
    const Row* row = find(path);
    if (row == nullptr) return;
    stopChecksum();
    checksum_.clear();
    Q_EMIT checksumChanged();
    details_ = entry_details(row->entry, row->fit);
    Q_EMIT detailsChanged();
    const bool runs = row->entry.state == ModelState::runs;
    const auto info = setup_.session->model_info();
    const std::optional<DeviceChoice> open_on =
        info && setup_.session->model_path() == row->entry.found.path ? std::optional(info->device) : std::nullopt;
    threads_.start([this, path, runs, open_on, load = setup_.session->general_load(), found = row->entry.found, data = setup_.data_folder] {
        QVariantMap more = file_details(found);
        if (runs) more.insert(QStringLiteral("device"), open_on ? device_words(*open_on) : device_words(foresee_device(found.path, load)));
        const QString known = text(models::EntryCache::load(data).sha256_of(found));
        QMetaObject::invokeMethod(
            this,
            [this, path, more = std::move(more), found, known] {
                if (details_.value(QStringLiteral("path")) != path) return;
                details_.insert(more);
                Q_EMIT detailsChanged();
                if (known.isEmpty()) return;
                checksum_ = checksum_words(found, known);
                Q_EMIT checksumChanged();
            },
            Qt::QueuedConnection);
    });
}

void ModelsViewModel::hideDetails() {
    stopChecksum();
    details_.clear();
    Q_EMIT detailsChanged();
}

void ModelsViewModel::startChecksum() {
    const QString path = details_.value(QStringLiteral("path")).toString();
    const Row* row = find(path);
    if (row == nullptr || checksum_.value(QStringLiteral("running")).toBool()) return;
    checksum_ = {{QStringLiteral("running"), true}, {QStringLiteral("progress"), 0.0}};
    Q_EMIT checksumChanged();
    auto stop = std::make_shared<std::atomic<bool>>(false);
    stop_checksum_ = stop;
    threads_.start([this, stop, path, found = row->entry.found, data = setup_.data_folder] {
        const auto report = [this, stop](double done) {
            QMetaObject::invokeMethod(
                this,
                [this, stop, done] {
                    if (stop_checksum_ != stop) return;
                    checksum_.insert(QStringLiteral("progress"), done);
                    Q_EMIT checksumChanged();
                },
                Qt::QueuedConnection);
            return !stop->load();
        };
        const Result<std::string> digests = checksum_of_model(found, report);
        if (digests.ok()) {
            models::EntryCache cache = models::EntryCache::load(data);
            cache.keep_sha256(found, *digests);
            (void)cache.save();
        }
        QVariantMap words = digests.ok()
                                ? checksum_words(found, text(*digests))
                                : QVariantMap{{QStringLiteral("verdict"),
                                               digests.error().code == ErrorCode::cancelled ? QString() : text(digests.error().message)}};
        QMetaObject::invokeMethod(
            this,
            [this, stop, words = std::move(words)] {
                if (stop_checksum_ != stop) return;
                stop_checksum_.reset();
                checksum_ = words;
                Q_EMIT checksumChanged();
            },
            Qt::QueuedConnection);
    });
}

void ModelsViewModel::stopChecksum() {
    if (stop_checksum_) *stop_checksum_ = true;
}

}  // namespace soliloquy
