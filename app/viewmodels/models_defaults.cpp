/// app/viewmodels/models_defaults.cpp: what the user prefers for single models: read, changed, and given to the session.
#include <algorithm>
#include <cmath>

#include "app/viewmodels/models_view_model.h"

namespace soliloquy {
namespace {

using models::ModelDefaults;

QString text(const std::string& utf8) { return QString::fromStdString(utf8); }
QString words(std::string_view utf8) { return QString::fromUtf8(utf8.data(), static_cast<qsizetype>(utf8.size())); }
std::filesystem::path path_of(const QString& path) { return models::path_from_text(path.toStdString()); }

/// The number under a key when there is one within the bounds.
template <typename T>
void take_number(const QVariantMap& from, const char* key, double least, double most, T& into) {
    const auto at = from.find(QLatin1String(key));
    if (at == from.end()) return;
    bool is_number = false;
    const double value = at->toDouble(&is_number);
    if (is_number && std::isfinite(value) && value >= least && value <= most) into = static_cast<T>(value);
}

bool has_any(const QVariantMap& map, std::initializer_list<const char*> keys) {
    return std::any_of(keys.begin(), keys.end(), [&](const char* key) { return map.value(QLatin1String(key)).isValid(); });
}

void take_sampling(const QVariantMap& from, SamplingOptions& into) {
    take_number(from, "temperature", 0.0, 100.0, into.temperature);
    take_number(from, "topK", 0.0, 1 << 24, into.top_k);
    take_number(from, "topP", 0.0, 1.0, into.top_p);
    take_number(from, "minP", 0.0, 1.0, into.min_p);
    take_number(from, "repetitionPenalty", 0.01, 100.0, into.repetition_penalty);
    take_number(from, "repetitionWindow", 0.0, 1 << 20, into.repetition_window);
    if (const auto at = from.find(QStringLiteral("seed")); at != from.end()) {
        bool is_number = false;
        const qulonglong seed = at->toString().trimmed().toULongLong(&is_number);
        if (is_number) into.seed = seed;
    }
}

/// Six digits, without the tail that a float has as a double.
double shown(float value) { return std::round(static_cast<double>(value) * 1e6) / 1e6; }

}  // namespace

QVariantMap ModelsViewModel::defaultsOf(const QString& path) const {
    const ModelDefaults kept = settings_.defaults_of(path_of(path));
    const SamplingOptions sampling = kept.sampling.value_or(setup_.session->general_settings().sampling);
    return {{QStringLiteral("any"), !kept.empty()},
            {QStringLiteral("ownSampling"), kept.sampling.has_value()},
            {QStringLiteral("temperature"), shown(sampling.temperature)},
            {QStringLiteral("topK"), sampling.top_k},
            {QStringLiteral("topP"), shown(sampling.top_p)},
            {QStringLiteral("minP"), shown(sampling.min_p)},
            {QStringLiteral("repetitionPenalty"), shown(sampling.repetition_penalty)},
            {QStringLiteral("repetitionWindow"), sampling.repetition_window},
            {QStringLiteral("seed"), QString::number(sampling.seed)},
            {QStringLiteral("contextLength"), static_cast<int>(kept.context_length)},
            {QStringLiteral("thinking"), !kept.thinking   ? QStringLiteral("auto")
                                         : *kept.thinking ? QStringLiteral("on")
                                                          : QStringLiteral("off")},
            {QStringLiteral("pastThoughts"), !kept.keep_past_thoughts   ? QStringLiteral("model")
                                             : *kept.keep_past_thoughts ? QStringLiteral("kept")
                                                                        : QStringLiteral("dropped")},
            {QStringLiteral("profile"), text(kept.reasoning_profile)},
            {QStringLiteral("systemPrompt"), text(kept.system_prompt)}};
}

void ModelsViewModel::setDefaults(const QString& path, const QVariantMap& defaults) {
    ModelDefaults kept = settings_.defaults_of(path_of(path));
    const bool numbers = has_any(defaults, {"temperature", "topK", "topP", "minP", "repetitionPenalty", "repetitionWindow", "seed"});
    if (defaults.value(QStringLiteral("ownSampling"), numbers || kept.sampling.has_value()).toBool()) {
        if (!kept.sampling) kept.sampling = setup_.session->general_settings().sampling;
        take_sampling(defaults, *kept.sampling);
    } else {
        kept.sampling.reset();
    }
    take_number(defaults, "contextLength", 0.0, 1 << 24, kept.context_length);
    if (const auto at = defaults.find(QStringLiteral("thinking")); at != defaults.end()) {
        kept.thinking.reset();
        if (at->toString() != QStringLiteral("auto")) kept.thinking = at->toString() == QStringLiteral("on");
    }
    if (const auto at = defaults.find(QStringLiteral("pastThoughts")); at != defaults.end()) {
        kept.keep_past_thoughts.reset();
        if (at->toString() != QStringLiteral("model")) kept.keep_past_thoughts = at->toString() == QStringLiteral("kept");
    }
    if (const auto at = defaults.find(QStringLiteral("profile")); at != defaults.end())
        kept.reasoning_profile = at->toString().toStdString();
    if (const auto at = defaults.find(QStringLiteral("systemPrompt")); at != defaults.end())
        kept.system_prompt = at->toString().trimmed().toStdString();
    take_defaults(path_of(path), kept);
}

void ModelsViewModel::resetDefaults(const QString& path) { take_defaults(path_of(path), {}); }

void ModelsViewModel::take_defaults(const std::filesystem::path& file, const ModelDefaults& defaults) {
    settings_.set_defaults(file, defaults);
    (void)settings_.save();
    for (Row& row : rows_)
        if (row.entry.found.path == file) row = make_row(std::move(row.entry));
    emit_all_changed();
    setup_.session->model_preferences_changed(file);
    const QString path = text(models::path_text(file));
    if (details_.value(QStringLiteral("path")) == path) showDetails(path);
    Q_EMIT defaultsChanged(path);
}

uint32_t ModelsViewModel::own_context(const models::ModelEntry& entry) const {
    const uint32_t general = setup_.session->general_load().context_length;
    return general > 0 ? general : default_context_length(entry.context_length);
}

QVariantMap ModelsViewModel::choicesOf(const QString& path) const {
    const Row* row = find(path);
    if (row == nullptr) return {};
    const models::ModelEntry& entry = row->entry;
    const bool opened = setup_.session->model_path() == entry.found.path && setup_.session->model_info().has_value();
    return {{QStringLiteral("name"), text(entry.name)},
            {QStringLiteral("ownContext"), own_context(entry)},
            {QStringLiteral("trainedContext"), entry.context_length},
            {QStringLiteral("profile"), text(entry.reasoning_profile)},
            {QStringLiteral("pastThoughts"), text(entry.past_thoughts)},
            {QStringLiteral("canKeep"), entry.past_thoughts_can_be_kept},
            {QStringLiteral("canThink"), entry.thinks()},
            {QStringLiteral("canSwitch"), entry.thinking_can_be_switched},
            {QStringLiteral("opened"), opened}};
}

QVariantMap ModelsViewModel::contextCost(const QString& path, int tokens) const {
    const Row* row = find(path);
    if (row == nullptr || !row->entry.fit) return {{QStringLiteral("sentence"), QString()}, {QStringLiteral("warning"), QString()}};
    const models::ModelEntry& entry = row->entry;
    const uint32_t length = tokens > 0 ? static_cast<uint32_t>(tokens) : own_context(entry);
    const models::ModelFit fit = models::judge_fit(*entry.fit, length, memory_);
    const QString sentence = tr("%1 tokens take %2 of memory. All together: %3.")
                                 .arg(text(models::grouped(length)), text(models::memory_words(entry.fit->kv_bytes(length))),
                                      fit.level == models::FitLevel::unknown ? text(models::memory_words(fit.needed)) : text(fit.sentence));
    QString warning;
    if (entry.context_length > 0 && length > entry.context_length)
        warning =
            tr("The model was trained for %1 tokens: beyond them it loses its thread.").arg(text(models::grouped(entry.context_length)));
    return {{QStringLiteral("sentence"), sentence},
            {QStringLiteral("level"), QString::fromLatin1(models::fit_level_name(fit.level))},
            {QStringLiteral("warning"), warning}};
}

QVariantList ModelsViewModel::profiles() const {
    QVariantList list{QVariantMap{
        {QStringLiteral("value"), QString()}, {QStringLiteral("text"), tr("As recognised")}, {QStringLiteral("note"), QString()}}};
    for (const ReasoningProfileName& profile : reasoning_profiles())
        list << QVariantMap{{QStringLiteral("value"), words(profile.name)},
                            {QStringLiteral("text"), words(profile.name)},
                            {QStringLiteral("note"), words(profile.models)}};
    return list;
}

LoadOptions ModelsViewModel::load_preferred(const std::filesystem::path& file, LoadOptions general) const {
    const ModelDefaults kept = settings_.defaults_of(file);
    if (kept.context_length > 0) general.context_length = kept.context_length;
    general.reasoning_profile = kept.reasoning_profile;
    return general;
}

ChatSettings ModelsViewModel::begin_preferred(const std::filesystem::path& file, ChatSettings general) const {
    const ModelDefaults kept = settings_.defaults_of(file);
    if (kept.sampling) general.sampling = *kept.sampling;
    if (kept.thinking) general.thinking = *kept.thinking ? ThinkingMode::on : ThinkingMode::off;
    if (kept.keep_past_thoughts) general.keep_past_thoughts = kept.keep_past_thoughts;
    if (!kept.system_prompt.empty()) general.system_prompt = text(kept.system_prompt);
    return general;
}

}  // namespace soliloquy
