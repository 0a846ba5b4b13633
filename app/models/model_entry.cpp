/// app/models/model_entry.cpp: turns a report on a file into an entry of the library.
#include "app/models/model_entry.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <exception>

#include "engine/inspect.h"
#include "engine/template_passport.h"

namespace soliloquy::models {
namespace {

const std::string* metadata(const ModelReport& report, std::string_view key) {
    const auto at = std::find_if(report.metadata.begin(), report.metadata.end(), [key](const auto& row) { return row.key == key; });
    return at != report.metadata.end() ? &at->value : nullptr;
}

uint64_t number(const ModelReport& report, std::string_view key) {
    const std::string* text = metadata(report, key);
    uint64_t value = 0;
    if (text != nullptr) std::from_chars(text->data(), text->data() + text->size(), value);
    return value;
}

/// "671B", "7.6B", "135M", "8.1M"
std::string size_words(uint64_t parameters) {
    char text[32];
    const double billions = static_cast<double>(parameters) / 1e9;
    if (billions >= 0.9995)
        std::snprintf(text, sizeof(text), billions >= 9.95 ? "%.0fB" : "%.1fB", billions);
    else
        std::snprintf(text, sizeof(text), billions >= 0.00995 ? "%.0fM" : "%.1fM", billions * 1000);
    return text;
}

std::string shape_words(const ModelReport& report) {
    if (report.parameters == 0) return {};
    const uint64_t experts = number(report, report.architecture + ".expert_count");
    std::string words = size_words(report.parameters);
    if (experts == 0) return words + ", dense";
    return words + ", " + std::to_string(experts) + " experts, " +
           std::to_string(number(report, report.architecture + ".expert_used_count")) + " used";
}

/// Says what a sound file is when it is no model by itself; empty when it is one.
std::string other_kind(const ModelReport& report, const FoundModel& found) {
    const std::string* type = metadata(report, "general.type");
    if (report.architecture == "clip" || found.is_projector || (type != nullptr && *type == "mmproj"))
        return "This is the part of a model that reads pictures; it cannot be opened by itself.";
    if (type != nullptr && *type == "adapter") return "This is an adapter for another model; it cannot be opened by itself.";
    if (type != nullptr && *type == "imatrix") return "This file holds statistics for quantising; it is no model.";
    if (report.tensors.empty()) return "This file holds a vocabulary only, no weights.";
    return {};
}

void fill(ModelEntry& entry, const ModelReport& report) {
    if (!report.name.empty()) entry.name = printable(report.name);
    entry.architecture = printable(report.architecture, 64);
    entry.shape = shape_words(report);
    entry.quantization = report.quantization;
    entry.block_types = quantization_summary(report.types);
    for (const char* key : {"general.license", "general.license.name"}) {
        const std::string* license = metadata(report, key);
        if (license != nullptr && entry.license.empty()) entry.license = printable(*license, 80);
    }
    entry.reasoning_profile = report.reasoning_profile;
    entry.past_thoughts = report.past_thoughts;
    entry.past_thoughts_can_be_kept = report.past_thoughts_can_be_kept;
    entry.thinking_can_be_switched = report.thinking_can_be_switched;
    entry.parameters = report.parameters;
    entry.context_length = report.context_length;
    for (const std::string& problem : report.problems) entry.problems.push_back(printable(problem, 600));
    for (const std::string& warning : report.warnings) entry.warnings.push_back(printable(warning, 600));
    if (!report.chat_template.empty()) {
        for (const TemplateFinding& finding : examine_template(report.chat_template, report.architecture)) {
            if (finding.kind == TemplateFinding::Kind::unreadable) continue;  // already among the problems
            std::string sentence = printable(finding.sentence, 300);
            if (finding.line > 0) sentence += " (line " + std::to_string(finding.line) + ")";
            if (!finding.harmless) entry.template_findings.push_back(sentence);
            entry.warnings.push_back(std::move(sentence));
        }
    }
}

ModelEntry examine(const FoundModel& found) {
    ModelEntry entry;
    entry.found = found;
    entry.name = printable(found.name);
    const auto report = inspect_model(found.path);
    if (!report.ok()) {
        entry.problems.push_back(printable(report.error().message, 600));
        entry.may_change = report.error().code != ErrorCode::invalid_file && report.error().code != ErrorCode::unsupported;
        entry.may_change = entry.may_change || found.parts_missing > 0;
        return entry;
    }
    fill(entry, *report);
    if (std::string kind = other_kind(*report, found); !kind.empty()) {
        entry.state = ModelState::no_model;
        entry.problems.assign(1, std::move(kind));
        return entry;
    }
    entry.state = entry.problems.empty() ? ModelState::runs : ModelState::cannot_run;
    if (auto fit = estimate_fit(found.path); fit.ok()) {
        entry.fit = *fit;
    } else if (entry.problems.empty()) {
        entry.state = ModelState::cannot_run;
        entry.problems.push_back(printable(fit.error().message, 600));
    }
    return entry;
}

}  // namespace

const char* model_state_name(ModelState state) noexcept {
    switch (state) {
        case ModelState::runs:
            return "runs";
        case ModelState::cannot_run:
            return "cannot_run";
        case ModelState::broken:
            return "broken";
        case ModelState::no_model:
            return "no_model";
    }
    return "broken";
}

std::string printable(std::string_view text, size_t longest) {
    std::string out;
    for (size_t i = 0; i < text.size();) {
        const auto byte = [&](size_t k) { return i + k < text.size() ? static_cast<unsigned char>(text[i + k]) : 0u; };
        const unsigned first = byte(0);
        const size_t length = first < 0x80                    ? 1
                              : first >= 0xC2 && first < 0xE0 ? 2
                              : first >= 0xE0 && first < 0xF0 ? 3
                              : first >= 0xF0 && first < 0xF5 ? 4
                                                              : 0;
        bool whole = length > 0;
        for (size_t k = 1; k < length; ++k) whole = whole && (byte(k) & 0xC0u) == 0x80u;
        // Overlong forms, surrogates, and letters past U+10FFFF.
        if ((first == 0xE0 && byte(1) < 0xA0) || (first == 0xED && byte(1) > 0x9F) || (first == 0xF0 && byte(1) < 0x90) ||
            (first == 0xF4 && byte(1) > 0x8F))
            whole = false;
        const bool control = first < 0x20 || first == 0x7F || (first == 0xC2 && byte(1) < 0xA0);
        const bool reorders = first == 0xE2 && ((byte(1) == 0x80 && byte(2) >= 0xAA && byte(2) <= 0xAE) ||
                                                (byte(1) == 0x81 && byte(2) >= 0xA6 && byte(2) <= 0xA9));
        const std::string_view piece = !whole ? "\uFFFD" : control ? " " : reorders ? "" : text.substr(i, length);
        if (out.size() + piece.size() > longest) return out + "…";
        out += piece;
        i += whole ? length : 1;
    }
    return out;
}

ModelEntry examine_model(const FoundModel& found) noexcept {
    try {
        return examine(found);
    } catch (const std::exception&) {  // out of memory
        ModelEntry entry;
        entry.found = found;
        entry.name = found.name;
        entry.may_change = true;
        entry.problems.emplace_back("There is not enough memory to examine this file.");
        return entry;
    }
}

}  // namespace soliloquy::models
