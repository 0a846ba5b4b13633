/// engine/inspect.cpp: reads a file's header and says in sentences what it is and what stands in its way.
#include "engine/inspect.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>

#include "engine/chat/chat_template.h"
#include "engine/chat/content_form.h"
#include "engine/chat/past_thoughts.h"
#include "engine/chat/reasoning_profile.h"
#include "engine/gguf/gguf_file.h"
#include "engine/loaded_model.h"
#include "engine/model/decoder.h"
#include "engine/tokenizer/tokenizer.h"

namespace soliloquy {
namespace {

constexpr size_t kShownString = 200;
constexpr uint64_t kShownItems = 6;

std::string shown_number(double number) {
    char digits[32];
    const auto end = std::to_chars(digits, digits + sizeof(digits), number).ptr;
    return {digits, end};
}

/// The string up to kShownString bytes, cut between UTF-8 letters, with its whole length when cut.
std::string shown_string(std::string_view text) {
    if (text.size() <= kShownString) return std::string(text);
    size_t cut = kShownString;
    while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0u) == 0x80u) --cut;
    return std::string(text.substr(0, cut)) + "… (" + std::to_string(text.size()) + " bytes)";
}

std::string shown_array(const GgufArray& array) {
    std::string out = "[";
    if (array.item_type == GgufType::string) {
        uint64_t index = 0;
        array.for_each_string([&](std::string_view item) {
            if (index++ >= kShownItems) return;
            if (index > 1) out += ", ";
            out += '"' + shown_string(item) + '"';
        });
    } else {
        for (uint64_t i = 0; i < std::min(array.count, kShownItems); ++i) {
            if (i > 0) out += ", ";
            const bool real = array.item_type == GgufType::float32 || array.item_type == GgufType::float64;
            out += real ? shown_number(array.number(i)) : std::to_string(array.integer(i));
        }
    }
    if (array.count > kShownItems) out += ", … " + std::to_string(array.count) + " in all";
    return out + "]";
}

ModelReport::Metadata metadata_row(const GgufEntry& entry) {
    ModelReport::Metadata row{std::string(entry.key), std::string(gguf_type_name(entry.value.type)), {}};
    struct Show {
        std::string operator()(uint64_t number) const { return std::to_string(number); }
        std::string operator()(int64_t number) const { return std::to_string(number); }
        std::string operator()(double number) const { return shown_number(number); }
        std::string operator()(bool yes) const { return yes ? "true" : "false"; }
        std::string operator()(std::string_view text) const { return shown_string(text); }
        std::string operator()(const GgufArray& array) const { return shown_array(array); }
    };
    row.value = std::visit(Show{}, entry.value.value);
    if (const auto* array = std::get_if<GgufArray>(&entry.value.value))
        row.type = "array of " + std::string(gguf_type_name(array->item_type));
    return row;
}

std::string text_or_empty(const GgufFile& file, std::string_view key) {
    const auto text = file.get_string_or(key, "");
    return text.ok() ? std::string(*text) : std::string();
}

/// Tokenizer, template and thinking profile, with a problem or warning for each that does not work.
void report_text_side(const GgufFile& file, ModelReport& report) {
    const auto tokenizer = Tokenizer::from_gguf(file);
    if (!tokenizer.ok()) {
        report.problems.push_back("The tokenizer cannot be used: " + tokenizer.error().message);
        return;
    }
    const auto& vocabulary = (*tokenizer)->vocabulary();
    report.tokenizer = std::string(vocabulary.model() == VocabularyModel::sentencepiece ? "SentencePiece" : "BPE") + ", " +
                       std::to_string(vocabulary.size()) + " tokens" +
                       (vocabulary.pre().empty() ? std::string() : ", " + std::string(vocabulary.pre()));
    const ReasoningProfile profile = choose_reasoning_profile(report.chat_template, vocabulary);
    report.reasoning_profile = std::string(profile.name());
    report.thinking_can_be_switched = profile.thinking_can_be_switched;
    if (report.chat_template.empty()) {
        report.warnings.emplace_back("The file has no chat template: a plain one is used, and thoughts cannot be told from answers.");
    } else if (const auto parsed = ChatTemplate::parse(report.chat_template); !parsed.ok()) {
        report.problems.push_back("The chat template cannot be read: " + parsed.error().message);
    } else {
        TemplateInputs tokens;
        if (vocabulary.bos()) tokens.bos_token = vocabulary.bytes(*vocabulary.bos());
        if (vocabulary.eos()) tokens.eos_token = vocabulary.bytes(*vocabulary.eos());
        const ContentForm form = content_form_of(*parsed, tokens);
        if (!form.problem.empty()) report.problems.push_back("The chat template cannot be used for a plain conversation: " + form.problem);
        if (const auto notice = notice_of(form); !notice.empty()) report.notices.emplace_back(notice);
        if (!profile.can_think()) return;
        const PastThoughtsRule past = past_thoughts_of(*parsed, profile, form);
        report.past_thoughts = past_thoughts_name(past.rule);
        report.past_thoughts_can_be_kept = past.can_be_kept;
    }
}

ModelReport report_of(std::shared_ptr<const GgufFile> file) {
    ModelReport report;
    report.gguf_version = file->version();
    report.file_bytes = file->file_bytes();
    report.architecture = text_or_empty(*file, "general.architecture");
    report.name = text_or_empty(*file, "general.name");
    report.chat_template = text_or_empty(*file, "tokenizer.chat_template");
    const auto context = file->get_uint_or(report.architecture + ".context_length", 0);
    report.context_length = context.ok() ? static_cast<uint32_t>(std::min<uint64_t>(*context, UINT32_MAX)) : 0;
    for (const auto& entry : file->entries()) report.metadata.push_back(metadata_row(entry));
    for (const auto& tensor : file->tensors()) {
        report.parameters += tensor.elements();
        report.tensors.push_back({std::string(tensor.name), std::string(dtype_traits(tensor.type).name),
                                  std::vector<uint64_t>(tensor.dims.begin(), tensor.dims.begin() + tensor.n_dims), tensor.data.size()});
    }
    report.types = type_shares(*file);
    const auto file_type = file->get_uint_or("general.file_type", UINT32_MAX);
    report.quantization = quantization_name(
        file_type.ok() && *file_type < UINT32_MAX ? std::optional(static_cast<uint32_t>(*file_type)) : std::nullopt, report.types);
    if (file->tensors().empty()) {
        report.problems.emplace_back("The file holds no tensors: it is a vocabulary, not a model.");
    } else if (const auto model = Model::load(file, {}); !model.ok()) {
        report.problems.push_back(model.error().message);
    }
    report_text_side(*file, report);
    return report;
}

}  // namespace

std::vector<ModelReport::TypeShare> type_shares(const GgufFile& file) {
    std::map<std::string, ModelReport::TypeShare> by_type;
    for (const auto& tensor : file.tensors()) {
        auto& share = by_type[std::string(dtype_traits(tensor.type).name)];
        share.tensors += 1;
        share.bytes += tensor.data.size();
    }
    std::vector<ModelReport::TypeShare> shares;
    for (auto& [name, share] : by_type) {
        share.type = name;
        shares.push_back(share);
    }
    std::sort(shares.begin(), shares.end(),
              [](const auto& a, const auto& b) { return a.bytes != b.bytes ? a.bytes > b.bytes : a.type < b.type; });
    return shares;
}

std::string quantization_summary(const std::vector<ModelReport::TypeShare>& types) {
    uint64_t total = 0;
    for (const auto& share : types) total += share.bytes;
    if (total == 0) return "nothing";
    std::string out;
    for (const auto& share : types) {
        const double percent = 100.0 * static_cast<double>(share.bytes) / static_cast<double>(total);
        if (percent >= 95.0) return share.type;
        if (percent < 1.0) continue;
        if (!out.empty()) out += ", ";
        out += share.type + " " + std::to_string(static_cast<int>(std::lround(percent))) + " %";
    }
    return out;
}

Result<ModelReport> inspect_model(const std::filesystem::path& path) {
    try {
        ASSIGN_OR_RETURN(auto file, GgufFile::open(path));
        return report_of(std::make_shared<const GgufFile>(std::move(file)));
    } catch (const std::bad_alloc&) {
        return Error{ErrorCode::out_of_memory, "not enough memory to examine " + path.string()};
    } catch (const std::exception& error) {
        return Error{ErrorCode::internal, path.string() + ": " + error.what()};
    }
}

}  // namespace soliloquy
