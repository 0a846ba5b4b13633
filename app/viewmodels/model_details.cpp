/// app/viewmodels/model_details.cpp: reports on a file as rows of words.
#include "app/viewmodels/model_details.h"

#include <QCoreApplication>
#include <QStringList>

#include "app/models/library_settings.h"
#include "app/models/sha256.h"
#include "app/models/what_to_fetch.h"
#include "app/viewmodels/words.h"
#include "engine/inspect.h"

namespace soliloquy {
namespace {

QString text(const std::string& utf8) { return QString::fromStdString(utf8); }

QString tr(const char* words) { return QCoreApplication::translate("ModelDetails", words); }

QStringList texts(const std::vector<std::string>& all) {
    QStringList list;
    for (const std::string& one : all) list << text(one);
    return list;
}

QVariantMap row(const QString& label, const QString& value) { return {{QStringLiteral("label"), label}, {QStringLiteral("value"), value}}; }

/// A template may be long; what is shown of it is bounded, what is said about it is not.
constexpr size_t kShownTemplate = 64 * 1024;

/// `text` with line feeds kept and every other control character made visible as a blank.
QString shown_template(const std::string& source) {
    QString out;
    size_t begin = 0;
    while (begin <= source.size() && static_cast<size_t>(out.size()) < kShownTemplate) {
        const size_t end = std::min(source.find('\n', begin), source.size());
        out += text(models::printable(std::string_view(source).substr(begin, end - begin), 16 * 1024));
        if (end < source.size()) out += QLatin1Char('\n');
        begin = end + 1;
    }
    return out;
}

}  // namespace

QVariantMap entry_details(const models::ModelEntry& entry, const models::ModelFit& fit) {
    QVariantList facts;
    const auto add = [&facts](const QString& label, const QString& value) {
        if (!value.isEmpty()) facts << row(label, value);
    };
    QStringList programs;
    for (const std::string& program : entry.found.programs) programs << text(program);
    add(tr("File"), text(models::path_text(entry.found.path)));
    add(tr("Kept by"), programs.join(QStringLiteral(", ")));
    add(tr("Size"),
        text(models::memory_words(entry.found.bytes)) + (entry.found.parts > 1 ? tr(" in %1 files").arg(entry.found.parts) : QString()));
    add(tr("Architecture"), text(entry.architecture));
    add(tr("Parameters"), text(entry.shape));
    add(tr("Weights"), entry.quantization == entry.block_types ? text(entry.quantization)
                                                               : tr("%1 (%2)").arg(text(entry.quantization), text(entry.block_types)));
    add(tr("Context"), entry.context_length > 0 ? tr("%1 tokens").arg(text(models::grouped(entry.context_length))) : QString());
    if (entry.state == models::ModelState::runs) {
        add(tr("Thinking"), entry.thinks() ? tr("yes, marked as “%1”").arg(text(entry.reasoning_profile)) : tr("answers at once"));
        if (!entry.past_thoughts.empty()) add(tr("Past thoughts"), words::past_thoughts(entry.past_thoughts));
        add(tr("Memory"), text(fit.sentence));
        if (entry.fit) {
            add(tr("Of it"), tr("weights %1, context of %2 tokens %3, work space %4")
                                 .arg(text(models::memory_words(entry.fit->weights_bytes)), text(models::grouped(fit.context_length)),
                                      text(models::memory_words(entry.fit->kv_bytes(fit.context_length))),
                                      text(models::memory_words(entry.fit->scratch_bytes))));
        }
    }
    if (entry.state != models::ModelState::broken)
        add(tr("Licence"), entry.license.empty() ? tr("the file does not state one") : text(entry.license));
    return {{QStringLiteral("path"), text(models::path_text(entry.found.path))},
            {QStringLiteral("name"), text(entry.name)},
            {QStringLiteral("state"), QString::fromLatin1(models::model_state_name(entry.state))},
            {QStringLiteral("facts"), facts},
            {QStringLiteral("problems"), texts(entry.problems)},
            {QStringLiteral("warnings"), texts(entry.warnings)}};
}

QString device_words(const Result<DeviceChoice>& choice) {
    if (!choice.ok()) return text(choice.error().message);
    QString words = text(choice->description);
    for (const std::string& more : {choice->reason, choice->placement})
        if (!more.empty()) words = tr("%1; %2").arg(words, text(more));
    return words;
}

QVariantMap file_details(const models::FoundModel& found) {
    const Result<ModelReport> report = inspect_model(found.path);
    if (!report.ok()) return {};
    QVariantList metadata, types;
    for (const auto& entry : report->metadata) {
        if (entry.key == "tokenizer.chat_template") continue;
        metadata << row(text(models::printable(entry.key)), text(models::printable(entry.value, 300)));
    }
    for (const auto& type : report->types)
        types << row(text(type.type), tr("%1 tensors, %2").arg(type.tensors).arg(text(models::memory_words(type.bytes))));
    return {{QStringLiteral("metadata"), metadata},
            {QStringLiteral("types"), types},
            {QStringLiteral("template"), shown_template(report->chat_template)}};
}

Result<std::string> checksum_of_model(const models::FoundModel& found, const std::function<bool(double)>& progress) {
    const auto part = models::parse_part_name(found.path.filename().string());
    if (!part || found.parts < 2) return models::sha256_of_file(found.path, progress);
    std::string lines;
    for (uint32_t i = 1; i <= part->parts; ++i) {
        const std::string name = models::part_file_name(*part, i);
        auto digest =
            models::sha256_of_file(found.path.parent_path() / name, [&](double done) { return progress((i - 1 + done) / part->parts); });
        if (!digest.ok()) return digest;
        lines += (lines.empty() ? "" : "\n") + *digest + "  " + name;
    }
    return lines;
}

QVariantMap checksum_words(const models::FoundModel& found, const QString& digests) {
    QVariantMap words{{QStringLiteral("text"), digests}};
    const models::Suggestion* known = models::find_suggestion(found.path.filename().string());
    QString expected = text(found.expected_sha256), from = text(found.expected_sha256_from);
    if (expected.isEmpty() && known != nullptr && !known->sha256.empty()) {
        expected = text(std::string(known->sha256));
        from = tr("the built-in list");
    }
    if (expected.isEmpty()) {
        words.insert(QStringLiteral("verdict"),
                     known != nullptr
                         ? tr("The list of what to fetch has no checksum for this file, so nothing was verified. Compare this one "
                              "with the one that the publisher shows.")
                         : tr("No checksum known for this file, so nothing was verified. Compare this one with the one that its "
                              "publisher shows."));
        return words;
    }
    const bool same = expected == digests;
    words.insert(QStringLiteral("matches"), same);
    words.insert(QStringLiteral("verdict"),
                 same ? tr("The same as %1 says: the file is whole.").arg(from)
                      : tr("Not what %1 says (%2): the file is damaged or was changed. Fetch it again.").arg(from, expected));
    return words;
}

}  // namespace soliloquy
