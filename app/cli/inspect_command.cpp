/// app/cli/inspect_command.cpp: prints what a model file holds, and what of it this program cannot run and why.
#include "engine/fit.h"
#include "engine/inspect.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "app/cli/commands.h"

namespace soliloquy::cli {

namespace {

using Json = nlohmann::ordered_json;

std::string human_bytes(uint64_t bytes) {
    if (bytes < 1000) return fmt::format("{} B", bytes);
    double amount = static_cast<double>(bytes);
    for (const char* unit : {"kB", "MB", "GB"}) {
        amount /= 1000.0;
        if (amount < 1000.0) return fmt::format("{:.2f} {}", amount, unit);
    }
    return fmt::format("{:.2f} TB", amount / 1000.0);
}

std::string human_count(uint64_t count) {
    const double amount = static_cast<double>(count);
    if (amount >= 1e9) return fmt::format("{:.2f} billion", amount / 1e9);
    return amount >= 1e6 ? fmt::format("{:.2f} million", amount / 1e6) : fmt::format("{}", count);
}

std::string shape(const std::vector<uint64_t>& dims) { return fmt::format("[{}]", fmt::join(dims, ", ")); }

/// Where it would run on this computer's best GPU; empty without one.
std::string where_it_would_run(const ModelReport& report, const std::filesystem::path& path) {
    if (!report.problems.empty()) return {};
    const auto choice = foresee_device(path, {});
    return choice.ok() && choice->device == Device::vulkan ? choice->description + ": " + choice->placement : std::string();
}

std::string as_text(const ModelReport& report, const std::filesystem::path& path, const std::string& where) {
    std::string text = fmt::format("{}\n  GGUF version {}, {}\n", path.string(), report.gguf_version, human_bytes(report.file_bytes));
    const auto line = [&](std::string_view name, const std::string& value) {
        if (!value.empty()) text += fmt::format("  {:<18}{}\n", name, value);
    };
    line("name", report.name);
    line("architecture", report.architecture);
    line("parameters", human_count(report.parameters));
    const std::string mix = quantization_summary(report.types);
    line("weights", mix == report.quantization ? mix : fmt::format("{} ({})", report.quantization, mix));
    line("context", report.context_length > 0 ? fmt::format("{} tokens", report.context_length) : "");
    line("tokenizer", report.tokenizer);
    line("reasoning", report.reasoning_profile);
    line("past thoughts", report.past_thoughts);
    text += report.problems.empty() ? "\nThis program can run it.\n" : "\nThis program cannot run it:\n";
    if (!where.empty()) text += fmt::format("On {}.\n", where);
    for (const std::string& problem : report.problems) text += fmt::format("  - {}\n", problem);
    for (const std::string& notice : report.notices) text += fmt::format("  note: {}\n", notice);
    for (const std::string& warning : report.warnings) text += fmt::format("  note: {}\n", warning);

    text += fmt::format("\nMetadata ({} keys)\n", report.metadata.size());
    size_t widest = 0;
    for (const auto& row : report.metadata) widest = std::max(widest, std::min<size_t>(row.key.size(), 48));
    for (const auto& row : report.metadata) text += fmt::format("  {:<{}}  {:<10} {}\n", row.key, widest, row.type, row.value);

    text += fmt::format("\nTensors ({})\n", report.tensors.size());
    for (const auto& type : report.types)
        text += fmt::format("  {:<8} {:>6} tensors  {:>12}\n", type.type, type.tensors, human_bytes(type.bytes));
    text += "\n";
    for (const auto& row : report.tensors) {
        text += fmt::format("  {:<40} {:<8} {:<26} {:>12}\n", row.name, row.type, shape(row.dims), human_bytes(row.bytes));
    }
    text += report.chat_template.empty() ? "\nNo chat template.\n" : fmt::format("\nChat template\n{}\n", report.chat_template);
    return text;
}

std::string as_json(const ModelReport& report, const std::filesystem::path& path, const std::string& where) {
    Json json{{"path", path.string()},
              {"gguf_version", report.gguf_version},
              {"file_bytes", report.file_bytes},
              {"name", report.name},
              {"architecture", report.architecture},
              {"parameters", report.parameters},
              {"quantization", quantization_summary(report.types)},
              {"context_length", report.context_length},
              {"tokenizer", report.tokenizer},
              {"reasoning_profile", report.reasoning_profile},
              {"past_thoughts", report.past_thoughts},
              {"runs", report.problems.empty()},
              {"on_gpu", where},
              {"problems", report.problems},
              {"notices", report.notices},
              {"warnings", report.warnings}};
    json["types"] = Json::array();
    for (const auto& type : report.types) json["types"].push_back({{"type", type.type}, {"tensors", type.tensors}, {"bytes", type.bytes}});
    json["metadata"] = Json::array();
    for (const auto& row : report.metadata) json["metadata"].push_back({{"key", row.key}, {"type", row.type}, {"value", row.value}});
    json["tensors"] = Json::array();
    for (const auto& row : report.tensors) {
        json["tensors"].push_back({{"name", row.name}, {"type", row.type}, {"dims", row.dims}, {"bytes", row.bytes}});
    }
    json["chat_template"] = report.chat_template;
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

int run_inspect(const CommandLine& line, Streams streams) {
    const Result<std::filesystem::path> path = model_of(line);
    if (!path.ok()) return fail(streams, path.error().message);
    const Result<ModelReport> report = inspect_model(*path);
    if (!report.ok()) return fail(streams, report.error().message);
    const std::string where = where_it_would_run(*report, *path);
    streams.out.write(line.json ? as_json(*report, *path, where) : as_text(*report, *path, where));
    return streams.out.failed() ? fail(streams, "cannot write to stdout") : kExitOk;
}

}  // namespace soliloquy::cli
